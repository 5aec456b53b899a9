"""One distinct effect on the outside world for each key, however often we are told to make it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from activities.gateways.refusals import refused
from models.tables import EffectRow

Json = dict[str, Any]


def once(engine: Engine, key: str, request: Json, make: Callable[[], Json]) -> Json:
    """The effect's result, made now or long ago. The key goes to the gateway too, so a lost answer is safe.

    A key that comes back with another request is refused: `Refused`, for an operator to look at.
    """
    with Session(engine) as session, session.begin():
        row = {"key": key, "request": request, "asked_at": datetime.now(UTC)}
        session.execute(insert(EffectRow).values(row).on_conflict_do_nothing())
        known = session.exec(select(EffectRow).where(EffectRow.key == key)).one()
        if known.request != request:
            raise refused(f"{key} was asked with other figures")
        if known.result is not None:
            return known.result
    result = make()
    with Session(engine) as session, session.begin():
        done = {"result": result, "done_at": datetime.now(UTC)}
        first = update(EffectRow).where(col(EffectRow.key) == key, col(EffectRow.done_at).is_(None))
        session.execute(first.values(done))
        stored = session.exec(select(EffectRow.result).where(EffectRow.key == key)).one()
    return result if stored is None else dict(stored)
