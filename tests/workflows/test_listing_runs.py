"""A product or shop goes on from run to run, and nobody who looks at it can tell."""

from contextlib import nullcontext
from typing import Any

import pytest

from models.cases import CaseView, Task
from models.interventions import Noted
from models.process import Process
from tests.bench import OPERATOR
from tests.listings import (
    APPROVE,
    EXPEDITED,
    LIFT,
    LISTED,
    REJECT,
    UNLISTED,
    WITHDRAWN,
    Bazaar,
    Item,
    facts_of,
)
from tests.workflows.resting import RESTING, SUSPECT, found, opens_restless
from tests.workflows.test_listing_outages import SILENT, links_fail

NOTE = Noted(reason="looked at it")


def told(view: CaseView) -> tuple[Any, ...]:
    def name(task: Task) -> str:
        return task.name

    return view.stage, view.data, sorted(view.tasks, key=name)


@pytest.mark.parametrize("where", RESTING)
async def test_nobody_can_tell_that_a_case_goes_on_in_another_run(restless: Bazaar, where: str) -> None:
    item = await RESTING[where](restless)
    await item.bench.settle(item.case)
    path = item.case.path()
    before = await item.case.on_record(len(path))
    for _ in range(2):
        assert told(await item.in_another_run()) == told(before)
    assert {*item.case.path()[len(path) :]} == {"noted"}
    await item.hears()
    await item.bench.settle(item.case)
    assert {*item.case.path()[len(path) :]} == {"noted", "listing_outdated"}


# --- what it needs later is there


async def test_a_draft_is_handed_in_by_a_later_run_and_versions_are_counted_on(
    restless: Bazaar, process: Process
) -> None:
    item = await Item.begun(restless, process)
    for text in ("One.", "Two."):
        await item.saves(item.written(text))
        await item.in_another_run()
    await item.says(item.submission())
    await item.stands(revision="reviewing")
    await item.decides(APPROVE)
    view = await item.stands(case="approved")
    assert (view.data["live_version"], view.data["title"]) == (2, item.written().title)
    await item.in_another_run()
    view = await item.saves()
    assert facts_of(view, "revision")["version"] == 3


async def test_rounds_are_counted_on(restless: Bazaar, process: Process) -> None:
    item = await Item.in_review(restless, process)
    await item.decides(REJECT)
    await item.in_another_run()
    await item.submits()
    view = await item.decides(REJECT)
    revision = facts_of(view, "revision")
    assert (revision["round"], [each["number"] for each in revision["reasons"]]) == (2, ["2.1"])


async def test_used_quotas_stay_used(restless: Bazaar) -> None:
    quotas = {"submissions": [{**once(), "times": 2}], "withdrawals": [once()], "expedites": [once()]}
    opens_restless(restless, review={**quotas, "review_within": "P3D"})
    item = await Item.in_review(restless)
    await item.says(EXPEDITED)
    await item.says(WITHDRAWN)
    await item.in_another_run()
    await item.submits()
    for event in (WITHDRAWN, EXPEDITED):
        assert "is not taken before" in await item.refuses(event)
    await item.decides(REJECT)
    assert "is not taken before" in await item.refuses(item.submission())


async def test_whoever_waits_to_be_listed_is_listed_when_free(restless: Bazaar, process: Process) -> None:
    item = await Item.begun(restless, process)
    await item.barred_by("listing")
    await item.submits(list_when_approved=True)
    await item.decides(APPROVE)
    await item.stands(case="approved")
    await item.shows(waits_to_be_listed=True)
    await item.in_another_run()
    await item.barred_by()
    await item.stands(case="listed")
    await item.says(UNLISTED)
    await item.in_another_run()
    await item.hears()
    await item.bench.settle(item.case)
    assert (await item.case.on_record()).stage == "approved"


@pytest.mark.parametrize(
    ("where", "event", "stage"),
    [
        ("hidden", UNLISTED, "approved"),
        ("delisted by standing", LISTED, "listed"),
        ("delisted by content", LIFT, "listed"),
        ("lapsed", LIFT, "listed"),
    ],
)
async def test_what_is_out_of_sight_goes_on_from_there(
    restless: Bazaar, where: str, event: Any, stage: str
) -> None:
    item = await RESTING[where](restless)
    await item.in_another_run()
    if where == "delisted by standing":
        await item.barred_by()
        await item.shows(blocked_by=[])
        await item.in_another_run()
    await item.decides(event)
    await item.stands(case=stage)


async def test_what_is_live_is_looked_at_by_a_later_run(restless: Bazaar, process: Process) -> None:
    item = await Item.on_sale(restless, process)
    await item.submits(item.written(f"Brewed like {SUSPECT}."))
    await item.decides(APPROVE)
    await item.shows(live_version=2)
    await item.bench.settle(item.case)
    await item.in_another_run()
    restless.forbids(SUSPECT)
    await item.hears()
    await item.stands(rectification="noticed")


async def test_what_an_operator_let_pass_is_remembered(restless: Bazaar) -> None:
    item = await found(restless)
    await item.decides(LIFT)
    await item.in_another_run()
    restless.forbids(SUSPECT, "brimstone")
    await item.hears()
    await item.case.stands("standing_changed")
    assert facts_of(await item.case.on_record(), "rectification")["stage"] == "lifted"


# --- when it does not, and that it always does again


@pytest.mark.parametrize("stage", ["checking", "reviewing"])
async def test_a_run_does_not_end_while_a_version_is_looked_at(
    restless: Bazaar, process: Process, stage: str
) -> None:
    item = await Item.begun(restless, process)
    checking = stage == "checking"
    content = item.with_a_silent_link() if checking else item.written()
    with links_fail(SILENT) if checking else nullcontext():
        await item.submits(content, until=stage)
        before = await item.case.on_record(len(item.case.path()))
        for _ in range(8):
            await item.case.report(NOTE, actor=OPERATOR)
        assert facts_of(await item.case.on_record(), "revision")["stage"] == stage
    notes = [change.run_id for change in item.case.changes() if change.event == "noted"]
    assert {*notes} == {item.case.changes()[before.version - 1].run_id}
    await item.stands(revision="reviewing")
    await item.decides(REJECT)
    await item.in_another_run()


async def test_drafts_without_end_do_not_fill_a_case(restless: Bazaar, process: Process) -> None:
    item = await Item.begun(restless, process)
    for number in range(1, 16):
        view = await item.saves(item.written(f"Draft {number}."))
        assert facts_of(view, "revision")["version"] == number
    assert item.runs() > 3
    assert item.case.path() == ["opened", "standing_changed", *["draft_saved"] * 15]
    contents = [change.data["content"] for change in item.case.changes() if change.event == "draft_saved"]
    assert len({str(content) for content in contents}) == 15


async def test_whatever_it_is_told_does_not_fill_a_case(restless: Bazaar) -> None:
    item = await Item.on_sale(restless)
    for _ in range(12):
        await item.hears()
    assert item.runs() > 3
    assert item.case.path()[-12:] == ["listing_outdated"] * 12


def once() -> dict[str, Any]:
    return {"times": 1, "within": "P30D"}
