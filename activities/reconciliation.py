"""Finding what fell between two steps: cases let in and never started, money that no notice told of."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from activities.gateways.payments import PaymentGateway
from models.cases import SYSTEM, Party
from models.payments import ReceiptOutcome
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
        """A start for each case let in and not started, a receipt for each confirmed payment without one.

        What fails for one does not hold up the others; it is found again next time.
        """
        now = datetime.now(UTC)
        orphans = await asyncio.to_thread(self._orphans, now - terms.give_time)
        await self._start(orphans)
        untold = await asyncio.to_thread(self._admit_untold, now - terms.look_back)
        await self._start(untold)
        if orphans or untold:
            log.warning("reconciled", untold_payments=len(untold), orphans=len(orphans))
        return Found(untold_payments=len(untold), orphans=len(orphans))

    async def _start(self, cases: list[tuple[str, dict[str, object]]]) -> None:
        for workflow, start in cases:
            try:
                await start_case(self.client, workflow, start)
            except RPCError as error:
                log.warning("not_started", workflow=workflow, status=error.status.name)

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
            else:
                self._put_on_desk_if_given_up(admitted.case_id)
        return found

    def _put_on_desk_if_given_up(self, case_id: str) -> None:
        """Money confirmed after its receipt gave it up: an operator finds it among the blocked cases."""
        given_up = (CaseRow.case_id == case_id, CaseRow.outcome == ReceiptOutcome.UNCONFIRMED)
        desk = {"blocked_by": ["ConfirmedAfterAll"], "waiting_on": [str(Party.OPERATOR)]}
        with Session(self.engine) as session, session.begin():
            session.execute(update(CaseRow).where(*given_up).values(desk))  # type: ignore[arg-type]

    def _orphans(self, before: datetime) -> list[tuple[str, dict[str, object]]]:
        never_begun = (
            select(AdmissionRow.workflow, AdmissionRow.input)
            .outerjoin(CaseRow, col(CaseRow.case_id) == col(AdmissionRow.case_id))
            .where(col(AdmissionRow.open), AdmissionRow.admitted_at < before, col(CaseRow.case_id).is_(None))
            .limit(500)
        )
        with Session(self.engine) as session:
            return [(workflow, dict(start)) for workflow, start in session.exec(never_begun)]
