"""What another version would mean for one open order, told before anything is moved."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.cases import CaseView, Party, Task
from models.orders import OrderTerms
from models.rules.previews import Deadline, difference, preview

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 10, tzinfo=UTC)
OLD = OrderTerms(pay_within=3 * DAY, implement_within=30 * DAY, confirm_within=7 * DAY)
PASSED = "its time is over, or would be"


def new(**changes: Any) -> OrderTerms:
    return OLD.model_copy(update=changes)


def order(stage: str, *tasks: Task, **data: Any) -> CaseView:
    return CaseView(
        case_id="template-orders:alipay:o-1",
        process="template-orders",
        market="alipay",
        id="o-1",
        provider_id="isv-1",
        stage=stage,
        opened_at=NOW - 20 * DAY,
        changed_at=NOW,
        tasks=tasks,
        policy_version="1",
        data=data,
    )


def running(name: str, days: int) -> Task:
    return Task(name=name, waiting_on=Party.BUYER, accepts=(), deadline_at=NOW + days * DAY)


def stopped(name: str, days: int) -> Task:
    return Task(name=name, waiting_on=Party.BUYER, accepts=(), paused=True, left=days * DAY)


@pytest.mark.parametrize(
    ("task", "stage", "within"),
    [
        ("payment", "unpaid", "pay_within"),
        ("certification", "implementing", "implement_within"),
        ("implementation", "implementing", "implement_within"),
        ("version_review", "implementing", "implement_within"),
        ("confirmation", "confirming", "confirm_within"),
    ],
)
def test_the_deadline_that_follows_a_longer_period_moves_by_the_difference(
    task: str, stage: str, within: str
) -> None:
    after = new(**{within: getattr(OLD, within) + 5 * DAY})
    found = preview(order(stage, running(task, 2)), OLD, after, NOW)
    [moved] = found.deadlines
    assert (moved.task, moved.deadline_at, moved.would_be) == (task, NOW + 2 * DAY, NOW + 7 * DAY)
    assert (moved.left, moved.left_would_be, found.against) == (None, None, None)


def test_a_deadline_whose_period_does_not_differ_is_not_named() -> None:
    found = preview(order("confirming", running("confirmation", 2)), OLD, new(pay_within=DAY), NOW)
    assert (found.deadlines, found.against) == ((), None)


@pytest.mark.parametrize(("days", "against"), [(6, None), (5, PASSED), (4, PASSED)])
def test_an_order_whose_time_would_be_over_is_left_as_it_is(days: int, against: str | None) -> None:
    shorter = new(implement_within=25 * DAY)
    found = preview(order("implementing", running("implementation", days)), OLD, shorter, NOW)
    assert found.against == against
    assert found.deadlines[0].would_be == NOW + (days - 5) * DAY


@pytest.mark.parametrize(
    ("days", "left", "against"), [(6, 1, None), (5, 0, PASSED), (2, -3, PASSED)], ids=["some", "none", "less"]
)
def test_a_clock_that_stands_shows_what_is_left_before_and_after(
    days: int, left: int, against: str | None
) -> None:
    shorter = new(implement_within=25 * DAY)
    found = preview(order("implementing", stopped("implementation", days)), OLD, shorter, NOW)
    time = Deadline(
        task="implementation", deadline_at=None, would_be=None, left=days * DAY, left_would_be=left * DAY
    )
    assert (found.deadlines, found.against) == ((time,), against)


@pytest.mark.parametrize("task", [running("implementation", 0), stopped("implementation", 0)])
def test_what_has_run_out_already_is_not_revived_by_more_time(task: Task) -> None:
    found = preview(order("implementing", task), OLD, new(implement_within=45 * DAY), NOW)
    assert found.against == PASSED


def test_what_an_appeal_holds_follows_too_and_its_desk_does_not() -> None:
    held = order("appealing", running("appeal", 4), stopped("confirmation", 3))
    found = preview(held, OLD, new(confirm_within=9 * DAY), NOW)
    assert [(each.task, each.left_would_be) for each in found.deadlines] == [("confirmation", 5 * DAY)]


def test_a_rework_under_way_keeps_its_time_and_is_confirmed_in_the_new() -> None:
    after = new(implement_within=DAY, confirm_within=9 * DAY)
    reworked = order("implementing", running("implementation", 2), reworks=1)
    assert preview(reworked, OLD, after, NOW).deadlines == ()
    assert preview(reworked, OLD, after, NOW).against is None
    confirmed = preview(order("confirming", running("confirmation", 2), reworks=1), OLD, after, NOW)
    assert confirmed.deadlines[0].would_be == NOW + 4 * DAY


def test_an_order_whose_own_version_is_not_known_any_more_is_left_as_it_is() -> None:
    found = preview(order("implementing", running("implementation", 2)), None, new(pay_within=DAY), NOW)
    assert (found.policy_version, found.deadlines) == ("1", ())
    assert found.against == "its own version is not known any more"


def test_terms_that_differ_are_named_and_what_money_follows_as_unchanged() -> None:
    after = new(pay_within=DAY, commission_rate=Decimal("0.1"))
    assert difference(OLD, after) == {
        "pay_within": {"before": "P3D", "after": "P1D"},
        "commission_rate": {"unchanged": "as agreed when the order was placed"},
    }
