"""What cases ask of the payment gateway."""

from dataclasses import dataclass

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.effects import once
from activities.gateways.payments import PaymentGateway
from activities.gateways.refusals import refusals
from models.payments import Charge, Payment, PaymentPage, PaymentQuery, Refund


@dataclass(frozen=True, slots=True)
class Payments:
    engine: Engine
    gateway: PaymentGateway

    @activity.defn(name="open_payment")
    def open(self, charge: Charge) -> PaymentPage:
        """Where the buyer pays (AMP-ORD-20)."""
        with refusals():
            page = once(
                self.engine,
                charge.key,
                charge.model_dump(mode="json", exclude_none=True),
                lambda: self.gateway.open(charge).model_dump(mode="json"),
            )
        return PaymentPage.model_validate(page)

    @activity.defn(name="ask_for_payment")
    def ask(self, query: PaymentQuery) -> Payment:
        """A payment as the gateway confirms it. `NotConfirmed` where it knows none yet: asked again."""
        with refusals():
            payment = self.gateway.query(query.market, query.payment_id)
        if payment is None:
            raise ApplicationError(f"{query.payment_id} is not confirmed", type="NotConfirmed")
        return payment

    @activity.defn(name="close_payment")
    def close(self, charge: Charge) -> list[Payment]:
        """Take no more money for an order, and learn what was paid for it (AMP-ORD-19)."""
        with refusals():
            return self.gateway.close(charge)

    @activity.defn(name="refund_payment")
    def refund(self, refund: Refund) -> None:
        """Give a payment back, or a part of it, once (AMP-IMP-05, AMP-CONF-02, AMB-05, AMB-47)."""

        def make() -> dict[str, bool]:
            if not self.gateway.refund(refund):
                raise ApplicationError(f"{refund.key} is in progress", type="InProgress")
            return {"done": True}

        figures = refund.model_dump(mode="json", include={"market", "payment_id", "amount_fen"})
        with refusals():
            once(self.engine, refund.key, figures, make)
