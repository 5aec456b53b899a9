from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.periods import CHINA, Period, Reminders, after, local_date, of_periods

PERIOD = TypeAdapter(Period)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2020, 12, 27, 15, 59, 59, tzinfo=UTC), date(2020, 12, 27)),
        (datetime(2020, 12, 27, 16, tzinfo=UTC), date(2020, 12, 28)),
        (datetime(2020, 12, 31, 16, tzinfo=UTC), date(2021, 1, 1)),
        (datetime(2020, 12, 28, tzinfo=CHINA), date(2020, 12, 28)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(at: datetime, day: date) -> None:
    """CV-1."""
    assert local_date(at) == day


@pytest.mark.parametrize(
    ("day", "period", "end"),
    [
        (date(2020, 12, 28), "P1Y", date(2021, 12, 28)),
        (date(2020, 12, 31), "P30D", date(2021, 1, 30)),
        (date(2021, 1, 31), "P1M", date(2021, 2, 28)),
        (date(2024, 1, 31), "P1M", date(2024, 2, 29)),
        (date(2020, 2, 29), "P1Y", date(2021, 2, 28)),
        (date(2020, 2, 29), "P4Y", date(2024, 2, 29)),
        (date(2020, 12, 31), "P1Y2M", date(2022, 2, 28)),
        (date(2020, 1, 30), "P1M1D", date(2020, 3, 1)),
    ],
)
def test_a_calendar_period_ends_on_the_same_day_or_the_months_last(day: date, period: str, end: date) -> None:
    """AMB-46, AMB-62."""
    assert after(day, period) == end


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 999))
def test_days_are_counted_as_days(day: date, days: int) -> None:
    assert after(day, f"P{days}D") == day + timedelta(days=days)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 5), st.integers(1, 30))
def test_a_later_day_never_ends_earlier(day: date, years: int, months: int) -> None:
    period = f"P{years}Y{months}M"
    assert after(day, period) <= after(day + timedelta(days=1), period)


@pytest.mark.parametrize("period", ["P1Y", "P6M", "P30D", "P1Y6M", "P1Y6M15D", "P99Y999M9999D"])
def test_a_period_is_kept_as_it_was_written(period: str) -> None:
    assert PERIOD.validate_python(period) == period


@pytest.mark.parametrize(
    "period",
    [
        *("", "P", "P0D", "P0Y0M0D", "1Y", "P1W", "PT1H", "P1DT1H", "-P1D", "P-1D", "P1.5Y", "P1Y ", "P1Y\n"),
        *("P100Y", "p1y", "P1D1Y", "P１Y", "P٣D", 1, None, True, timedelta(days=1)),
    ],
)
def test_what_is_no_period_is_refused(period: object) -> None:
    with pytest.raises(ValidationError):
        PERIOD.validate_python(period)


def test_a_reminder_of_a_period_that_nobody_has_is_refused() -> None:
    """It would never be given: better the policy does not load."""
    reminders: TypeAdapter[Reminders] = TypeAdapter(
        Annotated[Reminders, of_periods("pay_within", "lapse_within")]
    )
    assert reminders.validate_python({"lapse_within": ["P3D"]}) == {"lapse_within": (timedelta(days=3),)}
    with pytest.raises(ValidationError, match="pay_with is none of pay_within, lapse_within"):
        reminders.validate_python({"pay_with": ["P3D"]})
