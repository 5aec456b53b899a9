from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clocks import Clock
from models.periods import CHINA

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
BEGUN = datetime(2020, 12, 28, 10, tzinfo=CHINA)
INSTANTS = st.timedeltas(timedelta(), timedelta(days=3650)).map(lambda since: BEGUN + since)
PERIODS = st.timedeltas(timedelta(seconds=1), timedelta(days=400))


@pytest.mark.parametrize(
    ("days", "due"),
    [
        pytest.param(3, datetime(2020, 12, 31, 10, tzinfo=CHINA), id="AMP-ORD-19"),
        pytest.param(30, datetime(2021, 1, 27, 10, tzinfo=CHINA), id="AMP-IMP-04"),
        pytest.param(7, datetime(2021, 1, 4, 10, tzinfo=CHINA), id="AMP-CONF-01"),
        pytest.param(7, datetime(2021, 1, 4, 2, tzinfo=UTC), id="AMP-CONF-04"),
    ],
)
def test_a_period_runs_in_hours_and_its_last_instant_is_late(days: int, due: datetime) -> None:
    """CV-4, CV-6."""
    clock = Clock.starting(BEGUN, days * DAY)
    assert clock.deadline_at == due
    assert not clock.is_late(due - SECOND)
    assert not clock.is_late(due - timedelta(microseconds=1))
    assert clock.is_late(due)
    assert clock.is_late(due + SECOND)


def test_a_period_over_29_february_and_new_year_is_no_calendar_period() -> None:
    """CV-4."""
    assert Clock.starting(datetime(2024, 2, 28, 23, tzinfo=CHINA), 3 * DAY).deadline_at == datetime(
        2024, 3, 2, 23, tzinfo=CHINA
    )
    assert Clock.starting(datetime(2020, 12, 31, 23, 59, 59, tzinfo=CHINA), DAY).deadline_at == datetime(
        2021, 1, 1, 23, 59, 59, tzinfo=CHINA
    )


def test_a_clock_without_a_deadline_is_never_late() -> None:
    assert not Clock().is_late(datetime.max.replace(tzinfo=UTC))


def test_a_stopped_clock_is_never_late_and_tells_no_deadline() -> None:
    stopped = Clock.starting(BEGUN, 3 * DAY).paused_at(BEGUN + 2 * DAY)
    assert (stopped.deadline_at, stopped.left, stopped.paused) == (None, DAY, True)
    assert not stopped.is_late(BEGUN + 300 * DAY)


def test_a_clock_that_was_due_already_keeps_nothing() -> None:
    stopped = Clock.starting(BEGUN, DAY).paused_at(BEGUN + 2 * DAY)
    assert stopped.left == timedelta()
    assert stopped.resumed_at(BEGUN + 5 * DAY).is_late(BEGUN + 5 * DAY)


def test_pausing_twice_and_resuming_what_runs_change_nothing() -> None:
    running = Clock.starting(BEGUN, 3 * DAY)
    stopped = running.paused_at(BEGUN + DAY)
    assert running.resumed_at(BEGUN + DAY) == running
    assert stopped.paused_at(BEGUN + 2 * DAY) == stopped


def test_a_clock_that_never_ends_can_be_stopped_and_still_never_ends() -> None:
    stopped = Clock().paused_at(BEGUN)
    assert (stopped.paused, stopped.left) == (True, None)
    assert stopped.resumed_at(BEGUN + DAY) == Clock()
    assert Clock().extended(DAY) == Clock()


@pytest.mark.parametrize("by", [timedelta(), -DAY])
def test_an_extension_by_nothing_or_less_changes_nothing(by: timedelta) -> None:
    running = Clock.starting(BEGUN, 3 * DAY)
    assert running.extended(by) == running


def test_a_running_clock_is_replanned_and_a_stopped_one_stays_stopped() -> None:
    """AMB-54."""
    instant = BEGUN + 9 * DAY
    running = Clock(deadline_at=BEGUN + 5 * DAY)
    stopped = running.paused_at(BEGUN)
    assert running.replanned(instant).deadline_at == instant
    assert stopped.replanned(instant) == stopped


