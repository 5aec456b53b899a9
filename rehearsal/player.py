"""The player: it plays a sample over HTTP alone, as callers would, and sees whether it ends as it should."""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from models.cases import CaseView, Role, Task
from models.processes import PAYMENT_RECEIPTS
from rehearsal.books import Books, Ledger
from rehearsal.caller import LOOK_EVERY_S, Caller, NotTaken, OutOfDate, Tokens
from rehearsal.samples import DEADLINE, IDLE, REFUND, Pay, Sample, Send, Wait

LONGEST_S = 90.0
SETTLED_WITHIN_S = 20.0
"""How long money may take to find its way after the case has closed."""
BEAT_S = 0.6
"""Between two steps, so that a person can follow."""
AT_ONCE = 12
APART_S = 0.4
"""Between two beginnings: nobody opens a dozen cases in the same instant."""


@dataclass(eq=False)
class Performance:
    """One sample on its way: what is seen of it while it runs, and what came of it."""

    sample: Sample
    name: str
    id: str
    case: CaseView | None = None
    doing: str = ""
    began: float | None = None
    ended: float | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    payments: dict[str, int] = field(default_factory=dict)
    """What the gateway took for it: fen, by payment."""
    refunded_fen: int = 0
    differs: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the case is read."""
        return f"/v1/markets/{self.sample.market}/{self.sample.process}/{self.id}"

    @property
    def case_id(self) -> str:
        return f"{self.sample.process}:{self.sample.market}:{self.id}"

    @property
    def case_ids(self) -> set[str]:
        """The case, and that of each payment for it."""
        receipts = f"{PAYMENT_RECEIPTS.name}:{self.sample.market}"
        return {self.case_id, *(f"{receipts}:{payment_id}" for payment_id in self.payments)}

    @property
    def provider_id(self) -> str | None:
        found = self.sample.place.get("provider_id")
        return str(found) if found else None

    @property
    def paid_fen(self) -> int:
        return sum(self.payments.values())

    @property
    def took_s(self) -> float:
        return 0.0 if self.began is None else (self.ended or time.monotonic()) - self.began

    @property
    def receipts(self) -> list[dict[str, Any]]:
        found: Any = self.case.data.get("receipts", []) if self.case else []
        return list(found)

    @property
    def kept_fen(self) -> int:
        """What our record says we keep of the buyer's money: what the case took, less what it gave back."""
        if self.case is None or "payment_id" not in self.case.data:
            return 0
        back = sum(int(c["data"].get("refunded_fen", 0)) for c in self.changes if c["event"] == "refunded")
        return int(str(self.case.data["amount_fen"])) - back

    def due(self) -> Task | None:
        """The task whose deadline comes next."""
        due = {task.deadline_at: task for task in self.case.tasks if task.deadline_at} if self.case else {}
        return due[min(due)] if due else None

    def differences(self) -> list[str]:
        """What is not as the sample expects it."""
        expect, case = self.sample.expect, self.case
        wanted = expect.receipts
        seen: dict[str, tuple[Any, Any]] = {
            "outcome": (case.outcome if case else None, expect.outcome),
            "receipts": ([r["outcome"] for r in self.receipts], None if wanted is None else [*wanted]),
            "refunded_fen": (self.refunded_fen, expect.refunded_fen),
            "kept_fen": (self.paid_fen - self.refunded_fen, self.kept_fen),
        }
        return [
            f"{name} is {found}, expected {wanted}"
            for name, (found, wanted) in seen.items()
            if wanted is not None and found != wanted
        ]


