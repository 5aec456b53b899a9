"""A notice on what is shown goes on from run to run, with its clock, its reasons and its number."""

from datetime import timedelta

import pytest

from models.interventions import Extended, Paused, Resumed
from tests.bench import DAY, MINUTE, SECOND
from tests.listings import APPROVE, NOTIFY, Bazaar, facts_of, listed_in
from tests.workflows.resting import RESTING, found


@pytest.mark.parametrize("still_there", [True, False])
async def test_what_a_check_had_found_is_looked_for_once_more_by_a_later_run(
    restless: Bazaar, still_there: bool
) -> None:
    item = await found(restless)
    await item.in_another_run()
    if not still_there:
        restless.forbids()
    await item.bench.advance_to(await item.case.due() + SECOND)
    await item.stands(rectification="lapsed" if still_there else "lifted")
    await item.stands(case="delisted" if still_there else "listed")


async def test_notices_are_counted_on_and_more_is_told_in_an_open_one(restless: Bazaar) -> None:
    item = await RESTING["lifted"](restless)
    await item.in_another_run()
    await item.decides(NOTIFY)
    await item.in_another_run()
    until = await item.case.due()
    await item.decides(NOTIFY)
    view = await item.case.stands("decided", "found_again")
    notice = facts_of(view, "rectification")
    assert (notice["number"], [each["number"] for each in notice["reasons"]]) == (2, ["2.1", "2.2"])
    assert await item.case.due() == until


async def test_a_notice_reminds_once_and_lapses_when_it_always_would_have(restless: Bazaar) -> None:
    item = await RESTING["noticed"](restless)
    until = await item.case.due()
    await item.in_another_run()
    await item.bench.advance_to(until - 7 * DAY + SECOND)
    await item.case.stands("reminded")
    await item.in_another_run()
    assert item.case.path().count("reminded") == 1
    await item.bench.advance_to(until - MINUTE)
    assert (await item.in_another_run()).stage == "listed"
    await item.bench.advance_to(until + SECOND)
    view = await item.stands(case="delisted", rectification="lapsed")
    assert [reason["field"] for reason in listed_in(view, "reasons")] == ["basic.title"]
    assert item.case.path().count("reminded") == 2


async def test_more_time_for_a_notice_goes_along(restless: Bazaar) -> None:
    item = await RESTING["noticed"](restless)
    until = await item.case.due()
    await item.decides(Extended(reason="holiday", by=5 * DAY))
    await item.in_another_run()
    assert await item.case.due() == until + 5 * DAY
    await item.bench.advance_to(until + 5 * DAY - MINUTE)
    assert (await item.in_another_run()).stage == "listed"
    await item.bench.advance_to(until + 5 * DAY + SECOND)
    await item.stands(case="delisted")


async def test_a_stopped_notice_stays_stopped(restless: Bazaar) -> None:
    item = await RESTING["noticed"](restless)
    view = await item.decides(Paused(reason="a dispute", task="notice"))
    [left] = [task.left for task in view.tasks if task.name == "notice"]
    await item.in_another_run()
    await item.bench.advance(40 * DAY)
    view = await item.in_another_run()
    [notice] = [task for task in view.tasks if task.name == "notice"]
    assert (view.stage, notice.paused, notice.left) == ("listed", True, left)
    at = await item.bench.now()
    await item.decides(Resumed(reason="settled"), at=at)
    assert await item.case.due() == at + (left or timedelta())


async def test_a_lapse_is_mended_by_a_later_run(restless: Bazaar) -> None:
    item = await RESTING["lapsed"](restless)
    await item.in_another_run()
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(case="listed", rectification="corrected")
