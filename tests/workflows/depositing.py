"""Deposit accounts under test: opened, paid into, and decided on."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.worker import Worker

from models.cases import SYSTEM, CaseView, Event
from models.deposits import (
    DecidedOnCategories,
    DecidedToForfeit,
    DecidedToHold,
    DecidedToLift,
    DecidedToRelease,
    DecidedToReturnExcess,
    OpenDeposit,
)
from models.interventions import Approved
from models.payments import Charge, Payment, PaymentMethod
from models.processes import PROCESSES
from models.telling import TariffChanged
from tests.bench import DAY, OPERATOR, SECOND_OPERATOR, Bench, Opened
from tests.workflows.listening import Listening
from worker import RUNNER

DEPOSITS = PROCESSES["deposit-accounts"]
ONE, TWO = ("service",), ("service", "website-building")
EACH = 30_000
"""What rehearsal asks for each category."""
HOLD, LIFT = DecidedToHold(reason="a complaint"), DecidedToLift(reason="it was none")
RELEASE = DecidedToRelease(reason="the contract is over")
LISTENING = "listening"
TARIFF = TariffChanged(tariff_version="told")


def forfeit(fen: int) -> DecidedToForfeit:
    return DecidedToForfeit(reason="it sold pirated copies", amount_fen=fen)


def return_excess(fen: int) -> DecidedToReturnExcess:
    return DecidedToReturnExcess(reason="it asked for it", amount_fen=fen)


def now_in(*categories: str) -> DecidedOnCategories:
    return DecidedOnCategories(reason="it applied for it", categories=categories)


def body(**changes: Any) -> OpenDeposit:
    name = uuid.uuid4().hex[:12]
    asked = {"id": f"d-{name}", "provider_id": f"isv-{name}", "categories": ONE}
    return OpenDeposit.model_validate({**asked, **changes})


async def opened(bench: Bench, market: str = "rehearsal", **changes: Any) -> Opened:
    account = await bench.start(DEPOSITS, body(**changes), market)
    await account.on_record()
    return account


async def pays(
    account: Opened, fen: int, method: PaymentMethod | None = PaymentMethod.WECHAT_PAY, **how: Any
) -> tuple[Payment, Opened]:
    """The provider pays, on whatever page there is."""
    market = account.case_id.split(":")[1]
    page = Charge(market=market, reference=account.case_id, amount_fen=fen, part=0)
    await asyncio.to_thread(account.bench.gateway.open, page)
    return await account.bench.pay(account, amount_fen=fen, method=method, **how)


async def paid(account: Opened, *fens: int) -> CaseView:
    """Each amount paid, and taken."""
    for fen in fens:
        before = account.path().count("paid")
        _, receipt = await pays(account, fen)
        assert await receipt.ends() == "applied"
        assert account.path().count("paid") == before + 1
    return await account.on_record()


async def funded(bench: Bench, *fens: int, market: str = "rehearsal", **changes: Any) -> Opened:
    account = await opened(bench, market, **changes)
    await paid(account, *fens)
    return account


async def order_of_days(bench: Bench, provider_id: str | None) -> Opened:
    """An order of rehearsal that stays open meanwhile: it can be paid for a day, and not for seconds."""
    return await bench.under("2", "rehearsal", pay_within=DAY).place("rehearsal", provider_id=provider_id)


async def decided(account: Opened, act: Event) -> CaseView:
    """Decided, and agreed to where that takes two."""
    view = await account.report(act, actor=OPERATOR)
    if any(task.name == "second_approval" for task in view.tasks):
        view = await account.report(Approved(reason="I agree"), actor=SECOND_OPERATOR)
    return view


def figures(view: CaseView, *names: str) -> tuple[Any, ...]:
    return tuple(view.data[f"{name}_fen"] for name in names)


def payments_of(view: CaseView) -> list[dict[str, Any]]:
    """The payments that the account shows, as JSON."""
    found: Any = view.data["payments"]
    return list(found)


def back(account: Opened) -> dict[str, int]:
    """What the gateway gave back of this account's payments, by payment."""
    view = account.case()
    assert view is not None
    mine = {payment["payment_id"] for payment in payments_of(view)}
    found: dict[str, int] = {}
    for row in account.bench.all_refunds():
        if row.payment_id in mine:
            found[row.payment_id] = found.get(row.payment_id, 0) + row.amount_fen
    return found


def account_view(data: dict[str, Any], **changes: Any) -> CaseView:
    """An account on record, made up."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    known = {
        "case_id": "deposit-accounts:rehearsal:d-1",
        "process": "deposit-accounts",
        "market": "rehearsal",
        "id": "d-1",
        "provider_id": "isv-1",
        "stage": "short",
        "opened_at": at,
        "changed_at": at,
        "policy_version": "1",
        "data": data,
    }
    return CaseView.model_validate({**known, **changes})


class Onboarding:
    """One that hears of its deposit."""

    def __init__(self, bench: Bench, handle: WorkflowHandle[Any, Any]) -> None:
        self.bench, self.handle = bench, handle

    async def heard(self, required_fen: int, held_fen: int) -> list[tuple[str, int, int]]:
        """Everything told so far, once the last of it are these figures."""
        async with asyncio.timeout(60):
            while True:
                told = [tuple(each) for each in await self.handle.query("all_heard")]
                if told and told[-1][1:] == (required_fen, held_fen):
                    return told
                await self.bench.tick()


@asynccontextmanager
async def onboarding(bench: Bench, case_id: str) -> AsyncIterator[Onboarding]:
    async with Worker(bench.client, task_queue=LISTENING, workflows=[Listening], workflow_runner=RUNNER):
        handle = await bench.client.start_workflow(Listening.run, id=case_id, task_queue=LISTENING)
        yield Onboarding(bench, handle)
        await handle.signal("end")
        with bench.env.auto_time_skipping_disabled():
            await handle.result()


def new_onboarding(market: str = "rehearsal") -> str:
    return f"provider-onboardings:{market}:o-{uuid.uuid4().hex[:12]}"


async def opened_by(
    onboarding: str, bench: Bench, *, events_a_run: int | None = None, **changes: Any
) -> Opened:
    """An account that an onboarding opened for itself."""
    market = onboarding.split(":")[1]
    asked = body(onboarding=onboarding, **changes)
    admitted = bench.admissions.admit(DEPOSITS, market, asked, SYSTEM, await bench.now())
    if events_a_run is not None:
        admitted.input["events_a_run"] = events_a_run
    account = await bench.begin(admitted)
    await account.on_record()
    return account
