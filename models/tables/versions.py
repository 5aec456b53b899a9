"""Contents that were handed in, as a case's changes keep them: there is no other place where they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, any_, func
from sqlmodel import Session, col, select

from models.cases import Actor
from models.listing_content import Content
from models.listings import REVISION
from models.rules.versions import rounds
from models.tables import CaseRow, ChangeRow
from models.versions import Round, Told

DRAFT_SAVED, SUBMITTED = "draft_saved", "submitted"
_content: TypeAdapter[Content] = TypeAdapter(Content)
_DATA: Any = col(ChangeRow.data)
_NUMBER: ColumnElement[int] = _DATA["version"].as_integer()
_LANE: ColumnElement[str] = _DATA["lane"].astext


class HandedIn(NamedTuple):
    """A version, and the change that it came with."""

    number: int
    change: int
    at: datetime
    event: str
    actor: dict[str, Any]


def handed_in(
    session: Session,
    case_id: str,
    *,
    drafts: bool,
    before: int | None = None,
    only: Sequence[int] | None = None,
    limit: int | None = None,
) -> list[HandedIn]:
    """Versions of a case, the newest first; with `drafts` those, too, that were never submitted."""
    first = func.min(ChangeRow.version)
    query = select(_NUMBER, first).where(*_contents(case_id)).group_by(_NUMBER)
    if not drafts:
        submitted = select(_NUMBER).where(*_contents(case_id), ChangeRow.event == SUBMITTED)
        # As an array they are found first: a case may have thousands of drafts.
        query = query.where(any_(func.array(submitted.scalar_subquery())) == _NUMBER)
    if before is not None:
        query = query.where(before > _NUMBER)
    if only is not None:
        query = query.where(_NUMBER.in_(only))
    found = {row: number for number, row in session.execute(query.order_by(_NUMBER.desc()).limit(limit))}
    facts = select(ChangeRow.version, ChangeRow.at, ChangeRow.event, ChangeRow.actor).where(
        ChangeRow.case_id == case_id, col(ChangeRow.version).in_(found)
    )
    rows = sorted(session.execute(facts), key=lambda row: -found[row.version])
    return [HandedIn(found[row.version], *row) for row in rows]


def content_of(session: Session, case_id: str, version: HandedIn) -> Content:
    """What was handed in as this version."""
    query = select(_DATA["content"]).where(ChangeRow.case_id == case_id, ChangeRow.version == version.change)
    return _content.validate_python(session.execute(query).scalar_one())


def rounds_of(session: Session, case_id: str, versions: Sequence[HandedIn]) -> dict[int, tuple[Round, ...]]:
    """What became of versions that follow each other: no other content comes while one is looked at."""
    if not versions:
        return {}
    since, newest = min(each.change for each in versions), max(each.number for each in versions)
    until = session.execute(
        select(func.min(ChangeRow.version)).where(*_contents(case_id), newest < _NUMBER)
    ).scalar_one()
    mine = (col(ChangeRow.case_id) == case_id, _LANE == REVISION)
    earlier = session.execute(
        select(func.count()).where(*mine, ChangeRow.event == SUBMITTED, ChangeRow.version < since)
    ).scalar_one()
    query = select(ChangeRow.at, ChangeRow.event, ChangeRow.actor, _DATA.op("-")("content")).where(
        *mine, ChangeRow.version >= since
    )
    if until is not None:
        query = query.where(ChangeRow.version < until)
    rows = session.execute(query.order_by(col(ChangeRow.version)))
    told = [
        Told(at=at, event=event, actor=Actor.model_validate(actor), data=data)
        for at, event, actor, data in rows
    ]
    return rounds(told, earlier)


def live_version(row: CaseRow) -> int | None:
    """The version that counts; None before any was approved."""
    found = row.view["data"].get("live_version")
    return found if isinstance(found, int) else None


def _contents(case_id: str) -> list[ColumnElement[bool]]:
    """Changes that a version came with, or was submitted by."""
    came = col(ChangeRow.event).in_((DRAFT_SAVED, SUBMITTED))
    return [col(ChangeRow.case_id) == case_id, came, _DATA.has_key("version")]
