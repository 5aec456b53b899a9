"""A payment that somebody told us of and the gateway does not know. A rehearsal asks for 20 seconds."""

import asyncio
import uuid

from sqlmodel import Session

from activities.gateways.simulated.payments import Behaviour
from models.interventions import Resumed
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from models.tables.simulated import SimulatedPayment
from tests.bench import MINUTE, OPERATOR, SECOND, Bench

ASKED_FOR = 20 * SECOND


async def test_a_payment_that_is_never_confirmed_is_given_up_when_the_policy_says_so(bench: Bench) -> None:
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id="never-made"), "rehearsal")
    await receipt.on_record()
    await bench.advance(ASKED_FOR + 10 * SECOND)
    assert await receipt.ends() == "unconfirmed"
    opened, given_up = receipt.changes()
    assert (opened.event, given_up.event) == ("opened", "never_confirmed")
    # Its last question is the last that still ends in time.
    assert ASKED_FOR / 2 < given_up.at - opened.at < ASKED_FOR + MINUTE


async def test_a_payment_that_is_confirmed_a_little_later_finds_its_order(bench: Bench) -> None:
    order = await bench.place()
    payment_id = f"p-{uuid.uuid4().hex[:16]}"
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment_id))
    await receipt.on_record()
    await bench.advance(5 * SECOND)
    paid_at = await bench.now()
    with Session(bench.engine) as session, session.begin():
        made = {"payment_id": payment_id, "market": "alipay", "reference": order.case_id}
        session.add(SimulatedPayment(**made, amount_fen=9900, currency="CNY", paid_at=paid_at))
    await order.stands("paid")
    assert await receipt.ends() == "applied"


async def test_a_gateway_that_is_down_all_that_time_does_not_give_the_money_up(bench: Bench) -> None:
    order = await bench.place("rehearsal")
    await asyncio.to_thread(bench.gateway.misbehave, "query", Behaviour.UNAVAILABLE, 1000)
    payment = await asyncio.to_thread(bench.gateway.pay, order.case_id, at=await bench.now())
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id), "rehearsal")
    await receipt.on_record()
    await bench.advance(ASKED_FOR + 10 * SECOND)
    blocked = await receipt.stands("blocked")
    assert blocked.blocked_by == ("GatewayUnavailable",)
    assert (blocked.stage, blocked.outcome) == ("asking", None)
    await asyncio.to_thread(bench.gateway.misbehave, "query", Behaviour.UNAVAILABLE, 0)
    await receipt.report(Resumed(reason="the gateway is back"), actor=OPERATOR)
    assert await receipt.ends() in ("applied", "refunded")
    assert receipt.path()[:4] == ["opened", "blocked", "resumed", "confirmed"]
