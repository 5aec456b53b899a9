"""What tests take through an onboarding: companies that do not exist, what they say, and their papers."""

import random
import string
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from activities.gateways.simulated.registries import SimulatedRegistry
from models.agreements import AgreementRef
from models.cases import CaseView
from models.documents import DocumentRef
from models.identity import CompanyIdentity, Person, RegisteredCompany
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.onboardings import (
    AgreementsAccepted,
    ApplicationSubmitted,
    ApplyForOnboarding,
    Company,
    Correction,
    DecidedToApprove,
    DecidedToCorrect,
    IdentityGiven,
    Signatory,
)
from models.placing import Contact
from models.private import Sealed, sealed
from models.rules.agreements import to_sign
from models.rules.eligibility import CompanyFacts
from models.rules.identity.persons import DocumentType, PersonDocument
from models.tables.privacy import Vault
from tests.bench import OPERATOR, Bench, Opened, until
from tests.rules.made_up import card, unified_code

FACTS = CompanyFacts(
    founded_on=date(2015, 6, 1),
    registered_capital_fen=100_000_000,
    technical_staff=8,
    service_staff=4,
    support_days_a_week=5,
    support_hours_a_day=8,
)
APPROVE = DecidedToApprove(reason="in order")
CORRECT = DecidedToCorrect(
    reason="cannot be read",
    corrections=(Correction(requirement="application", field="contact.phone", code="unreachable"),),
)
PICTURE = "ab" * 32


def made_up_licence() -> str:
    """The licence number of a company that nobody founded."""
    return unified_code(body="MA" + "".join(random.choices(string.digits, k=6)))


@dataclass
class Applicant:
    """A company that applies in a market, and says what it is asked."""

    market: str
    id: str = field(default_factory=lambda: f"ob-{uuid.uuid4().hex[:12]}")
    licence_number: str = field(default_factory=made_up_licence)
    name: str = "Sample Stars Ltd"
    is_partner: bool = False

    @property
    def provider_id(self) -> str:
        return f"isv-{self.id}"

    @property
    def representative(self) -> Person:
        return Person(
            name="Sample Person", document=PersonDocument(type=DocumentType.RESIDENT_ID, number=card())
        )

    def asks(self, **changes: Any) -> ApplyForOnboarding:
        told = {
            "id": self.id,
            "provider_id": self.provider_id,
            "cloud_account": "100000000001",
            "company": Company(name=self.name, licence_number=self.licence_number),
            "is_partner": self.is_partner,
            "general_agreement_signed": True,
        }
        return ApplyForOnboarding.model_validate(told | changes)

    def is_registered(self, bench: Bench, **differently: Any) -> None:
        """The registers know it, as it is or differently."""
        known = {
            "name": self.name,
            "licence_number": self.licence_number,
            "legal_representative": self.representative.name,
            "founded_on": FACTS.founded_on,
            "registered_capital_fen": FACTS.registered_capital_fen,
            "status": "active",
        }
        company = RegisteredCompany.model_validate(known | differently)
        SimulatedRegistry(bench.engine).enter(company, self.representative.document)

    def identity(self) -> IdentityGiven:
        identity = CompanyIdentity(
            company_name=self.name,
            licence_number=self.licence_number,
            legal_representative=self.representative,
        )
        return IdentityGiven(identity=identity)

    def application(self, *categories: str, **changes: Any) -> ApplicationSubmitted:
        told = {
            "contact": Contact(name="Sample Contact", phone="0571-26880000"),
            "facts": FACTS,
            "categories": categories or ("service/consulting",),
            "papers": (DocumentRef(kind="business_licence", document_id=PICTURE),),
        }
        return ApplicationSubmitted.model_validate(told | changes)


@dataclass
class Onboarding:
    """An onboarding under test."""

    bench: Bench
    applicant: Applicant
    case: Opened

    @classmethod
    async def begun(cls, bench: Bench, market: str, **how: Any) -> "Onboarding":
        """An application on record, of a company that the registers know."""
        applicant = Applicant(market, **how)
        applicant.is_registered(bench)
        case = await bench.start(PROVIDER_ONBOARDINGS, applicant.asks(), market)
        await case.on_record()
        return cls(bench, applicant, case)

    async def says(self, event: Any, **how: Any) -> Any:
        """The provider's event, sealed as the API would."""
        return await self.case.report(self.sealed(event), **how)

    async def decides(self, event: Any, **how: Any) -> Any:
        return await self.case.report(event, actor=OPERATOR, **how)

    def sealed(self, event: Any) -> Any:
        vault = Vault(self.bench.admissions.cipher)

        def seal(value: Any) -> Sealed:
            return vault.seal(value, self.case.case_id)

        return sealed(event, seal)

    def signs(self, *names: str) -> AgreementsAccepted:
        """Acceptance of what is to be signed, or of these alone."""
        policy: Any = self.bench.admissions.policies[self.applicant.market].provider_onboardings[-1]
        asked = to_sign(policy.terms.agreements, self.applicant.is_partner)
        chosen = [each for each in asked if not names or each.name in names]
        return AgreementsAccepted(
            agreements=tuple(AgreementRef(name=each.name, version=each.version) for each in chosen),
            signatory=Signatory(name="Sample Signatory"),
            authority_declared=True,
        )

    async def reaches(self, stage: str) -> CaseView:
        """Wait until the case on record is there."""

        def there() -> CaseView | None:
            case = self.case.case()
            return case if case and case.stage == stage else None

        return await until(there, meanwhile=self.bench.tick)

    def checklist(self) -> dict[str, str]:
        """The state of each requirement."""
        case = self.case.case()
        found: Any = case.data["checklist"] if case else []
        return {each["name"]: each["state"] for each in found}


__all__ = ["APPROVE", "CORRECT", "FACTS", "Applicant", "Onboarding"]
