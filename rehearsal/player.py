"""The player: it plays a sample over HTTP alone, as callers would, and sees whether it ends as it should."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx

from models.cases import CaseView, Role, Task
from rehearsal.samples import DEADLINE, REFUND, Pay, Sample, Send, Wait

Tokens = Callable[[Role, str, str | None], str]
"""A bearer token for a role, a market, and a provider's id where the role is a provider."""
LONGEST_S = 90.0
ANSWER_WITHIN_S = 30.0
SETTLED_WITHIN_S = 20.0
"""How long money may take to find its way after the case has closed."""
LOOK_EVERY_S = 0.25
BEAT_S = 0.6
"""Between two steps, so that a person can follow."""
AT_ONCE = 32


class NotTaken(Exception):
    """The back office refused what a sample does."""


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
    paid_fen: int = 0
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

    async def play(self, performances: list[Performance]) -> None:
        """Until each has ended, one way or another, within bounded time."""
        turns = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(
            base_url=self.api_url, timeout=10, limits=limits, trust_env=False
        ) as self._http:
            await asyncio.gather(*(self._perform(each, turns) for each in performances))

    async def _perform(self, it: Performance, turns: asyncio.Semaphore) -> None:
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
        role = Role.SERVICE if Role.SERVICE in it.sample.kind.started_by else Role.PROVIDER
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
            case Wait(for_=stage):
                case = await self._until(it, lambda case: case.stage == stage or case.closed_at is not None)
                if case.stage != stage:
                    raise NotTaken(f"the case has closed: {case.outcome}")

    async def _pay(self, it: Performance, step: Pay) -> None:
        case = await self._until(it, lambda case: "pay_url" in case.data)
        page = httpx.URL(str(case.data["pay_url"])).path
        how = {"amount_fen": step.amount_fen, "notices": step.notices, "in_spite": step.late}
        try:
            _read(await self._http.post(page, json=how))
        except httpx.TransportError as error:  # not asked again: that would be money twice
            raise NotTaken(f"the gateway gave no answer ({type(error).__name__})") from error

    async def _send(self, it: Performance, step: Send) -> None:
        role = min(step.sender.spoken_for_by)
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if role is Role.OPERATOR:
            headers["If-Match"] = f'"{(await self._look(it)).version}"'
        body = step.body(it.sample.place)
        self._see(it, await self._ask(it, "POST", f"{it.path}/events", role, json=body, headers=headers))

    async def _let_pass(self, it: Performance) -> None:
        await self._look(it)
        if (task := it.due()) is None or task.deadline_at is None:
            raise NotTaken("nothing that it waits for has a deadline")
        await asyncio.sleep((task.deadline_at - datetime.now(UTC)).total_seconds())
        waited = (task.name, task.deadline_at)
        await self._until(it, lambda case: waited not in [(t.name, t.deadline_at) for t in case.tasks])

    async def _settle(self, it: Performance) -> None:
        case = await self._until(it, lambda case: case.closed_at is not None)
        patience = time.monotonic() + SETTLED_WITHIN_S
        while True:
            await self._look(it)
            await self._count_money(it)
            it.changes = (await self._ask(it, "GET", f"{it.path}/timeline"))["changes"]
            it.differs = it.differences()
            as_expected = case.outcome == it.sample.expect.outcome
            if not it.differs or not as_expected or time.monotonic() > patience:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _count_money(self, it: Performance) -> None:
        """What went through the gateway, by its own account."""
        held = await self._ask(it, "GET", "/simulator/payments")
        mine = {p["payment_id"]: p["amount_fen"] for p in held["payments"] if p["reference"] == it.case_id}
        it.paid_fen = sum(mine.values())
        it.refunded_fen = sum(r["amount_fen"] for r in held["refunds"] if r["payment_id"] in mine)

    # --- over HTTP

    async def _until(self, it: Performance, there: Callable[[CaseView], bool]) -> CaseView:
        case = it.case or await self._look(it)
        while not there(case):
            await asyncio.sleep(LOOK_EVERY_S)
            case = await self._look(it)
        return case

    async def _look(self, it: Performance) -> CaseView:
        return self._see(it, await self._ask(it, "GET", it.path))

    def _see(self, it: Performance, answer: dict[str, Any]) -> CaseView:
        before, case = it.case, CaseView.model_validate(answer)
        it.case = case
        if before is None or before.stage != case.stage:
            self.tell(it)
        return case

    async def _ask(
        self, it: Performance, method: str, path: str, role: Role = Role.SERVICE, **how: Any
    ) -> dict[str, Any]:
        """The same request again for as long as nobody answers it: ids and keys make that harmless."""
        provider = str(it.sample.place.get("provider_id")) if role is Role.PROVIDER else None
        bearer = {"Authorization": f"Bearer {self.token(role, it.sample.market, provider)}"}
        headers = {**bearer, **how.pop("headers", {})}
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                try:
                    answer = await self._http.request(method, path, headers=headers, **how)
                    if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                        return _read(answer)
                except httpx.TransportError:
                    pass
                await asyncio.sleep(LOOK_EVERY_S)


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_success:
        return dict(answer.json())
    try:
        problem = answer.json()
        raise NotTaken(f"{answer.status_code} {problem['type']}: {problem['detail']}")
    except (ValueError, KeyError, TypeError):
        raise NotTaken(f"{answer.status_code} {answer.text[:200]}") from None
