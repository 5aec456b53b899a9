"""What a template order is: its stages, outcomes and events, and who may move it from where to where."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from models.base import Fen, Frozen, Id
from models.cases import BuyerEvent, Event, Extended, Opening, Party, Paused, Resumed
from models.payments import Charge, Refund
from models.periods import Period, Span
from models.rules.masking import Said
from models.tasks import Leads, Step, TaskKind


class OrderStage(StrEnum):
    UNPAID = "unpaid"
    CLOSING_PAYMENT = "closing_payment"
    IMPLEMENTING = "implementing"
    CONFIRMING = "confirming"
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


class Paid(Event):
    """The gateway confirmed a payment for this order. Only a payment receipt reports it (AMP-ORD-20)."""

    party = Party.PAYMENTS
    event: Literal["paid"] = "paid"
    payment_id: Id
    amount_fen: Fen


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


OrderEvent = Annotated[
    Paid
    | Cancelled
    | BusinessCertified
    | VersionSubmitted
    | VersionRejected
    | VersionApproved
    | Declined
    | RefundRequested
    | Accepted
    | Extended
    | Paused
    | Resumed,
    Field(discriminator="event"),
]


class OrderTerms(Frozen):
    """The clocks of an order, fixed when it is placed."""

    pay_within: Span
    implement_within: Span
    confirm_within: Span


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

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows of the order from its beginning."""
        facts = {"buyer_id", "template_id", "mini_program_id", "amount_fen", "ends", "service_for"}
        return {**self.model_dump(mode="json", include=facts), "authorisation": "given"}

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


_CLOSED, _GIVE_BACK = OrderStage.CLOSED, OrderStage.REFUNDING
_IN_IMPLEMENTING: dict[type[Event], Leads] = {
    Declined: Leads(_GIVE_BACK, OrderOutcome.DECLINED),
    RefundRequested: Leads(_GIVE_BACK, OrderOutcome.REFUND_REQUESTED),
}
_NOT_IMPLEMENTED = Leads(_GIVE_BACK, OrderOutcome.NOT_IMPLEMENTED)

PAYMENT = TaskKind(
    name="payment",
    stage=OrderStage.UNPAID,
    waiting_on=Party.BUYER,
    moves={
        Paid: Leads(OrderStage.IMPLEMENTING),
        Cancelled: Leads(OrderStage.CLOSING_PAYMENT, OrderOutcome.CANCELLED),
    },
    silence=Leads(OrderStage.CLOSING_PAYMENT, OrderOutcome.UNPAID),
    within="pay_within",
    even_paused=(Paid, Cancelled),
    rules={"paid": "AMP-ORD-20", "silence": "AMP-ORD-19"},
)
CERTIFICATION = TaskKind(
    name="certification",
    stage=OrderStage.IMPLEMENTING,
    waiting_on=Party.PROVIDER,
    moves={BusinessCertified: Leads(OrderStage.IMPLEMENTING), **_IN_IMPLEMENTING},
    silence=_NOT_IMPLEMENTED,
    within="implement_within",
    even_paused=(RefundRequested,),
    rules={"business_certified": "AMP-ORD-14", "refund_requested": "AMP-IMP-06", "silence": "AMP-IMP-04"},
)
IMPLEMENTATION = TaskKind(
    name="implementation",
    stage=OrderStage.IMPLEMENTING,
    waiting_on=Party.PROVIDER,
    moves={VersionSubmitted: Leads(OrderStage.IMPLEMENTING), **_IN_IMPLEMENTING},
    silence=_NOT_IMPLEMENTED,
    within="implement_within",
    even_paused=(RefundRequested,),
    rules={"version_submitted": "AMP-IMP-02", "refund_requested": "AMP-IMP-06", "silence": "AMP-IMP-04"},
)
VERSION_REVIEW = TaskKind(
    name="version_review",
    stage=OrderStage.IMPLEMENTING,
    waiting_on=Party.REVIEW,
    moves={
        VersionApproved: Leads(OrderStage.CONFIRMING),
        VersionRejected: Leads(OrderStage.IMPLEMENTING),
        **_IN_IMPLEMENTING,
    },
    silence=_NOT_IMPLEMENTED,
    within="implement_within",
    even_paused=(RefundRequested,),
    rules={
        "version_approved": "AMP-IMP-03",
        "version_rejected": "AMP-IMP-10",
        "refund_requested": "AMP-IMP-06",
        "silence": "AMP-IMP-08",
    },
)
CONFIRMATION = TaskKind(
    name="confirmation",
    stage=OrderStage.CONFIRMING,
    waiting_on=Party.BUYER,
    moves={
        Accepted: Leads(_CLOSED, OrderOutcome.COMPLETED),
        RefundRequested: Leads(_GIVE_BACK, OrderOutcome.REFUND_REQUESTED),
    },
    silence=Leads(_CLOSED, OrderOutcome.ACCEPTED_BY_SILENCE),
    within="confirm_within",
    even_paused=(RefundRequested,),
    rules={"accepted": "AMP-CONF-03", "refund_requested": "AMP-CONF-02", "silence": "AMP-CONF-04"},
)

ORDER_TASKS = (PAYMENT, CERTIFICATION, IMPLEMENTATION, VERSION_REVIEW, CONFIRMATION)
ORDER_STEPS = (
    Step("payment_opened", OrderStage.UNPAID, Leads(OrderStage.UNPAID), "AMP-ORD-20"),
    Step("payment_closed", OrderStage.CLOSING_PAYMENT, Leads(_CLOSED), "AMP-ORD-19"),
    Step("payment_found", OrderStage.CLOSING_PAYMENT, Leads(OrderStage.IMPLEMENTING), "AMP-ORD-19"),
    Step("refunded", OrderStage.REFUNDING, Leads(_CLOSED), "AMP-IMP-05"),
)
