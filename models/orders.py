"""What a template order is: its stages, outcomes, events and terms."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue
from typing_extensions import TypeAliasType

from models.appeals import (
    AppealTerms,
    BuyerAppealed,
    BuyerStated,
    DecidedToAccept,
    DecidedToGiveDays,
    DecidedToRefund,
    DecidedToResume,
    ProviderAppealed,
    ProviderStated,
)
from models.base import Fen, Frozen, Id
from models.cases import BuyerEvent, Event, Opening, Party
from models.interventions import Approved, Disapproved, InStead, Intervention
from models.payments import Charge, Paid, Refund
from models.periods import Period, Reminders, Span, of_periods
from models.rules.commission import Rate
from models.rules.masking import Said


class OrderStage(StrEnum):
    UNPAID = "unpaid"
    CLOSING_PAYMENT = "closing_payment"
    IMPLEMENTING = "implementing"
    CONFIRMING = "confirming"
    APPEALING = "appealing"
    REFUNDING = "refunding"
    CLOSED = "closed"


class OrderOutcome(StrEnum):
    COMPLETED = "completed"
    ACCEPTED_BY_SILENCE = "accepted_by_silence"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    REFUND_REQUESTED = "refund_requested"
    NOT_IMPLEMENTED = "not_implemented"
    APPEAL_REFUNDED = "appeal_refunded"
    APPEAL_ACCEPTED = "appeal_accepted"


class Cancelled(BuyerEvent):
    """The buyer no longer wants an order that is not paid yet."""

    event: Literal["cancelled"] = "cancelled"


class BusinessCertified(Event):
    """The buyer became an individually owned business, between ordering and building (AMP-ORD-14)."""

    party = Party.PROVIDER
    event: Literal["business_certified"] = "business_certified"


class VersionSubmitted(Event):
    """The provider built a version of the mini-program and handed it to review (AMP-IMP-02)."""

    party = Party.PROVIDER
    event: Literal["version_submitted"] = "version_submitted"
    version: Id


class VersionRejected(Event):
    """Review turned the version down. The provider mends it inside the same 30 days (AMP-IMP-10)."""

    party = Party.REVIEW
    event: Literal["version_rejected"] = "version_rejected"
    reason: Said


class VersionApproved(Event):
    """The version passed review: the buyer's days to confirm begin (AMP-IMP-03)."""

    party = Party.REVIEW
    event: Literal["version_approved"] = "version_approved"


class Declined(Event):
    """The provider gives the order up. The buyer gets everything back."""

    party = Party.PROVIDER
    event: Literal["declined"] = "declined"
    reason: Said


class RefundRequested(BuyerEvent):
    """The buyer wants the money back; nobody has to agree (AMP-IMP-06, AMP-CONF-02)."""

    event: Literal["refund_requested"] = "refund_requested"
    reason: Said | None = None


class Accepted(BuyerEvent):
    """The buyer confirms what was built. There is no online refund afterwards (AMP-CONF-03)."""

    event: Literal["accepted"] = "accepted"


class ReworkRequested(BuyerEvent):
    """The buyer sends the work back, as often as the policy allows."""

    event: Literal["rework_requested"] = "rework_requested"
    reason: Said


class DecidedInStead(InStead):
    """An operator acts in a party's stead: `act` is the event that the party would have sent."""

    act: Annotated[
        Cancelled
        | BusinessCertified
        | VersionSubmitted
        | VersionRejected
        | VersionApproved
        | Declined
        | RefundRequested
        | ReworkRequested
        | Accepted,
        Field(discriminator="event"),
    ]


OrderDecision = TypeAliasType(
    "OrderDecision",
    Annotated[
        DecidedToResume | DecidedToGiveDays | DecidedToRefund | DecidedToAccept | DecidedInStead,
        Field(discriminator="decision"),
    ],
)
"""An alias with a name, so that the API's description can refer to it by one."""


class ReworkTerms(Frozen):
    """How a buyer may send the work back."""

    reworks: Annotated[int, Field(strict=True, ge=1, le=20)]
    rework_within: Span
    """The least time that the provider gets for one; what is left of implementing, where that is more."""


