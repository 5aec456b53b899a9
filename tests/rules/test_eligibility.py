"""Who may come in: TCM-ELIG-02..05, -08, AMB-28, AMB-62."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.rules.eligibility import CompanyFacts, EligibilityTerms, ineligibilities
from models.rules.findings import Finding

TODAY = date(2024, 11, 12)
TERMS = EligibilityTerms(
    team_at_least=10,
    established_for="P1Y",
    capital_at_least_fen=50_000_000,
    support_days_at_least=5,
    support_hours_at_least=8,
)


def facts(**changes: Any) -> CompanyFacts:
    """A company that just meets every condition."""
    given = {
        "founded_on": date(2023, 11, 12),
        "registered_capital_fen": 50_000_000,
        "technical_staff": 6,
        "service_staff": 4,
        "support_days_a_week": 5,
        "support_hours_a_day": 8,
    }
    return CompanyFacts.model_validate({**given, **changes})


def found(today: date = TODAY, **changes: Any) -> list[Finding]:
    return ineligibilities(facts(**changes), TERMS, today)


def said(today: date = TODAY, **changes: Any) -> list[tuple[str, str, str | None]]:
    return [(each.field, each.code, each.rule) for each in found(today, **changes)]


def test_a_company_that_just_meets_every_condition_comes_in() -> None:
    """CV-6."""
    assert said() == []


@pytest.mark.parametrize(
    ("technical", "service", "enough"),
    [(10, 0, True), (0, 10, True), (5, 5, True), (5, 4, False), (0, 0, False)],
)
def test_the_team_is_technical_and_service_staff_together(technical: int, service: int, enough: bool) -> None:
    """TCM-ELIG-02."""
    refusal = ("technical_staff", "team-too-small", "TCM-ELIG-02")
    assert said(technical_staff=technical, service_staff=service) == ([] if enough else [refusal])


@pytest.mark.parametrize(
    ("founded_on", "today", "enough"),
    [
        (date(2023, 11, 12), date(2024, 11, 11), False),
        (date(2023, 11, 12), date(2024, 11, 12), True),
        (date(2020, 2, 29), date(2021, 2, 27), False),
        (date(2020, 2, 29), date(2021, 2, 28), True),
        (TODAY, TODAY, False),
    ],
)
def test_a_company_must_be_a_year_old(founded_on: date, today: date, enough: bool) -> None:
    """TCM-ELIG-03, AMB-62."""
    refusal = ("founded_on", "founded-too-recently", "TCM-ELIG-03")
    assert said(today, founded_on=founded_on) == ([] if enough else [refusal])


def test_a_young_company_is_told_when_to_come_back() -> None:
    [finding] = found(date(2021, 2, 27), founded_on=date(2020, 2, 29))
    assert finding.next == "apply again from 2021-02-28 on"


@pytest.mark.parametrize("founded_on", [date(2024, 11, 13), date.max])
def test_a_company_cannot_be_founded_tomorrow(founded_on: date) -> None:
    assert said(founded_on=founded_on) == [("founded_on", "not-founded-yet", "TCM-ELIG-03")]


@pytest.mark.parametrize(("capital_fen", "enough"), [(49_999_999, False), (50_000_000, True), (10**15, True)])
def test_the_registered_capital_must_be_enough(capital_fen: int, enough: bool) -> None:
    """TCM-ELIG-04."""
    refusal = ("registered_capital_fen", "capital-too-small", "TCM-ELIG-04")
    assert said(registered_capital_fen=capital_fen) == ([] if enough else [refusal])


@pytest.mark.parametrize(
    ("days", "hours", "short"),
    [
        (5, 8, []),
        (7, 24, []),
        (5, 7, ["support_hours_a_day"]),
        (4, 10, ["support_days_a_week"]),
        (6, 7, ["support_hours_a_day"]),
        (4, 7, ["support_days_a_week", "support_hours_a_day"]),
    ],
)
def test_support_is_there_on_5_days_with_8_hours_each(days: int, hours: int, short: list[str]) -> None:
    """TCM-ELIG-05, AMB-28: 40 hours as 4 x 10 are not enough."""
    codes = {"support_days_a_week": "too-few-support-days", "support_hours_a_day": "too-few-support-hours"}
    refusals = [(field, codes[field], "TCM-ELIG-05") for field in short]
    assert said(support_days_a_week=days, support_hours_a_day=hours) == refusals


NOTHING: dict[str, Any] = {
    "founded_on": TODAY,
    "registered_capital_fen": 0,
    "technical_staff": 0,
    "service_staff": 0,
    "support_days_a_week": 0,
    "support_hours_a_day": 0,
}


def test_every_condition_that_fails_is_told_at_once_with_what_to_do() -> None:
    """TCM-ELIG-08."""
    refused = found(**NOTHING)
    assert [each.rule for each in refused] == [f"TCM-ELIG-0{n}" for n in (2, 3, 4, 5, 5)]
    assert all(each.next for each in refused)


def test_a_prefix_leads_to_the_field_in_the_request() -> None:
    fields = [each.field for each in ineligibilities(facts(**NOTHING), TERMS, TODAY, "facts.")]
    assert fields == [f"facts.{each.field}" for each in found(**NOTHING)]


@given(st.integers(0, 20), st.integers(0, 10**8), st.integers(0, 7), st.integers(0, 24))
def test_a_company_comes_in_exactly_when_all_conditions_hold_together(
    team: int, capital_fen: int, days: int, hours: int
) -> None:
    """TCM-ELIG-08."""
    refused = found(
        technical_staff=team,
        service_staff=0,
        registered_capital_fen=capital_fen,
        support_days_a_week=days,
        support_hours_a_day=hours,
    )
    assert (refused == []) is (team >= 10 and capital_fen >= 50_000_000 and days >= 5 and hours >= 8)


def test_every_figure_is_the_markets() -> None:
    nothing_asked = EligibilityTerms(
        team_at_least=0,
        established_for="P1D",
        capital_at_least_fen=0,
        support_days_at_least=0,
        support_hours_at_least=0,
    )
    assert [each.rule for each in ineligibilities(facts(**NOTHING), nothing_asked, TODAY)] == ["TCM-ELIG-03"]
    assert ineligibilities(facts(), nothing_asked, TODAY) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("technical_staff", value) for value in (-1, True, "6", 6.0, 10**8, None)),
        *(("service_staff", value) for value in (-1, True)),
        *(("support_days_a_week", value) for value in (-1, 8, True)),
        *(("support_hours_a_day", value) for value in (-1, 25, 7.5)),
        *(("registered_capital_fen", value) for value in (-1, True, 1e2)),
        *(("founded_on", value) for value in (20231112, "2023-02-29", None)),
    ],
)
def test_what_no_company_can_have_is_not_held(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        facts(**{field: value})
