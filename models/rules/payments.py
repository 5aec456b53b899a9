"""Which money a case takes, and why the rest goes back in full (AMP-ORD-19, -20, -26, TCM-DEP-08, AMB-47)."""

from datetime import datetime
from enum import StrEnum

from models.cases import CaseView
from models.checklists import RequirementState
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import DepositStage
from models.payments import CURRENCY, Payment, Verdict
from models.rules.deposits import MOST_PAYMENTS


class NotWanted(StrEnum):
    UNKNOWN_ORDER = "unknown_order"
    OTHER_MARKET = "other_market"
    ORDER_CLOSED = "order_closed"
    ALREADY_PAID = "already_paid"
    OTHER_CURRENCY = "other_currency"
    WRONG_AMOUNT = "wrong_amount"
    OTHER_METHOD = "other_method"
    DEPOSIT_LEAVING = "deposit_leaving"
    TOO_MANY_PAYMENTS = "too_many_payments"
    FEE_WAIVED = "fee_waived"


def pays_in_time(payment: Payment, amount_fen: int, deadline_at: datetime | None) -> bool:
    """The exact amount, in our currency, paid before the deadline; at the deadline is late (CV-6)."""
    in_time = deadline_at is None or payment.paid_at < deadline_at
    return in_time and payment.currency == CURRENCY and payment.amount_fen == amount_fen


def verdict_on(payment: Payment, case: CaseView | None) -> Verdict | None:
    """What the case on record says of a payment; None where only the case itself can decide."""
    if case is None:
        return _refused(NotWanted.UNKNOWN_ORDER)
    if case.market != payment.market:
        return _refused(NotWanted.OTHER_MARKET)
    return (_of_a_deposit if case.process == DEPOSIT_ACCOUNTS.name else _of_a_price)(payment, case)


def _of_a_price(payment: Payment, order: CaseView) -> Verdict | None:
    """One payment, of the exact amount."""
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
    if _does_without(order):
        return _refused(NotWanted.FEE_WAIVED)
    return None


def _does_without(onboarding: CaseView) -> bool:
    """Whether operators waived the fee: its onboarding may be open for long, and takes it no more."""
    asked = onboarding.data.get("checklist") or []
    assert isinstance(asked, list)
    waived = {"name": "certification_fee", "state": RequirementState.WAIVED}
    return any(isinstance(each, dict) and waived.items() <= each.items() for each in asked)


def _of_a_deposit(payment: Payment, account: CaseView) -> Verdict | None:
    """Any number of payments, of any amount, by the ways that the market takes (TCM-DEP-07, -08)."""
    known = account.data.get("payments") or []
    assert isinstance(known, list)
    methods = account.data.get("methods")
    if any(isinstance(each, dict) and each["payment_id"] == payment.payment_id for each in known):
        return Verdict(taken=True)
    if payment.currency != CURRENCY:
        return _refused(NotWanted.OTHER_CURRENCY)
    if payment.amount_fen == 0:
        return _refused(NotWanted.WRONG_AMOUNT)
    if isinstance(methods, list) and payment.method not in methods:
        return _refused(NotWanted.OTHER_METHOD)
    if account.closed_at is not None or account.stage == DepositStage.RELEASING:
        return _refused(NotWanted.DEPOSIT_LEAVING)
    if len(known) >= MOST_PAYMENTS:
        return _refused(NotWanted.TOO_MANY_PAYMENTS)
    return None


def _refused(reason: NotWanted) -> Verdict:
    return Verdict(taken=False, reason=reason)
