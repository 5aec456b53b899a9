"""What a provider's onboarding is: its steps, stages, outcomes, events and terms."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator
from typing_extensions import TypeAliasType

from models.agreements import AgreementRef, AgreementTerms
from models.base import Fen, Flag, Frozen, Id, Instant, Text
from models.cases import Event, Opening, Party
from models.categories import CategoryKey
from models.checklists import Reason
from models.documents import DocumentRef
from models.identity import CompanyIdentity, LicenceNumber
from models.interventions import Approved, Decision, Disapproved, InStead, Intervention
from models.payments import Charge, Paid
from models.periods import Reminders, Span, of_periods
from models.placing import Contact
from models.private import Private
from models.rules.eligibility import CompanyFacts, EligibilityTerms
from models.rules.identity.licences import SubjectType
from models.rules.masking import Said
from models.telling import AccountChanged, DepositChanged
from models.working_days import WorkingDays


class OnboardingStep(StrEnum):
    """What a provider goes through; the order is the policy's (ALI-ONB-02, TCM-ONB-01)."""

    IDENTITY = "identity"
    APPLICATION = "application"
    AGREEMENTS = "agreements"
    PERMISSION = "permission"
    DEPOSIT = "deposit"
    BANK_ACCOUNT = "bank_account"
    CERTIFICATION_FEE = "certification_fee"


class OnboardingStage(StrEnum):
    IDENTIFYING = "identifying"
    CHECKING_IDENTITY = "checking_identity"
    PREPARING = "preparing"
    CHECKING_APPLICATION = "checking_application"
    REVIEWING = "reviewing"
    SIGNING = "signing"
    PERMITTING = "permitting"
    DEPOSITING = "depositing"
    PROVING_ACCOUNT = "proving_account"
    PAYING_FEE = "paying_fee"
    CLOSING_PAYMENT = "closing_payment"
    WINDING_UP = "winding_up"
    CLOSED = "closed"


class OnboardingOutcome(StrEnum):
    ONBOARDED = "onboarded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class ProviderEvent(Event):
    party = Party.PROVIDER


class IdentityGiven(ProviderEvent):
    """The company, and who represents it, to be verified (ALI-ONB-04, TCM-ONB-03, -12)."""

    personal = True
    event: Literal["identity_given"] = "identity_given"
    identity: Private[CompanyIdentity]


class ApplicationSubmitted(ProviderEvent):
    """The form and its documents. After a correction only what was turned down has to be there again.

    What was verified can be repeated, and not changed here (TCM-ONB-13).
    """

    personal = True
    event: Literal["application_submitted"] = "application_submitted"
    company_name: Text | None = None
    licence_number: LicenceNumber | None = None
    contact: Private[Contact] | None = None
    facts: CompanyFacts | None = None
    categories: Annotated[tuple[CategoryKey, ...], Field(max_length=100)] = ()
    scope: Annotated[Said, Field(max_length=500)] | None = None
    """What it means to offer."""
    papers: Annotated[tuple[DocumentRef, ...], Field(max_length=20)] = ()

    def documents(self) -> tuple[DocumentRef, ...]:
        return self.papers


class Signatory(Frozen):
    """Who accepts in the company's name."""

    name: Annotated[Text, Field(max_length=64, repr=False)]
    position: Annotated[Text, Field(max_length=64)] | None = None


class AgreementsAccepted(ProviderEvent):
    """Texts accepted in the company's name by somebody who declares to be authorised (TCM-ONB-06..08)."""

    personal = True
    event: Literal["agreements_accepted"] = "agreements_accepted"
    agreements: Annotated[tuple[AgreementRef, ...], Field(min_length=1, max_length=20)]
    signatory: Private[Signatory]
    authority_declared: Flag


class Withdrawn(ProviderEvent):
    """The provider no longer wants to be onboarded. Its deposit comes back; a fee that was taken does not."""

    event: Literal["withdrawn"] = "withdrawn"
    reason: Said | None = None


class DecidedToApprove(Decision):
    """What was submitted is in order. `confirmed` names what had to be checked elsewhere (AMB-06)."""

    decision: Literal["approve"] = "approve"
    confirmed: Annotated[tuple[Id, ...], Field(max_length=20)] = ()


class Correction(Reason):
    """What is to be corrected: a requirement, and why."""

    requirement: Id

    @property
    def reason(self) -> Reason:
        return Reason(field=self.field, code=self.code, said=self.said)


class DecidedToCorrect(Decision):
    """Something has to be given again, each with its reason (AMB-01)."""

    decision: Literal["correct"] = "correct"
    corrections: Annotated[tuple[Correction, ...], Field(min_length=1, max_length=50)]


class DecidedToReject(Decision):
    """The company is not admitted. It may apply again later."""

    decision: Literal["reject"] = "reject"


