"""The simulated gateway: what it takes, what it gives back, and how it misbehaves when told to."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.payments import Behaviour, SimulatedPayments
from models.payments import Charge, Payment, Refund
from models.tables.simulated import SimulatedCharge, SimulatedMisbehaviour, SimulatedRefund
from tests.activities.batches import AT

SECOND = timedelta(seconds=1)


@pytest.fixture
def gateway(engine: Engine) -> Iterator[SimulatedPayments]:
    """It forgets how it was told to misbehave, whatever a test made of it."""
    yield SimulatedPayments(engine)
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@pytest.fixture
def charge() -> Charge:
    reference = f"template-orders:alipay:o-{uuid.uuid4().hex[:12]}"
    return Charge(market="alipay", reference=reference, amount_fen=9900)


@pytest.fixture
def payment(gateway: SimulatedPayments, charge: Charge) -> Payment:
    gateway.open(charge)
    return gateway.pay(charge.reference, at=AT)


def refund(payment: Payment, **how: object) -> Refund:
    return Refund.of(payment, "declined").model_copy(update=how)


def given(gateway: SimulatedPayments, payment: Payment) -> list[tuple[int, int]]:
    """What went back of a payment, and how often it was asked for."""
    mine = select(SimulatedRefund).where(col(SimulatedRefund.payment_id) == payment.payment_id)
    with Session(gateway.engine) as session:
        return [(row.amount_fen, row.times_asked) for row in session.exec(mine)]


def refuses(ask: Callable[[], object], code: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        ask()
    assert refused.value.code == code


def test_a_page_that_is_opened_twice_is_one_page(gateway: SimulatedPayments, charge: Charge) -> None:
    first, again = gateway.open(charge), gateway.open(charge)
    assert first == again
    assert first.pay_url.endswith(f"/simulator/payments/{charge.reference}")
    assert gateway.pay(charge.reference).amount_fen == 9900


def test_opening_again_does_not_open_what_was_closed(gateway: SimulatedPayments, charge: Charge) -> None:
    gateway.open(charge)
    gateway.close(charge)
    gateway.open(charge)
    refuses(lambda: gateway.pay(charge.reference), "charge_closed")


def test_what_was_never_asked_for_cannot_be_paid(gateway: SimulatedPayments) -> None:
    refuses(lambda: gateway.pay("template-orders:alipay:nobody"), "unknown_charge")


def test_a_closed_page_takes_money_only_in_spite_of_it(gateway: SimulatedPayments, charge: Charge) -> None:
    gateway.open(charge)
    gateway.close(charge)
    refuses(lambda: gateway.pay(charge.reference), "charge_closed")
    late = gateway.pay(charge.reference, in_spite=True)
    assert gateway.query("alipay", late.payment_id) == late


def test_a_payment_is_known_to_its_own_market_alone(gateway: SimulatedPayments, payment: Payment) -> None:
    assert gateway.query("alipay", payment.payment_id) == payment
    assert gateway.query("aliyun", payment.payment_id) is None
    assert gateway.query("alipay", "p-unknown") is None


def test_closing_tells_what_was_paid_in_order(gateway: SimulatedPayments, charge: Charge) -> None:
    gateway.open(charge)
    later = gateway.pay(charge.reference, at=AT + SECOND, amount_fen=1, currency="USD")
    first = gateway.pay(charge.reference, at=AT)
    assert gateway.close(charge) == gateway.close(charge) == [first, later]
    assert (later.amount_fen, later.currency) == (1, "USD")


def test_closing_before_opening_keeps_the_page_closed(gateway: SimulatedPayments, charge: Charge) -> None:
    assert gateway.close(charge) == []
    gateway.open(charge)
    refuses(lambda: gateway.pay(charge.reference), "charge_closed")


def test_closing_touches_no_other_page(gateway: SimulatedPayments, charge: Charge, payment: Payment) -> None:
    other = charge.model_copy(update={"reference": f"{charge.reference}-2"})
    gateway.open(other)
    assert gateway.close(other) == []
    assert gateway.pay(charge.reference).reference == charge.reference


def test_everything_confirmed_since_an_instant_is_told(
    gateway: SimulatedPayments, charge: Charge, payment: Payment
) -> None:
    later = gateway.pay(charge.reference, at=AT + SECOND)
    for since, told in ((AT, [payment, later]), (AT + SECOND, [later]), (AT + 2 * SECOND, [])):
        found = gateway.confirmed_since(since)
        assert sorted(p.payment_id for p in found if p.reference == charge.reference) == sorted(
            p.payment_id for p in told
        )


def test_a_payment_is_refunded_once_for_a_key(gateway: SimulatedPayments, payment: Payment) -> None:
    assert [gateway.refund(refund(payment)) for _ in range(3)] == [True] * 3
    assert given(gateway, payment) == [(9900, 3)]


def test_never_more_goes_back_than_was_paid(gateway: SimulatedPayments, payment: Payment) -> None:
    refuses(lambda: gateway.refund(refund(payment, amount_fen=9901)), "more_than_was_paid")
    gateway.refund(refund(payment, amount_fen=9000))
    elsewhere = refund(payment, market="aliyun", amount_fen=901)
    assert elsewhere.key != refund(payment).key
    refuses(lambda: gateway.refund(elsewhere), "more_than_was_paid")
    assert gateway.refund(elsewhere.model_copy(update={"amount_fen": 900}))
    assert sorted(given(gateway, payment)) == [(900, 1), (9000, 1)]


def test_an_unknown_payment_is_not_refunded(gateway: SimulatedPayments, payment: Payment) -> None:
    unknown = refund(payment, payment_id="p-unknown")
    refuses(lambda: gateway.refund(unknown), "unknown_payment")
    assert given(gateway, payment) == []


def test_a_refund_in_progress_is_not_done_yet(gateway: SimulatedPayments, payment: Payment) -> None:
    gateway.misbehave("refund", Behaviour.IN_PROGRESS, times=2)
    assert [gateway.refund(refund(payment)) for _ in range(2)] == [False, False]
    assert given(gateway, payment) == []
    assert gateway.refund(refund(payment))
    assert given(gateway, payment) == [(9900, 1)]


CALLS: dict[str, Callable[[SimulatedPayments, Charge, Payment], object]] = {
    "open": lambda gateway, charge, _: gateway.open(charge),
    "query": lambda gateway, _, payment: gateway.query(payment.market, payment.payment_id),
    "close": lambda gateway, charge, _: gateway.close(charge),
    "refund": lambda gateway, _, payment: gateway.refund(refund(payment)),
    "confirmed_since": lambda gateway, _, __: gateway.confirmed_since(AT),
}
DOES = {Behaviour.UNAVAILABLE: False, Behaviour.REFUSED: False, Behaviour.LOST_ANSWER: True}


@pytest.mark.parametrize("behaviour", DOES)
@pytest.mark.parametrize("operation", CALLS)
def test_it_misbehaves_as_often_as_it_was_told(
    gateway: SimulatedPayments, charge: Charge, payment: Payment, operation: str, behaviour: Behaviour
) -> None:
    gateway.misbehave(operation, behaviour, times=2)
    fails = GatewayRefused if behaviour is Behaviour.REFUSED else GatewayUnavailable
    for _ in range(2):
        with pytest.raises(fails):
            CALLS[operation](gateway, charge, payment)
    for name, call in CALLS.items():
        assert call(gateway, charge, payment), name


@pytest.mark.parametrize(("behaviour", "does"), DOES.items())
def test_without_an_answer_it_did_everything_or_nothing(
    gateway: SimulatedPayments, charge: Charge, payment: Payment, behaviour: Behaviour, does: bool
) -> None:
    fresh = charge.model_copy(update={"reference": f"{charge.reference}-2"})
    for operation in ("open", "close", "refund"):
        gateway.misbehave(operation, behaviour)
    for ask in (lambda: gateway.open(fresh), lambda: gateway.refund(refund(payment))):
        with pytest.raises((GatewayRefused, GatewayUnavailable)):
            ask()
    assert _is_open(gateway, fresh) is (True if does else None)
    with pytest.raises((GatewayRefused, GatewayUnavailable)):
        gateway.close(charge)
    assert _is_open(gateway, charge) is not does
    assert given(gateway, payment) == ([(9900, 1)] if does else [])


def _is_open(gateway: SimulatedPayments, charge: Charge) -> bool | None:
    with Session(gateway.engine) as session:
        row = session.get(SimulatedCharge, charge.reference)
        return row.open if row else None
