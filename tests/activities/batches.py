"""Batches as a case's workflow would send them to the record."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select
from temporalio.exceptions import ApplicationError

from activities.records import Records
from models.cases import SYSTEM, Accepts, Batch, CaseView, Change, Party, Task
from models.tables import CaseRow, ChangeRow

AT = datetime(2026, 3, 1, tzinfo=UTC)
WAITS = Task(name="payment", waiting_on=Party.BUYER, accepts=(Accepts(event="paid", by=()),), deadline_at=AT)


def new_case() -> str:
    return f"made-up:alipay:o-{uuid.uuid4().hex[:12]}"


def change(version: int, **how: Any) -> Change:
    known: dict[str, Any] = {
        "at": AT,
        "event": f"step_{version}",
        "actor": SYSTEM,
        "stage_before": f"stage_{version - 1}" if version > 1 else None,
        "stage_after": f"stage_{version}",
    }
    return Change(version=version, **known | how)


def view(case_id: str, version: int, **how: Any) -> CaseView:
    known: dict[str, Any] = {
        "process": "made-up",
        "market": "alipay",
        "id": case_id.rpartition(":")[2],
        "provider_id": "isv-1",
        "stage": f"stage_{version}",
        "opened_at": AT,
        "changed_at": AT,
        "tasks": (WAITS,),
        "policy_version": "1",
    }
    return CaseView(case_id=case_id, version=version, **known | how)


def batch(case_id: str, *changes: Change | int, run_id: str = "run-1", **how: Any) -> Batch:
    """These changes, or plain ones of these versions, and the view after them. `how` goes to the batch."""
    made = tuple(change(each) if isinstance(each, int) else each for each in changes)
    seen = how.pop("view", None) or view(case_id, made[-1].version)
    return Batch(run_id=run_id, changes=made, view=seen, **how)


def closing(case_id: str, version: int) -> Batch:
    closed = view(case_id, version, stage="closed", outcome="unpaid", closed_at=AT, tasks=())
    return batch(case_id, change(version, stage_after="closed"), view=closed)


def refusal(records: Records, sent: Batch) -> str:
    """What the record says of a batch that it does not take, for good."""
    with pytest.raises(ApplicationError) as refused:
        records.record(sent)
    assert refused.value.non_retryable
    return str(refused.value.type)


def case(engine: Engine, case_id: str) -> CaseRow | None:
    with Session(engine) as session:
        return session.get(CaseRow, case_id)


def stands(engine: Engine, case_id: str) -> CaseRow:
    row = case(engine, case_id)
    assert row is not None
    return row


def changes(engine: Engine, case_id: str) -> list[ChangeRow]:
    with Session(engine) as session:
        mine = select(ChangeRow).where(ChangeRow.case_id == case_id)
        return list(session.exec(mine.order_by(col(ChangeRow.version))))


def versions(engine: Engine, case_id: str) -> list[int]:
    return [row.version for row in changes(engine, case_id)]


def transactions(engine: Engine, case_id: str, *tables: str) -> list[int]:
    """The transactions that wrote a case's rows in these tables, each once."""
    rows = " UNION ".join(f"SELECT xmin::text::bigint FROM {table} WHERE case_id = :it" for table in tables)
    with engine.connect() as connection:
        return list(connection.scalars(text(rows), {"it": case_id}))


def until_one_waits(engine: Engine) -> None:
    """Until somebody's transaction waits for another one to end."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(5000):
        with engine.connect() as connection:
            if connection.scalar(text(waiting)):
                return
    raise TimeoutError
