"""The next version of a product or shop: checked first, reviewed in rounds, taken back within quotas."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.checklists import Reason
from models.interventions import Approved, Disapproved
from models.listing_events import DecidedToReject
from models.process import Process
from tests.bench import DAY, OPERATOR, SECOND_OPERATOR
from tests.listings import (
    APPROVE,
    EXPEDITED,
    REJECT,
    WITHDRAWN,
    Bazaar,
    Item,
    facts_of,
    good,
)
from tests.workflows.test_listing_outages import SILENT, links_fail

HOUR = timedelta(hours=1)


async def test_a_version_is_checked_reviewed_and_approved(bazaar: Bazaar, process: Process) -> None:
    item = await Item.begun(bazaar, process)
    await item.saves()
    await item.saves()
    view = await item.submits()
    assert (view.stage, facts_of(view, "revision")["round"]) == ("draft", 1)
    await item.decides(APPROVE)
    view = await item.stands(case="approved", revision="accepted")
    assert (view.data["live_version"], view.data["title"]) == (3, item.written().title)


async def test_everything_that_checks_find_is_told_at_once_and_no_operator_is_asked(
    bazaar: Bazaar, process: Process
) -> None:
    bazaar.forbids("moonshine", "brimstone")
    item = await Item.begun(bazaar, process)
    view = await item.submits(item.written("Moonshine, and brimstone."), until="returned")
    assert [each["code"] for each in facts_of(view, "revision")["findings"]] == ["forbidden-content"] * 2
    await item.saves()
    assert (await item.submits(until="reviewing")).stage == "draft"


async def test_reasons_are_numbered_by_their_round(bazaar: Bazaar, process: Process) -> None:
    item = await Item.in_review(bazaar, process)
    reasons = tuple(Reason(field=field, code="unclear") for field in ("basic.title", "basic.summary"))
    view = await item.decides(DecidedToReject(reason="see below", reasons=reasons))
    assert numbers(view) == [("1.1", "basic.title"), ("1.2", "basic.summary")]
    view = await item.submits()
    assert (facts_of(view, "revision")["round"], numbers(view)) == (2, [])
    view = await item.decides(REJECT)
    assert numbers(view) == [("2.1", "basic.title")]
    assert item.case.changes()[-1].data["numbered"][0]["number"] == "2.1"


async def test_what_is_live_stays_until_another_version_is_approved(bazaar: Bazaar, process: Process) -> None:
    item = await Item.on_sale(bazaar, process)
    await item.saves(item.written("Other words."))
    await item.says(item.submission())
    view = await item.stands(revision="reviewing")
    assert (view.stage, view.data["live_version"]) == ("listed", 1)
    await item.decides(REJECT)
    await item.submits()
    await item.decides(APPROVE)
    assert (await item.shows(live_version=3)).stage == "listed"


async def test_nothing_is_changed_while_it_is_looked_at(bazaar: Bazaar, process: Process) -> None:
    item = await Item.in_review(bazaar, process)
    assert "does not take draft_saved" in await item.refuses(item.draft())
    assert "does not take submitted" in await item.refuses(item.submission(item.written()))


async def test_a_submission_is_taken_back_and_then_only_when_the_quota_allows(
    bazaar: Bazaar, process: Process
) -> None:
    bazaar.opens(review={"withdrawals": [{"times": 1, "within": "P1D"}]})
    item = await Item.in_review(bazaar, process)
    view = await item.says(WITHDRAWN)
    assert facts_of(view, "revision")["stage"] == "drafting"
    taken_back_at = item.bench.now()
    await item.submits()
    assert "is not taken before" in await item.refuses(WITHDRAWN)
    await item.bench.advance_to(await taken_back_at + DAY)
    view = await item.says(WITHDRAWN)
    assert facts_of(view, "revision")["stage"] == "drafting"


async def test_a_version_is_submitted_as_often_as_the_quota_allows(bazaar: Bazaar, process: Process) -> None:
    """It may be worked on all the time, and the case says from when on it is taken again."""
    bazaar.opens(review={"submissions": [{"times": 2, "within": "P1D"}]})
    item = await Item.in_review(bazaar, process)
    submitted_at = facts_of(await item.case.on_record(), "revision")["submitted_at"]
    await item.decides(REJECT)
    await item.submits()
    view = await item.decides(REJECT)
    [round] = [task for task in view.tasks if task.name == "another_round"]
    again_at = datetime.fromisoformat(submitted_at) + DAY
    opens = {each.event: each.not_before for each in round.accepts}
    assert (opens["draft_saved"], opens["submitted"]) == (None, again_at)
    assert "is not taken before" in await item.refuses(item.submission())
    await item.saves()
    assert "is not taken before" in await item.refuses(item.submission())
    await item.bench.advance_to(again_at)
    assert facts_of(await item.submits(), "revision")["round"] == 3


async def test_drafts_are_saved_as_often_as_the_quota_allows(bazaar: Bazaar, process: Process) -> None:
    bazaar.opens(review={"drafts": [{"times": 2, "within": "PT10M"}]})
    item = await Item.begun(bazaar, process)
    await item.saves()
    [draft] = [task for task in (await item.saves()).tasks if task.name == "draft"]
    opens = {each.event: each.not_before for each in draft.accepts}
    assert opens["draft_saved"]
    assert opens["submitted"] is None
    assert "is not taken before" in await item.refuses(item.draft())
    await item.bench.advance_to(opens["draft_saved"])
    await item.saves()
    await item.submits()


async def test_a_submission_is_taken_back_while_checks_are_under_way(
    bazaar: Bazaar, process: Process
) -> None:
    item = await Item.begun(bazaar, process)
    with links_fail(SILENT):
        await item.submits(item.with_a_silent_link(), until="checking")
        view = await item.says(WITHDRAWN)
    assert facts_of(view, "revision")["stage"] == "drafting"
    assert (await item.submits()).stage == "draft"


async def test_silence_of_operators_escalates_the_review(bazaar: Bazaar, process: Process) -> None:
    item = await Item.in_review(bazaar, process)
    await item.bench.advance_to(await item.reviewed_until())
    view = await item.case.stands("review_overdue")
    assert [task.name for task in view.tasks if task.waiting_on == "operator"] == ["escalated_review"]
    await item.decides(APPROVE)
    await item.stands(case="approved")


async def test_who_asks_for_it_is_looked_at_sooner_within_a_quota(bazaar: Bazaar, process: Process) -> None:
    bazaar.opens(review={"review_within": "P3D", "expedited_within": "P1D", "expedites": [once(30 * DAY)]})
    item = await Item.in_review(bazaar, process)
    later = await item.reviewed_until()
    view = await item.says(EXPEDITED)
    assert facts_of(view, "revision")["expedited"] is True
    assert later - await item.reviewed_until() > DAY
    await item.bench.advance_to(await item.reviewed_until())
    await item.case.stands("expedited_review_overdue")
    await item.decides(REJECT)
    await item.submits()
    assert "is not taken before" in await item.refuses(EXPEDITED)


@pytest.mark.parametrize("expedited", [False, True])
async def test_a_review_ends_as_decided_however_it_is_queued(
    bazaar: Bazaar, process: Process, expedited: bool
) -> None:
    item = await Item.in_review(bazaar, process)
    for decision in (WITHDRAWN, REJECT, APPROVE):
        if expedited and facts_of(await item.case.on_record(), "revision")["stage"] == "reviewing":
            await item.says(EXPEDITED)
        await item.decides(decision)
        if decision is not APPROVE:
            await item.submits()
    await item.stands(case="approved")


async def test_a_risky_class_needs_two_operators(bazaar: Bazaar) -> None:
    bazaar.opens(risky=["service"])
    item = await Item.in_review(bazaar)
    view = await item.decides(APPROVE)
    assert "second_approval" in [task.name for task in view.tasks]
    assert "a second operator has to agree" in await item.refuses(
        Approved(reason="I agree with myself"), actor=OPERATOR
    )
    view = await item.decides(Disapproved(reason="not yet"), actor=SECOND_OPERATOR)
    assert facts_of(view, "revision")["stage"] == "reviewing"
    await item.decides(APPROVE)
    view = await item.decides(Approved(reason="in order"), actor=SECOND_OPERATOR)
    assert facts_of(view, "revision")["stage"] == "accepted"
    [agreed] = [change for change in item.case.changes() if change.event == "approved"]
    assert agreed.data["version"] == 1


async def test_a_trusted_provider_needs_no_operator_where_nothing_is_found(
    bazaar: Bazaar, process: Process
) -> None:
    bazaar.opens(trust={"approvals": 1, "clean_for": "P30D"})
    item = await Item.approved(bazaar)
    other = await Item.begun(bazaar, process, item.provider_id)
    await other.submits(until="accepted")
    assert "approved_by_checks" in other.case.path()


async def test_who_was_turned_down_lately_is_not_trusted(bazaar: Bazaar) -> None:
    bazaar.opens(trust={"approvals": 1, "clean_for": "P30D"})
    item = await Item.on_sale(bazaar)
    await item.bench.advance(HOUR)
    other = await Item.begun(bazaar, provider_id=item.provider_id)
    bazaar.opens(trust={"approvals": 2, "clean_for": "P30D"})
    await (third := await Item.begun(bazaar, provider_id=item.provider_id)).submits()
    await third.decides(REJECT)
    await other.submits(good(basic__title="Another"), until="reviewing")


def numbers(view: Any) -> list[tuple[str, str]]:
    return [(each["number"], each["field"]) for each in facts_of(view, "revision")["reasons"]]


def once(within: timedelta) -> dict[str, Any]:
    return {"times": 1, "within": within}
