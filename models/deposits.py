"""What a deposit account is: its stages, outcomes, events and terms, and what it carries from run to run."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field
from typing_extensions import TypeAliasType

from models.base import Fen, Flag, Frozen, Id
from models.cases import Carried, Event, Opening, Party
from models.categories import CategoryKey
from models.interventions import Approved, Decision, Disapproved, InStead, Intervention
from models.payments import Charge, Paid, PaymentMethod, Refund
from models.periods import Reminders, Span, of_periods
from models.rules.tariffs import Tariff, due_fen, over_fen, required_fen
from models.telling import CooperationEnded, TariffChanged

Positive = Annotated[Fen, Field(ge=1)]
Categories = Annotated[tuple[CategoryKey, ...], Field(max_length=200)]


class DepositStage(StrEnum):
    UNPAID = "unpaid"
    SHORT = "short"
    HELD = "held"
    RELEASING = "releasing"
    CLOSED = "closed"


class DepositOutcome(StrEnum):
    RELEASED = "released"
    FORFEITED = "forfeited"


class Block(StrEnum):
    """What a provider may not do while something stands against it (TCM-DEP-04, ALI-DEP-10, TCM-MCH-01)."""

    LISTING = "listing"
    WITHDRAWAL = "withdrawal"
    PURCHASE = "purchase"
    """That users buy its products."""
    CONNECTING = "connecting"
    """That it connects its shop and products, to sell them later (TCM-ONB-02, -10)."""


class PaymentRequested(Event):
    """The provider wants to pay: everything that is due, or a part of it."""

    party = Party.PROVIDER
    event: Literal["payment_requested"] = "payment_requested"
    method: PaymentMethod
    amount_fen: Positive | None = None


class ReleaseRequested(Event):
    """The provider leaves this market, and asks for what is held (ALI-DEP-13, AMB-39)."""

    party = Party.PROVIDER
    event: Literal["release_requested"] = "release_requested"


class DecidedToHold(Decision):
    """Nothing is released until the hold is lifted. It stays on record."""

    decision: Literal["hold"] = "hold"


class DecidedToLift(Decision):
    """The hold is over."""

    decision: Literal["lift"] = "lift"


class DecidedToForfeit(Decision):
    """A part of what is held becomes ours, for what the provider did (AMB-05, AMB-39)."""

    decision: Literal["forfeit"] = "forfeit"
    amount_fen: Positive


class DecidedOnCategories(Decision):
    """The provider joined or left categories: these are the ones it is in now (ALI-DEP-15, AMB-05)."""

    decision: Literal["set_categories"] = "set_categories"
    categories: Annotated[Categories, Field(min_length=1)]


class DecidedToReturnExcess(Decision):
    """What is held beyond what is required goes back, all of it or a part (AMB-05)."""

    decision: Literal["return_excess"] = "return_excess"
    amount_fen: Positive


class DecidedToRelease(Decision):
    """The cooperation is over, and what is held goes back (ALI-DEP-13)."""

    decision: Literal["release"] = "release"


class DepositInStead(InStead):
    """An operator acts in the provider's stead."""

    act: Annotated[PaymentRequested | ReleaseRequested, Field(discriminator="event")]


DepositDecision = TypeAliasType(
    "DepositDecision",
    Annotated[
        DecidedToHold
        | DecidedToLift
        | DecidedToForfeit
        | DecidedOnCategories
        | DecidedToReturnExcess
        | DecidedToRelease
        | DepositInStead,
        Field(discriminator="decision"),
    ],
)
DepositEvent = Annotated[
    Paid
    | PaymentRequested
    | ReleaseRequested
    | TariffChanged
    | CooperationEnded
    | DepositDecision
    | Approved
    | Disapproved
    | Intervention,
    Field(discriminator="event"),
]


class DepositTerms(Frozen):
    """What an account runs by, from its opening on. How much is required is the tariff's, which is live."""

    methods: Annotated[tuple[PaymentMethod, ...], Field(min_length=1)] | None = None
    """How a deposit may be paid (TCM-DEP-07, -08); None where the market does not say (ALI-DEP-16)."""
    unpaid_blocks: tuple[Block, ...]
    """While nothing is held (AMB-38)."""
    short_blocks: tuple[Block, ...]
    """While less is held than is required (AMB-38)."""
    top_up_within: Span | None = None
    """A notice, N x 24 h: how long who is onboarded may be short before it is blocked (AMB-04)."""
    remind_before: Annotated[Reminders, of_periods("top_up_within")] = Field(default_factory=dict)
    recheck_every: Span
    """How often a release that waits for open orders looks again."""
    approval_above_fen: Fen = 0
    """A decision that moves more than this needs a second operator."""
    worry_after: Span | None = None
    """How long a gateway may take to answer before operators are told; None: for ever."""


