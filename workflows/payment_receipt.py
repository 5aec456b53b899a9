"""Money that reached us finds what it was paid for, an order, a deposit or a fee, or the way back.

asking ──the gateway confirms──▶ applying ──its case takes it───▶ closed
  │ never confirmed                │ nobody wants it
  ▼                                ▼
closed                           refunding ──▶ closed
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.payments import Payments
from activities.receipts import Receipts
from models.cases import Answer, CaseView, Report
from models.ledger import Account, received, refunded
from models.payments import (
    Payment,
    PaymentQuery,
    ReceiptEvent,
    ReceiptOutcome,
    ReceiptStage,
    ReceivedPayment,
    Refund,
)
from workflows.calls import OUTSIDE, PATIENT, UNDECIDED, call
from workflows.case import Case
from workflows.record import cause_of


@workflow.defn
class PaymentReceipt:
    @workflow.init
    def __init__(self, receipt: ReceivedPayment) -> None:
        self.receipt = receipt
        self.case = Case(receipt.opening, worry_after=lambda: receipt.terms.worry_after)

    @workflow.run
    async def run(self, _: ReceivedPayment) -> str:
        return await self.case.tell(self.story())

    async def story(self) -> ReceiptOutcome:
        case = self.case
        case.enter(ReceiptStage.ASKING)
        payment = await case.insist(self._ask)
        if payment is None:
            case.note("never_confirmed")
            return ReceiptOutcome.UNCONFIRMED
        case.about(payment.reference)
        facts = payment.model_dump(mode="json", include={"amount_fen", "currency", "paid_at"})
        case.enter(ReceiptStage.APPLYING, "confirmed", at=payment.paid_at, **facts)
        if payment.amount_fen:
            market, fen = payment.market, payment.amount_fen
            case.post(received(market, payment.payment_id, fen, payment.currency))
        verdict = await case.insist(
            lambda: call(Receipts.apply, payment, UNDECIDED, summary=payment.reference)
        )
        if verdict.taken:
            case.note("applied")
            return ReceiptOutcome.APPLIED
        case.enter(ReceiptStage.REFUNDING, "not_wanted", reason=verdict.reason)
        refund = Refund.of(payment, verdict.reason or "not_wanted")
        await case.insist(lambda: call(Payments.refund, refund, OUTSIDE, summary=refund.key))
        case.note("refunded")
        if refund.amount_fen:
            case.post(
                refunded(refund.key, refund.market, refund.amount_fen, Account.UNAPPLIED, payment.currency)
            )
        return ReceiptOutcome.REFUNDED

    @workflow.update
    async def report(self, report: Report[ReceiptEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[ReceiptEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _ask(self) -> Payment | None:
        opening, terms = self.receipt.opening, self.receipt.terms
        query = PaymentQuery(market=opening.market, payment_id=opening.id)
        try:
            return await call(Payments.ask, query, PATIENT, summary=query.payment_id, within=terms.ask_within)
        except ActivityError as error:
            if cause_of(error)[0] == "NotConfirmed":
                return None
            raise
