"""Which money an order takes, and why the rest goes back in full (AMP-ORD-19, -20, -26, AMB-47)."""

from datetime import datetime
from enum import StrEnum

from models.cases import CaseView
from models.payments import CURRENCY, Payment, Verdict


class NotWanted(StrEnum):
    UNKNOWN_ORDER = "unknown_order"
    OTHER_MARKET = "other_market"
    ORDER_CLOSED = "order_closed"
    ALREADY_PAID = "already_paid"
    OTHER_CURRENCY = "other_currency"
    WRONG_AMOUNT = "wrong_amount"


def pays_in_time(payment: Payment, amount_fen: int, deadline_at: datetime | None) -> bool:
    """The exact amount, in our currency, paid before the deadline; at the deadline is late (CV-6)."""
    in_time = deadline_at is None or payment.paid_at < deadline_at
    return in_time and payment.currency == CURRENCY and payment.amount_fen == amount_fen


def verdict_on(payment: Payment, order: CaseView | None) -> Verdict | None:
    """What the order on record says of a payment; None where only the order itself can decide."""
    if order is None:
        return _refused(NotWanted.UNKNOWN_ORDER)
    if order.market != payment.market:
        return _refused(NotWanted.OTHER_MARKET)
    if order.data.get("payment_id") == payment.payment_id:
        return Verdict(taken=True)
    if payment.currency != CURRENCY:
        return _refused(NotWanted.OTHER_CURRENCY)
    if order.data.get("amount_fen") != payment.amount_fen:
        return _refused(NotWanted.WRONG_AMOUNT)
    if "payment_id" in order.data:
        return _refused(NotWanted.ALREADY_PAID)
    if order.closed_at is not None:
        return _refused(NotWanted.ORDER_CLOSED)
    return None


def _refused(reason: NotWanted) -> Verdict:
    return Verdict(taken=False, reason=reason)
