"""The life of one template order.

unpaid ──paid──▶ implementing ──version approved──▶ confirming ──accepted, or 7 days──▶ closed
  │ cancelled,     │ declined, refund requested,      │ refund requested
  │ 3 days         │ 30 days                          │
  ▼                ▼                                  ▼
closing payment  refunding ───────────────────────▶ closed
  │ paid in time after all ──▶ implementing
  ▼
closed: a cancelled order stays cancelled, and its money finds its own way back
"""

import asyncio

from temporalio import workflow

from activities.payments import Payments
from models.cases import Answer, CaseView, Event, Report
from models.orders import (
    CERTIFICATION,
    CONFIRMATION,
    IMPLEMENTATION,
    PAYMENT,
    VERSION_REVIEW,
    BusinessCertified,
    Cancelled,
    Declined,
    OrderEvent,
    OrderOutcome,
    OrderStage,
    Paid,
    PlacedOrder,
    RefundRequested,
    VersionRejected,
    VersionSubmitted,
)
from models.payments import Charge
from models.rules.payments import pays_in_time
from workflows.calls import OUTSIDE, call
from workflows.case import Case


@workflow.defn
class TemplateOrder:
    @workflow.init
    def __init__(self, order: PlacedOrder) -> None:
        self.order = order
        self.case = Case(order.opening)
        self.paid: Paid | None = None

    @workflow.run
    async def run(self, order: PlacedOrder) -> str:
        self.case.show(**order.facts())
        return await self.case.tell(self.story(order))

    async def story(self, order: PlacedOrder) -> OrderOutcome:
        if order.amount_fen > 0:
            match await self._payment():
                case Paid() as paid:
                    self.paid = paid
                    self.case.show(payment_id=paid.payment_id)
                case Cancelled():
                    return self._given_up(OrderOutcome.CANCELLED)
                case _:
                    return self._given_up(OrderOutcome.UNPAID)
        match await self._implementation():
            case Declined():
                return await self._give_back(OrderOutcome.DECLINED)
            case RefundRequested():
                return await self._give_back(OrderOutcome.REFUND_REQUESTED)
            case None:
                return await self._give_back(OrderOutcome.NOT_IMPLEMENTED)
        match await self.case.wait_for(CONFIRMATION, within=order.terms.confirm_within):
            case RefundRequested():
                return await self._give_back(OrderOutcome.REFUND_REQUESTED)
            case None:
                return OrderOutcome.ACCEPTED_BY_SILENCE
        return OrderOutcome.COMPLETED

    @workflow.update
    async def report(self, report: Report[OrderEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[OrderEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _payment(self) -> Event | None:
        """Before an order is given up, the gateway closes the payment and tells what it had taken."""
        case, charge = self.case, self.order.charge()
        clock = case.countdown(self.order.terms.pay_within)
        asking = asyncio.create_task(self._show_where_to_pay(charge))
        paid = await case.wait_for(PAYMENT, clock=clock)
        asking.cancel()
        if isinstance(paid, Paid):
            return paid
        case.enter(OrderStage.CLOSING_PAYMENT)
        payments = await case.insist(lambda: call(Payments.close, charge, OUTSIDE, summary=charge.reference))
        due = clock.clock.deadline_at
        found = next((p for p in payments if pays_in_time(p, charge.amount_fen, due)), None)
        if paid is None and found is not None:
            case.enter(
                OrderStage.IMPLEMENTING, "payment_found", at=found.paid_at, payment_id=found.payment_id
            )
            return Paid(payment_id=found.payment_id, amount_fen=found.amount_fen)
        case.note("payment_closed")
        return paid

    async def _show_where_to_pay(self, charge: Charge) -> None:
        page = await self.case.insist(lambda: call(Payments.open, charge, OUTSIDE, summary=charge.key))
        self.case.note("payment_opened", pay_url=page.pay_url)

    async def _implementation(self) -> Event | None:
        """One clock for building and review, whatever is rejected on the way (AMP-IMP-04, -08, -10)."""
        wait_for, clock = self.case.wait_for, self.case.countdown(self.order.terms.implement_within)
        if self.order.certify_as_business:
            certified = await wait_for(CERTIFICATION, clock=clock)
            if not isinstance(certified, BusinessCertified):
                return certified
        while True:
            built = await wait_for(IMPLEMENTATION, clock=clock)
            if not isinstance(built, VersionSubmitted):
                return built
            reviewed = await wait_for(VERSION_REVIEW, clock=clock)
            if not isinstance(reviewed, VersionRejected):
                return reviewed

    async def _give_back(self, outcome: OrderOutcome) -> OrderOutcome:
        """A full refund, if anything was paid (AMP-IMP-05)."""
        if self.paid is None:
            return self._given_up(outcome)
        refund = self.order.refund_of(self.paid, outcome)
        self.case.enter(OrderStage.REFUNDING)
        await self.case.insist(lambda: call(Payments.refund, refund, OUTSIDE, summary=refund.key))
        self.case.note("refunded", refunded_fen=refund.amount_fen)
        return self._given_up(outcome)

    def _given_up(self, outcome: OrderOutcome) -> OrderOutcome:
        """Ordering gave an authorisation, and giving up calls for its end (AMP-ORD-18, AMB-55)."""
        self.case.show(authorisation="to_be_revoked")
        return outcome
