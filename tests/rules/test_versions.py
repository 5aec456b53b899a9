"""What became of each version, as the audit tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.cases import SYSTEM, Actor
from models.rules.versions import rounds, status_of
from models.versions import Round, Told, VersionStatus

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
OPERATOR = Actor(role="operator", subject="o-1")
REASON = {"number": "1.1", "field": "basic.title", "code": "misleading", "said": "s"}
FOUND = {"field": "basic.title", "code": "missing", "detail": "d"}


def told(event: str, before: str, after: str, hour: int = 0, **data: Any) -> Told:
    where = {"lane": "revision", "stage_before": before, "stage_after": after}
    actor = OPERATOR if event == "decided" else SYSTEM
    return Told(at=AT + timedelta(hours=hour), event=event, actor=actor, data=where | data)


SUBMITTED = told("submitted", "drafting", "checking", version=1)
PASSED = told("checks_passed", "checking", "reviewing", 1, flags=[FOUND], version=1)
REJECTED = told("decided", "reviewing", "returned", 2, numbered=[REASON], version=1)
APPROVED = told("decided", "reviewing", "accepted", 2, version=1)


@pytest.mark.parametrize(
    ("changes", "status", "by"),
    [
        ([], "submitted", None),
        ([PASSED], "in_review", None),
        ([PASSED, REJECTED], "rejected", "operator"),
        ([PASSED, APPROVED], "approved", "operator"),
        ([told("approved_by_checks", "checking", "accepted", 2)], "approved", "system"),
        ([told("checks_failed", "checking", "returned", 2, findings=[FOUND])], "checks_failed", "system"),
        ([told("submission_withdrawn", "checking", "drafting", 2)], "withdrawn", "system"),
        ([PASSED, told("submission_withdrawn", "reviewing", "drafting", 2)], "withdrawn", "system"),
        ([PASSED, told("decided", "reviewing", "reviewing", 2)], "in_review", None),
    ],
)
def test_where_the_story_led_is_what_became_of_a_version(
    changes: list[Told], status: str, by: str | None
) -> None:
    """An event that leads nowhere else, such as one that hurries, decides nothing."""
    ((round,),) = rounds([SUBMITTED, *changes]).values()
    assert (round.round, round.status, round.submitted_at) == (1, status, AT)
    assert round.decided_at == (AT + timedelta(hours=2) if by else None)
    assert (round.decided_by.role if round.decided_by else None) == by


def test_reasons_findings_and_flags_stay_with_their_round() -> None:
    again = [told("submitted", "returned", "checking", version=1)]
    again += [told("checks_failed", "checking", "returned", findings=[FOUND], flags=[FOUND])]
    first, second = rounds([SUBMITTED, PASSED, REJECTED, *again])[1]
    assert [each.number for each in first.reasons] == ["1.1"]
    assert (len(first.findings), len(first.flags)) == (0, 1)
    assert (len(second.reasons), len(second.findings), len(second.flags)) == (0, 1, 1)


def test_rounds_are_counted_from_those_before() -> None:
    assert rounds([SUBMITTED], 4)[1][0].round == 5


def test_what_happens_to_drafts_is_no_round() -> None:
    saved = told("draft_saved", "accepted", "drafting", version=2)
    assert rounds([saved]) == {}
    assert len(rounds([SUBMITTED, PASSED, APPROVED, saved])[1]) == 1
    assert rounds([SUBMITTED, PASSED, APPROVED, saved])[1][0].status == "approved"


@pytest.mark.parametrize(
    ("last", "live", "stage", "status"),
    [
        (None, None, "draft", "draft"),
        ("rejected", 1, "listed", "rejected"),
        ("approved", 2, "listed", "live"),
        ("approved", 2, "hidden", "approved"),
        ("approved", 2, "approved", "approved"),
        ("approved", 3, "listed", "superseded"),
    ],
)
def test_what_was_approved_is_live_until_a_later_one_is(
    last: str | None, live: int | None, stage: str, status: str
) -> None:
    """AMB-37."""
    told = (Round(round=1, status=VersionStatus(last), submitted_at=AT),) if last else ()
    assert status_of(told, 2, live, stage) == status
