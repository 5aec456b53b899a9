"""Every path of which a history is kept, played from beginning to end: those without disputes are here."""

import asyncio
from datetime import timedelta
from typing import Any

from activities.gateways.simulated.payments import Behaviour
from models.interventions import Extended, Paused, Resumed
from models.orders import (
    Accepted,
    BusinessCertified,
    Cancelled,
    Declined,
    OrderEvent,
    RefundRequested,
    VersionRejected,
)
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, SECOND, Bench, Opened, order_body
from tests.replay.banks import BANKS
from tests.replay.deposits import DEPOSITS_PLAYED
from tests.replay.disputes import DISPUTES, Path
from tests.replay.listings import LISTINGS
from tests.replay.merchants import MERCHANTS
from tests.replay.onboardings import ONBOARDINGS
from tests.replay.pushes import PUSHES
from tests.replay.settlements import SETTLEMENTS

ACCEPTED, WANTS_MONEY_BACK = Accepted(on_behalf_of=BUYER), RefundRequested(on_behalf_of=BUYER)
DECLINED, REJECTED = Declined(reason="no capacity"), VersionRejected(reason="no address")
FREE: dict[str, Any] = {"template": {**order_body()["template"], "price_fen": 0}}
CERTIFIES: dict[str, Any] = {
    "template": {**order_body()["template"], "account_types": ["individually_owned_business"]},
    "buyer": {"account_type": "individual", "is_legal_person": True},
}


def order(task: str, *events: OrderEvent, **changes: Any) -> Path:
    """An order that waits for this task, then takes these events, and then silence to its end."""

    async def played(bench: Bench) -> Opened:
        order = await bench.place_in(task, **changes)
        for event in events:
            await order.report(event)
        await order.ends()
        return order

    return played


async def free(bench: Bench) -> Opened:
    order = await bench.place(**FREE)
    for event in (BUILT, APPROVED, ACCEPTED):
        await order.report(event)
    await order.ends()
    return order


async def found_at_the_deadline(bench: Bench) -> Opened:
    """Paid in time, and no notice told of it."""
    order = await bench.place()
    due = await order.due()
    await asyncio.to_thread(bench.gateway.pay, order.case_id, at=due - SECOND)
    await bench.advance_to(due + SECOND)
    await order.stands("payment_overdue", "payment_found")
    await order.ends()
    return order


async def extended_paused_resumed(bench: Bench) -> Opened:
    order = await bench.place_in("implementation")
    for ruling in (Extended(reason="holiday", by=3 * DAY), Paused(reason="appeal")):
        await order.report(ruling, actor=OPERATOR)
    await bench.advance(40 * DAY)
    await order.report(Resumed(reason="decided"), actor=OPERATOR)
    for event in (BUILT, REJECTED, BUILT, APPROVED):
        await order.report(event)
    await order.ends()
    return order


async def blocked_and_resumed(bench: Bench) -> Opened:
    order = await bench.place_in("confirmation")
    await asyncio.to_thread(bench.gateway.misbehave, "refund", Behaviour.REFUSED)
    await order.report(WANTS_MONEY_BACK)
    await order.stands("refund_requested", "blocked")
    await order.report(Resumed(reason="the gateway was wrong"), actor=OPERATOR)
    await order.ends()
    return order


async def cancellation_refused(bench: Bench) -> Opened:
    order = await bench.place_in("implementation")
    await order.handle.cancel(rpc_timeout=timedelta(seconds=60))
    await order.stands("paid", "cancellation_refused")
    await order.ends()
    return order


async def receipt_applied(bench: Bench) -> Opened:
    _, receipt = await bench.pay(await bench.place())
    await receipt.ends()
    return receipt


async def receipt_refunded(bench: Bench) -> Opened:
    _, receipt = await bench.pay(await bench.place(), amount_fen=1)
    await receipt.ends()
    return receipt


async def receipt_unconfirmed(bench: Bench) -> Opened:
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id="p-nobody-paid"))
    await receipt.stands("opened")
    await bench.advance(2 * DAY)
    await receipt.ends()
    return receipt


PATHS: dict[str, tuple[Path, str]] = {
    **BANKS,
    **DEPOSITS_PLAYED,
    **DISPUTES,
    **ONBOARDINGS,
    **MERCHANTS,
    **SETTLEMENTS,
    **LISTINGS,
    **PUSHES,
    "order-completed": (order("confirmation", ACCEPTED), "completed"),
    "order-accepted-by-silence": (order("confirmation"), "accepted_by_silence"),
    "order-unpaid": (order("payment"), "unpaid"),
    "order-cancelled": (order("payment", Cancelled(on_behalf_of=BUYER)), "cancelled"),
    "order-declined": (order("implementation", DECLINED), "declined"),
    "order-refund-while-implementing": (order("version_review", WANTS_MONEY_BACK), "refund_requested"),
    "order-refund-while-confirming": (order("confirmation", WANTS_MONEY_BACK), "refund_requested"),
    "order-not-implemented": (order("version_review", REJECTED), "not_implemented"),
    "order-found-at-the-deadline": (found_at_the_deadline, "not_implemented"),
    "order-free": (free, "completed"),
    "order-certified-as-business": (
        order("implementation", BusinessCertified(), BUILT, APPROVED, ACCEPTED, **CERTIFIES),
        "completed",
    ),
    "order-extended-paused-resumed": (extended_paused_resumed, "accepted_by_silence"),
    "order-blocked-and-resumed": (blocked_and_resumed, "refund_requested"),
    "order-cancellation-refused": (cancellation_refused, "not_implemented"),
    "receipt-applied": (receipt_applied, "applied"),
    "receipt-refunded": (receipt_refunded, "refunded"),
    "receipt-unconfirmed": (receipt_unconfirmed, "unconfirmed"),
}
"""By file name: how it is played, and the outcome it has."""
