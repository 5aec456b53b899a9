"""Which money an order takes: AMP-ORD-19, -20, -26, AMB-47."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.cases import CaseView
from models.payments import Charge, Payment, Refund, Verdict
from models.periods import CHINA
from models.rules.payments import pays_in_time, verdict_on

DUE = datetime(2020, 12, 31, 10, tzinfo=CHINA)
SECOND = timedelta(seconds=1)
PAYMENT = Payment(
    market="alipay",
    payment_id="p-1",
    reference="template-orders:alipay:o-1",
    amount_fen=9900,
    currency="CNY",
    paid_at=DUE - SECOND,
)


def order(**changes: Any) -> CaseView:
    facts = {"amount_fen": 9900} | changes.pop("data", {})
    return CaseView(
        **{
            "case_id": PAYMENT.reference,
            "process": "template-orders",
            "market": "alipay",
            "id": "o-1",
            "provider_id": "isv-1",
            "stage": "unpaid",
            "opened_at": DUE,
            "changed_at": DUE,
            "policy_version": "1",
            "data": facts,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "in_time"),
    [
        pytest.param({}, True, id="09:59:59"),
        pytest.param({"paid_at": DUE}, False, id="10:00:00"),
        pytest.param({"paid_at": DUE + SECOND}, False, id="10:00:01"),
        pytest.param({"amount_fen": 9899}, False, id="a fen less"),
        pytest.param({"amount_fen": 9901}, False, id="a fen more"),
        pytest.param({"currency": "USD"}, False, id="dollars"),
    ],
)
def test_a_payment_is_in_time_before_the_deadline_and_exact(changes: dict[str, Any], in_time: bool) -> None:
    """AMP-ORD-19, CV-6."""
    assert pays_in_time(PAYMENT.model_copy(update=changes), 9900, DUE) is in_time


def test_without_a_deadline_any_exact_payment_is_in_time() -> None:
    assert pays_in_time(PAYMENT.model_copy(update={"paid_at": DUE + 300 * SECOND}), 9900, None)


@pytest.mark.parametrize(
    ("on_record", "changes", "reason"),
    [
        (None, {}, "unknown_order"),
        (order(market="rehearsal"), {}, "other_market"),
        (order(), {"currency": "USD"}, "other_currency"),
        (order(), {"amount_fen": 9899}, "wrong_amount"),
        (order(), {"amount_fen": 990000}, "wrong_amount"),
        (order(data={"amount_fen": 0}), {}, "wrong_amount"),
        (order(data={"payment_id": "p-0"}), {}, "already_paid"),
        (order(stage="closed", outcome="unpaid", closed_at=DUE), {}, "order_closed"),
        (
            order(stage="closed", outcome="completed", closed_at=DUE, data={"payment_id": "p-0"}),
            {},
            "already_paid",
        ),
    ],
)
def test_money_that_an_order_cannot_take_is_told_why(
    on_record: CaseView | None, changes: dict[str, Any], reason: str
) -> None:
    """AMP-ORD-26, AMB-47."""
    verdict = verdict_on(PAYMENT.model_copy(update=changes), on_record)
    assert verdict == Verdict(taken=False, reason=reason)


@pytest.mark.parametrize("closed_at", [None, DUE])
def test_money_that_its_order_has_taken_stays_taken(closed_at: datetime | None) -> None:
    taken = order(closed_at=closed_at, data={"payment_id": "p-1"})
    assert verdict_on(PAYMENT, taken) == Verdict(taken=True)


@pytest.mark.parametrize("stage", ["unpaid", "closing_payment"])
def test_an_order_that_may_still_take_the_money_decides_itself(stage: str) -> None:
    assert verdict_on(PAYMENT, order(stage=stage)) is None


def test_a_refund_is_the_same_whoever_asks_for_it() -> None:
    late, unwanted = Refund.of(PAYMENT, "order_closed"), Refund.of(PAYMENT, "already_paid")
    assert late.key == unwanted.key == "refund:alipay:p-1"
    assert late.amount_fen == PAYMENT.amount_fen


def test_a_charge_is_known_by_its_case() -> None:
    charge = Charge(market="alipay", reference=PAYMENT.reference, amount_fen=9900)
    assert charge.key == "pay:template-orders:alipay:o-1"
