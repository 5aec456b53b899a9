"""How long a review is expected to take, and where a case is on its way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.estimates import Estimate, ReviewStep, StepEstimate, Times
from models.rules.estimates import Whereabouts, estimate, steps_of
from models.working_days import WorkingDays
from tests.listing_contents import terms

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REVIEW = terms().review
HOUR = timedelta(hours=1)
STAGES = ("checking", "reviewing", "returned", "approved", "expedited")
LONG_AGO = dict.fromkeys(STAGES, NOW - 10 * HOUR)


def times(n: int, median: int = 2, p90: int = 5) -> Times:
    return Times(n=n, median=median * HOUR, p90=p90 * HOUR)


MEASURED = {step: estimate(step, times(9), REVIEW) for step in ReviewStep}


def way(
    revision: str | None, stage: str = "draft", known: dict[ReviewStep, Estimate] = MEASURED, **how: Any
) -> list[StepEstimate]:
    usual: dict[str, Any] = {"expedited": False, "entered": {"checking": NOW, "reviewing": NOW}, **how}
    return steps_of(Whereabouts(stage=stage, revision=revision, **usual), known, NOW)


# --- what is measured


def test_five_are_enough_and_four_are_not() -> None:
    """AMB-01: of fewer the policy's own time."""
    five = estimate(ReviewStep.REVIEWING, times(5), REVIEW)
    assert (five.source, five.n, five.median, five.within) == ("measured", 5, 2 * HOUR, None)
    four = estimate(ReviewStep.REVIEWING, times(4), REVIEW)
    assert (four.source, four.n, four.median, four.p90) == ("policy", 4, None, None)
    assert four.within == WorkingDays(working_days=5)


@pytest.mark.parametrize(
    ("step", "source", "days"),
    [
        ("correcting", "unknown", None),
        ("checking", "unknown", None),
        ("reviewing", "policy", 5),
        ("expedited", "policy", 1),
        ("listing", "unknown", None),
    ],
)
def test_a_policy_gives_time_to_operators_alone(step: str, source: str, days: int | None) -> None:
    found = estimate(ReviewStep(step), None, REVIEW)
    within = WorkingDays(working_days=days) if days else None
    assert (found.source, found.within, found.n) == (source, within, 0)
    assert estimate(ReviewStep(step), None, None).source == "unknown"


# --- where a case is


@pytest.mark.parametrize(
    ("revision", "stage", "states"),
    [
        (None, "draft", {"checking": "ahead", "reviewing": "ahead", "listing": "ahead"}),
        ("drafting", "draft", {"checking": "ahead", "reviewing": "ahead", "listing": "ahead"}),
        ("checking", "draft", {"checking": "now", "reviewing": "ahead", "listing": "ahead"}),
        ("reviewing", "draft", {"checking": "done", "reviewing": "now", "listing": "ahead"}),
        (
            *("returned", "draft"),
            {"correcting": "now", "checking": "ahead", "reviewing": "ahead", "listing": "ahead"},
        ),
        ("accepted", "approved", {"checking": "done", "reviewing": "done", "listing": "now"}),
        ("accepted", "delisted", {"checking": "done", "reviewing": "done", "listing": "ahead"}),
        ("accepted", "listed", {"checking": "done", "reviewing": "done", "listing": "done"}),
        ("reviewing", "listed", {"checking": "done", "reviewing": "now", "listing": "done"}),
        ("reviewing", "hidden", {"checking": "done", "reviewing": "now", "listing": "done"}),
        ("checking", "approved", {"checking": "now", "reviewing": "ahead", "listing": "ahead"}),
        ("reviewing", "closed", {}),
    ],
)
def test_each_step_is_done_or_under_way_or_ahead(
    revision: str | None, stage: str, states: dict[str, str]
) -> None:
    """A next version goes live without being listed again (AMB-37)."""
    assert {str(each.step): str(each.state) for each in way(revision, stage)} == states


def test_steps_follow_each_other_from_when_the_one_under_way_began() -> None:
    checking, reviewing, listing = way("checking", entered={"checking": NOW - HOUR})
    assert (checking.since, checking.expected_by, checking.likely_by) == (
        NOW - HOUR,
        NOW + HOUR,
        NOW + 4 * HOUR,
    )
    assert (reviewing.since, reviewing.expected_by) == (None, NOW + 3 * HOUR)
    assert reviewing.likely_by == NOW + 9 * HOUR
    assert (listing.expected_by, listing.likely_by) == (NOW + 5 * HOUR, NOW + 14 * HOUR)


def test_what_takes_longer_than_usual_holds_up_what_follows_from_now_on() -> None:
    _, reviewing, listing = way("reviewing", entered=LONG_AGO)
    assert reviewing.expected_by == NOW - 8 * HOUR
    assert (listing.expected_by, listing.likely_by) == (NOW + 2 * HOUR, NOW + 5 * HOUR)


@pytest.mark.parametrize(("revision", "stage"), [("reviewing", "draft"), ("accepted", "approved")])
def test_while_something_stands_against_its_being_on_sale_nobody_knows_when_it_will_be(
    revision: str, stage: str
) -> None:
    """The steps before it are expected as ever."""
    *before, listing = way(revision, stage, entered=LONG_AGO, barred=True)
    free = way(revision, stage, entered=LONG_AGO)
    assert (listing.expected_by, listing.likely_by, listing.state) == (None, None, free[-1].state)
    assert None not in (free[-1].expected_by, free[-1].likely_by)
    assert before == free[:-1]
    assert listing.median == free[-1].median


def test_before_anything_is_submitted_nothing_is_expected() -> None:
    assert {(each.expected_by, each.likely_by, each.since) for each in way("drafting")} == {
        (None, None, None)
    }


def test_after_a_step_of_which_nothing_is_known_nothing_is_expected() -> None:
    known = {**MEASURED, ReviewStep.CHECKING: estimate(ReviewStep.CHECKING, None, REVIEW)}
    assert {each.expected_by for each in way("checking", known=known)} == {None}


def test_a_review_that_is_not_measured_is_likely_done_by_its_deadline() -> None:
    known = {**MEASURED, ReviewStep.REVIEWING: estimate(ReviewStep.REVIEWING, times(4), REVIEW)}
    deadline = NOW + 30 * HOUR
    _, reviewing, listing = way("reviewing", known=known, deadline_at=deadline)
    assert (reviewing.expected_by, reviewing.likely_by) == (None, deadline)
    assert (listing.expected_by, listing.likely_by) == (None, deadline + 5 * HOUR)
    _, measured, _ = way("reviewing", deadline_at=deadline)
    assert measured.likely_by == NOW + 5 * HOUR


def test_a_hurried_review_counts_from_when_it_was_asked_for() -> None:
    hurried = {**LONG_AGO, "expedited": NOW - HOUR}
    _, reviewing, _ = way("reviewing", expedited=True, entered=hurried)
    assert (reviewing.step, reviewing.since) == ("expedited", NOW - HOUR)
    assert [str(each.step) for each in way("accepted", "approved", expedited=True)][1] == "reviewing"


def test_what_is_done_says_when_it_began_and_expects_nothing() -> None:
    checking, *_ = way("reviewing", entered=LONG_AGO)
    assert (checking.state, checking.since) == ("done", LONG_AGO["checking"])
    assert (checking.expected_by, checking.likely_by) == (None, None)


def test_a_review_that_was_left_out_this_time_has_not_begun() -> None:
    entered = {**LONG_AGO, "checking": NOW - HOUR}
    _, reviewing, _ = way("accepted", "approved", entered=entered)
    assert (reviewing.state, reviewing.since) == ("done", None)
