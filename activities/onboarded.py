"""Whose accounts they are: the company of an onboarding on record."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from models.onboarded import AskedCompany, OnboardedCompany
from models.onboardings import OnboardingOutcome
from models.tables import CaseRow


@dataclass(frozen=True, slots=True)
class Onboarded:
    engine: Engine

    @activity.defn(name="onboarded_company")
    def company(self, asked: AskedCompany) -> OnboardedCompany:
        """The company that the account must belong to (ALI-SET-11). Somebody else's onboarding, or
        one that came to nothing, is none."""
        with Session(self.engine) as session:
            row = session.get(CaseRow, asked.onboarding)
        if row is None or (row.market, row.provider_id) != (asked.market, asked.provider_id):
            return OnboardedCompany(name=None)
        if row.outcome not in (None, OnboardingOutcome.ONBOARDED):
            return OnboardedCompany(name=None)
        name, licence = (row.view["data"].get(fact) for fact in ("company_name", "licence_number"))
        return OnboardedCompany(
            name=name if isinstance(name, str) else None,
            licence_number=licence if isinstance(licence, str) else None,
            onboarded=row.outcome == OnboardingOutcome.ONBOARDED,
        )
