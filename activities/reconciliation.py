"""Finding what fell between two steps: cases let in and never started, money that no notice told of."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client

from activities.gateways.payments import PaymentGateway
from models.cases import SYSTEM
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from models.reconciling import Found, Reconcile
from models.tables import AdmissionRow, CaseRow
from models.tables.admissions import Admissions, NotOffered
from temporal import start_case

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    engine: Engine
    client: Client
    gateway: PaymentGateway
    admissions: Admissions

    @activity.defn(name="reconcile")
    async def reconcile(self, terms: Reconcile) -> Found:
        """A receipt for each confirmed payment without one; a start for each case let in and not started."""
        now = datetime.now(UTC)
        receipts = await asyncio.to_thread(self._admit_untold, now - terms.look_back)
        orphans = await asyncio.to_thread(self._orphans, now - terms.give_time)
        for workflow, start in [*receipts, *orphans]:
            await start_case(self.client, workflow, start)
        if receipts or orphans:
            log.warning("reconciled", untold_payments=len(receipts), orphans=len(orphans))
        return Found(untold_payments=len(receipts), orphans=len(orphans))

    def _admit_untold(self, since: datetime) -> list[tuple[str, dict[str, object]]]:
        found = []
        for payment in self.gateway.confirmed_since(since):
            told = TellOfPayment(id=payment.payment_id)
            try:
                admitted = self.admissions.admit(
                    PAYMENT_RECEIPTS, payment.market, told, SYSTEM, datetime.now(UTC)
                )
            except NotOffered:
                log.warning("payment_for_no_market", payment_id=payment.payment_id, market=payment.market)
                continue
            if admitted.is_new:
                found.append((admitted.workflow, admitted.input))
        return found

    def _orphans(self, before: datetime) -> list[tuple[str, dict[str, object]]]:
        never_begun = (
            select(AdmissionRow.workflow, AdmissionRow.input)
            .outerjoin(CaseRow, col(CaseRow.case_id) == col(AdmissionRow.case_id))
            .where(col(AdmissionRow.open), AdmissionRow.admitted_at < before, col(CaseRow.case_id).is_(None))
            .limit(500)
        )
        with Session(self.engine) as session:
            return [(workflow, dict(start)) for workflow, start in session.exec(never_begun)]
