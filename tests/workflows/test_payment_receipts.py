"""Money that reached us finds its order or the way back, once: AMP-ORD-20, -26, AMB-47."""

import asyncio
from typing import Any

import pytest

from models.orders import Accepted, Cancelled
from models.payments import Charge, Payment
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from tests.bench import BUYER, Bench, Opened

REFUSED = ["opened", "confirmed", "not_wanted", "refunded"]


async def goes_back(bench: Bench, payment: Payment, receipt: Opened, why: str) -> None:
    """The receipt gives the whole payment back, once, and says why."""
    assert await receipt.ends() == "refunded"
    assert receipt.path() == REFUSED
    assert receipt.changes()[2].data == {"reason": why}
    assert [(row.amount_fen, row.times_asked) for row in bench.refunds(payment)] == [(payment.amount_fen, 1)]


async def test_the_exact_payment_is_applied_to_its_order(bench: Bench) -> None:
    order = await bench.place()
    payment, receipt = await bench.pay(order)
    assert await receipt.ends() == "applied"
    assert receipt.path() == ["opened", "confirmed", "applied"]
    told, paid = await receipt.on_record(), await order.on_record()
    assert told.regarding == order.case_id
    assert (told.data["amount_fen"], told.data["currency"]) == (9900, "CNY")
    assert (paid.stage, paid.data["payment_id"]) == ("implementing", payment.payment_id)
    [change] = [change for change in order.changes() if change.event == "paid"]
    assert change.actor == {"role": "system", "subject": "payment-gateway", "on_behalf_of": None}
    assert bench.refunds(payment) == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        pytest.param({"amount_fen": 9899}, "wrong_amount", id="a fen less"),
        pytest.param({"amount_fen": 9901}, "wrong_amount", id="a fen more"),
        pytest.param({"currency": "USD"}, "other_currency", id="dollars"),
    ],
)
async def test_what_is_not_the_price_goes_back_and_the_order_can_still_be_paid(
    bench: Bench, how: dict[str, Any], why: str
) -> None:
    order = await bench.place()
    payment, receipt = await bench.pay(order, **how)
    await goes_back(bench, payment, receipt, why)
    assert (await order.on_record()).stage == "unpaid"
    right, second = await bench.pay(order)
    assert await second.ends() == "applied"
    assert bench.refunds(right) == []


async def test_a_second_payment_goes_back_and_the_first_stays(bench: Bench) -> None:
    order = await bench.place()
    first, _ = await bench.pay(order)
    await order.stands("paid")
    second, receipt = await bench.pay(order)
    await goes_back(bench, second, receipt, "already_paid")
    assert bench.refunds(first) == []
    assert (await order.on_record()).data["payment_id"] == first.payment_id


async def test_of_two_payments_at_once_one_is_taken_and_the_other_goes_back(bench: Bench) -> None:
    order = await bench.place()
    paid = await asyncio.gather(bench.pay(order), bench.pay(order))
    outcomes = {payment.payment_id: await receipt.ends() for payment, receipt in paid}
    assert sorted(outcomes.values()) == ["applied", "refunded"]
    taken = (await order.on_record()).data["payment_id"]
    assert outcomes[str(taken)] == "applied"
    for payment, _ in paid:
        assert len(bench.refunds(payment)) == (payment.payment_id != taken)


async def test_money_for_an_order_that_nobody_knows_goes_back(bench: Bench) -> None:
    nobodys = Charge(market="alipay", reference="template-orders:alipay:nobodys", amount_fen=100)
    await asyncio.to_thread(bench.gateway.open, nobodys)
    payment = await asyncio.to_thread(bench.gateway.pay, nobodys.reference, at=await bench.now())
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id))
    await goes_back(bench, payment, receipt, "unknown_order")


@pytest.mark.parametrize("outcome", ["unpaid", "cancelled"])
async def test_money_that_comes_after_the_order_was_closed_goes_back(bench: Bench, outcome: str) -> None:
    """AMP-ORD-26, AMB-47."""
    order = await bench.place()
    if outcome == "cancelled":
        await order.report(Cancelled(on_behalf_of=BUYER))
    assert await order.ends() == outcome
    payment, receipt = await bench.pay(order, in_spite=True)
    await goes_back(bench, payment, receipt, "order_closed")
    assert (await order.on_record()).outcome == outcome


async def test_a_second_payment_for_a_completed_order_goes_back_and_nothing_else(bench: Bench) -> None:
    """AMP-CONF-06."""
    order = await bench.place_in("confirmation")
    await order.report(Accepted(on_behalf_of=BUYER))
    await order.ends()
    payment, receipt = await bench.pay(order, in_spite=True)
    await goes_back(bench, payment, receipt, "already_paid")
    assert bench.refunds(order=order) == []


async def test_fifty_late_payments_in_parallel_all_go_back_once(bench: Bench) -> None:
    """AMP-ORD-26, AMB-47."""
    order = await bench.place()
    await order.ends()
    before = len(bench.all_refunds())
    paid = await asyncio.gather(*(bench.pay(order, in_spite=True) for _ in range(50)))
    assert {await receipt.ends() for _, receipt in paid} == {"refunded"}
    for payment, _ in paid:
        assert [refund.amount_fen for refund in bench.refunds(payment)] == [9900]
    assert len(bench.all_refunds()) == before + 50


async def test_a_notice_told_twice_opens_one_receipt(bench: Bench) -> None:
    order = await bench.place()
    payment, receipt = await bench.pay(order)
    told = TellOfPayment(id=payment.payment_id)
    again = await asyncio.gather(*(bench.start(PAYMENT_RECEIPTS, told) for _ in range(5)))
    assert {each.case_id for each in again} == {receipt.case_id}
    assert await receipt.ends() == "applied"
    late = await bench.start(PAYMENT_RECEIPTS, told)
    assert await late.ends() == "applied"
    assert receipt.path() == ["opened", "confirmed", "applied"]
    assert order.path().count("paid") == 1


async def test_an_order_that_gives_back_its_money_is_not_asked_twice(bench: Bench) -> None:
    """The order refunds its own payment; a receipt that comes later changes nothing."""
    order = await bench.under("2020-12-28").place()
    payment = await asyncio.to_thread(bench.gateway.pay, order.case_id, at=await bench.now())
    assert await order.ends() == "not_implemented"
    assert order.path()[2:4] == ["payment_overdue", "payment_found"]
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id))
    assert await receipt.ends() == "applied"
    assert [(row.amount_fen, row.times_asked) for row in bench.refunds(payment)] == [(9900, 1)]
