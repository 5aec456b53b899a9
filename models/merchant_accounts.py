"""A provider's merchant account: which numbers it opens, what happens to them, by which terms (TCM-MCH)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator
from typing_extensions import TypeAliasType

from models.applyments import AuditDetail, SeenApplyment
from models.b2b_numbers import B2BEvent, B2BTerms, RegistrationDecided
from models.base import Frozen, Id
from models.cases import Event, Opening, Party
from models.deposits import Block
from models.documents import DocumentRef
from models.interventions import Approved, Decision, Disapproved, InStead, Intervention
from models.merchant_forms import AccountForm, CompanyForm, Draft
from models.periods import Reminders, Span, of_periods
from models.private import Private, Sealed
from models.rules.masking import Said
from models.telling import AccountChanged


class Number(StrEnum):
    """The two merchant numbers: each is opened by a story of its own (TCM-MCH-02, -03)."""

    WALLET = "wallet"
    B2B = "b2b"


class Scenario(StrEnum):
    """What a provider wants to open (TCM-MCH-05..07)."""

    WALLET = "wallet"
    B2B = "b2b"
    BOTH = "both"

    @property
    def numbers(self) -> tuple[Number, ...]:
        return (*Number,) if self is Scenario.BOTH else (Number(self),)


class MerchantAccountStage(StrEnum):
    OPENING = "opening"
    CLOSED = "closed"


class MerchantAccountOutcome(StrEnum):
    """What became of all the numbers that were asked for. Without any open, why the last one is not."""

    OPENED = "opened"
    PARTLY_OPENED = "partly_opened"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REJECTED = "rejected"
    NO_ONBOARDING = "no_onboarding"


class WalletStage(StrEnum):
    AWAITING_FORM = "awaiting_form"
    SUBMITTING = "submitting"
    UNDER_REVIEW = "under_review"
    FROZEN = "frozen"
    OPEN = "open"
    GIVEN_UP = "given_up"


class _ProviderEvent(Event):
    party = Party.PROVIDER


class DraftSaved(_ProviderEvent):
    """A form that is not finished: whatever the provider has of it so far. The last one counts."""

    personal = True
    event: Literal["draft_saved"] = "draft_saved"
    number: Number
    draft: Private[Draft]


class WalletFormSubmitted(_ProviderEvent):
    """The form of the wallet's number (TCM-MCH-12..27, TCM-WX-03).

    What the case has already may be left out: the company's data of the other number (TCM-MCH-11), and after
    a rejection whatever was not turned down.
    """

    personal = True
    event: Literal["wallet_form_submitted"] = "wallet_form_submitted"
    company: Private[CompanyForm] | None = None
    account: Private[AccountForm] | None = None
    papers: Annotated[tuple[DocumentRef, ...], Field(max_length=20)] = ()

    def documents(self) -> tuple[DocumentRef, ...]:
        return self.papers


class ApplymentChanged(Event):
    """What the wallet says of the application now. Only a notice of the wallet reports it."""

    party = Party.WALLET
    event: Literal["applyment_changed"] = "applyment_changed"
    seen: SeenApplyment


class Withdrawn(_ProviderEvent):
    """The provider no longer wants the number, or any that is not open yet."""

    event: Literal["withdrawn"] = "withdrawn"
    number: Number | None = None
    reason: Said | None = None


class DecidedToReject(Decision):
    """The number is not opened, or none that is not open yet. The provider may begin another case later."""

    decision: Literal["reject"] = "reject"
    number: Number | None = None


class DecidedToCorrect(Decision):
    """What the wallet does not take goes back to the provider, field by field (AMB-33)."""

    decision: Literal["correct"] = "correct"
    reasons: Annotated[tuple[AuditDetail, ...], Field(min_length=1, max_length=50)]


class ActedInStead(InStead):
    """An operator withdraws in the provider's stead, or says what the payment company never said."""

    act: Annotated[Withdrawn | RegistrationDecided, Field(discriminator="event")]


MerchantAccountDecision = TypeAliasType(
    "MerchantAccountDecision",
    Annotated[DecidedToReject | DecidedToCorrect | ActedInStead, Field(discriminator="decision")],
)
MerchantAccountEvent = Annotated[
    DraftSaved
    | WalletFormSubmitted
    | ApplymentChanged
    | Withdrawn
    | B2BEvent
    | AccountChanged
    | MerchantAccountDecision
    | Approved
    | Disapproved
    | Intervention,
    Field(discriminator="event"),
]


class Poll(Frozen):
    """How often the wallet is asked: soon at first, then with pauses that double up to the longest."""

    first: Span
    longest: Span


class WalletTerms(Frozen):
    """How a market has the wallet's numbers opened (TCM-WX)."""

    poll: Poll
    checked_within: Span
    """How long the wallet may check the bank card before operators are told (TCM-WX-12)."""
    instructions: Annotated[int, Field(strict=True, ge=1, le=20)]
    """How often one form may ask for a remittance: then it has to be submitted again (AMB-34)."""
    stale_for: Span
    """How long after a form was submitted again its last rejection, repeated, is taken for an old answer."""


class MerchantAccountTerms(Frozen):
    """How a market opens merchant accounts, and what they are for."""

    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1)]
    wallet: WalletTerms | None = None
    b2b: B2BTerms | None = None
    channels: Mapping[Number, tuple[Id, ...]]
    """How buyers can pay once a number is open (TCM-MCH-02..04)."""
    guards: tuple[Block, ...] = ()
    """What a provider cannot do without an open number (TCM-MCH-01)."""
    lapse_within: Span
    """How long a provider may leave its next step undone."""
    remind_before: Annotated[Reminders, of_periods("lapse_within", "remit_within", "review_within")] = Field(
        default_factory=dict
    )
    """How long before the end of which period its party is reminded."""
    worry_after: Span | None = None
    """How long an outside system may take before operators are told; None: for ever."""
    events_replaced: Annotated[int, Field(strict=True, ge=10, le=4_000)] = 3_000
    """How many events drafts, and forms that replace one, may leave: 4,096 are too many for a case."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for number in {each for scenario in self.scenarios for each in scenario.numbers}:
            if getattr(self, number) is None or not self.channels.get(number):
                raise ValueError(f"{number} is offered without terms, or without channels")
        return self


class OpenMerchantAccount(Frozen):
    """A provider that was onboarded is to have merchant numbers (TCM-MCH-09)."""

    id: Id
    provider_id: Id
    onboarding: Id
    scenario: Scenario


class MerchantAccount(Frozen):
    """A merchant account that was let in: what its workflow starts with."""

    opening: Opening
    terms: MerchantAccountTerms
    provider_id: Id
    onboarding: str
    """The onboarding's case."""
    scenario: Scenario

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows from its beginning."""
        return {"onboarding": self.onboarding, "scenario": self.scenario}


class AskedNumbers(Frozen):
    """A case that begins: what its provider has from cases before."""

    market: str
    provider_id: str
    case_id: str


class NumbersBefore(Frozen):
    """The numbers that are open already, and the company's data that they were opened with."""

    opened: tuple[Number, ...] = ()
    company: Sealed | None = None


class TwoCompanies(Frozen):
    """Two forms of one case that came together, each with the company's data."""

    case_id: str
    first: Sealed
    second: Sealed


class Differing(Frozen):
    """In which fields they are not the same (TCM-MCH-10)."""

    fields: tuple[str, ...]