class DecidedToWaive(Decision):
    """The market does without one requirement of this company."""

    decision: Literal["waive"] = "waive"
    requirement: Id


class WithdrawnInStead(InStead):
    """An operator withdraws an application in the provider's stead."""

    act: Withdrawn


OnboardingDecision = TypeAliasType(
    "OnboardingDecision",
    Annotated[
        DecidedToApprove | DecidedToCorrect | DecidedToReject | DecidedToWaive | WithdrawnInStead,
        Field(discriminator="decision"),
    ],
)
OnboardingEvent = Annotated[
    IdentityGiven
    | ApplicationSubmitted
    | AgreementsAccepted
    | Withdrawn
    | Paid
    | DepositChanged
    | AccountChanged
    | OnboardingDecision
    | Approved
    | Disapproved
    | Intervention,
    Field(discriminator="event"),
]


class ReviewTerms(Frozen):
    """How operators review an application (AMB-01)."""

    review_within: WorkingDays | Span
    """Then the case is escalated."""
    replan_every: Span
    """How soon a date is planned again that was planned without calendar data (AMB-54)."""
    corrections: Annotated[int, Field(strict=True, ge=1, le=50)]
    """How often it may be sent back; then it is approved or rejected."""


class OnboardingTerms(Frozen):
    """What an application runs by. It keeps its steps whatever the market says later (ALI-ONB-12)."""

    steps: Annotated[tuple[OnboardingStep, ...], Field(min_length=1)]
    rule_set: Id
    """The market's rules at large, which agreements take in by reference (TCM-ONB-11)."""
    general_agreement: Flag = False
    """Whether the cloud's general agreement must be signed before anybody applies (TCM-ONB-09)."""
    subjects: Annotated[tuple[SubjectType, ...], Field(min_length=1)]
    """Whom the market admits (ALI-ONB-04, TCM-ELIG-01)."""
    identity_attempts: Annotated[int, Field(strict=True, ge=1, le=50)]
    """How often a company may be contradicted by the registers before operators decide."""
    eligibility: EligibilityTerms | None = None
    papers: tuple[Id, ...] = ()
    """The kinds of document that an application needs."""
    review: ReviewTerms
    agreements: tuple[AgreementTerms, ...] = ()
    agreements_together: Flag = False
    """Whether they are accepted all at once (TCM-ONB-06), or one by one (ALI-ONB-11)."""
    certification_fee_fen: Annotated[Fen, Field(ge=1)] | None = None
    """Paid once before anything can be published, where a market asks for it (TCM-ONB-21, AMB-31)."""
    second_operator_waives: tuple[Id, ...] = ("deposit", "bank_account", "certification_fee")
    """Requirements that one operator cannot waive alone."""
    lapse_within: Span
    """How long a provider may leave its next step undone."""
    remind_before: Annotated[Reminders, of_periods("lapse_within", "review_within")] = Field(
        default_factory=dict
    )
    """How long before the end of which period its party is reminded."""
    worry_after: Span | None = None
    """How long an outside system may take to answer before operators are told; None: for ever."""
    enforced_from: Instant | None = None
    """Until then nobody is barred for not being onboarded: who sold before has that long (S88-ID-05, AMB-41).
    None: at once."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("has a step twice")
        asked = {
            OnboardingStep.AGREEMENTS: self.agreements,
            OnboardingStep.CERTIFICATION_FEE: self.certification_fee_fen,
        }
        for step, what in asked.items():
            if (step in self.steps) != bool(what):
                raise ValueError(f"the step {step} goes with what it asks for")
        return self


class Company(Frozen):
    """The company that applies, as public registers name it."""

    name: Text
    licence_number: LicenceNumber


class ApplyForOnboarding(Frozen):
    """A company asks to become a provider. Its cloud account is there already (ALI-ONB-03, TCM-ONB-03)."""

    id: Id
    provider_id: Id
    cloud_account: Id
    company: Company
    is_partner: Flag = False
    """It is a partner of the market's cloud already (ALI-ONB-09)."""
    general_agreement_signed: Flag = False


class Onboarding(Frozen):
    """An application that was let in: what its workflow starts with."""

    opening: Opening
    terms: OnboardingTerms
    cloud_account: Id
    company: Company
    is_partner: Flag

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows from its beginning."""
        return {
            "cloud_account": self.cloud_account,
            "company_name": self.company.name,
            "licence_number": self.company.licence_number,
            "partner": self.is_partner,
            "permission": False,
        }

    def charge(self, part: int) -> Charge:
        """The certification fee, asked for the `part`-th time. The case's id is the gateway's reference."""
        return Charge(
            market=self.opening.market,
            reference=self.opening.case_id,
            amount_fen=self.terms.certification_fee_fen or 0,
            part=part,
        )
