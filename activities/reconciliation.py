"""Finding what fell between two steps: cases let in and never started, money that no notice told of, accounts
that another tariff is in force for, listings that something else stands against, cases that cannot go on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities import listings_outdated, tariffs
from activities.gateways.bank import Bank
from activities.gateways.payments import PaymentGateway
from activities.other_cases import OtherCases
from activities.stuck import StuckCases
from models.bank_notices import TellOfEntry
from models.bank_process import BANK_NOTICES
from models.cases import SYSTEM, Party
from models.payments import ReceiptOutcome
from models.policies import MarketPolicy
from models.process import Process
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from models.reconciling import Found, Reconcile
from models.tables import AdmissionRow, CaseRow
from models.tables.admissions import Admissions, NotOffered
from models.telling import Telling
from temporal import start_case

log = structlog.get_logger()
Start = tuple[str, dict[str, object]]
"""A workflow, and what it starts with."""
Outdated = Callable[[Engine, dict[str, MarketPolicy], datetime], list[Telling]]
"""What to tell cases that do not know what counts now."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    engine: Engine
    client: Client
    gateway: PaymentGateway
    admissions: Admissions
    bank: Bank

    @activity.defn(name="reconcile")
    async def reconcile(self, terms: Reconcile) -> Found:
        """A start for each case let in and not started, a receipt for each confirmed payment without one, a
        word to deposit accounts whose tariff is not in force any more (ALI-DEP-09, TCM-DEP-06), and to
        products and shops that something else stands against (TCM-PROD-04, ALI-RECT-05), a notice for each
        entry of the bank without one. Cases whose workflow cannot go on are put on the operators' desk.

        What fails for one does not hold up the others; it is found again next time.
        """
        now = datetime.now(UTC)
        cases = StuckCases(self.engine, self.client)
        stuck, mended = await cases.look(terms.stuck_at_most, terms.stuck_within)
        orphans = await asyncio.to_thread(self._orphans, now - terms.give_time)
        await self._start(orphans)
        untold = await asyncio.to_thread(self._admit_untold, now - terms.look_back)
        await self._start(untold)
        changed_over = await self._tell(tariffs.outdated, now)
        listings = await self._tell(listings_outdated.outdated, now)
        entries = await asyncio.to_thread(self._admit_untold_entries, now - terms.look_back)
        await self._start(entries)
        found = Found(
            untold_payments=len(untold),
            orphans=len(orphans),
            tariffs=changed_over,
            listings=listings,
            untold_entries=len(entries),
            stuck=stuck,
            mended=mended,
        )
        if found.any:
            log.warning("reconciled", **found.model_dump())
        return found

    async def _tell(self, outdated: Outdated, now: datetime) -> int:
        """How many cases took what counts now. The others are told again next time."""
        others = OtherCases(self.engine, self.client, self.admissions)
        found = await asyncio.to_thread(outdated, self.engine, self.admissions.policies, now)
        told = await asyncio.gather(*map(others.tell, found), return_exceptions=True)
        for telling, heard in zip(found, told, strict=True):
            if isinstance(heard, ApplicationError):
                log.warning("not_taken", case_id=telling.case_id, key=telling.key)
            elif isinstance(heard, BaseException):
                raise heard
        return sum(not isinstance(heard, BaseException) for heard in told)

    async def _start(self, cases: list[Start]) -> None:
        for workflow, start in cases:
            try:
                await start_case(self.client, workflow, start)
            except RPCError as error:
                log.warning("not_started", workflow=workflow, status=error.status.name)

    def _admit_untold(self, since: datetime) -> list[Start]:
        payments = self.gateway.confirmed_since(since)
        told = (
            self._admit(PAYMENT_RECEIPTS, each.market, TellOfPayment(id=each.payment_id)) for each in payments
        )
        return [start for start in told if start]

    def _admit_untold_entries(self, since: datetime) -> list[Start]:
        """Entries of whatever kind: most match nothing, and stay on record as that (AMB-34)."""
        entries = self.bank.entries_since(since)
        told = (self._admit(BANK_NOTICES, each.market, TellOfEntry(id=each.entry_id)) for each in entries)
        return [start for start in told if start]

    def _admit(self, process: Process, market: str, told: TellOfPayment | TellOfEntry) -> Start | None:
        """What is to be started; None where it was told of before, or is for nobody."""
        try:
            admitted = self.admissions.admit(process, market, told, SYSTEM, datetime.now(UTC))
        except NotOffered:
            log.warning("money_for_no_market", process=process.name, id=told.id, market=market)
            return None
        if admitted.is_new:
            return admitted.workflow, admitted.input
        self._put_on_desk_if_given_up(admitted.case_id)
        return None

    def _put_on_desk_if_given_up(self, case_id: str) -> None:
        """Money confirmed after its case gave it up: an operator finds it among the blocked cases."""
        given_up = (CaseRow.case_id == case_id, CaseRow.outcome == ReceiptOutcome.UNCONFIRMED)
        desk = {"blocked_by": ["ConfirmedAfterAll"], "waiting_on": [str(Party.OPERATOR)]}
        with Session(self.engine) as session, session.begin():
            session.execute(update(CaseRow).where(*given_up).values(desk))  # type: ignore[arg-type]

    def _orphans(self, before: datetime) -> list[Start]:
        never_begun = (
            select(AdmissionRow.workflow, AdmissionRow.input)
            .outerjoin(CaseRow, col(CaseRow.case_id) == col(AdmissionRow.case_id))
            .where(col(AdmissionRow.open), AdmissionRow.admitted_at < before, col(CaseRow.case_id).is_(None))
            .limit(500)
        )
        with Session(self.engine) as session:
            return [(workflow, dict(start)) for workflow, start in session.exec(never_begun)]
