"""A notice on what is shown: mended in time, lifted, or taken off when the time is over (ALI-RECT)."""

from datetime import timedelta

import pytest

from models.periods import CHINA, local_date
from models.process import Process
from tests.bench import MINUTE
from tests.listings import (
    APPROVE,
    DELIST,
    LIFT,
    LISTED,
    NOTIFY,
    SELF_CHECKED,
    UNLISTED,
    Bazaar,
    Item,
    facts_of,
    listed_in,
)

SUSPECT = "moonshine"


@pytest.fixture
def hiding(bazaar: Bazaar) -> Bazaar:
    bazaar.opens(hides=["deposit-releasing"])
    return bazaar


async def noticed(bazaar: Bazaar, process: Process, *, self_checked: bool = False) -> Item:
    item = await Item.on_sale(bazaar, process)
    await item.decides(NOTIFY)
    if self_checked:
        await item.says(SELF_CHECKED)
    return item


async def found(bazaar: Bazaar, process: Process) -> Item:
    """What buyers see is forbidden from some day on, and a check finds it."""
    item = await Item.begun(bazaar, process)
    await item.submits(item.written(f"Brewed like {SUSPECT}."))
    await item.decides(APPROVE)
    await item.stands(case="approved")
    await item.says(LISTED)
    bazaar.forbids(SUSPECT)
    await item.hears()
    await item.stands(rectification="noticed")
    return item


async def test_a_notice_gives_thirty_days_and_what_is_shown_stays(bazaar: Bazaar, process: Process) -> None:
    item = await noticed(bazaar, process)
    view = await item.case.on_record()
    assert view.stage == "listed"
    [notice] = [task for task in view.tasks if task.name == "notice"]
    assert notice.deadline_at is not None
    last_day = local_date(await item.bench.now()) + timedelta(days=30)
    assert notice.deadline_at.astimezone(CHINA).date() == last_day + timedelta(days=1)
    assert facts_of(view, "rectification")["reasons"][0]["number"] == "1.1"


@pytest.mark.parametrize("self_checked", [False, True])
async def test_what_is_not_mended_in_time_is_taken_off(
    bazaar: Bazaar, process: Process, self_checked: bool
) -> None:
    item = await noticed(bazaar, process, self_checked=self_checked)
    await item.bench.advance_to(await item.case.due() - MINUTE)
    assert (await item.case.on_record()).stage == "listed"
    await item.bench.advance_to(await item.case.due())
    view = await item.stands(case="delisted", rectification="lapsed")
    assert view.data["delisted_by"] == "content"
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(case="listed", rectification="corrected")


@pytest.mark.parametrize("self_checked", [False, True])
async def test_a_corrected_version_ends_the_notice(
    bazaar: Bazaar, process: Process, self_checked: bool
) -> None:
    item = await noticed(bazaar, process, self_checked=self_checked)
    await item.submits()
    await item.decides(APPROVE)
    view = await item.stands(case="listed", rectification="corrected")
    assert "notice" not in [task.name for task in view.tasks]


@pytest.mark.parametrize("self_checked", [False, True])
async def test_an_operator_lifts_it(bazaar: Bazaar, process: Process, self_checked: bool) -> None:
    item = await noticed(bazaar, process, self_checked=self_checked)
    view = await item.decides(LIFT)
    assert (view.stage, facts_of(view, "rectification")["stage"]) == ("listed", "lifted")


async def test_what_else_is_found_is_told_without_more_time(bazaar: Bazaar, process: Process) -> None:
    item = await noticed(bazaar, process)
    until = await item.case.due()
    await item.decides(NOTIFY)
    view = await item.case.stands("decided", "found_again")
    assert [each["number"] for each in facts_of(view, "rectification")["reasons"]] == ["1.1", "1.2"]
    assert await item.case.due() == until


async def test_a_self_check_that_an_operator_does_not_believe_leaves_the_notice(
    bazaar: Bazaar, process: Process
) -> None:
    item = await noticed(bazaar, process, self_checked=True)
    until = await item.case.due()
    await item.decides(NOTIFY)
    await item.stands(rectification="noticed")
    assert await item.case.due() == until


