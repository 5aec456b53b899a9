"""What a bank account's case asks of our own records, and of the bank before it gives a round up."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.bank_checks import BankChecks
from activities.gateways.refusals import refusals
from models.bank import Matched, RemittanceNotice
from models.bank_accounts import AskedCompany, AskedRemittance, FoundRemittance, OnboardedCompany
from models.onboardings import OnboardingOutcome
from models.tables import CaseRow


@dataclass(frozen=True, slots=True)
class BankAccounts:
    engine: Engine
    checks: BankChecks

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

    @activity.defn(name="ask_for_remittance")
    def ask(self, asked: AskedRemittance) -> FoundRemittance:
        """Whether a remittance came in time of which no notice told. Repeatable: an entry is decided once."""
        ref = asked.ref
        with refusals():
            entries = self.checks.bank.entries_since(asked.since)
        for entry in entries:
            if entry.market != ref.market:
                continue
            found = self.checks.remitted(RemittanceNotice(market=ref.market, entry_id=entry.entry_id))
            if isinstance(found, Matched) and (found.case_id, found.round) == (ref.case_id, ref.round):
                return FoundRemittance(at=found.at)
        return FoundRemittance(at=None)
