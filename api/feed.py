"""The feed: audit rows in the order of their transactions. None is skipped, and none is shown twice."""

from typing import Any, NamedTuple

from fastapi import APIRouter
from sqlalchemy import ColumnElement, Select, literal_column, tuple_
from sqlmodel import Session, col, select

from api.auth import Caller, Identified
from api.cursors import Limit, decoded, encoded
from api.lists import visible
from api.office import TheOffice
from api.reading import change, readable
from models.tables import CaseRow, ChangeRow

routes = APIRouter(tags=["Worklist and feed 工作台"])
SETTLED: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""The oldest transaction that is still under way: whatever is older can no longer appear."""


class Place(NamedTuple):
    """How far somebody has read."""

    xact_id: int
    seq: int

    @classmethod
    def read(cls, cursor: str, field: str) -> "Place":
        """Refuses a cursor that is none of ours, by the name of its field."""
        return cls(*decoded(cursor, field, int, int))

    @property
    def cursor(self) -> str:
        return encoded(*self)


class Entry(NamedTuple):
    place: Place
    row: dict[str, Any]


@routes.get("/v1/changes", summary="Feed")
def feed(
    office: TheOffice, caller: Identified, after: str | None = None, limit: Limit = 100
) -> dict[str, Any]:
    """Audit rows in the order of their transactions. A row is shown once nothing older can still appear."""
    place = None if after is None else Place.read(after, "after")
    with Session(office.engine) as session:
        found = entries(session, caller, place, SETTLED, limit)
    return {
        "changes": [entry.row for entry in found],
        "next": found[-1].place.cursor if found else after,
    }


def settled(session: Session) -> Place:
    """Before everything that can still appear, and after everything else."""
    return Place(session.execute(select(SETTLED)).scalar_one(), 0)


def entries(
    session: Session, caller: Caller, after: Place | None, before: ColumnElement[int] | int, limit: int
) -> list[Entry]:
    """What the caller may see of the transactions before that one."""
    query: Select[tuple[ChangeRow, str, str]] = (
        select(ChangeRow, CaseRow.market, CaseRow.process)  # type: ignore[assignment]
        .join(CaseRow, col(CaseRow.case_id) == col(ChangeRow.case_id))
        .where(*visible(caller), *readable(caller), col(ChangeRow.xact_id) < before)
    )
    if after is not None:
        query = query.where(tuple_(ChangeRow.xact_id, ChangeRow.seq) > tuple(after))
    rows = session.execute(query.order_by(col(ChangeRow.xact_id), col(ChangeRow.seq)).limit(limit)).all()
    return [
        Entry(
            Place(row.xact_id, row.seq),
            {"case_id": row.case_id, "market": market, "process": process, **change(caller, row)},
        )
        for row, market, process in rows
    ]
