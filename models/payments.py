"""Money that reached us: a payment as its gateway knows it, and the receipt that finds it a home."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field

from models.base import Fen, Frozen, Id
from models.cases import Event, Opening, Party
from models.interventions import Intervention
from models.periods import Span
from models.tasks import Leads, Step


class ReceiptStage(StrEnum):
    ASKING = "asking"
    APPLYING = "applying"
    REFUNDING = "refunding"
    CLOSED = "closed"


class ReceiptOutcome(StrEnum):
    APPLIED = "applied"
    REFUNDED = "refunded"
    UNCONFIRMED = "unconfirmed"


class PaymentMethod(StrEnum):
    """How somebody pays (TCM-DEP-07, -08)."""

    WECHAT_PAY = "wechat_pay"
    QQ_PAY = "qq_pay"
    ALIPAY = "alipay"
    ONLINE_BANK = "online_bank"
    BANK_TRANSFER = "bank_transfer"
    BALANCE = "balance"


class Payment(Frozen):
    """What the gateway confirms of a payment. `reference` names the case that it is meant for."""

    market: str
    payment_id: Id
    reference: str
    amount_fen: Fen
    currency: str
    paid_at: AwareDatetime
    method: PaymentMethod | None = None


class Paid(Event):
    """The gateway confirmed a payment for this case. Only a payment receipt reports it (AMP-ORD-20)."""

    party = Party.PAYMENTS
    event: Literal["paid"] = "paid"
    payment_id: Id
    amount_fen: Fen
    method: PaymentMethod | None = None


class PaymentPage(Frozen):
    """Where a buyer pays."""

    reference: str
    pay_url: str


class Charge(Frozen):
    """What a case asks a buyer to pay. It stays open until we close it: only the case knows its deadline."""

    market: str
    reference: str
    amount_fen: Fen
    part: int | None = None
    """Which one it is, where a case asks several times."""
    method: PaymentMethod | None = None
    """How it will be paid, where that is known."""

    @property
    def key(self) -> str:
        return _key("pay", self.reference, self.part)


class Refund(Frozen):
    """A payment to be given back in full, or with `part` one part of it."""

    market: str
    payment_id: Id
    amount_fen: Fen
    reason: str
    regarding: str
    part: int | None = None

    @property
    def key(self) -> str:
        """One for each payment or part, so that whoever asks, and however often, it is refunded once."""
        return _key("refund", self.market, self.payment_id, self.part)

    @classmethod
    def of(cls, payment: Payment, reason: str) -> Self:
        return cls(
            market=payment.market,
            payment_id=payment.payment_id,
            amount_fen=payment.amount_fen,
            reason=reason,
            regarding=payment.reference,
        )


def _key(*parts: str | int | None) -> str:
    return ":".join(str(part) for part in parts if part is not None)


class PaymentQuery(Frozen):
    market: str
    payment_id: Id


class Verdict(Frozen):
    """Whether a case took a payment, and why not."""

    taken: bool
    reason: str | None = None


class ReceiptTerms(Frozen):
    ask_within: Span
    """How long the gateway may take to know a payment that somebody told us of."""
    worry_after: Span | None = None
    """How long anything may take before operators are told; None: for ever."""


class ReceivedPayment(Frozen):
    """A notice of money: nothing in it is believed but the payment's id."""

    opening: Opening
    terms: ReceiptTerms


ReceiptEvent = Annotated[Intervention, Field(discriminator="event")]

RECEIPT_STEPS = (
    Step("confirmed", ReceiptStage.ASKING, Leads(ReceiptStage.APPLYING), "AMP-ORD-20"),
    Step("never_confirmed", ReceiptStage.ASKING, Leads(ReceiptStage.CLOSED, ReceiptOutcome.UNCONFIRMED)),
    Step("applied", ReceiptStage.APPLYING, Leads(ReceiptStage.CLOSED, ReceiptOutcome.APPLIED)),
    Step("not_wanted", ReceiptStage.APPLYING, Leads(ReceiptStage.REFUNDING), "AMB-47"),
    Step("refunded", ReceiptStage.REFUNDING, Leads(ReceiptStage.CLOSED, ReceiptOutcome.REFUNDED), "AMB-47"),
)

CURRENCY: Literal["CNY"] = "CNY"
