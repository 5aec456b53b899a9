"""What a case asks of other cases of ours: that one begins, and that one is told."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.gateways.refusals import refused
from activities.reporting import is_on_record, reported
from models.cases import SYSTEM, Report
from models.processes import PROCESSES
from models.tables import CaseRow
from models.tables.admissions import Admissions, HoldTaken, IdTaken, NotOffered
from models.telling import AskedToOpen, Heard, OpenedCase, Telling
from temporal import start_case


@dataclass(frozen=True, slots=True)
class OtherCases:
    engine: Engine
    client: Client
    admissions: Admissions

    @activity.defn(name="open_case")
    async def open(self, asked: AskedToOpen) -> OpenedCase:
        """Begin a case, or find the one that is there already. `Refused` where the market has no such."""
        process = PROCESSES[asked.process]
        body = process.start.model_validate(asked.body)
        try:
            admitted = await asyncio.to_thread(
                self.admissions.admit, process, asked.market, body, SYSTEM, asked.at
            )
        except HoldTaken as taken:
            if taken.case_id is None:
                raise ApplicationError("its holder has just closed", type="Undecided") from taken
            return OpenedCase(case_id=taken.case_id)
        except (NotOffered, IdTaken) as no:
            detail = f"{asked.process}: {type(no).__name__}"
            raise refused(detail) from no
        await start_case(self.client, admitted.workflow, admitted.input)
        return OpenedCase(case_id=admitted.case_id)

    @activity.defn(name="tell_case")
    async def tell(self, telling: Telling) -> Heard:
        """Tell a case, once. `Undecided` while it cannot answer: told again."""
        if (known := await asyncio.to_thread(self._on_record, telling)) is not None:
            return known
        message = telling.message
        report = Report[Any](
            event=message, actor=SYSTEM, key=telling.key, digest=telling.key, occurred_at=telling.at
        )
        await reported(self.client, telling.case_id, report)
        return Heard(taken=True)

    def _on_record(self, telling: Telling) -> Heard | None:
        with Session(self.engine) as session:
            if is_on_record(session, telling.case_id, telling.key):
                return Heard(taken=True)
            row = session.get(CaseRow, telling.case_id)
            return Heard(taken=False) if row is not None and row.closed_at is not None else None
