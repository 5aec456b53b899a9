"""Whatever the gateway does at whichever step, each effect happens once."""

import asyncio
from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from activities.gateways.simulated.payments import Behaviour
from models.cases import Role
from models.interventions import Resumed
from models.orders import Cancelled, Declined
from models.processes import TEMPLATE_ORDERS
from models.tables.simulated import SimulatedCharge
from tests.bench import BUYER, OPERATOR, Bench, Opened, place_order

AGAIN = pytest.mark.parametrize("behaviour", [Behaviour.UNAVAILABLE, Behaviour.LOST_ANSWER])
DECLINED = Declined(reason="no capacity")


@pytest.fixture
def misbehave(bench: Bench) -> Callable[[str, Behaviour], None]:
    def misbehave(operation: str, behaviour: Behaviour) -> None:
        bench.gateway.misbehave(operation, behaviour, 1 if behaviour is Behaviour.REFUSED else 2)

    return misbehave


Misbehave = Callable[[str, Behaviour], None]


def charges(order: Opened) -> list[SimulatedCharge]:
    with Session(order.bench.engine) as session:
        mine = select(SimulatedCharge).where(SimulatedCharge.reference == order.case_id)
        return list(session.exec(mine))


async def lands_on_the_desk(case: Opened) -> None:
    """The case is blocked, waits for an operator, and goes on when one lets it."""
    view = await case.stands("blocked")
    row = case.row()
    assert row is not None
    assert (row.blocked_by, view.blocked_by) == (["Refused"], ("Refused",))
    assert "operator" in row.waiting_on
    desk = next(task for task in view.tasks if task.name == "desk")
    assert [(each.event, each.by) for each in desk.accepts] == [("resumed", (Role.OPERATOR,))]
    blocked = case.changes()[-1]
    assert blocked.data == {"kind": "Refused", "detail": "Refused: told_to_refuse"}
    assert blocked.stage_before == blocked.stage_after == view.stage
    resumed = await case.report(Resumed(reason="settled by phone"), actor=OPERATOR)
    assert (resumed.blocked_by, [task.name for task in resumed.tasks if task.name == "desk"]) == ((), [])


@AGAIN
async def test_a_payment_page_is_opened_once(
    bench: Bench, misbehave: Misbehave, behaviour: Behaviour
) -> None:
    misbehave("open", behaviour)
    order = await bench.place()
    assert order.path() == ["opened", "payment_opened"]
    assert len(charges(order)) == 1


@AGAIN
async def test_a_payment_is_asked_for_until_it_is_answered(
    bench: Bench, misbehave: Misbehave, behaviour: Behaviour
) -> None:
    order = await bench.place()
    misbehave("query", behaviour)
    payment, receipt = await bench.pay(order)
    assert await receipt.ends() == "applied"
    assert order.path().count("paid") == 1
    assert bench.refunds(payment) == []


@AGAIN
async def test_a_payment_page_is_closed_until_it_is_answered(
    bench: Bench, misbehave: Misbehave, behaviour: Behaviour
) -> None:
    order = await bench.place()
    misbehave("close", behaviour)
    await order.report(Cancelled(on_behalf_of=BUYER))
    assert await order.ends() == "cancelled"
    assert order.path()[-2:] == ["cancelled", "payment_closed"]
    assert [charge.open for charge in charges(order)] == [False]


@pytest.mark.parametrize("behaviour", [*AGAIN.args[1], Behaviour.IN_PROGRESS])
async def test_an_order_refunds_once(bench: Bench, misbehave: Misbehave, behaviour: Behaviour) -> None:
    order = await bench.place_paid()
    misbehave("refund", behaviour)
    await order.report(DECLINED)
    assert await order.ends() == "declined"
    assert [refund.amount_fen for refund in bench.refunds(order=order)] == [9900]
    assert order.path().count("refunded") == 1