class OpenDeposit(Frozen):
    """A deposit account to be opened: for an onboarding, or for a provider onboarded before (ALI-ONB-14)."""

    id: Id
    provider_id: Id
    categories: Annotated[Categories, Field(description="What the provider has joined.")]
    onboarding: str | None = Field(None, description="The onboarding that opens it; nobody else names one.")


class DepositPayment(Frozen):
    """One payment that the account took, and the receipt given for it (ALI-DEP-12, TCM-DEP-10)."""

    receipt: str
    payment_id: Id
    amount_fen: Fen
    method: PaymentMethod | None
    paid_at: AwareDatetime
    back_fen: Fen = 0
    """What went back of it, or is on its way."""


class Part(Frozen):
    """Money on its way back to the payment that it came from."""

    number: int
    """One for each refund of the account: with it the refund has a key of its own."""
    payment_id: Id
    amount_fen: Fen


class Deposit(Frozen):
    """What an account holds and knows: all that its next run needs."""

    categories: tuple[str, ...]
    tariff: Tariff
    tariff_version: str
    payments: tuple[DepositPayment, ...] = ()
    returning: tuple[Part, ...] = ()
    refunds: int = 0
    charges: int = 0
    forfeits: int = 0
    forfeited_fen: Fen = 0
    on_hold: Flag = False
    blemished: Flag = False
    """Something was held once, or was forfeited or to be: no release without an operator (ALI-DEP-13)."""
    covered_once: Flag = False
    told: tuple[int, int] | None = None
    """What the onboarding was told last: required, and held."""
    tellings: int = 0
    reminded_at: AwareDatetime | None = None

    @property
    def paid_fen(self) -> int:
        return sum(payment.amount_fen for payment in self.payments)

    @property
    def returning_fen(self) -> int:
        return sum(part.amount_fen for part in self.returning)

    @property
    def returned_fen(self) -> int:
        return sum(payment.back_fen for payment in self.payments) - self.returning_fen

    @property
    def held_fen(self) -> int:
        """What guards: neither forfeited, nor back, nor on its way back."""
        return self.paid_fen - self.returning_fen - self.returned_fen - self.forfeited_fen

    @property
    def required_fen(self) -> int:
        return required_fen(self.categories, self.tariff)

    @property
    def due_fen(self) -> int:
        return due_fen(self.required_fen, self.held_fen)

    @property
    def over_fen(self) -> int:
        return over_fen(self.required_fen, self.held_fen)

    @property
    def stage(self) -> DepositStage:
        """To the fen: 59,999.99 of 60,000 is short (ALI-ONB-08)."""
        if self.held_fen >= self.required_fen:
            return DepositStage.HELD
        return DepositStage.SHORT if self.held_fen else DepositStage.UNPAID


class DepositAccount(Frozen):
    """An account that was let in: what each run of its workflow starts with."""

    opening: Opening
    terms: DepositTerms
    deposit: Deposit
    onboarding: str | None = None
    carried: Carried | None = None
    events_a_run: Annotated[int, Field(strict=True, ge=1)] = 500
    """How many events a run takes before it continues as new: Temporal takes 2,000 of one run."""

    @property
    def provider_id(self) -> str:
        assert self.opening.provider_id is not None
        return self.opening.provider_id

    def charge(self, amount_fen: int, number: int, method: PaymentMethod | None = None) -> Charge:
        """What the provider is asked to pay; each request has a number."""
        market, case_id = self.opening.market, self.opening.case_id
        return Charge(market=market, reference=case_id, amount_fen=amount_fen, part=number, method=method)

    def refund_of(self, part: Part, reason: str) -> Refund:
        opening = self.opening
        return Refund(
            market=opening.market,
            payment_id=part.payment_id,
            amount_fen=part.amount_fen,
            reason=reason,
            regarding=opening.case_id,
            part=part.number,
        )


class AskedTariff(Frozen):
    market: Id


class TariffInForce(Frozen):
    """What the market asks for now, and since which version of its policy."""

    version: str
    tariff: Tariff


class AskedOrders(Frozen):
    market: Id
    provider_id: Id


class OpenOrders(Frozen):
    orders: int
