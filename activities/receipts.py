"""Finding money a home: the order it was paid for, or the way back."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from models.cases import GATEWAY, CaseView, Report
from models.payments import Paid, Payment, Verdict
from models.rules.payments import verdict_on
from models.tables import AdmissionRow, CaseRow

# Longer would keep a slot from the record that the order's answer waits for. It is asked again.
DECIDES_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Receipts:
    engine: Engine
    client: Client

    @activity.defn(name="apply_payment")
    async def apply(self, payment: Payment) -> Verdict:
        """Give a payment to its order. `Undecided` while the order itself is: asked again.

        The order may have taken the payment although its answer was lost, so what is on record decides.
        """
        verdict = await asyncio.to_thread(self._on_record, payment)
        if verdict is not None:
            return verdict
        order = self.client.get_workflow_handle(payment.reference)
        key = f"receipt:{payment.payment_id}"
        paid = Paid(**payment.model_dump(include={"payment_id", "amount_fen", "method"}))
        report = Report[Paid](event=paid, actor=GATEWAY, key=key, digest=key, occurred_at=payment.paid_at)
        try:
            async with asyncio.timeout(DECIDES_WITHIN_S):
                await order.execute_update("report", report, id=key)
        except (WorkflowUpdateFailedError, RPCError, TimeoutError) as error:
            raise ApplicationError(f"{payment.reference} has not decided", type="Undecided") from error
        return Verdict(taken=True)

    def _on_record(self, payment: Payment) -> Verdict | None:
        with Session(self.engine) as session:
            case = session.get(CaseRow, payment.reference)
            if case is None and session.get(AdmissionRow, payment.reference) is not None:
                raise ApplicationError(f"{payment.reference} has not begun", type="Undecided")
            return verdict_on(payment, CaseView.model_validate(case.view) if case else None)
