"""How long operators have for an application, and what follows silence: AMB-01, AMB-54, CV-2, CV-5."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest
import pytest_asyncio

from activities.calendar import Calendar
from models.cases import CaseView
from models.interventions import Extended, Paused, Resumed
from models.periods import local_date
from tests.bench import DAY, OPERATOR, SECOND, SECOND_OPERATOR, Bench
from tests.onboardings import APPROVE, CORRECT, REJECT, WITHDRAW, Onboarding, correct
from tests.workflows.disputes import CLAIMED
from tests.workflows.test_appeal_desk import Days, end_of


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


async def reviewed(bench: Bench, market: str = "tencent-cloud") -> tuple[Onboarding, CaseView]:
    """An application whose review has its date."""
    onboarding = await Onboarding.in_stage(bench, market, "reviewing")
    return onboarding, await onboarding.case.stands("application_checked", "replanned")


def due(view: CaseView) -> datetime:
    [task] = view.tasks
    assert task.deadline_at is not None
    return task.deadline_at


@pytest.mark.parametrize("market", ["aliyun", "tencent-cloud"])
async def test_a_review_is_due_at_the_end_of_the_third_working_day(
    own: Bench, days: Days, market: str
) -> None:
    days.every_day_worked()
    _, view = await reviewed(own, market)
    assert due(view) == end_of(local_date(view.changed_at) + 3 * DAY)
    assert (view.tasks[0].name, view.tasks[0].on_deadline) == ("review", "reviewing")


async def test_holidays_do_not_count(own: Bench, days: Days) -> None:
    days.every_day_worked()
    days.holidays(local_date(await own.now()) + DAY, 8)
    _, view = await reviewed(own)
    assert due(view) == end_of(local_date(view.changed_at) + 11 * DAY)


async def test_a_review_that_nobody_makes_is_escalated_and_waits_for_ever(own: Bench, days: Days) -> None:
    """AMB-01: no time is enforced."""
    days.every_day_worked()
    onboarding, view = await reviewed(own)
    await own.advance_to(due(view) + SECOND)
    view = await onboarding.case.stands("reminded", "review_overdue")
    [task] = view.tasks
    assert (view.stage, task.name, task.deadline_at) == ("reviewing", "escalated_review", None)
    await own.advance(300 * DAY)
    assert (await onboarding.case.on_record()).stage == "reviewing"
    assert (await onboarding.decides(APPROVE)).stage == "depositing"


async def test_what_is_escalated_may_still_be_corrected_rejected_or_withdrawn(own: Bench, days: Days) -> None:
    days.every_day_worked()
    outcomes = {}
    for event in (CORRECT, REJECT, WITHDRAW):
        onboarding, view = await reviewed(own)
        await own.advance_to(due(view) + SECOND)
        await onboarding.case.stands("review_overdue")
        await (onboarding.says(event) if event is WITHDRAW else onboarding.decides(event))
        outcomes[event.label()] = (await onboarding.case.on_record()).stage
        if event is not CORRECT:
            outcomes[event.label()] = str((await onboarding.reaches("closed")).outcome)
    assert outcomes == {
        "decided: correct": "preparing",
        "decided: reject": "rejected",
        "withdrawn": "withdrawn",
    }


async def test_a_corrected_application_has_a_review_of_its_own(own: Bench, days: Days) -> None:
    days.every_day_worked()
    onboarding, before = await reviewed(own)
    await onboarding.decides(correct(("application", "contact")))
    await own.advance(20 * DAY)
    await onboarding.says(onboarding.applicant.application())
    view = await onboarding.case.stands("application_checked", "replanned")
    assert due(view) == end_of(local_date(view.changed_at) + 3 * DAY) > due(before)


async def test_a_year_that_nobody_knows_counts_monday_to_friday_until_it_is_known(
    own: Bench, days: Days
) -> None:
    """AMB-54."""
    onboarding, before = await reviewed(own)
    days.every_day_worked()
    days.holidays(local_date(before.changed_at) + DAY, 10)
    await own.advance(DAY)
    view = await onboarding.case.stands("replanned", "replanned")
    assert due(view) == end_of(local_date(before.changed_at) + 13 * DAY)
    await own.advance(5 * DAY)
    assert onboarding.case.path().count("replanned") == 2
    assert (await onboarding.case.on_record()).tasks[0].name == "review"


async def test_what_operators_gave_or_stopped_survives_better_data(own: Bench, days: Days) -> None:
    onboarding, before = await reviewed(own)
    await onboarding.decides(Extended(reason="a trade fair", by=2 * DAY))
    await onboarding.decides(Paused(reason="papers by post"))
    await own.advance(50 * DAY)
    view = await onboarding.case.on_record()
    assert (view.tasks[0].name, view.tasks[0].paused) == ("review", True)
    days.every_day_worked()
    days.holidays(local_date(before.changed_at) + DAY, 10)
    at = await own.now()
    await onboarding.decides(Resumed(reason="there"), at=at)
    left = view.tasks[0].left
    assert left is not None
    await own.advance(DAY)
    view = await onboarding.case.stands("resumed", "replanned")
    worked = end_of(local_date(before.changed_at) + 13 * DAY)
    assert due(view) == at + left + (worked - due(before))


async def test_an_application_that_one_has_claimed_nobody_else_decides(own: Bench, days: Days) -> None:
    days.every_day_worked()
    onboarding, _ = await reviewed(own)
    await onboarding.case.report(CLAIMED, actor=SECOND_OPERATOR)
    for event in (APPROVE, CORRECT, REJECT):
        reason = await onboarding.case.refuses(event, actor=OPERATOR)
        assert reason == "another operator has claimed the case: it must be released first"
    view = await onboarding.case.report(APPROVE, actor=SECOND_OPERATOR)
    assert (view.stage, view.claimed_by) == ("depositing", None)
