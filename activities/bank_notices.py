"""Telling an account's case what the bank confirmed."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.reporting import is_on_record, reported
from models.bank_accounts import PaymentReturned, RemittanceMatched
from models.bank_notices import ForAccount
from models.cases import BANK, CaseView, Report
from models.payments import Verdict
from models.rules.bank_notices import TAKEN, verdict_on
from models.tables import CaseRow


@dataclass(frozen=True, slots=True)
class BankNotices:
    engine: Engine
    client: Client

    @activity.defn(name="apply_bank_entry")
    async def apply(self, told: ForAccount) -> Verdict:
        """Tell the case, once. `Undecided` while the case itself is: asked again.

        It may have taken the entry although its answer was lost, so what is on record decides. The event's
        time is the bank's: a remittance before the deadline is in time, whenever we hear of it.
        """
        verdict = await asyncio.to_thread(self._on_record, told)
        if verdict is not None:
            return verdict
        kind = PaymentReturned if told.returned else RemittanceMatched
        report = Report[PaymentReturned | RemittanceMatched](
            event=kind(round=told.round), actor=BANK, key=told.key, digest=told.key, occurred_at=told.at
        )
        await reported(self.client, told.case_id, report)
        return TAKEN

    def _on_record(self, told: ForAccount) -> Verdict | None:
        with Session(self.engine) as session:
            if is_on_record(session, told.case_id, told.key):
                return TAKEN
            row = session.get(CaseRow, told.case_id)
            if row is None:
                raise ApplicationError(f"{told.case_id} has not begun", type="Undecided")
            return verdict_on(told, CaseView.model_validate(row.view))
