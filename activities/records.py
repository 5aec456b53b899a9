"""Putting a case's changes where the API and the operators read them."""

import hashlib
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col, func, select
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.alarms import raise_alarm
from activities.ledger import post
from models.cases import Alarm, Batch, CaseView, Change, Party
from models.search_attributes import next_due, waiting_on
from models.tables import AdmissionRow, CaseRow, ChangeRow, HoldRow

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Records:
    engine: Engine

    @activity.defn(name="record")
    def record(self, batch: Batch) -> None:
        """Write changes, what they mean in money and the case they lead to, at once. A repeat is no news.

        `Diverged`: another run, or another change under the same version, is on record already.
        `Unrecordable`: the database will never take it.
        """
        case_id = batch.view.case_id
        try:
            with Session(self.engine) as session, session.begin():
                # A first try that is still committing has no row yet that could be locked.
                session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(case_id, 0))))
                if not _is_repeat(session, batch):
                    session.add_all(_row(change, batch) for change in batch.changes)
                    session.flush()
                    post(session, batch)
                elif session.get_one(CaseRow, case_id).version > batch.view.version:
                    return  # long gone by; the newest one is written again, for it lifts an alarm
                session.execute(_upsert(batch.view, batch.run_id))
                if batch.view.closed_at is not None:
                    mine = col(AdmissionRow.case_id) == case_id
                    session.execute(update(AdmissionRow).where(mine).values(open=False))
                    session.execute(delete(HoldRow).where(col(HoldRow.case_id) == case_id))
        except (IntegrityError, DataError, ValueError) as error:
            text = str(getattr(error, "orig", error))
            raise ApplicationError(text, type="Unrecordable", non_retryable=True) from error
        for change in batch.changes:
            log.info(
                "recorded",
                change=change.event,
                version=change.version,
                stage=change.stage_after,
                actor=f"{change.actor.role}:{change.actor.subject}",
            )

    @activity.defn(name="alarm")
    def alarm(self, alarm: Alarm) -> None:
        """Put a case that cannot be recorded on the operators' desk. What is on record stays as it is."""
        log.error("record_blocked", case_id=alarm.view.case_id, kind=alarm.kind, detail=alarm.detail)
        try:
            with Session(self.engine) as session, session.begin():
                known = session.exec(_locked(alarm.view.case_id)).one_or_none()
                if known is None:
                    blank = alarm.view.model_copy(
                        update={
                            "version": 0,
                            "stage": "opening",
                            "outcome": None,
                            "closed_at": None,
                            "tasks": (),
                        }
                    )
                    session.execute(_upsert(blank, "", (alarm.kind,)))
                else:
                    raise_alarm(known, alarm.kind)
        except (IntegrityError, DataError, ValueError):
            log.exception("alarm_unrecordable", case_id=alarm.view.case_id)


def _locked(case_id: str):  # type: ignore[no-untyped-def]  # SQLModel's generics do not name themselves
    return select(CaseRow).where(CaseRow.case_id == case_id).with_for_update()


def _is_repeat(session: Session, batch: Batch) -> bool:
    """Whether the batch is on record already. Raises `Diverged` unless it is that, or simply the next."""
    first, last = batch.changes[0], batch.changes[-1]
    case_id = batch.view.case_id
    known = session.exec(_locked(case_id)).one_or_none()
    version = known.version if known else 0
    if version == first.version - 1:
        same = known is not None and known.run_id in (batch.run_id, batch.continues)
        if version == 0 or same or batch.takes_over:
            return False
        raise _diverged(case_id, f"version {version} was written by another run")
    stored = session.exec(
        select(ChangeRow.version, ChangeRow.hash, ChangeRow.run_id)
        .where(
            ChangeRow.case_id == case_id,
            ChangeRow.version >= first.version,
            ChangeRow.version <= last.version,
        )
        .order_by(col(ChangeRow.version))
    ).all()
    ours = [(change.version, _hash(change), batch.run_id) for change in batch.changes]
    if [tuple(row) for row in stored] == ours:
        return True
    raise _diverged(case_id, f"version {version} is on record, and {first.version} is not what follows")


def _diverged(case_id: str, text: str) -> ApplicationError:
    return ApplicationError(f"{case_id}: {text}", type="Diverged", non_retryable=True)


def _hash(change: Change) -> str:
    return hashlib.sha256(change.model_dump_json().encode()).hexdigest()


def _row(change: Change, batch: Batch) -> ChangeRow:
    return ChangeRow(
        **change.model_dump(mode="json", exclude={"at"}),
        at=change.at,
        case_id=batch.view.case_id,
        run_id=batch.run_id,
        hash=_hash(change),
        answer=batch.view.model_dump(mode="json"),
    )


def _upsert(view: CaseView, run_id: str, alarms: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    due = next_due(view)
    values = {
        **view.model_dump(exclude={"tasks", "policy_version", "data"}),
        "run_id": run_id,
        "due_at": due.deadline_at if due else None,
        "waiting_on": sorted({*waiting_on(view), *([Party.OPERATOR] if alarms else [])}),
        "blocked_by": [*view.blocked_by, *alarms],
        "tasks": [task.name for task in view.tasks],
        "view": view.model_dump(mode="json"),
    }
    changed = {name: value for name, value in values.items() if name != "case_id"}
    return insert(CaseRow).values(values).on_conflict_do_update(index_elements=["case_id"], set_=changed)
