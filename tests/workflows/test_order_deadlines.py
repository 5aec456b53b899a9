"""Just before and just after each deadline, and from when its period runs: CV-4, CV-6."""

from datetime import timedelta

import pytest

from models.cases import Event
from models.orders import Accepted, Cancelled
from models.processes import TEMPLATE_ORDERS
from tests.bench import APPROVED, BUILT, BUYER, DAY, MINUTE, SECOND, Bench, place_order

HOUR = timedelta(hours=1)
MOVES = pytest.mark.parametrize(
    ("task", "event"),
    [
        pytest.param("payment", Cancelled(on_behalf_of=BUYER), id="AMP-ORD-19"),
        pytest.param("implementation", BUILT, id="AMP-IMP-04"),
        pytest.param("version_review", APPROVED, id="AMP-IMP-08"),
        pytest.param("confirmation", Accepted(on_behalf_of=BUYER), id="AMP-CONF-04"),
    ],
)


@MOVES
async def test_what_happened_at_the_deadline_is_late_although_nobody_noticed_yet(
    bench: Bench, task: str, event: Event
) -> None:
    order = await bench.place_in(task)
    due = await order.due()
    await bench.advance_to(due - 60 * SECOND)
    assert await order.refuses(event, at=due) == f"{event.event} came after the deadline"
    assert await order.refuses(event, at=due + HOUR) == f"{event.event} came after the deadline"
    assert order.changes()[-1].at < due


@MOVES
async def test_what_happened_a_second_before_the_deadline_counts(
    bench: Bench, task: str, event: Event
) -> None:
    order = await bench.place_in(task)
    due = await order.due()
    await bench.advance_to(due - 60 * SECOND)
    await order.report(event, at=due - SECOND)
    last = order.changes()[-1]
    assert last.event in (event.event, "payment_closed")
    assert not any(path.endswith("_overdue") for path in order.path())


async def test_money_paid_a_second_before_the_deadline_is_taken(bench: Bench) -> None:
    """AMP-ORD-19: created 10:00, paid 09:59:59 three days later."""
    order = await bench.place()
    due = await order.due()
    await bench.advance_to(due - 60 * SECOND)
    payment, receipt = await bench.pay(order, at=due - SECOND)
    assert await receipt.ends() == "applied"
    assert order.path()[-1] == "paid"
    assert bench.refunds(payment) == []


async def test_money_paid_at_the_deadline_goes_back(bench: Bench) -> None:
    """AMP-ORD-19, -26, AMB-47."""
    order = await bench.place()
    due = await order.due()
    assert await order.ends() == "unpaid"
    payment, receipt = await bench.pay(order, at=due, in_spite=True)
    assert await receipt.ends() == "refunded"
    assert [refund.amount_fen for refund in bench.refunds(payment)] == [9900]


async def test_implementing_begins_when_the_gateway_was_paid(bench: Bench) -> None:
    order = await bench.place()
    await bench.advance(2 * DAY)
    payment, _ = await bench.pay(order, at=await bench.now() - 30 * HOUR)
    view = await order.stands("paid")
    assert view.tasks[0].deadline_at == payment.paid_at + 30 * DAY
    assert order.changes()[-1].at >= payment.paid_at + 30 * HOUR


async def test_confirming_begins_when_the_version_was_approved(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    await bench.advance(2 * DAY)
    approved_at = await bench.now() - HOUR
    view = await order.report(APPROVED, at=approved_at)
    assert view.tasks[0].deadline_at == approved_at + 7 * DAY


async def test_an_order_that_was_started_late_has_no_more_time_than_others(bench: Bench) -> None:
    """The first period runs from the placing, also when the case had to be found and started again."""
    admitted = await bench.admit(TEMPLATE_ORDERS, place_order())
    placed_at = await bench.now()
    await bench.advance(DAY)
    order = await bench.begin(admitted)
    view = await order.stands("opened", "payment_opened")
    assert abs(view.opened_at - placed_at) < MINUTE
    assert view.tasks[0].deadline_at == view.opened_at + 3 * DAY