@pytest.mark.parametrize("self_checked", [False, True])
async def test_who_is_delisted_at_once_has_no_notice_to_wait_for(
    bazaar: Bazaar, process: Process, self_checked: bool
) -> None:
    item = await noticed(bazaar, process, self_checked=self_checked)
    await item.decides(DELIST)
    view = await item.stands(case="delisted", rectification="lapsed")
    assert {task.name for task in view.tasks} == {"correction", "next_version"}
    await item.decides(LIFT)
    await item.stands(case="listed")


async def test_each_notice_has_a_number_of_its_own(bazaar: Bazaar, process: Process) -> None:
    item = await noticed(bazaar, process)
    await item.decides(LIFT)
    await item.decides(NOTIFY)
    await item.stands(rectification="noticed")
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(rectification="corrected")
    await item.decides(NOTIFY)
    view = await item.stands(rectification="noticed")
    assert facts_of(view, "rectification")["number"] == 3


async def test_a_notice_follows_a_lapse_that_was_lifted(bazaar: Bazaar, process: Process) -> None:
    item = await noticed(bazaar, process)
    await item.bench.advance_to(await item.case.due())
    await item.stands(case="delisted")
    await item.decides(LIFT)
    await item.stands(case="listed")
    await item.decides(NOTIFY)
    await item.stands(rectification="noticed")


async def test_what_a_check_finds_on_what_is_shown_gives_notice(bazaar: Bazaar, process: Process) -> None:
    item = await found(bazaar, process)
    view = await item.case.on_record()
    facts = facts_of(view, "rectification")
    assert (view.stage, facts["by_system"]) == ("listed", True)
    assert [each["code"] for each in facts["reasons"]] == ["forbidden-content"]
    await item.hears()
    await item.hears()
    assert "found_again" not in item.case.path()


async def test_what_a_check_finds_again_when_the_time_is_over_is_taken_off(
    bazaar: Bazaar, process: Process
) -> None:
    item = await found(bazaar, process)
    await item.bench.advance_to(await item.case.due())
    view = await item.stands(case="delisted", rectification="lapsed")
    assert listed_in(view, "reasons")[0]["code"] == "forbidden-content"


async def test_what_no_check_finds_any_more_stays(bazaar: Bazaar, process: Process) -> None:
    item = await found(bazaar, process)
    bazaar.forbids()
    await item.bench.advance_to(await item.case.due())
    view = await item.stands(rectification="lifted")
    assert view.stage == "listed"


async def test_what_an_operator_let_pass_is_not_found_again(bazaar: Bazaar, process: Process) -> None:
    item = await found(bazaar, process)
    await item.decides(LIFT)
    await item.at_rest()
    bazaar.forbids(SUSPECT, "brimstone")
    await item.hears()
    await item.case.stands("standing_changed")
    assert facts_of(await item.case.on_record(), "rectification")["stage"] == "lifted"


async def test_what_is_taken_off_sale_meanwhile_is_not_for_sale_after_the_time_is_over(
    bazaar: Bazaar, process: Process
) -> None:
    item = await noticed(bazaar, process)
    await item.says(UNLISTED)
    await item.bench.advance_to(await item.case.due())
    await item.stands(case="delisted")


@pytest.mark.parametrize("gate", ["hides", "delists"])
async def test_the_time_goes_on_while_it_is_out_of_sight(bazaar: Bazaar, process: Process, gate: str) -> None:
    bazaar.opens(**{"hides": [], "delists": [], gate: ["deposit-releasing"]})
    item = await Item.on_sale(bazaar, process)
    await item.barred_by("listing")
    if gate == "hides":
        await item.stands(case="hidden")
        await item.decides(NOTIFY)
    else:
        await item.barred_by()
        await item.stands(case="delisted")
        await item.shows(blocked_by=[])
        await item.says(LISTED)
        await item.decides(NOTIFY)
        await item.barred_by("listing")
        await item.stands(case="delisted")
    await item.bench.advance_to(await item.case.due())
    view = await item.shows(delisted_by="content")
    assert view.stage == "delisted"
