"""A gateway that gives no answer for long: somebody is told, and the call goes on being made."""

import asyncio

import pytest

from activities.gateways.simulated.payments import Behaviour
from models.interventions import Resumed
from models.orders import RefundRequested
from tests.bench import BUYER, DAY, OPERATOR, SECOND, Bench, Opened

REFUND_REQUESTED = RefundRequested(on_behalf_of=BUYER)
AT_MOST = 400
"""More tries than a day holds."""


async def waiting_for_its_refund(bench: Bench, behaviour: Behaviour) -> Opened:
    order = await bench.place_in("implementation")
    await asyncio.to_thread(bench.gateway.misbehave, "refund", behaviour, AT_MOST)
    await order.report(REFUND_REQUESTED)
    return order


@pytest.mark.parametrize("behaviour", [Behaviour.IN_PROGRESS, Behaviour.UNAVAILABLE])
async def test_an_order_whose_refund_takes_for_ever_lands_on_the_operators_desk(
    bench: Bench, behaviour: Behaviour
) -> None:
    order = await waiting_for_its_refund(bench, behaviour)
    await bench.advance(DAY - 60 * SECOND)
    assert order.path()[-1] == "refund_requested"
    await bench.advance(120 * SECOND)
    case = await order.stands("refund_requested", "delayed")
    assert (case.stage, case.blocked_by) == ("refunding", ("Delayed",))
    assert [task.waiting_on for task in case.tasks] == ["operator"]
    await asyncio.to_thread(bench.gateway.misbehave, "refund", behaviour, 0)
    await bench.advance(DAY)
    case = await order.stands("delayed", "refunded")
    assert (case.outcome, case.blocked_by, len(bench.refunds(order=order))) == ("refund_requested", (), 1)


async def test_an_operator_who_has_looked_takes_it_off_the_desk_and_the_call_goes_on(bench: Bench) -> None:
    order = await waiting_for_its_refund(bench, Behaviour.IN_PROGRESS)
    await bench.advance(DAY + 60 * SECOND)
    await order.stands("refund_requested", "delayed")
    case = await order.report(Resumed(reason="the gateway knows"), actor=OPERATOR)
    assert (case.stage, case.blocked_by, case.tasks) == ("refunding", (), ())
    await asyncio.to_thread(bench.gateway.misbehave, "refund", Behaviour.IN_PROGRESS, 0)
    await bench.advance(DAY)
    await order.stands("resumed", "refunded")
    assert len(bench.refunds(order=order)) == 1
