"""A provider's bank account: what it is, what happens to it, by which terms (TCM-TEN-08..17, TCM-ACCT-02)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue
from typing_extensions import TypeAliasType

from models.bank import BankCheckTerms, BankDetails, CheckRef, Guess
from models.base import Flag, Frozen, Id, Instant
from models.cases import Carried, Event, Opening, Party
from models.interventions import Approved, Decision, Disapproved, Intervention
from models.periods import Reminders, Span, of_periods
from models.private import Private, Sealed
from models.telling import CooperationEnded, ListenerAdded


class BankAccountStage(StrEnum):
    AWAITING_DETAILS = "awaiting_details"
    CHECKING_DETAILS = "checking_details"
    PAYING_IN = "paying_in"
    AWAITING_AMOUNTS = "awaiting_amounts"
    COOLING_DOWN = "cooling_down"
    INSTRUCTING = "instructing"
    AWAITING_REMITTANCE = "awaiting_remittance"
    ASKING_BANK = "asking_bank"
    VERIFIED = "verified"
    CLOSED = "closed"


class BankAccountOutcome(StrEnum):
    ENDED = "ended"
    COOPERATION_ENDED = "cooperation_ended"
    NO_ONBOARDING = "no_onboarding"


class AccountGiven(Event):
    """The account that money is to be paid to. Another one is unproven at once (TCM-TEN-08, AMB-33)."""

    party = Party.PROVIDER
    personal = True
    event: Literal["account_given"] = "account_given"
    account: Private[BankDetails]


class AmountsEntered(Event):
    """What the provider found in its account (TCM-TEN-13)."""

    party = Party.PROVIDER
    personal = True
    event: Literal["amounts_entered"] = "amounts_entered"
    guess: Private[Guess]


class _OfARound(Event):
    party = Party.BANK
    round: Annotated[int, Field(strict=True, ge=1)]


class RemittanceMatched(_OfARound):
    """The provider remitted as it was told to (TCM-WX-05). Only a notice of the bank reports it."""

    event: Literal["remitted"] = "remitted"


class PaymentReturned(_OfARound):
    """The account sent back what was paid into it: it proves nothing. Only a bank notice reports it."""

    event: Literal["payment_returned"] = "payment_returned"


class DecidedToVoid(Decision):
    """What was proven, or is about to be, counts no more. The provider gives an account again."""

    decision: Literal["void"] = "void"


class DecidedToGrantRound(Decision):
    """The account is checked again without a rest, or is to remit once more. No round is added in which
    amounts could be guessed (AMB-36). A second operator agrees."""

    decision: Literal["grant_round"] = "grant_round"


class DecidedToEnd(Decision):
    """The account is needed no more."""

    decision: Literal["end"] = "end"


BankAccountDecision = TypeAliasType(
    "BankAccountDecision",
    Annotated[DecidedToVoid | DecidedToGrantRound | DecidedToEnd, Field(discriminator="decision")],
)
BankAccountEvent = Annotated[
    AccountGiven
    | AmountsEntered
    | RemittanceMatched
    | PaymentReturned
    | CooperationEnded
    | ListenerAdded
    | BankAccountDecision
    | Approved
    | Disapproved
    | Intervention,
    Field(discriminator="event"),
]


class BankAccountTerms(Frozen):
    """How a market has its providers' accounts proven."""

    check: BankCheckTerms
    grants_need_approval: Flag = True
    """Whether a second operator has to agree with another round."""
    remind_before: Annotated[Reminders, of_periods("valid_for")] = Field(default_factory=dict)
    """How long before the end of which period its party is reminded."""
    worry_after: Span | None = None
    """How long an outside system may take before operators are told; None: for ever."""
    events_a_run: Annotated[int, Field(strict=True, ge=10, le=10_000)] = 4_000
    """How long one run's history may become before the case goes on in another."""


class OpenBankAccount(Frozen):
    """A provider is to have its bank account proven, for its onboarding."""

    id: Id
    provider_id: Id
    onboarding: Id


class Standing(Frozen):
    """What an account case takes along into its next run."""

    company_name: str = ""
    account: Sealed | None = None
    account_version: int = 0
    first_round: int = 1
    """The first round of the account that was given last: what an earlier one proved is another account's."""
    round: int = 0
    verified: bool = False
    may_have_another: bool = False
    """It was asked to remit until its rounds were used up: operators may grant one more."""
    listeners: tuple[str, ...] = ()
    """The cases that are told how it stands, beside its onboarding."""
    asked: int = 0
    """How often a case asked to be told."""


class BankAccount(Frozen):
    """A bank account that was let in: what its workflow starts with, and goes on with."""

    opening: Opening
    terms: BankAccountTerms
    provider_id: Id
    onboarding: str
    """The onboarding's case."""
    carried: Carried | None = None
    standing: Standing | None = None

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows from its beginning."""
        return {
            "onboarding": self.onboarding,
            "direction": self.terms.check.direction,
            "proof": self.terms.check.proof,
            "verified": False,
            "account_version": 0,
            "blocks": ["withdrawal"],
        }


class AskedRemittance(Frozen):
    """A round whose deadline has come: whether the bank has a remittance that no notice told of."""

    ref: CheckRef
    since: Instant


class FoundRemittance(Frozen):
    """`at` is the bank's time; None: nothing that proves the account came in time."""

    at: Instant | None