@pytest.mark.parametrize("behaviour", [*AGAIN.args[1], Behaviour.IN_PROGRESS])
async def test_a_receipt_refunds_once(bench: Bench, misbehave: Misbehave, behaviour: Behaviour) -> None:
    order = await bench.place()
    misbehave("refund", behaviour)
    payment, receipt = await bench.pay(order, amount_fen=1)
    assert await receipt.ends() == "refunded"
    assert [refund.amount_fen for refund in bench.refunds(payment)] == [1]


async def test_a_page_that_is_refused_blocks_and_the_buyer_may_still_cancel(
    bench: Bench, misbehave: Misbehave
) -> None:
    misbehave("open", Behaviour.REFUSED)
    order = await bench.start(TEMPLATE_ORDERS, place_order())
    blocked = await order.stands("opened", "blocked")
    assert {task.name for task in blocked.tasks} == {"payment", "desk"}
    view = await order.report(Cancelled(on_behalf_of=BUYER))
    assert view.blocked_by == ()
    assert await order.ends() == "cancelled"
    assert order.path() == ["opened", "blocked", "cancelled", "payment_closed"]


async def test_a_page_that_was_refused_opens_when_an_operator_says_so(
    bench: Bench, misbehave: Misbehave
) -> None:
    misbehave("open", Behaviour.REFUSED)
    order = await bench.start(TEMPLATE_ORDERS, place_order())
    await lands_on_the_desk(order)
    view = await order.stands("opened", "blocked", "resumed", "payment_opened")
    assert "pay_url" in view.data


async def test_a_refused_question_blocks_its_receipt(bench: Bench, misbehave: Misbehave) -> None:
    order = await bench.place()
    misbehave("query", Behaviour.REFUSED)
    _, receipt = await bench.pay(order)
    await lands_on_the_desk(receipt)
    assert await receipt.ends() == "applied"


async def test_a_refused_closing_blocks_its_order(bench: Bench, misbehave: Misbehave) -> None:
    order = await bench.place()
    misbehave("close", Behaviour.REFUSED)
    await order.report(Cancelled(on_behalf_of=BUYER))
    await lands_on_the_desk(order)
    assert await order.ends() == "cancelled"


async def test_a_refused_refund_blocks_its_order_and_is_made_once_in_the_end(
    bench: Bench, misbehave: Misbehave
) -> None:
    order = await bench.place_paid()
    misbehave("refund", Behaviour.REFUSED)
    answer = await order.report(DECLINED)
    assert answer.stage == "refunding"
    await lands_on_the_desk(order)
    assert await order.ends() == "declined"
    assert order.path()[-4:] == ["declined", "blocked", "resumed", "refunded"]
    assert [refund.times_asked for refund in bench.refunds(order=order)] == [1]


async def test_a_refund_that_is_refused_again_blocks_again(bench: Bench, misbehave: Misbehave) -> None:
    order = await bench.place()
    misbehave("refund", Behaviour.REFUSED)
    payment, receipt = await bench.pay(order, amount_fen=1)
    await receipt.stands("blocked")
    misbehave("refund", Behaviour.REFUSED)
    await receipt.report(Resumed(reason="try again"), actor=OPERATOR)
    await receipt.stands("blocked", "resumed", "blocked")
    assert bench.refunds(payment) == []
    await receipt.report(Resumed(reason="and again"), actor=OPERATOR)
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1


async def test_only_an_operator_who_has_something_to_resume_resumes(bench: Bench) -> None:
    order = await bench.place_paid()
    assert await order.refuses(Resumed(reason="why not"), actor=OPERATOR) == "resumed would change nothing"


async def test_an_answer_waits_for_nobody_outside(bench: Bench) -> None:
    """The refund does not come through: the event is answered all the same, and the view says so."""
    order = await bench.place_paid()
    await asyncio.to_thread(bench.gateway.misbehave, "refund", Behaviour.UNAVAILABLE, 3)
    view = await order.report(DECLINED)
    assert (view.stage, view.tasks, view.closed_at) == ("refunding", (), None)
    assert bench.refunds(order=order) == []
    assert await order.ends() == "declined"
