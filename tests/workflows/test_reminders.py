"""Whoever is waited for is reminded before the time is up: once, and never afterwards."""

from datetime import datetime, timedelta

import pytest

from models.interventions import Extended, Paused, Resumed
from models.orders import Accepted
from models.processes import TEMPLATE_ORDERS
from tests.bench import APPROVED, BUILT, BUYER, DAY, MINUTE, OPERATOR, SECOND, Bench, Opened, place_order
from tests.workflows.disputes import appealed, task

HOUR = timedelta(hours=1)


def reminded(order: Opened) -> list[datetime]:
    return [row.at for row in order.changes() if row.event == "reminded"]


def near(instants: list[datetime], *expected: datetime) -> bool:
    pairs = zip(instants, expected, strict=True)
    return len(instants) == len(expected) and all(due <= at < due + MINUTE for at, due in pairs)


@pytest.mark.parametrize(
    ("kind", "before", "party"),
    [
        ("payment", [DAY], "buyer"),
        ("implementation", [7 * DAY, DAY], "provider"),
        ("version_review", [7 * DAY, DAY], "review"),
        ("confirmation", [2 * DAY], "buyer"),
    ],
)
async def test_each_is_reminded_as_long_before_as_the_terms_say(
    bench: Bench, kind: str, before: list[timedelta], party: str
) -> None:
    order = await bench.place_in(kind)
    due = await order.due()
    view = await order.on_record()
    await bench.advance_to(due - 60 * SECOND)
    await order.stands(*["reminded"] * len(before))
    assert near(reminded(order), *(due - each for each in before))
    rows = [row for row in order.changes() if row.event == "reminded"]
    told = {"task": kind, "waiting_on": party, "deadline_at": due.isoformat()}
    assert [row.data for row in rows] == [told] * len(before)
    assert {(row.stage_before, row.stage_after, row.internal) for row in rows} == {
        (view.stage, view.stage, False)
    }
    assert (await order.on_record()).tasks == view.tasks
    await order.ends()
    assert len(reminded(order)) == len(before)


async def test_an_operator_is_reminded_of_an_appeal(bench: Bench) -> None:
    order = await appealed(bench)
    view = await order.stands("replanned")
    due = task(view, "appeal").deadline_at
    assert due is not None
    await bench.advance_to(due - DAY + SECOND)
    await order.stands("reminded")
    row = order.changes()[-1]
    assert row.data == {"task": "appeal", "waiting_on": "operator", "deadline_at": due.isoformat()}


async def test_who_acts_before_is_reminded_of_nothing(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    await order.report(Accepted(on_behalf_of=BUYER))
    await order.ends()
    assert reminded(order) == []


async def test_one_clock_for_building_and_review_reminds_once(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    due = await order.due()
    await bench.advance_to(due - 7 * DAY + HOUR)
    await order.stands("reminded")
    await order.report(BUILT)
    await bench.advance(HOUR)
    assert len(reminded(order)) == 1
    await bench.advance_to(due - DAY + HOUR)
    await order.stands("version_submitted", "reminded")
    assert order.changes()[-1].data["task"] == "version_review"


async def test_nobody_is_reminded_while_time_stands_and_then_before_the_new_deadline(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    await bench.advance(3 * DAY)
    await order.report(Paused(reason="talks"), actor=OPERATOR)
    await bench.advance(20 * DAY)
    assert reminded(order) == []
    view = await order.report(Resumed(reason="over"), actor=OPERATOR)
    due = view.tasks[0].deadline_at
    assert due is not None
    await bench.advance_to(due - 60 * SECOND)
    await order.stands("resumed", "reminded")
    assert near(reminded(order), due - 2 * DAY)


async def test_who_gets_more_time_is_reminded_before_the_new_deadline(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    due = await order.due()
    await order.report(Extended(reason="holiday", by=4 * DAY), actor=OPERATOR)
    await bench.advance_to(due - HOUR)
    assert reminded(order) == []
    await bench.advance_to(due + 4 * DAY - HOUR)
    await order.stands("extended", "reminded")
    assert near(reminded(order), due + 2 * DAY)


async def test_who_was_reminded_and_gets_more_time_is_reminded_again(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    due = await order.due()
    await bench.advance_to(due - DAY)
    await order.report(Extended(reason="holiday", by=4 * DAY), actor=OPERATOR)
    await bench.advance_to(due + 4 * DAY - HOUR)
    await order.stands("reminded", "extended", "reminded")
    assert near(reminded(order), due - 2 * DAY, due + 2 * DAY)


async def test_an_order_that_began_late_reminds_at_once_and_of_the_nearest_alone(bench: Bench) -> None:
    often = {"pay_within": (2 * DAY, DAY, 12 * HOUR)}
    placed_at = await bench.now()
    admitted = await bench.under(remind_before=often).admit(TEMPLATE_ORDERS, place_order())
    await bench.advance(2 * DAY + HOUR)
    order = await bench.begin(admitted)
    await order.stands("reminded", "payment_opened")
    assert near(reminded(order), placed_at + 2 * DAY + HOUR)
    await bench.advance_to(placed_at + 3 * DAY - HOUR)
    await order.stands("payment_opened", "reminded")
    assert len(reminded(order)) == 2
    assert near(reminded(order)[1:], placed_at + 2 * DAY + 12 * HOUR)


async def test_what_was_approved_long_ago_is_reminded_of_at_once(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    at = await bench.now()
    await bench.advance(6 * DAY)
    await order.report(APPROVED, at=at)
    await order.stands("version_approved", "reminded")
    assert await order.due() == at + 7 * DAY


async def test_reminders_that_fell_due_while_no_worker_was_up_are_one(lone_bench: Bench) -> None:
    bench = lone_bench.under(remind_before={"pay_within": (DAY, DAY - SECOND)})
    async with bench.working(cached_workflows=0):
        order = await bench.place()
        await bench.settle(order)
    due = await order.due()
    async with bench.passing(due - DAY + 2 * SECOND), bench.working():
        await order.stands("payment_opened", "reminded")
        assert await order.ends() == "unpaid"
    assert len(reminded(order)) == 1


async def test_nobody_is_reminded_once_the_time_is_up(lone_bench: Bench) -> None:
    bench = lone_bench.under(remind_before={"pay_within": (SECOND,)})
    async with bench.working(cached_workflows=0):
        order = await bench.place()
        await bench.settle(order)
    due = await order.due()
    async with bench.passing(due + SECOND), bench.working():
        assert await order.ends() == "unpaid"
    assert order.path() == ["opened", "payment_opened", "payment_overdue", "payment_closed"]


async def test_earlier_terms_remind_nobody(bench: Bench) -> None:
    order = await bench.under("2020-12-28").place_in("implementation")
    assert await order.ends() == "not_implemented"
    assert reminded(order) == []
