"""A payment gateway that keeps its state in PostgreSQL and can be told to misbehave."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, func, select

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.misbehaving import Behaviour, behaving, misbehave
from models.payments import CURRENCY, Charge, Payment, PaymentMethod, PaymentPage, Refund
from models.tables.simulated import SimulatedCharge, SimulatedPayment, SimulatedRefund

__all__ = ["Behaviour", "SimulatedPayments"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SimulatedPayments:
    engine: Engine
    pay_url: str = "http://127.0.0.1:8000/simulator/payments/{reference}"
    now: Callable[[], datetime] = _now

    def open(self, charge: Charge) -> PaymentPage:
        with behaving(self.engine, "open"), Session(self.engine) as session, session.begin():
            asked = {**charge.model_dump(), "open": True}
            newest = (
                insert(SimulatedCharge)
                .values(asked)
                .on_conflict_do_update(
                    index_elements=["reference"],
                    set_=asked,
                    where=col(SimulatedCharge.part) < (charge.part or 0),
                )
            )
            session.execute(newest)
        return PaymentPage(
            reference=charge.reference, pay_url=self.pay_url.format(reference=charge.reference)
        )

    def query(self, market: str, payment_id: str) -> Payment | None:
        with behaving(self.engine, "query"), Session(self.engine) as session:
            row = session.get(SimulatedPayment, payment_id)
            return _payment(row) if row and row.market == market else None

    def close(self, charge: Charge) -> list[Payment]:
        with behaving(self.engine, "close"), Session(self.engine) as session, session.begin():
            row = charge.model_dump()
            closed = insert(SimulatedCharge).values(**row, open=False)
            session.execute(closed.on_conflict_do_update(index_elements=["reference"], set_={"open": False}))
            paid = select(SimulatedPayment).where(SimulatedPayment.reference == charge.reference)
            return [_payment(row) for row in session.exec(paid.order_by(col(SimulatedPayment.paid_at)))]

    def refund(self, refund: Refund) -> bool:
        with behaving(self.engine, "refund") as behaviour, Session(self.engine) as session, session.begin():
            paid = session.exec(
                select(SimulatedPayment)
                .where(SimulatedPayment.payment_id == refund.payment_id)
                .with_for_update()
            ).one_or_none()
            if paid is None:
                raise GatewayRefused("unknown_payment")
            if behaviour is Behaviour.IN_PROGRESS:
                return False
            again = session.get(SimulatedRefund, refund.key)
            if again is not None:
                again.times_asked += 1
                return True
            back = select(func.coalesce(func.sum(SimulatedRefund.amount_fen), 0))
            given = session.exec(back.where(SimulatedRefund.payment_id == refund.payment_id)).one()
            if given + refund.amount_fen > paid.amount_fen:
                raise GatewayRefused("more_than_was_paid")
            row = SimulatedRefund(
                key=refund.key,
                payment_id=refund.payment_id,
                amount_fen=refund.amount_fen,
                refunded_at=self.now(),
                times_asked=1,
            )
            session.add(row)
        return True

    def confirmed_since(self, since: datetime) -> list[Payment]:
        with behaving(self.engine, "confirmed_since"), Session(self.engine) as session:
            rows = session.exec(select(SimulatedPayment).where(SimulatedPayment.paid_at >= since))
            return [_payment(row) for row in rows]

    # --- the buyer's side, and the tester's

    def pay(
        self,
        reference: str,
        *,
        amount_fen: int | None = None,
        currency: str = CURRENCY,
        at: datetime | None = None,
        in_spite: bool = False,
        method: PaymentMethod | None = None,
    ) -> Payment:
        """Somebody pays: what is asked, unless told otherwise. `in_spite` of the page being closed."""
        with Session(self.engine) as session, session.begin():
            charge = session.get(SimulatedCharge, reference)
            if charge is None:
                raise GatewayRefused("unknown_charge")
            if not in_spite and not charge.open:
                raise GatewayRefused("charge_closed")
            row = SimulatedPayment(
                payment_id=f"p-{uuid.uuid4().hex[:16]}",
                market=charge.market,
                reference=reference,
                amount_fen=charge.amount_fen if amount_fen is None else amount_fen,
                currency=currency,
                paid_at=at or self.now(),
                method=method or charge.method,
            )
            session.add(row)
            return _payment(row)

    def misbehave(self, operation: str, behaviour: Behaviour, times: int = 1) -> None:
        """Fail the next calls of an operation."""
        misbehave(self.engine, operation, behaviour, times)


def _payment(row: SimulatedPayment) -> Payment:
    return Payment.model_validate(row.model_dump())