@dataclass
class Player:
    """Plays performances side by side. `tell` hears of each new stage, and of each end."""

    api_url: str
    token: Tokens
    tell: Callable[[Performance], None] = lambda _: None

    async def play(self, performances: list[Performance]) -> Books:
        """Until each has ended, one way or another, within bounded time. Then the ledger is read."""
        turns = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(
            base_url=self.api_url, timeout=10, limits=limits, trust_env=False
        ) as http:
            self._caller = Caller(http, self.token)
            beginnings = (self._perform(it, turns, APART_S * n) for n, it in enumerate(performances))
            await asyncio.gather(*beginnings)
            return await self._books(performances)

    async def _perform(self, it: Performance, turns: asyncio.Semaphore, after_s: float) -> None:
        await asyncio.sleep(after_s)
        async with turns:
            it.began = time.monotonic()
            try:
                async with asyncio.timeout(LONGEST_S):
                    await self._place(it)
                    for number, step in enumerate(it.sample.steps):
                        await asyncio.sleep(BEAT_S)
                        it.doing = f"steps.{number} ({step})"
                        await self._do(it, step)
                    it.doing = "its end"
                    await self._settle(it)
            except NotTaken as refusal:
                it.differs = [f"{it.doing}: {refusal}"]
            except TimeoutError:
                stage = it.case.stage if it.case else "not placed"
                it.differs = [f"{it.doing}: nothing came in time, the case is {stage}"]
            it.ended = time.monotonic()
            self.tell(it)

    async def _place(self, it: Performance) -> None:
        it.doing = "placing"
        starts = it.sample.kind.started_by
        role = Role.SERVICE if Role.SERVICE in starts else min(starts)
        body = it.sample.body(it.id)
        self._see(it, await self._ask(it, "POST", it.path.rpartition("/")[0], role, json=body))

    async def _do(self, it: Performance, step: Pay | Send | Wait) -> None:
        match step:
            case Pay():
                await self._pay(it, step)
            case Send():
                await self._send(it, step)
            case Wait(for_=what) if what == DEADLINE:
                await self._let_pass(it)
            case Wait(for_=what) if what == REFUND:
                await self._until(it, lambda _: any(r["outcome"] == "refunded" for r in it.receipts))
            case Wait(for_=what) if what == IDLE:
                await self._let_be_idle(it)
            case Wait(for_=what):
                case = await self._until(
                    it, lambda case: what in _reached(case) or case.closed_at is not None
                )
                if what not in _reached(case):
                    raise NotTaken(f"the case has closed: {case.outcome}")

    async def _pay(self, it: Performance, step: Pay) -> None:
        case = await self._until(it, lambda case: "pay_url" in case.data)
        page = httpx.URL(str(case.data["pay_url"])).path
        how = {"amount_fen": step.amount_fen, "notices": step.notices, "in_spite": step.late}
        await self._caller.ask_once(page, json=how)

    async def _send(self, it: Performance, step: Send) -> None:
        role = min(step.sender.spoken_for_by)
        body, key = it.sample.said(step), uuid.uuid4().hex
        while True:
            headers = {"Idempotency-Key": key}
            if role is Role.OPERATOR:
                headers["If-Match"] = f'"{(await self._look(it)).version}"'
            how = {"subject": step.as_, "json": body, "headers": headers}
            try:
                self._see(it, await self._ask(it, "POST", f"{it.path}/events", role, **how))
            except OutOfDate:  # a reminder came between: whoever looks again sends it again
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                return

    async def _let_pass(self, it: Performance) -> None:
        await self._look(it)
        if (task := it.due()) is None or task.deadline_at is None:
            raise NotTaken("nothing that it waits for has a deadline")
        await asyncio.sleep((task.deadline_at - datetime.now(UTC)).total_seconds())
        waited = (task.name, task.deadline_at)
        await self._until(it, lambda case: waited not in [(t.name, t.deadline_at) for t in case.tasks])

    async def _let_be_idle(self, it: Performance) -> None:
        """Until everything is taken that waits for somebody to have been idle."""
        if not (ahead := await self._kept_back(it)):
            raise NotTaken("nothing that it takes waits for somebody to have been idle")
        while (wait := (max(ahead) - datetime.now(UTC)).total_seconds()) > 0:
            await asyncio.sleep(wait)
            ahead = await self._kept_back(it) or ahead  # rulings move it

    async def _kept_back(self, it: Performance) -> list[datetime]:
        """From when on what is kept back is taken. Each side is shown its own."""
        seen = [
            CaseView.model_validate(await self._ask(it, "GET", it.path, role))
            for role in (Role.SERVICE, Role.PROVIDER)
        ]
        accepts = [each for case in seen for task in case.tasks for each in task.accepts]
        return [each.not_before for each in accepts if each.not_before is not None]

    async def _settle(self, it: Performance) -> None:
        case = await self._until(it, lambda case: case.closed_at is not None)
        patience = time.monotonic() + SETTLED_WITHIN_S
        while True:
            await self._look(it)
            await self._count_money(it)
            it.changes = (await self._ask(it, "GET", f"{it.path}/timeline", Role.OPERATOR))["changes"]
            it.differs = it.differences()
            as_expected = case.outcome == it.sample.expect.outcome
            if not it.differs or not as_expected or time.monotonic() > patience:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _count_money(self, it: Performance) -> None:
        """What went through the gateway, by its own account."""
        held = await self._ask(it, "GET", "/simulator/payments")
        taken = [payment for payment in held["payments"] if payment["reference"] == it.case_id]
        it.payments = {payment["payment_id"]: payment["amount_fen"] for payment in taken}
        it.refunded_fen = sum(r["amount_fen"] for r in held["refunds"] if r["payment_id"] in it.payments)

    async def _books(self, performances: list[Performance]) -> Books:
        """What the ledger says of these cases, once it agrees with the gateway or patience has ended."""
        kept = sum(it.paid_fen - it.refunded_fen for it in performances)
        patience, books = time.monotonic() + SETTLED_WITHIN_S, Books()
        with suppress(NotTaken, TimeoutError):
            while (books := await self._read_ledgers(performances)).total != kept:
                if time.monotonic() > patience:
                    break
                await asyncio.sleep(LOOK_EVERY_S)
        return books

    async def _read_ledgers(self, performances: list[Performance]) -> Books:
        left: list[tuple[str, int]] = []
        for market in sorted({it.sample.market for it in performances}):
            placed = [(it, it.case) for it in performances if it.sample.market == market and it.case]
            case_ids = {each for it, _ in placed for each in it.case_ids}
            providers = {it.provider_id for it, _ in placed if it.provider_id}
            since = min((case.opened_at for _, case in placed), default=datetime.now(UTC))
            left += await Ledger(self._caller, market).of(case_ids, providers, since)
        return Books.of(left)

    # --- over HTTP

    async def _until(self, it: Performance, there: Callable[[CaseView], bool]) -> CaseView:
        case = it.case or await self._look(it)
        while not there(case):
            await asyncio.sleep(LOOK_EVERY_S)
            case = await self._look(it)
        return case

    async def _look(self, it: Performance) -> CaseView:
        """As operators do, from whom nothing of a case is hidden but whom to talk to."""
        return self._see(it, await self._ask(it, "GET", it.path, Role.OPERATOR))

    def _see(self, it: Performance, answer: dict[str, Any]) -> CaseView:
        before, case = it.case, CaseView.model_validate(answer)
        it.case = case
        if before is None or before.stage != case.stage:
            self.tell(it)
        return case

    async def _ask(
        self, it: Performance, method: str, path: str, role: Role = Role.SERVICE, **how: Any
    ) -> dict[str, Any]:
        provider_id = it.provider_id if role is Role.PROVIDER else None
        return await self._caller.ask(
            method, path, role, market=it.sample.market, provider_id=provider_id, **how
        )


def _reached(case: CaseView) -> set[str]:
    """Its stage, and the tasks that are open."""
    return {case.stage, *(task.name for task in case.tasks)}