class OrderTerms(Frozen):
    """What an order runs by. It keeps these terms whatever the market says later, unless it is moved."""

    pay_within: Span
    implement_within: Span
    confirm_within: Span
    rework: ReworkTerms | None = None
    """None: the work cannot be sent back."""
    appeal: AppealTerms | None = None
    """None: nobody can appeal."""
    remind_before: Annotated[
        Reminders, of_periods("pay_within", "implement_within", "confirm_within", "decide_within")
    ] = Field(default_factory=dict)
    """How long before the end of which period its party is reminded."""
    commission_rate: Rate = Decimal(0)
    """Our part of what a completed order was paid (TCM-FEE-02)."""
    approval_above_fen: Fen = 0
    """A decision that moves more than this needs a second operator."""
    worry_after: Span | None = None
    """How long a gateway may take to answer before operators are told; None: for ever."""

    @property
    def least_rework(self) -> timedelta:
        return self.rework.rework_within if self.rework else timedelta()


class TermsChanged(Event):
    """The order was moved to another version of its market's policy."""

    party = Party.OFFICE
    event: Literal["terms_changed"] = "terms_changed"
    policy_version: Id
    before: Id
    """The version that it is to leave."""
    terms: OrderTerms
    reason: Said


OrderEvent = Annotated[
    Paid
    | Cancelled
    | BusinessCertified
    | VersionSubmitted
    | VersionRejected
    | VersionApproved
    | Declined
    | RefundRequested
    | ReworkRequested
    | Accepted
    | BuyerAppealed
    | ProviderAppealed
    | BuyerStated
    | ProviderStated
    | OrderDecision
    | Approved
    | Disapproved
    | TermsChanged
    | Intervention,
    Field(discriminator="event"),
]


class PlacedOrder(Frozen):
    """An order that passed every check of placing: what its workflow starts with."""

    opening: Opening
    terms: OrderTerms
    buyer_id: Id
    template_id: Id
    mini_program_id: Id
    amount_fen: Fen
    ends: tuple[Id, ...]
    service_for: Period
    certify_as_business: bool = False
    """The buyer is to become an individually owned business before the provider builds (AMP-ORD-14)."""
    running_until: date | None = None
    """The last day of the service that this order renews (AMP-ORD-16)."""
    service_desk_url: str | None = None
    """Where the provider serves buyers on a mobile (AMP-ORD-23)."""
    channels: tuple[Id, ...] = ()
    """How the buyer can pay, as on the day of placing (ALI-PAY-08); nothing where the market does not say."""

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows of the order from its beginning."""
        facts = {"buyer_id", "template_id", "mini_program_id", "amount_fen", "ends", "service_for"}
        more = {name for name in ("service_desk_url", "channels") if getattr(self, name)}
        return {**self.model_dump(mode="json", include=facts | more), "authorisation": "given"}

    def charge(self) -> Charge:
        """What the buyer is asked to pay. The case's id is the gateway's reference."""
        return Charge(
            market=self.opening.market,
            reference=self.opening.case_id,
            amount_fen=self.amount_fen,
        )

    def refund_of(self, paid: Paid, reason: OrderOutcome) -> Refund:
        """Everything that was paid, back to where it came from."""
        return Refund(
            market=self.opening.market,
            payment_id=paid.payment_id,
            amount_fen=paid.amount_fen,
            reason=reason,
            regarding=self.opening.case_id,
        )


ENDINGS: dict[type[Event], OrderOutcome] = {
    Declined: OrderOutcome.DECLINED,
    RefundRequested: OrderOutcome.REFUND_REQUESTED,
    Accepted: OrderOutcome.COMPLETED,
    DecidedToRefund: OrderOutcome.APPEAL_REFUNDED,
    DecidedToAccept: OrderOutcome.APPEAL_ACCEPTED,
}
COMPLETES = frozenset(
    {OrderOutcome.COMPLETED, OrderOutcome.ACCEPTED_BY_SILENCE, OrderOutcome.APPEAL_ACCEPTED}
)
"""After these the work counts as accepted, and nothing is refunded online any more (AMP-CONF-03, -04)."""
