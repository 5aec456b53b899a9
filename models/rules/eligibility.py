"""Which companies a market admits (TCM-ELIG-02..05, -08). Every condition that fails is told at once."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from models.base import Fen, Frozen
from models.periods import Day, Period, after
from models.rules.findings import Finding
from models.rules.identity.companies import is_established

People = Annotated[int, Field(strict=True, ge=0, le=10**7)]
DaysAWeek = Annotated[int, Field(strict=True, ge=0, le=7)]
HoursADay = Annotated[int, Field(strict=True, ge=0, le=24)]


class EligibilityTerms(Frozen):
    """What a market asks of a company. Each figure is enough by itself."""

    team_at_least: People
    """Technical and service staff together (TCM-ELIG-02)."""
    established_for: Period
    capital_at_least_fen: Fen
    support_days_at_least: DaysAWeek
    """Days a week with `support_hours_at_least` on each of them: 4 x 10 is not 5 x 8 (AMB-28)."""
    support_hours_at_least: HoursADay


class CompanyFacts(Frozen):
    """What a company says of itself."""

    founded_on: Day
    registered_capital_fen: Fen
    technical_staff: People
    service_staff: People
    support_days_a_week: DaysAWeek
    support_hours_a_day: HoursADay


def ineligibilities(
    facts: CompanyFacts, terms: EligibilityTerms, today: date, prefix: str = ""
) -> list[Finding]:
    """Every condition that the company does not meet, none when it may come in (TCM-ELIG-08).

    `prefix` stands before each field, such as `company.`; `today` is the day in China (CV-1).
    """
    return [
        each.model_copy(update={"field": prefix + each.field})
        for failed in (_team, _age, _capital, _support)
        for each in failed(facts, terms, today)
    ]


def _team(facts: CompanyFacts, terms: EligibilityTerms, _today: date) -> Iterator[Finding]:
    if facts.technical_staff + facts.service_staff < terms.team_at_least:
        yield Finding(
            field="technical_staff",
            code="team-too-small",
            rule="TCM-ELIG-02",
            detail=f"technical and service staff must be {terms.team_at_least} or more together",
            next="apply again when the team is complete",
        )


def _age(facts: CompanyFacts, terms: EligibilityTerms, today: date) -> Iterator[Finding]:
    if facts.founded_on > today:
        yield Finding(
            field="founded_on",
            code="not-founded-yet",
            rule="TCM-ELIG-03",
            detail="this day is still to come",
            next="send the day that the licence states",
        )
    elif not is_established(facts.founded_on, terms.established_for, today):
        yield Finding(
            field="founded_on",
            code="founded-too-recently",
            rule="TCM-ELIG-03",
            detail=f"the company must have been established for {terms.established_for}",
            next=f"apply again from {after(facts.founded_on, terms.established_for)} on",
        )


def _capital(facts: CompanyFacts, terms: EligibilityTerms, _today: date) -> Iterator[Finding]:
    if facts.registered_capital_fen < terms.capital_at_least_fen:
        yield Finding(
            field="registered_capital_fen",
            code="capital-too-small",
            rule="TCM-ELIG-04",
            detail=f"the registered capital must be {terms.capital_at_least_fen} fen or more",
            next="apply again when the capital is raised and registered",
        )


def _support(facts: CompanyFacts, terms: EligibilityTerms, _today: date) -> Iterator[Finding]:
    if facts.support_days_a_week < terms.support_days_at_least:
        yield Finding(
            field="support_days_a_week",
            code="too-few-support-days",
            rule="TCM-ELIG-05",
            detail=f"support must be there on {terms.support_days_at_least} days a week or more",
            next="offer support on more days",
        )
    if facts.support_hours_a_day < terms.support_hours_at_least:
        yield Finding(
            field="support_hours_a_day",
            code="too-few-support-hours",
            rule="TCM-ELIG-05",
            detail=f"support must be there for {terms.support_hours_at_least} hours or more on each day",
            next="offer support for longer",
        )
