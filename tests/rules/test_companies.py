"""The age of a company: TCM-ELIG-03, AMB-62."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.identity.companies import is_established


@pytest.mark.parametrize(
    ("founded_on", "today", "established"),
    [
        (date(2023, 11, 12), date(2024, 11, 11), False),
        (date(2023, 11, 12), date(2024, 11, 12), True),
        (date(2020, 2, 29), date(2021, 2, 27), False),
        (date(2020, 2, 29), date(2021, 2, 28), True),
        (date(2019, 2, 28), date(2020, 2, 28), True),
        (date(2023, 3, 1), date(2024, 2, 29), False),
        (date(1, 1, 1), date(2024, 11, 12), True),
        (date(2024, 11, 13), date(2024, 11, 12), False),
        (date.max, date(2024, 11, 12), False),
    ],
)
def test_a_company_is_a_year_old_from_its_anniversary_on(
    founded_on: date, today: date, established: bool
) -> None:
    """TCM-ELIG-03, AMB-62."""
    assert is_established(founded_on, "P1Y", today) is established


def test_the_market_says_how_old_it_must_be() -> None:
    founded_on, today = date(2024, 8, 31), date(2025, 2, 28)
    assert is_established(founded_on, "P6M", today)
    assert not is_established(founded_on, "P6M1D", today)


@given(
    st.dates(date(1950, 1, 1), date(2050, 1, 1)),
    st.dates(date(1950, 1, 1), date(2050, 1, 1)),
    st.sampled_from(["P1D", "P6M", "P1Y", "P3Y"]),
)
def test_once_established_a_company_stays_so(founded_on: date, today: date, period: str) -> None:
    tomorrow = is_established(founded_on, period, today + timedelta(days=1))
    assert is_established(founded_on, period, today) <= tomorrow
