"""Many cases at once: the worklist, and which cases a caller may see."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import ColumnElement, func, literal_column, or_, tuple_
from sqlmodel import Session, col, select

from api.auth import EVERYWHERE, Caller, Identified
from api.cursors import Limit, decoded, encoded, instant
from api.office import TheOffice
from api.problems import invalid
from api.reading import summary
from models.base import Frozen, Id, Instant, Text
from models.cases import CaseView, Party, Role
from models.interventions import SECOND_APPROVAL
from models.rules.findings import Finding
from models.tables import CaseRow

routes = APIRouter(tags=["Worklist and feed 工作台"])
ME, NOBODY = "me", "nobody"
_BLOCKED: ColumnElement[bool] = func.cardinality(CaseRow.blocked_by) > 0
_SHOWN_TO_ALL: ColumnElement[str] = literal_column(
    f"""'$.tasks[*] ? (@.waiting_on == "{Party.OPERATOR}" && @.name != "{SECOND_APPROVAL}")'"""
)


class Page(Frozen):
    cases: list[CaseView]
    next: str | None = Field(description="Send it as `cursor` for the rest; null when this was all.")


class Wanted(Frozen):
    """What a worklist is to hold."""

    market: Id | None = None
    process: Id | None = None
    stage: Id | None = None
    waiting_on: Party | None = None
    task: Id | None = Field(None, description="The name of an open task, such as appeal: its queue.")
    claimed_by: Text | None = Field(None, description="For operators: an operator, `me`, or `nobody`.")
    provider_id: Id | None = None
    due_before: Instant | None = None
    closed: bool | None = None
    blocked: bool | None = None
    cursor: str | None = None
    limit: Limit = 50


@routes.get("/v1/cases", response_model=Page, summary="Worklist")
def worklist(wanted: Annotated[Wanted, Query()], office: TheOffice, caller: Identified) -> Page:
    """The cases that you may see, the newest change first."""
    query = select(CaseRow).where(*visible(caller))
    for name in ("market", "process", "stage", "provider_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(getattr(CaseRow, name) == value)
    if wanted.waiting_on is not None:
        query = query.where(*_waits_for(caller, wanted.waiting_on))
    if wanted.task is not None:
        if wanted.task == SECOND_APPROVAL:
            _refuse_others(caller, "task")
        query = query.where(col(CaseRow.tasks).contains([wanted.task]))
    if wanted.claimed_by is not None:
        _refuse_others(caller, "claimed_by")
        query = query.where(_looked_after(caller, wanted.claimed_by))
    if wanted.due_before is not None:
        query = query.where(col(CaseRow.due_at) < wanted.due_before)
    if wanted.closed is not None:
        query = query.where(col(CaseRow.closed_at).is_not(None) == wanted.closed)
    if wanted.blocked is not None:
        query = query.where(_BLOCKED if wanted.blocked else ~_BLOCKED)
    if wanted.cursor is not None:
        at, case_id = decoded(wanted.cursor, "cursor", str, str)
        query = query.where(tuple_(CaseRow.changed_at, CaseRow.case_id) < (instant(at, "cursor"), case_id))
    newest = query.order_by(col(CaseRow.changed_at).desc(), col(CaseRow.case_id).desc())
    with Session(office.engine) as session:
        rows = session.exec(newest.limit(wanted.limit + 1)).all()
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return Page(
        cases=[summary(caller, row) for row in rows[: wanted.limit]],
        next=encoded(last.changed_at.isoformat(), last.case_id) if last else None,
    )


def _waits_for(caller: Caller, party: Party) -> list[ColumnElement[bool]]:
    """Whom a case waits for. Others are not to find out that it waits for a second operator alone."""
    conditions = [col(CaseRow.waiting_on).contains([str(party)])]
    if party is Party.OPERATOR and caller.role is not Role.OPERATOR:
        conditions.append(or_(_BLOCKED, func.jsonb_path_exists(CaseRow.view, _SHOWN_TO_ALL)))
    return conditions


def _refuse_others(caller: Caller, field: str) -> None:
    if caller.role is not Role.OPERATOR:
        detail = "only operators are told what they do among themselves"
        raise invalid([Finding(field=field, code="for-operators", detail=detail)])


def _looked_after(caller: Caller, by: str) -> ColumnElement[bool]:
    if by == NOBODY:
        return col(CaseRow.claimed_by).is_(None)
    return col(CaseRow.claimed_by) == (caller.subject if by == ME else by)


def visible(caller: Caller) -> list[ColumnElement[bool]]:
    """Which cases a caller may see."""
    conditions: list[ColumnElement[bool]] = []
    if caller.market != EVERYWHERE:
        conditions.append(col(CaseRow.market) == caller.market)
    if caller.role is Role.PROVIDER:
        conditions.append(col(CaseRow.provider_id) == caller.provider_id)
    return conditions
