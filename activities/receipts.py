"""Finding money a home: the case it was paid for, or the way back."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.reporting import reported
from models.cases import GATEWAY, CaseView, Report
from models.payments import Paid, Payment, Verdict
from models.rules.payments import verdict_on
from models.tables import AdmissionRow, CaseRow


@dataclass(frozen=True, slots=True)
class Receipts:
    engine: Engine
    client: Client

    @activity.defn(name="apply_payment")
    async def apply(self, payment: Payment) -> Verdict:
        """Give a payment to its case. `Undecided` while the case itself is: asked again.

        It may have taken the payment although its answer was lost, so what is on record decides.
        """
        verdict = await asyncio.to_thread(self._on_record, payment)
        if verdict is not None:
            return verdict
        key = f"receipt:{payment.payment_id}"
        paid = Paid(**payment.model_dump(include={"payment_id", "amount_fen", "method"}))
        report = Report[Paid](event=paid, actor=GATEWAY, key=key, digest=key, occurred_at=payment.paid_at)
        await reported(self.client, payment.reference, report)
        return Verdict(taken=True)

    def _on_record(self, payment: Payment) -> Verdict | None:
        with Session(self.engine) as session:
            case = session.get(CaseRow, payment.reference)
            if case is None and session.get(AdmissionRow, payment.reference) is not None:
                raise ApplicationError(f"{payment.reference} has not begun", type="Undecided")
            return verdict_on(payment, CaseView.model_validate(case.view) if case else None)
