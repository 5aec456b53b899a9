"""Natural days: calendar days in China, holidays included (CV-1, CV-3, CV-5)."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from models.natural_days import NaturalDays
from models.periods import CHINA

THIRTY = NaturalDays(natural_days=30)


def midnight(*day: int) -> datetime:
    return datetime(*day, tzinfo=CHINA)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("since", "late"),
    [
        pytest.param(midnight(2026, 3, 1), midnight(2026, 4, 1), id="the first second of its day"),
        pytest.param(
            datetime(2026, 3, 1, 23, 59, 59, tzinfo=CHINA), midnight(2026, 4, 1), id="the last of it"
        ),
        pytest.param(midnight(2026, 3, 2), midnight(2026, 4, 2), id="the next"),
        pytest.param(midnight(2024, 2, 1), midnight(2024, 3, 3), id="across 29 February"),
        pytest.param(midnight(2026, 2, 1), midnight(2026, 3, 4), id="across a February without it"),
        pytest.param(midnight(2024, 1, 30), midnight(2024, 3, 1), id="29 February is the last day"),
        pytest.param(midnight(2026, 12, 15), midnight(2027, 1, 15), id="across 31 December"),
        pytest.param(midnight(2026, 12, 1), midnight(2027, 1, 1), id="31 December is the last day"),
        pytest.param(midnight(2026, 9, 20), midnight(2026, 10, 21), id="holidays count"),
    ],
)
def test_it_is_late_from_midnight_after_the_thirtieth_day(since: datetime, late: datetime) -> None:
    """The day itself does not count, the thirtieth does in full."""
    assert THIRTY.until(since) == late


@pytest.mark.parametrize(
    ("since", "late"),
    [
        pytest.param(
            datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), midnight(2026, 4, 1), id="still 1 March in China"
        ),
        pytest.param(datetime(2026, 3, 1, 16, tzinfo=UTC), midnight(2026, 4, 2), id="2 March there by then"),
        pytest.param(
            datetime(2026, 12, 31, 23, tzinfo=UTC), midnight(2027, 2, 1), id="another year there by then"
        ),
        pytest.param(datetime(2024, 2, 28, 16, tzinfo=UTC), midnight(2024, 3, 31), id="29 February there"),
    ],
)
def test_the_day_is_that_of_china(since: datetime, late: datetime) -> None:
    """CV-1: late in the evening in UTC it is the next day there, and it is late at 16:00 UTC."""
    assert THIRTY.until(since) == late
    assert (THIRTY.until(since).astimezone(UTC).hour, THIRTY.until(since).tzinfo) == (16, CHINA)


def test_a_single_day_is_the_whole_of_the_next() -> None:
    assert NaturalDays(natural_days=1).until(midnight(2026, 3, 1)) == midnight(2026, 3, 3)


@pytest.mark.parametrize("days", [0, -1, 3661, 1.5, "30", True, None])
def test_only_a_number_of_days_is_one(days: object) -> None:
    with pytest.raises(ValidationError):
        NaturalDays.model_validate({"natural_days": days})
