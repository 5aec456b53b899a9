"""Reporting an event to a case of ours, as callers of the API do."""

import asyncio
from typing import Any

from sqlmodel import Session, select
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from models.cases import Report
from models.tables import ChangeRow

# Longer would keep a slot from the record that the case's answer waits for. It is asked again.
ANSWERS_WITHIN_S = 1.0


def is_on_record(session: Session, case_id: str, key: str) -> bool:
    """Temporal forgets update ids with each run of a case without end: what is on record does not."""
    known = select(ChangeRow.seq).where(ChangeRow.case_id == case_id, ChangeRow.key == key)
    return session.exec(known).first() is not None


async def reported(client: Client, case_id: str, report: Report[Any]) -> None:
    """Report an event, once under its key. `Undecided` without a yes: what is on record then decides."""
    case = client.get_workflow_handle(case_id)
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await case.execute_update("report", report, id=report.key)
    except (WorkflowUpdateFailedError, RPCError, TimeoutError) as error:
        raise ApplicationError(f"{case_id} has not answered", type="Undecided") from error
