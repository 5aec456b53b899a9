"""What other terms mean for an order that is under way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.clocks import Clock
from models.orders import OrderTerms
from models.rules.terms import kept, longer, too_late

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE = OrderTerms(pay_within=3 * DAY, implement_within=30 * DAY, confirm_within=7 * DAY)


@pytest.mark.parametrize(
    ("name", "days", "by"),
    [
        ("pay_within", 5, 2),
        ("pay_within", 1, -2),
        ("implement_within", 45, 15),
        ("implement_within", 20, -10),
        ("confirm_within", 8, 1),
    ],
)
def test_a_period_becomes_longer_or_shorter_by_the_difference(name: str, days: int, by: int) -> None:
    after = BEFORE.model_copy(update={name: days * DAY})
    assert longer(BEFORE, after, reworking=False) == {name: by * DAY}
    assert longer(after, BEFORE, reworking=False) == {name: -by * DAY}


def test_where_no_period_differs_no_clock_moves() -> None:
    assert longer(BEFORE, BEFORE.model_copy(update={"approval_above_fen": 1}), reworking=False) == {}


def test_a_rework_under_way_keeps_its_time_and_the_other_periods_do_not() -> None:
    after = BEFORE.model_copy(update={"implement_within": 45 * DAY, "confirm_within": 9 * DAY})
    assert longer(BEFORE, after, reworking=True) == {"confirm_within": 2 * DAY}
    assert longer(BEFORE, after, reworking=False) == {
        "implement_within": 15 * DAY,
        "confirm_within": 2 * DAY,
    }


@pytest.mark.parametrize(
    ("clock", "late"),
    [
        (Clock(deadline_at=NOW + DAY), False),
        (Clock(deadline_at=NOW), True),
        (Clock(deadline_at=NOW - DAY), True),
        (Clock(left=DAY, paused=True), False),
        (Clock(left=0 * DAY, paused=True), True),
        (Clock(left=-7 * DAY, paused=True), True),
        (Clock(), False),
        (Clock(paused=True), False),
    ],
)
def test_a_clock_is_over_at_its_deadline_or_with_nothing_left_and_one_without_end_never(
    clock: Clock, late: bool
) -> None:
    assert (too_late([clock], NOW) is not None) is late
    assert (too_late([Clock(deadline_at=NOW + DAY), clock], NOW) is not None) is late


def test_what_an_orders_money_follows_stays_and_all_else_is_the_versions() -> None:
    agreed = BEFORE.model_copy(update={"commission_rate": Decimal("0.1"), "approval_above_fen": 500})
    version = BEFORE.model_copy(update={"pay_within": DAY, "worry_after": DAY, "approval_above_fen": 9})
    found = kept(agreed, version)
    assert (found.commission_rate, found.approval_above_fen) == (Decimal("0.1"), 500)
    assert found == agreed.model_copy(update={"pay_within": DAY, "worry_after": DAY})
