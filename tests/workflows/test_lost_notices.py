"""A payment that nobody told us of is found when the order's time is up: AMP-ORD-19."""

import asyncio
from datetime import timedelta

from activities.gateways.simulated.payments import Behaviour
from models.orders import Cancelled
from models.payments import Payment
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from tests.bench import BUYER, DAY, SECOND, Bench, Opened


async def paid_in_silence(bench: Bench, order: Opened, before_due: timedelta = SECOND) -> Payment:
    """The buyer pays shortly before the deadline, and no notice comes."""
    paid_at = await order.due() - before_due
    return await asyncio.to_thread(bench.gateway.pay, order.case_id, at=paid_at)


async def closing(bench: Bench, order: Opened, times: int = 4) -> None:
    """Let the time run out while the gateway does not answer: the order stays where it asks."""
    await asyncio.to_thread(bench.gateway.misbehave, "close", Behaviour.UNAVAILABLE, times)
    await bench.advance_to(await order.due())
    await order.stands("payment_overdue")


async def test_a_payment_without_a_notice_is_found_and_implementing_runs_from_it(bench: Bench) -> None:
    order = await bench.place()
    payment = await paid_in_silence(bench, order)
    await bench.advance_to(await order.due() + SECOND)
    view = await order.stands("payment_overdue", "payment_found")
    assert (view.stage, view.data["payment_id"]) == ("implementing", payment.payment_id)
    assert view.tasks[0].deadline_at == payment.paid_at + 30 * DAY
    assert bench.refunds(payment) == []


async def test_what_was_paid_at_the_deadline_is_not_found(bench: Bench) -> None:
    order = await bench.place()
    payment = await paid_in_silence(bench, order, timedelta())
    assert await order.ends() == "unpaid"
    assert bench.refunds(payment) == []  # that is the receipt's business, once somebody tells of it


async def test_a_receipt_that_comes_while_the_order_closes_loses_nothing(bench: Bench) -> None:
    order = await bench.place()
    payment = await paid_in_silence(bench, order)
    await closing(bench, order)
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id))
    await receipt.stands("confirmed")
    assert (await order.on_record()).stage == "closing_payment"
    await order.stands("payment_found")
    assert await receipt.ends() == "applied"
    assert bench.refunds(payment) == []
    assert (await order.on_record()).data["payment_id"] == payment.payment_id


async def test_of_two_payments_found_one_is_kept_and_one_goes_back(bench: Bench) -> None:
    order = await bench.place()
    earlier = await paid_in_silence(bench, order, 5 * SECOND)
    later = await paid_in_silence(bench, order)
    await bench.advance_to(await order.due() + SECOND)
    view = await order.stands("payment_found")
    assert view.data["payment_id"] == earlier.payment_id
    receipts = [
        await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id))
        for payment in (earlier, later)
    ]
    assert [await receipt.ends() for receipt in receipts] == ["applied", "refunded"]
    assert (len(bench.refunds(earlier)), len(bench.refunds(later))) == (0, 1)


async def test_a_wrong_payment_is_not_found_and_the_right_one_is(bench: Bench) -> None:
    order = await bench.place()
    at = await order.due() - 9 * SECOND
    await asyncio.to_thread(bench.gateway.pay, order.case_id, at=at, amount_fen=1)
    payment = await paid_in_silence(bench, order)
    await bench.advance_to(await order.due() + SECOND)
    view = await order.stands("payment_found")
    assert view.data["payment_id"] == payment.payment_id


async def test_a_buyer_who_paid_and_cancelled_gets_the_money_back(bench: Bench) -> None:
    """AMB-47."""
    order = await bench.place()
    payment = await paid_in_silence(bench, order)
    await order.report(Cancelled(on_behalf_of=BUYER))
    assert await order.ends() == "cancelled"
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id))
    assert await receipt.ends() == "refunded"
    assert [refund.amount_fen for refund in bench.refunds(payment)] == [9900]
