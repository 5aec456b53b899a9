"""How often something may be done, to the second (AMB-37)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.listing_terms import Quota
from models.rules.quotas import kept, next_at

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DAILY = Quota(times=1, within=DAY)
TWICE = Quota(times=2, within=timedelta(days=30))


def ago(**time: int) -> datetime:
    return AT - timedelta(**time)


def test_what_was_never_done_may_be_done_now() -> None:
    assert next_at((), (DAILY, TWICE), AT) is None


def test_without_a_quota_it_may_be_done_without_end() -> None:
    assert next_at((AT,) * 100, (), AT) is None
    assert kept((AT,) * 100, (), AT) == ()


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        pytest.param(AT, AT + DAY, id="this moment"),
        pytest.param(AT - DAY + SECOND, AT + SECOND, id="a second less than a day ago"),
        pytest.param(AT - DAY, None, id="exactly a day ago"),
        pytest.param(AT - DAY - SECOND, None, id="longer ago"),
    ],
)
def test_a_use_counts_for_less_than_its_time(used: datetime, expected: datetime | None) -> None:
    assert next_at((used,), (DAILY,), AT) == expected


def test_of_many_uses_the_one_that_leaves_room_first_says_when() -> None:
    used = (ago(days=2), ago(days=29), ago(days=40), ago(days=10))
    assert next_at(used, (TWICE,), AT) == ago(days=10) + TWICE.within
    assert next_at(used[1:3], (TWICE,), AT) is None


def test_every_quota_has_to_leave_room() -> None:
    used = (ago(hours=1), ago(days=3))
    assert next_at(used, (DAILY,), AT) == ago(hours=1) + DAY
    assert next_at(used, (DAILY, TWICE), AT) == ago(days=3) + TWICE.within
    assert next_at(used, (TWICE, DAILY), AT) == ago(days=3) + TWICE.within


def test_at_the_moment_it_names_it_may_be_done() -> None:
    used = (ago(hours=1), ago(days=3), ago(days=4))
    opens = next_at(used, (DAILY, TWICE), AT)
    assert opens is not None
    assert next_at(used, (DAILY, TWICE), opens - SECOND) == opens
    assert next_at(used, (DAILY, TWICE), opens) is None


def test_what_no_quota_counts_any_more_is_forgotten() -> None:
    used = (ago(hours=1), ago(days=30), ago(days=29), ago(days=31))
    assert kept(used, (DAILY, TWICE), AT) == (ago(days=29), ago(hours=1))
    assert kept(used, (DAILY,), AT) == (ago(hours=1),)


def test_forgetting_changes_no_answer() -> None:
    used = tuple(ago(days=days, hours=7) for days in range(60))
    for days in range(40):
        at = AT + timedelta(days=days)
        left = kept(used, (DAILY, TWICE), at)
        assert next_at(left, (DAILY, TWICE), at) == next_at(used, (DAILY, TWICE), at)
