"""The player: it plays a sample over HTTP alone, as callers would, and sees whether it ends as it should."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, zip_longest

import httpx

from models.bank_process import BANK_ACCOUNTS, BANK_NOTICES
from models.cases import Role
from models.merchant_accounts import Number
from models.onboarding_process import PROVIDER_ONBOARDINGS
from rehearsal.acting import Acting
from rehearsal.books import Books, Ledger
from rehearsal.caller import LOOK_EVERY_S, Caller, NotTaken, NotThere, Tokens
from rehearsal.outside import APPLYMENTS
from rehearsal.performance import Performance, lane_of
from rehearsal.samples import preludes
from rehearsal.scene import Scene
from rehearsal.showing import grouped

LONGEST_S = 120.0
SETTLED_WITHIN_S = 20.0
"""How long money may take to find its way after the case has closed."""
BEAT_S = 0.6
"""Between two steps, so that a person can follow."""
AT_ONCE = 12
ONBOARDED_AT_ONCE = 3
"""Each of them is quick then, also where days are seconds."""
APART_S = 0.5
"""Between two beginnings: nobody opens so many cases in the same instant."""


@dataclass
class Player:
    """Plays performances side by side. `tell` hears of each new stage, and of each end."""

    api_url: str
    token: Tokens
    tell: Callable[[Performance], None] = lambda _: None

    async def play(self, performances: list[Performance]) -> Books:
        """Until each has ended, one way or another, within bounded time. Then the ledger is read."""
        self._turns, self._desks = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(ONBOARDED_AT_ONCE)
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(
            base_url=self.api_url, timeout=10, limits=limits, trust_env=False
        ) as http:
            self._caller = Caller(http, self.token)
            in_turn = enumerate(mixed(performances))
            beginnings = (self._perform(it, APART_S * number) for number, it in in_turn)
            await asyncio.gather(*beginnings)
            return await self._books(performances)

    async def _perform(self, it: Performance, after_s: float) -> None:
        await asyncio.sleep(after_s)
        scene = Scene(it, self._caller, self.tell)
        try:
            await self._prepare(it)
            async with self._turns, asyncio.timeout(LONGEST_S):
                it.began = time.monotonic()
                await self._act(scene)
                it.doing = "its end"
                await self._settle(scene)
        except NotTaken as refusal:
            it.differs = [f"{it.doing}: {refusal}"]
        except TimeoutError:
            stage = it.case.stage if it.case else "not placed"
            it.differs = [f"{it.doing}: nothing came in time, the case is {stage}"]
        it.ended = time.monotonic()
        self.tell(it)

    async def _prepare(self, it: Performance) -> None:
        """Beforehand, without a pause: cases of their own, under the same id. Few are onboarded at once."""
        for sample in preludes(it.sample):
            desk = self._desks if sample.process == PROVIDER_ONBOARDINGS.name else nullcontext()
            async with desk, self._turns, asyncio.timeout(LONGEST_S):
                it.began = it.began or time.monotonic()
                before = Performance(sample, it.name, it.id)
                before.begin_with(it)
                await self._play_before(before, it)
                it.begin_with(before)
                self.tell(it)

    async def _play_before(self, before: Performance, it: Performance) -> None:
        scene, expect = Scene(before, self._caller, lambda _: None), before.sample.expect
        acting = Acting(scene)
        if not before.beside:
            await acting.enter_company()
        await scene.place()
        for number, step in enumerate(before.sample.steps):
            it.doing = f"{before.sample.title}, steps.{number} ({step})"
            await acting.do(step)
        case = await scene.until(lambda case: case.closed_at is not None or case.stage == expect.stage)
        if case.outcome != expect.outcome:
            raise NotTaken(f"{before.sample.title}: it came to {case.outcome}")
        await scene.look_beside()

    async def _act(self, scene: Scene) -> None:
        it, acting = scene.it, Acting(scene)
        it.doing = "placing"
        if not it.sample.before:
            await acting.enter_company()
        await scene.place()
        for number, step in enumerate(it.sample.steps):
            await asyncio.sleep(BEAT_S)
            it.doing = f"steps.{number} ({step})"
            await acting.do(step)

    async def _settle(self, scene: Scene) -> None:
        it = scene.it
        expect = it.sample.expect
        case = await scene.until(lambda case: case.closed_at is not None or case.stage == expect.stage)
        patience = time.monotonic() + SETTLED_WITHIN_S
        while True:
            await scene.look()
            await scene.look_beside()
            it.changes = await scene.timeline()
            it.changes_beside = {process: await scene.timeline(process) for process in it.beside}
            await self._count_money(scene)
            await self._ask_bank(scene)
            await self._ask_wallet(scene)
            await self._ask_alipay(scene)
            if it.sample.sells:
                await scene.selling()
            it.differs = it.differences()
            as_expected = case.outcome == expect.outcome
            if not it.differs or not as_expected or time.monotonic() > patience:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _count_money(self, scene: Scene) -> None:
        """What went through the gateway, by its own account."""
        it = scene.it
        held = await scene.ask("GET", "/simulator/payments")
        taken = [payment for payment in held["payments"] if payment["reference"] in it.own_ids]
        it.payments = {payment["payment_id"]: payment["amount_fen"] for payment in taken}
        it.refunded_fen = sum(r["amount_fen"] for r in held["refunds"] if r["payment_id"] in it.payments)

    async def _ask_bank(self, scene: Scene) -> None:
        """What went through the bank, by its own account, and what we made of it."""
        it, bank = scene.it, scene.it.bank
        bank.paid_in = []
        for account in it.accounts:
            asked = {"number": account["number"]}
            lines = (await scene.ask("GET", "/simulator/bank/statement", params=asked))["came_in"]
            bank.paid_in += [line["amount_fen"] for line in lines]
        if (view := it.beside.get(BANK_ACCOUNTS.name)) is not None:
            rounds = [change["event"] for change in it.changes_beside[view.process]].count("paid_in")
            bank.paid_in_as_told = rounds * (2 if view.data.get("proof") == "two_amounts" else 1)
        for entry_id in bank.remitted:
            path = f"/v1/markets/{it.sample.market}/{BANK_NOTICES.name}/{entry_id}"
            with suppress(NotThere):
                outcome = (await scene.ask("GET", path, Role.OPERATOR))["outcome"]
                if outcome is not None:
                    bank.became[entry_id] = outcome

    async def _ask_wallet(self, scene: Scene) -> None:
        """What the wallet says of the application, if there is one."""
        reference = scene.it.case and lane_of(scene.it.case, Number.WALLET).get("reference")
        if reference:
            held = (await scene.ask("GET", APPLYMENTS))["applyments"]
            for each in held:
                if each["reference"] == reference:
                    scene.it.wallet.read(each)

    async def _ask_alipay(self, scene: Scene) -> None:
        """What was deducted from the company's accounts, by their own account."""
        for account in scene.it.alipay:
            found = await scene.ask("GET", "/simulator/enterprise/statement", params={"account": account})
            scene.it.deducted |= {each["key"]: each["amount_fen"] for each in found["deducted"]}

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


def mixed(performances: list[Performance]) -> Iterable[Performance]:
    """One of each process in turn, so that all kinds are seen from the beginning."""
    groups = [members for _, members in grouped(performances)]
    return filter(None, chain.from_iterable(zip_longest(*groups)))
