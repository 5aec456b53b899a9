"""A web that keeps its state in PostgreSQL: every https link is reached, unless it was told otherwise.

It is told of a link, or of a host with all its links; of a link that was told by itself, that alone counts.
"""

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import Engine, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from models.base import Frozen
from models.links import LinkState, Reach
from models.rules.links import LONGEST, host_of, link_findings
from models.tables.simulated_links import SimulatedLink

ANSWERS = {
    Reach.REACHED: "answers 200",
    Reach.BROKEN: "answers 404",
    Reach.UNSAFE: "its certificate is not valid",
    Reach.SILENT: "answers 503",
}
PATIENCE = timedelta(seconds=10)
"""Who takes so long does not answer in time, as on the real web."""


def _host_or_link(place: str) -> str:
    url = place if "://" in place else f"https://{place}"
    if link_findings(url, "place"):
        raise ValueError("must be a host, or a link that may stand in a description")
    return place if "://" in place else host_of(url)


Place = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(_host_or_link)]


class ToldLink(Frozen):
    """How a link, or every link of a host, is from now on."""

    place: Place
    state: Reach
    slow_ms: Annotated[int, Field(strict=True, ge=0, le=60_000)] = 0
    """How long an answer takes."""
    times: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    """For so many looks; then it is reached again. For good where there is none."""


class KnownLink(Frozen):
    """What is left of what was told, and how often it was looked at since."""

    place: str
    state: Reach
    slow_ms: int
    times_left: int | None
    times_asked: int


@dataclass(frozen=True, slots=True)
class SimulatedLinks:
    engine: Engine
    wait: Callable[[float], None] = time.sleep
    """Lets so many seconds pass."""

    def look(self, urls: Collection[str]) -> dict[str, LinkState]:
        with ThreadPoolExecutor(max(1, len(urls)), thread_name_prefix="links") as several:
            return dict(zip(urls, several.map(self._look, urls), strict=True))

    def _look(self, url: str) -> LinkState:
        if link_findings(url, "url"):
            return LinkState(state=Reach.UNSAFE, detail="no link that may be followed")
        told = self._told_of(url)
        if told is None:
            return LinkState(state=Reach.REACHED, detail=ANSWERS[Reach.REACHED])
        takes = timedelta(milliseconds=told.slow_ms)
        if takes:
            self.wait(min(takes, PATIENCE).total_seconds())
        if takes >= PATIENCE:
            return LinkState(state=Reach.SILENT, detail="no answer in time")
        return LinkState(state=told.state, detail=ANSWERS[told.state])

    def _told_of(self, url: str) -> KnownLink | None:
        """Counted, and over before anything takes its time."""
        host = host_of(url)
        about = select(SimulatedLink).where(
            col(SimulatedLink.place).in_((url, host)),
            or_(col(SimulatedLink.times_left).is_(None), col(SimulatedLink.times_left) > 0),
        )
        with Session(self.engine) as session, session.begin():
            found = session.exec(about.order_by(col(SimulatedLink.place) == host).limit(1).with_for_update())
            if (row := found.one_or_none()) is None:
                return None
            row.times_asked += 1
            if row.times_left is not None:
                row.times_left -= 1
            return KnownLink.model_validate(row.model_dump())

    # --- the tester's side

    def tell(self, told: ToldLink) -> None:
        """What was told of the same place before no longer counts."""
        row = {
            **told.model_dump(include={"place", "state", "slow_ms"}),
            "times_left": told.times,
            "times_asked": 0,
        }
        entered = insert(SimulatedLink).values(row)
        with Session(self.engine) as session, session.begin():
            session.execute(entered.on_conflict_do_update(index_elements=["place"], set_=row))

    def told(self, most: int = 200) -> list[KnownLink]:
        """What is known of links that are not as others are, by place."""
        with Session(self.engine) as session:
            rows = session.exec(select(SimulatedLink).order_by(col(SimulatedLink.place)).limit(most))
            return [KnownLink.model_validate(row.model_dump()) for row in rows]
