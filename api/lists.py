"""Many cases at once: the worklist, and the feed of everything that changes."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, Select, func, literal_column, tuple_
from sqlmodel import Session, col, select

from api.auth import EVERYWHERE, Caller, Identified
from api.office import TheOffice
from api.problems import invalid
from api.reading import change, summary
from models.base import Frozen, Id
from models.cases import CaseView, Party, Role
from models.rules.findings import Finding
from models.tables import CaseRow, ChangeRow

routes = APIRouter(tags=["Worklist and feed 工作台"])
Limit = Annotated[int, Query(ge=1, le=200)]
SETTLED: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


class Page(Frozen):
    cases: list[CaseView]
    next: str | None = Field(description="Send it as `cursor` for the rest; null when this was all.")


class Wanted(Frozen):
    """What a worklist is to hold."""

    market: Id | None = None
    process: Id | None = None
    stage: Id | None = None
    waiting_on: Party | None = None
    provider_id: Id | None = None
    due_before: AwareDatetime | None = None
    closed: bool | None = None
    blocked: bool | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@routes.get("/v1/cases", response_model=Page, summary="Worklist")
def worklist(wanted: Annotated[Wanted, Query()], office: TheOffice, caller: Identified) -> Page:
    """The cases that you may see, the newest change first."""
    query = select(CaseRow).where(*_visible(caller))
    for name in ("market", "process", "stage", "provider_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(getattr(CaseRow, name) == value)
    if wanted.waiting_on is not None:
        query = query.where(col(CaseRow.waiting_on).contains([str(wanted.waiting_on)]))
    if wanted.due_before is not None:
        query = query.where(col(CaseRow.due_at) < wanted.due_before)
    if wanted.closed is not None:
        query = query.where(col(CaseRow.closed_at).is_not(None) == wanted.closed)
    if wanted.blocked is not None:
        query = query.where((func.cardinality(CaseRow.blocked_by) > 0) == wanted.blocked)
    if wanted.cursor is not None:
        at, case_id = _decoded(wanted.cursor, "cursor", str, str)
        if not (case_id.isascii() and case_id.isprintable()):
            raise _no_cursor("cursor")
        query = query.where(tuple_(CaseRow.changed_at, CaseRow.case_id) < (_instant(at), case_id))
    newest = query.order_by(col(CaseRow.changed_at).desc(), col(CaseRow.case_id).desc())
    with Session(office.engine) as session:
        rows = session.exec(newest.limit(wanted.limit + 1)).all()
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return Page(
        cases=[summary(caller, row) for row in rows[: wanted.limit]],
        next=_encoded(last.changed_at.isoformat(), last.case_id) if last else None,
    )


@routes.get("/v1/changes", summary="Feed")
def feed(
    office: TheOffice, caller: Identified, after: str | None = None, limit: Limit = 100
) -> dict[str, Any]:
    """Audit rows in the order of their transactions. A row is shown once nothing older can still appear."""
    query: Select[tuple[ChangeRow, str, str]] = (
        select(ChangeRow, CaseRow.market, CaseRow.process)  # type: ignore[assignment]
        .join(CaseRow, col(CaseRow.case_id) == col(ChangeRow.case_id))
        .where(*_visible(caller), col(ChangeRow.xact_id) < SETTLED)
    )
    if after is not None:
        xact_id, seq = _decoded(after, "after", int, int)
        query = query.where(tuple_(ChangeRow.xact_id, ChangeRow.seq) > (xact_id, seq))
    with Session(office.engine) as session:
        rows = session.execute(query.order_by(col(ChangeRow.xact_id), col(ChangeRow.seq)).limit(limit)).all()
    changes = [
        {"case_id": row.case_id, "market": market, "process": process, **change(caller, row)}
        for row, market, process in rows
    ]
    return {"changes": changes, "next": _encoded(rows[-1][0].xact_id, rows[-1][0].seq) if rows else after}


def _visible(caller: Caller) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if caller.market != EVERYWHERE:
        conditions.append(col(CaseRow.market) == caller.market)
    if caller.role is Role.PROVIDER:
        conditions.append(col(CaseRow.provider_id) == caller.provider_id)
    return conditions


def _encoded(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _decoded(text: str, field: str, *types: type) -> list[Any]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(types):
        raise _no_cursor(field)
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in parts):
        raise _no_cursor(field)
    return parts


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _no_cursor("cursor")


def _no_cursor(field: str) -> Exception:
    return invalid(
        [Finding(field=field, code="no-cursor", detail="send a cursor that we gave you, unchanged")]
    )