def test_what_is_left_is_told_running_stopped_due_and_without_an_end() -> None:
    running = Clock.starting(BEGUN, 3 * DAY)
    assert running.left_at(BEGUN + DAY) == 2 * DAY
    assert running.paused_at(BEGUN + DAY).left_at(BEGUN + 40 * DAY) == 2 * DAY
    assert running.left_at(BEGUN + 3 * DAY) == timedelta()
    assert running.left_at(BEGUN + 4 * DAY) == timedelta()
    assert Clock().left_at(BEGUN) == timedelta()
    assert Clock().paused_at(BEGUN).left_at(BEGUN) == timedelta()


def test_a_clock_is_shifted_both_ways_running_or_stopped() -> None:
    running = Clock.starting(BEGUN, 3 * DAY)
    stopped = running.paused_at(BEGUN + DAY)
    assert running.shifted(-DAY).deadline_at == BEGUN + 2 * DAY
    assert (stopped.shifted(-DAY).left, stopped.shifted(DAY).left) == (DAY, 3 * DAY)
    assert stopped.shifted(-DAY).paused
    assert Clock().shifted(DAY) == Clock()


@given(since=INSTANTS, within=PERIODS, by=PERIODS, ran_for=PERIODS)
def test_shifting_back_undoes_it(
    since: datetime, within: timedelta, by: timedelta, ran_for: timedelta
) -> None:
    for clock in (Clock.starting(since, within), Clock.starting(since, within).paused_at(since + ran_for)):
        assert clock.shifted(by).shifted(-by) == clock
        assert clock.shifted(-by).shifted(by) == clock


def test_a_reminder_is_due_strictly_after_the_last_one() -> None:
    clock, before = Clock.starting(BEGUN, 10 * DAY), (DAY, 7 * DAY)
    assert clock.next_reminder(before, BEGUN) == BEGUN + 3 * DAY
    assert clock.next_reminder(before, BEGUN + 3 * DAY - SECOND) == BEGUN + 3 * DAY
    assert clock.next_reminder(before, BEGUN + 3 * DAY) == BEGUN + 9 * DAY
    assert clock.next_reminder(before, BEGUN + 9 * DAY) is None
    assert clock.next_reminder((), BEGUN) is None


def test_a_clock_that_stands_or_never_ends_reminds_nobody() -> None:
    assert Clock.starting(BEGUN, 10 * DAY).paused_at(BEGUN).next_reminder((DAY,), BEGUN) is None
    assert Clock().next_reminder((DAY,), BEGUN) is None


def test_a_period_shorter_than_its_reminder_has_none() -> None:
    assert Clock.starting(BEGUN, DAY).next_reminder((2 * DAY,), BEGUN) is None
    assert Clock.starting(BEGUN, DAY).next_reminder((DAY,), BEGUN) is None


@given(since=INSTANTS, within=PERIODS, ran_for=PERIODS, stood_for=PERIODS)
def test_a_pause_keeps_exactly_what_was_left(
    since: datetime, within: timedelta, ran_for: timedelta, stood_for: timedelta
) -> None:
    clock = Clock.starting(since, within)
    resumed = clock.paused_at(since + ran_for).resumed_at(since + ran_for + stood_for)
    left = max(within - ran_for, timedelta())
    assert resumed == Clock(deadline_at=since + ran_for + stood_for + left)


@given(since=INSTANTS, within=PERIODS, by=PERIODS, ran_for=PERIODS)
def test_an_extension_is_worth_the_same_before_during_and_after_a_pause(
    since: datetime, within: timedelta, by: timedelta, ran_for: timedelta
) -> None:
    clock, now = Clock.starting(since, within + ran_for), since + ran_for
    before = clock.extended(by).paused_at(now).resumed_at(now)
    during = clock.paused_at(now).extended(by).resumed_at(now)
    after = clock.paused_at(now).resumed_at(now).extended(by)
    assert before == during == after == Clock(deadline_at=since + within + ran_for + by)


@given(since=INSTANTS, within=PERIODS, at=INSTANTS)
def test_an_instant_is_late_or_in_time_and_stays_so_in_every_time_zone(
    since: datetime, within: timedelta, at: datetime
) -> None:
    """CV-1."""
    clock = Clock.starting(since, within)
    late = at - since >= within
    assert clock.is_late(at) is late
    assert clock.is_late(at.astimezone(CHINA)) is late
    assert Clock.starting(since.astimezone(CHINA), within).is_late(at) is late
