"""What tests take through an onboarding: companies that do not exist, what they say, and their papers."""

import asyncio
import random
import string
import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from activities.gateways.simulated.registries import SimulatedRegistry
from models.agreements import AgreementRef
from models.cases import SYSTEM, CaseView
from models.documents import DocumentRef
from models.identity import CompanyIdentity, Person, RegisteredCompany
from models.interventions import Approved
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.onboardings import (
    AgreementsAccepted,
    ApplicationSubmitted,
    ApplyForOnboarding,
    Company,
    Correction,
    DecidedToApprove,
    DecidedToCorrect,
    DecidedToReject,
    DecidedToWaive,
    IdentityGiven,
    OnboardingTerms,
    Signatory,
    Withdrawn,
    WithdrawnInStead,
)
from models.payments import Charge, Payment, PaymentMethod
from models.placing import Contact
from models.rules.agreements import to_sign
from models.rules.eligibility import CompanyFacts
from models.rules.identity.persons import DocumentType, PersonDocument
from models.telling import AccountChanged, DepositChanged
from tests.bench import DAY, OPERATOR, SECOND_OPERATOR, Bench, Opened, until
from tests.rules.made_up import card, unified_code
from tests.sealing import sealed_for

FACTS = CompanyFacts(
    founded_on=date(2015, 6, 1),
    registered_capital_fen=100_000_000,
    technical_staff=8,
    service_staff=4,
    support_days_a_week=5,
    support_hours_a_day=8,
)
APPROVE = DecidedToApprove(reason="in order")
REJECT = DecidedToReject(reason="not a provider for us")
WITHDRAW = Withdrawn(reason="another market pays more")
WITHDRAW_IN_STEAD = WithdrawnInStead(reason="it called us", act=WITHDRAW)
AGREED = Approved(reason="agreed")
PICTURE = "ab" * 32
KEPT_BY = ("deposit-accounts", "bank-accounts")
"""The processes whose cases an onboarding opens."""


def waive(requirement: str) -> DecidedToWaive:
    return DecidedToWaive(reason="known to us for years", requirement=requirement)


def correct(*wanted: tuple[str, str]) -> DecidedToCorrect:
    """Requirements and fields that have to be given again."""
    again = tuple(Correction(requirement=name, field=field, code="not-clear") for name, field in wanted)
    return DecidedToCorrect(reason="not clear", corrections=again)


CORRECT = correct(("application", "contact.phone"))


