"""What each end of an order means in money: AMP-ORD-20, AMP-IMP-05, TCM-FEE-02, AMB-40, AMB-47."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from models.cases import Event
from models.orders import Accepted, Cancelled, Declined, RefundRequested
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from tests.bench import APPROVED, BUILT, BUYER, SECOND, Bench, Opened, order_body
from tests.workflows.disputes import (
    ACCEPT,
    AGREED,
    REFUND,
    appealed,
    decided,
    in_stead,
    sent_back,
)
from tests.workflows.money import balances, postings

ACCEPTED, MONEY_BACK = Accepted(on_behalf_of=BUYER), RefundRequested(on_behalf_of=BUYER)
COMPLETED = {"gateway": 9900, "provider:isv-1": 8910, "commission": 990}


def costing(fen: int) -> dict[str, Any]:
    return {"template": {**order_body()["template"], "price_fen": fen}}


def ended(kind: str, *events: Event) -> Callable[[Bench], Awaitable[Opened]]:
    async def played(bench: Bench) -> Opened:
        order = await bench.place_in(kind)
        for event in events:
            await order.report(event)
        return order

    return played


def in_appeal(kind: str, *decisions: Event) -> Callable[[Bench], Awaitable[Opened]]:
    async def played(bench: Bench) -> Opened:
        order = await appealed(bench, kind)
        await decided(order, *decisions)
        return order

    return played


async def reworked(bench: Bench) -> Opened:
    order = await bench.place_in("confirmation")
    await sent_back(order, 2)
    await order.report(ACCEPTED)
    return order


@pytest.mark.parametrize(
    ("play", "outcome", "left"),
    [
        (ended("payment"), "unpaid", {}),
        (ended("payment", Cancelled(on_behalf_of=BUYER)), "cancelled", {}),
        (ended("implementation"), "not_implemented", {}),
        (ended("implementation", Declined(reason="no capacity")), "declined", {}),
        (ended("version_review", MONEY_BACK), "refund_requested", {}),
        (ended("confirmation", MONEY_BACK), "refund_requested", {}),
        (ended("confirmation", ACCEPTED), "completed", COMPLETED),
        (ended("confirmation"), "accepted_by_silence", COMPLETED),
        (reworked, "completed", COMPLETED),
        (in_appeal("implementation", REFUND, AGREED), "appeal_refunded", {}),
        (in_appeal("confirmation", REFUND, AGREED), "appeal_refunded", {}),
        (in_appeal("confirmation", ACCEPT, AGREED), "appeal_accepted", COMPLETED),
        (in_appeal("confirmation", in_stead(ACCEPTED), AGREED), "completed", COMPLETED),
    ],
)
async def test_every_end_leaves_nothing_in_escrow_and_nothing_unapplied(
    bench: Bench, play: Callable[[Bench], Awaitable[Opened]], outcome: str, left: dict[str, int]
) -> None:
    order = await play(bench)
    assert await order.ends() == outcome
    assert balances(*bench.opened) == left


async def test_a_payment_is_received_and_held_for_its_order(bench: Bench) -> None:
    order = await bench.place()
    _, receipt = await bench.pay(order)
    assert await receipt.ends() == "applied"
    assert sorted(postings(order, receipt)) == [
        ("payment_applied", "escrow", -9900),
        ("payment_applied", "unapplied", 9900),
        ("payment_received", "gateway", 9900),
        ("payment_received", "unapplied", -9900),
    ]
    assert balances(order, receipt) == {"gateway": 9900, "escrow": 9900}


async def test_a_payment_that_no_notice_told_of_is_held_once(bench: Bench) -> None:
    """AMP-ORD-19."""
    order = await bench.under(remind_before={}).place()
    due = await order.due()
    paid = await asyncio.to_thread(bench.gateway.pay, order.case_id, at=due - SECOND)
    await bench.advance_to(due + SECOND)
    await order.stands("payment_found")
    assert balances(order) == {"gateway": 9900, "escrow": 9900}
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=paid.payment_id))
    assert await receipt.ends() == "applied"
    assert balances(order, receipt) == {"gateway": 9900, "escrow": 9900}
    assert await order.ends() == "not_implemented"
    assert balances(order, receipt) == {}


async def test_a_refund_leaves_from_escrow_and_in_the_same_step(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await order.report(Declined(reason="no capacity"))
    assert await order.ends() == "declined"
    assert postings(order)[-2:] == [
        ("payment_refunded", "escrow", 9900),
        ("payment_refunded", "gateway", -9900),
    ]


@pytest.mark.parametrize(
    ("fen", "rate", "commission"),
    [
        pytest.param(9905, "0.10", 991, id="half a fen is ours"),
        pytest.param(9904, "0.10", 990, id="less than half is the provider's"),
        pytest.param(1, "0.10", 0, id="one fen"),
        pytest.param(5, "0.10", 1, id="half of one"),
        pytest.param(9999, "0.0375", 375, id="four decimals"),
        pytest.param(9900, "0", 0, id="nothing is ours"),
        pytest.param(9900, "1", 9900, id="everything is ours"),
    ],
)
async def test_the_commission_is_rounded_half_up_and_the_rest_is_the_providers(
    bench: Bench, fen: int, rate: str, commission: int
) -> None:
    """TCM-FEE-02, AMB-40."""
    order = await bench.under(commission_rate=Decimal(rate)).place_in("confirmation", **costing(fen))
    await order.report(ACCEPTED)
    assert await order.ends() == "completed"
    parts = {"gateway": fen, "provider:isv-1": fen - commission, "commission": commission}
    assert balances(*bench.opened) == {account: part for account, part in parts.items() if part}


@pytest.mark.parametrize(
    "how", [{"amount_fen": 9901}, {"amount_fen": 1}, {"currency": "USD"}], ids=["more", "less", "dollars"]
)
async def test_money_that_nobody_wants_comes_and_goes_without_any_order(
    bench: Bench, how: dict[str, Any]
) -> None:
    """AMB-47."""
    order = await bench.place()
    payment, receipt = await bench.pay(order, **how)
    assert await receipt.ends() == "refunded"
    fen = payment.amount_fen
    assert postings(order, receipt) == [
        ("payment_received", "gateway", fen),
        ("payment_received", "unapplied", -fen),
        ("payment_refunded", "unapplied", fen),
        ("payment_refunded", "gateway", -fen),
    ]


async def test_a_second_payment_goes_back_and_the_first_stays_held(bench: Bench) -> None:
    order = await bench.place_paid()
    _, second = await bench.pay(order)
    assert await second.ends() == "refunded"
    assert balances(order, *bench.opened) == {"gateway": 9900, "escrow": 9900}


@pytest.mark.parametrize("end", [ACCEPTED, MONEY_BACK], ids=lambda event: event.event)
async def test_what_costs_nothing_is_no_business_of_the_ledger(bench: Bench, end: Event) -> None:
    """AMP-ORD-21."""
    order = await bench.place(**costing(0))
    for event in (BUILT, APPROVED, end):
        await order.report(event)
    await order.ends()
    assert postings(order) == []
