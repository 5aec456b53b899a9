"""Deposit accounts under test: opened, paid into, and decided on."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from models.cases import CaseView, Event
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
from tests.bench import OPERATOR, SECOND_OPERATOR, Bench, Opened

DEPOSITS = PROCESSES["deposit-accounts"]
ONE, TWO = ("service",), ("service", "website-building")
EACH = 30_000
"""What rehearsal asks for each category."""
HOLD, LIFT = DecidedToHold(reason="a complaint"), DecidedToLift(reason="it was none")
RELEASE = DecidedToRelease(reason="the contract is over")
BY_OPERATOR = {"actor": OPERATOR}
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


async def decided(account: Opened, act: Event) -> CaseView:
    """Decided, and agreed to where that takes two."""
    view = await account.report(act, actor=OPERATOR)
    if any(task.name == "second_approval" for task in view.tasks):
        view = await account.report(Approved(reason="I agree"), actor=SECOND_OPERATOR)
    return view


def figures(view: CaseView, *names: str) -> tuple[Any, ...]:
    return tuple(view.data[f"{name}_fen"] for name in names)


def back(account: Opened) -> dict[str, int]:
    """What the gateway gave back of this account's payments, by payment."""
    view = account.case()
    assert view is not None
    mine = {payment["payment_id"] for payment in view.data["payments"]}  # type: ignore[index, union-attr, call-overload]
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
