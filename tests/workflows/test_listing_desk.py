"""How long operators have for a version, and for one that is asked for first: AMB-01, AMB-37, CV-2, CV-5."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest_asyncio

from activities.calendar import Calendar
from models.interventions import Extended
from models.periods import local_date
from models.process import Process
from tests.bench import DAY, OPERATOR, Bench
from tests.listings import EXPEDITED, WITHDRAWN, Bazaar, Item
from tests.workflows.test_appeal_desk import Days, end_of

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(loop_scope="session")
async def own(lone_bench: Bench) -> AsyncIterator[Bazaar]:
    """The cloud market's times, and a calendar in which every day is worked."""
    days = Days()
    days.every_day_worked()
    bench = replace(lone_bench, calendar=Calendar(days.get))
    bazaar = Bazaar(bench)
    bazaar.opens()
    async with bench.working():
        yield bazaar
        await bench.clear()
    bazaar.closes()


def last(item: Item, event: str) -> datetime:
    return [change.at for change in item.case.changes() if change.event == event][-1]


async def test_a_version_is_due_at_the_end_of_the_third_working_day(own: Bazaar, process: Process) -> None:
    item = await Item.in_review(own, process)
    assert await item.reviewed_until() == end_of(local_date(last(item, "submitted")) + 3 * DAY)


async def test_who_asks_for_it_is_due_at_the_end_of_the_next(own: Bazaar, process: Process) -> None:
    item = await Item.in_review(own, process)
    await item.reviewed_until()
    await item.says(EXPEDITED)
    assert await item.reviewed_until() == end_of(local_date(last(item, "expedited")) + DAY)


async def test_who_asks_on_the_last_day_is_not_looked_at_later_for_it(own: Bazaar, process: Process) -> None:
    """The next working day would be a day more than it had without asking."""
    item = await Item.in_review(own, process)
    due = await item.reviewed_until()
    await own.bench.advance_to(due - HOUR)
    await item.says(EXPEDITED)
    assert await item.reviewed_until() == due
    await own.bench.advance_to(due)
    await item.case.stands("expedited_review_overdue")


async def test_what_operators_gave_themselves_is_the_time_that_nobody_passes(own: Bazaar) -> None:
    item = await Item.in_review(own)
    due = await item.reviewed_until()
    await item.decides(Extended(by=HOUR, reason="a long one"), actor=OPERATOR)
    await own.bench.advance_to(due)
    await item.says(EXPEDITED)
    assert await item.reviewed_until() == due + HOUR


async def test_hours_end_with_those_that_were_left(bazaar: Bazaar) -> None:
    bazaar.opens(review={"review_within": "P1D", "expedited_within": "PT1H"})
    item = await Item.in_review(bazaar)
    due = await item.reviewed_until()
    await item.bench.advance_to(due - HOUR / 2)
    await item.says(EXPEDITED)
    assert await item.reviewed_until() == due


async def test_a_round_that_follows_has_all_of_its_time(own: Bazaar, process: Process) -> None:
    """Asked for on the last day, taken back, and handed in again."""
    item = await Item.in_review(own, process)
    await own.bench.advance_to(await item.reviewed_until() - HOUR)
    await item.says(EXPEDITED)
    await item.says(WITHDRAWN)
    await item.submits()
    assert await item.reviewed_until() == end_of(local_date(last(item, "submitted")) + 3 * DAY)
