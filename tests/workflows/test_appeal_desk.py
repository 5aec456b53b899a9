"""How long operators have for an appeal, and what follows when they let it pass: CV-2, CV-5, AMB-54."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import pytest_asyncio

from activities.calendar import Calendar
from models.cases import CaseView
from models.interventions import Extended, Paused, Resumed
from models.orders import Accepted
from models.periods import CHINA, local_date
from tests.bench import BUYER, DAY, MINUTE, OPERATOR, SECOND, Bench, Opened
from tests.workflows.disputes import (
    ACCEPT,
    AGREED,
    BUYER_APPEALS,
    BUYER_SAYS,
    REFUND,
    RESUME,
    appealed,
    decided,
    idle,
    task,
)


class Days(dict[date, bool]):
    """A calendar that learns: a day that it does not hold is known to nobody yet."""

    def holidays(self, first: date, days: int) -> None:
        self.update({first + number * DAY: False for number in range(days)})

    def every_day_worked(self) -> None:
        start = date(2020, 1, 1)
        self.update({start + number * DAY: True for number in range(20000)})


@pytest.fixture
def days() -> Days:
    return Days()


@pytest_asyncio.fixture(loop_scope="session")
async def own(lone_bench: Bench, days: Days) -> AsyncIterator[Bench]:
    """A bench with a calendar of its own."""
    bench = replace(lone_bench, calendar=Calendar(days.get))
    async with bench.working():
        yield bench
        await bench.clear()


def end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), CHINA)


def due(view: CaseView) -> datetime:
    deadline_at = task(view, "appeal").deadline_at
    assert deadline_at is not None
    return deadline_at


def asked(order: Opened) -> int:
    return order.path().count("replanned")


async def times_asked(order: Opened) -> int:
    kinds = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in (await order.history()).events
    ]
    return kinds.count("working_days_due")


async def begun(order: Opened) -> date:
    """The local day of the appeal, which does not count."""
    [appeal] = [row for row in order.changes() if row.event == "buyer_appealed"]
    return local_date(datetime.fromisoformat(str(appeal.data["occurred_at"])))


async def test_an_appeal_is_due_at_the_end_of_the_fifth_working_day(own: Bench, days: Days) -> None:
    days.every_day_worked()
    order = await appealed(own)
    view = await order.stands("buyer_appealed", "replanned")
    day = await begun(order)
    desk = task(view, "appeal")
    assert desk.deadline_at == end_of(day + 5 * DAY)
    assert (desk.waiting_on, desk.on_deadline) == ("operator", "appealing")
    row = order.changes()[-1]
    assert row.data == {"task": "appeal", "until": end_of(day + 5 * DAY).isoformat()}
    assert await times_asked(order) == 1


async def test_working_days_count_from_the_appeals_own_time(own: Bench, days: Days) -> None:
    days.every_day_worked()
    order = await own.place_in("implementation")
    await idle(order, BUYER_APPEALS)
    at = await own.now()
    await own.advance(2 * DAY)
    await order.report(BUYER_APPEALS, at=at)
    view = await order.stands("replanned")
    assert due(view) == end_of(local_date(at) + 5 * DAY)


async def test_an_appeal_that_nobody_decides_is_escalated_and_waits_for_ever(own: Bench, days: Days) -> None:
    days.every_day_worked()
    order = await appealed(own)
    before = await order.stands("replanned")
    await own.advance_to(due(before) + SECOND)
    view = await order.stands("reminded", "appeal_overdue")
    assert order.changes()[-1].data == {"deadline_at": due(before).isoformat()}
    assert [task.name for task in view.tasks] == ["implementation", "escalated_appeal"]
    escalated = task(view, "escalated_appeal")
    assert (escalated.deadline_at, escalated.paused, escalated.waiting_on) == (None, False, "operator")
    held = task(view, "implementation")
    assert held == task(before, "implementation")
    await own.advance(100 * DAY)
    await order.report(BUYER_SAYS)
    at = await own.now()
    view = await order.report(RESUME, actor=OPERATOR, at=at)
    assert held.left is not None
    assert task(view, "implementation").deadline_at == at + held.left
    assert order.path()[-3:] == ["appeal_overdue", "buyer_stated", "decided"]


async def test_a_side_may_give_in_although_the_appeal_is_escalated(own: Bench, days: Days) -> None:
    days.every_day_worked()
    order = await appealed(own, "confirmation")
    await own.advance_to(due(await order.stands("replanned")) + SECOND)
    await order.stands("appeal_overdue")
    view = await order.report(Accepted(on_behalf_of=BUYER))
    assert (view.outcome, view.tasks) == ("completed", ())
    assert await order.ends() == "completed"


async def test_an_escalated_appeal_still_needs_two_to_move_money(own: Bench, days: Days) -> None:
    days.every_day_worked()
    order = await appealed(own)
    await own.advance_to(due(await order.stands("replanned")) + SECOND)
    await order.stands("appeal_overdue")
    await decided(order, ACCEPT, AGREED)
    assert await order.ends() == "appeal_accepted"


async def test_a_decision_that_waits_is_void_once_the_appeal_is_overdue(own: Bench, days: Days) -> None:
    days.every_day_worked()
    order = await appealed(own)
    due_at = due(await order.stands("replanned"))
    view = await decided(order, REFUND)
    assert (due(view), "second_approval" in {task.name for task in view.tasks}) == (due_at, True)
    await own.advance_to(due_at + SECOND)
    view = await order.stands("appeal_overdue")
    assert {task.name for task in view.tasks} == {"implementation", "escalated_appeal"}
    assert await order.refuses(AGREED) == "no decision waits for a second operator"
    await decided(order, REFUND, AGREED)
    assert await order.ends() == "appeal_refunded"


async def test_a_date_without_data_is_planned_again_each_day_until_there_are_data(
    own: Bench, days: Days
) -> None:
    order = await appealed(own)
    first = due(await order.stands("buyer_appealed", "replanned"))
    day = await begun(order)
    await own.advance(DAY + SECOND)
    await own.settle(order)
    assert (await times_asked(order), asked(order)) == (2, 1)
    days.every_day_worked()
    days.holidays(day + DAY, 4)
    await own.advance(DAY)
    view = await order.stands("replanned", "replanned")
    assert due(view) == end_of(day + 9 * DAY) != first
    assert order.changes()[-1].data["until"] == end_of(day + 9 * DAY).isoformat()
    await own.advance(3 * DAY)
    assert await times_asked(order) == 3


async def test_what_an_operator_added_is_kept_when_the_date_is_planned_again(own: Bench, days: Days) -> None:
    order = await appealed(own)
    first = due(await order.stands("replanned"))
    view = await order.report(Extended(reason="ill", by=2 * DAY, task="appeal"), actor=OPERATOR)
    assert due(view) == first + 2 * DAY
    day = await begun(order)
    days.every_day_worked()
    days.holidays(day + DAY, 10)
    await own.advance(DAY + SECOND)
    view = await order.stands("replanned")
    assert due(view) == end_of(day + 15 * DAY) + 2 * DAY


async def test_a_date_that_is_known_while_the_appeal_is_paused_counts_once_it_goes_on(
    own: Bench, days: Days
) -> None:
    order = await appealed(own)
    first = due(await order.stands("replanned"))
    day = await begun(order)
    await order.report(Paused(reason="talks", task="appeal"), actor=OPERATOR)
    paused_at = await own.now()
    days.every_day_worked()
    days.holidays(day + DAY, 10)
    await own.advance(3 * DAY)
    assert (asked(order), task(await order.on_record(), "appeal").paused) == (1, True)
    await order.report(Resumed(reason="over", task="appeal"), actor=OPERATOR)
    view = await order.stands("replanned", "paused", "resumed", "replanned")
    stood = await own.now() - paused_at
    later = due(view) - first - stood - (end_of(day + 15 * DAY) - first)
    assert abs(later) < MINUTE


async def test_an_escalated_appeal_asks_the_calendar_no_more(own: Bench, days: Days) -> None:
    order = await appealed(own)
    await own.advance_to(due(await order.stands("replanned")) + SECOND)
    await order.stands("appeal_overdue")
    await own.advance(DAY + SECOND)
    before = await times_asked(order)
    await own.advance(9 * DAY)
    assert await times_asked(order) == before


async def test_a_period_of_hours_asks_no_calendar(own: Bench) -> None:
    terms = own.terms().appeal
    assert terms is not None
    quick = terms.model_copy(update={"decide_within": timedelta(seconds=15)})
    bench = own.under(appeal=quick, remind_before={"decide_within": (timedelta(seconds=5),)})
    order = await bench.place_in("implementation")
    await idle(order, BUYER_APPEALS)
    at = await own.now()
    view = await order.report(BUYER_APPEALS, at=at)
    assert due(view) == at + timedelta(seconds=15)
    await own.advance_to(at + timedelta(seconds=16))
    await order.stands("buyer_appealed", "reminded", "appeal_overdue")
    assert await times_asked(order) == 0