CATEGORIES = {
    "aliyun": ("service",),
    "rehearsal": ("service",),
    "tencent-cloud": ("service/consulting",),
}


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
        """What its market asks for: aliyun neither facts nor papers."""
        contact = Contact(name="Sample Contact", phone="0571-26880000")
        told: dict[str, Any] = {"contact": contact, "categories": categories or CATEGORIES[self.market]}
        if self.market != "aliyun":
            paper = DocumentRef(kind="business_licence", document_id=PICTURE)
            told |= {"facts": FACTS, "papers": (paper,)}
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
        case = await unhurried(bench, market).start(PROVIDER_ONBOARDINGS, applicant.asks(), market)
        await case.on_record()
        onboarding = cls(bench, applicant, case)
        bench.opened += map(onboarding.kept, KEPT_BY)
        return onboarding

    @classmethod
    async def in_stage(cls, bench: Bench, market: str, stage: str, **how: Any) -> "Onboarding":
        """An onboarding that has come as far as this, with everything in order and nothing under way."""
        onboarding = await cls.begun(bench, market, **how)
        await onboarding.goes_to(stage)
        await bench.settle(onboarding.case)
        return onboarding

    def kept(self, process: str) -> Opened:
        """The case that it opens for itself."""
        case_id = f"{process}:{self.applicant.market}:{self.applicant.id}"
        return Opened(self.bench, self.bench.client.get_workflow_handle(case_id))

    async def goes_to(self, stage: str) -> CaseView:
        """Do what is asked for, step by step, until it is there."""
        while (now := await self.case.on_record()).stage != stage:
            await self._next(now.stage)
            await self._leaves(now.stage)
        return now

    async def _next(self, stage: str) -> None:
        match stage:
            case "identifying":
                await self.says(self.applicant.identity())
            case "preparing":
                await self.says(self.applicant.application())
            case "reviewing":
                await self.decides(APPROVE)
            case "signing":
                await self.says(self.signs())
            case "depositing":
                await self.puts_down()
            case "proving_account":
                await self.bench.settle(self.case)
                await self.proves()
            case "paying_fee":
                await self.pays()

    async def _leaves(self, stage: str) -> None:
        def gone() -> bool:
            case = self.case.case()
            return case is not None and case.stage != stage

        await until(gone, meanwhile=self.bench.tick)

    async def hears(self, message: DepositChanged | AccountChanged, **how: Any) -> CaseView:
        """What a case of ours tells it."""
        return await self.case.report(message, actor=SYSTEM, **how)

    async def proves(self, verified: bool = True) -> CaseView:
        account = self.kept("bank-accounts").case_id
        return await self.hears(AccountChanged(account=account, verified=verified, account_version=1))

    async def puts_down(self, amount_fen: int | None = None) -> Opened:
        """The provider pays its deposit account what is due, or this much: the receipt."""
        account = self.kept("deposit-accounts")
        case = await account.on_record()
        due: Any = case.data["due_fen"] if amount_fen is None else amount_fen
        page = Charge(market=self.applicant.market, reference=account.case_id, amount_fen=due, part=0)
        await asyncio.to_thread(self.bench.gateway.open, page)
        _, receipt = await self.bench.pay(account, amount_fen=due, method=PaymentMethod.WECHAT_PAY)
        return receipt

    async def pays(self, **how: Any) -> tuple[Payment, Opened]:
        """The provider pays the certification fee on the page that is open."""
        await until(lambda: "payment_opened" in self.case.path(), meanwhile=self.bench.tick)
        return await self.bench.pay(self.case, **how)

    async def both_decide(self, event: Any) -> CaseView:
        """One operator decides, and another one agrees."""
        await self.decides(event)
        return await self.case.report(AGREED, actor=SECOND_OPERATOR)

    async def says(self, event: Any, **how: Any) -> Any:
        """The provider's event, sealed as the API would."""
        return await self.case.report(sealed_for(self.case, event), **how)

    async def decides(self, event: Any, **how: Any) -> Any:
        return await self.case.report(event, actor=OPERATOR, **how)

    def signs(self, *names: str) -> AgreementsAccepted:
        """Acceptance of what is to be signed, or of these alone."""
        asked = to_sign(self.terms.agreements, self.applicant.is_partner)
        chosen = [each for each in asked if not names or each.name in names]
        return AgreementsAccepted(
            agreements=tuple(AgreementRef(name=each.name, version=each.version) for each in chosen),
            signatory=Signatory(name="Sample Signatory"),
            authority_declared=True,
        )

    @property
    def terms(self) -> OnboardingTerms:
        return terms_of(unhurried(self.bench, self.applicant.market), self.applicant.market)

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


def terms_of(bench: Bench, market: str) -> OnboardingTerms:
    """What the market's latest version says of onboardings."""
    return bench.admissions.policies[market].provider_onboardings[-1].terms


def unhurried(bench: Bench, market: str) -> Bench:
    """The same bench: what takes seconds in rehearsal takes days, for a busy machine takes seconds too."""
    if market != "rehearsal":
        return bench
    review = terms_of(bench, market).review.model_copy(update={"review_within": DAY})
    return under(bench, market, review=review, lapse_within=10 * DAY)


def under(bench: Bench, market: str, **changes: Any) -> Bench:
    """The same bench, where this market's onboardings begin with these changes in their terms."""
    policy = bench.admissions.policies[market]
    terms = OnboardingTerms.model_validate({**dict(terms_of(bench, market)), **changes})
    latest = policy.provider_onboardings[-1].model_copy(update={"terms": terms})
    changed = policy.model_copy(update={"provider_onboardings": (latest,)})
    policies = {**bench.admissions.policies, market: changed}
    return replace(bench, admissions=replace(bench.admissions, policies=policies))
