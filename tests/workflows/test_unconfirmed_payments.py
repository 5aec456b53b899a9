"""A payment that somebody told us of and the gateway does not know. A rehearsal asks for 20 seconds."""

import asyncio
from datetime import timedelta

from activities.gateways.simulated.payments import Behaviour
from models.cases import Resumed
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from tests.bench import OPERATOR, SECOND, Bench

ASKED_FOR = 20 * SECOND


async def test_a_payment_that_is_never_confirmed_is_given_up_when_the_policy_says_so(bench: Bench) -> None:
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id="never-made"), "rehearsal")
    await receipt.on_record()
    await bench.advance(ASKED_FOR + 10 * SECOND)
    assert await receipt.ends() == "unconfirmed"
    opened, given_up = receipt.changes()
    assert (opened.event, given_up.event) == ("opened", "never_confirmed")
    # Its last question is the last that still ends in time.
    assert ASKED_FOR / 2 < given_up.at - opened.at < ASKED_FOR + SECOND


async def test_a_payment_that_is_confirmed_a_little_later_is_not_given_up(bench: Bench) -> None:
    order = await bench.place(market="rehearsal")
    payment, receipt = await bench.pay(order)
    assert receipt is not None
    assert payment.market == "rehearsal"


async def test_a_gateway_that_is_down_all_that_time_does_not_give_the_money_up(bench: Bench) -> None:
    order = await bench.place()
    payment = await asyncio.to_thread(bench.gateway.pay, order.case_id, at=await bench.now())
    await asyncio.to_thread(bench.gateway.misbehave, "query", Behaviour.UNAVAILABLE, 1000)
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id), "rehearsal")
    await receipt.on_record()
    await bench.advance(ASKED_FOR + timedelta(minutes=1))
    blocked = await receipt.stands("blocked")
    assert blocked.blocked_by == ("GatewayUnavailable",)
    assert (blocked.stage, blocked.outcome) == ("asking", None)
    await asyncio.to_thread(bench.gateway.misbehave, "query", Behaviour.UNAVAILABLE, 0)
    await receipt.report(Resumed(reason="the gateway is back"), actor=OPERATOR)
    await receipt.stands("resumed", "confirmed")
