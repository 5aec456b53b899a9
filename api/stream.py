"""The feed as server-sent events: the same rows in the same order, as they come."""

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Annotated, Any, Literal, TypeVar

import anyio
import jwt
import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.sse import EventSourceResponse, ServerSentEvent
from prometheus_client import Gauge
from sqlmodel import Session

from api.auth import Caller, Identified, bearer
from api.feed import Entry, Place, entries, settled
from api.office import Office, TheOffice
from api.problems import UNAVAILABLE, too_many
from settings import Settings

routes = APIRouter(tags=["Worklist and feed 工作台"])
log = structlog.get_logger()
LOOKS_AT_ONCE = 2
"""So many threads and connections the streams of a process share; the rest is for everybody else."""
AT_A_LOOK = 100
OPEN = Gauge("api_streams", "Streams that are open")
T = TypeVar("T")


class Streams:
    """The streams of one process: bounded, and ended before it ends."""

    def __init__(self, settings: Settings) -> None:
        self.most = settings.streams
        self.every_s = settings.stream_looks_every_s
        self.says_so_every_s = settings.stream_says_so_every_s
        self._open = 0
        self._ending = asyncio.Event()
        self._looks = anyio.CapacityLimiter(LOOKS_AT_ONCE)

    @property
    def ending(self) -> bool:
        return self._ending.is_set()

    @contextmanager
    def room(self) -> Iterator[None]:
        """For one stream, for as long as the block lasts. Refused when there is none."""
        if self.ending or self._open >= self.most:
            raise too_many(f"this process streams to {self.most} callers at most: read /v1/changes meanwhile")
        self._open += 1
        OPEN.inc()
        try:
            yield
        finally:
            self._open -= 1
            OPEN.dec()

    async def look(self, ask: Callable[[], T]) -> T:
        """Ask the database in one of few threads. Who leaves does not wait for the answer."""
        return await anyio.to_thread.run_sync(ask, limiter=self._looks, abandon_on_cancel=True)

    async def pause(self, at_most_s: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), min(self.every_s, at_most_s))

    @contextmanager
    def ended_with_the_process(self) -> Iterator[None]:
        """A server waits for its answers before it tells the app to end: streams hear of it by the signal."""
        loop = asyncio.get_running_loop()
        before: dict[int, Callable[[int, FrameType | None], Any]] = {}

        def end(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._ending.set)
            before[number](number, frame)

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if callable(handler := signal.getsignal(number)):
                    before[number] = handler
                    signal.signal(number, end)
        try:
            yield
        finally:
            self._ending.set()
            for told, handler in before.items():
                if signal.getsignal(told) is end:
                    signal.signal(told, handler)


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, since where, and until when."""

    streams: Streams
    office: Office
    caller: Caller
    since: Place
    until: float

    @property
    def left_s(self) -> float:
        return self.until - time.time()

    def news(self, after: Place) -> tuple[list[Entry], Place]:
        """What is new, and where to look on from: after what others wrote, too, once all of it was seen."""
        with Session(self.office.engine) as session:
            seen = settled(session)
            found = entries(session, self.caller, after, seen.xact_id, AT_A_LOOK)
        return found, (found[-1].place if len(found) == AT_A_LOOK else max(seen, after))


async def reading(
    request: Request,
    office: TheOffice,
    caller: Identified,
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    after: str | None = None,
    start: Annotated[Literal["beginning"] | None, Query(alias="from")] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> AsyncIterator[Reading]:
    """Everything that can be refused is refused before the stream begins."""
    streams: Streams = request.app.state.streams
    with streams.room():
        if last_event_id is not None:
            since = Place.read(last_event_id, "Last-Event-ID")
        elif after is not None:
            since = Place.read(after, "after")
        elif start == "beginning":
            since = Place(0, 0)
        else:
            since = await streams.look(lambda: _now(office))
        claims: dict[str, Any] = jwt.decode(credentials.credentials, options={"verify_signature": False})
        yield Reading(streams, office, caller, since, float(claims["exp"]))


@routes.get("/v1/changes/stream", summary="Stream", response_class=EventSourceResponse)
async def stream(reading: Annotated[Reading, Depends(reading)]) -> AsyncIterator[ServerSentEvent]:
    """What `GET /v1/changes` shows, as server-sent events, as it happens.

    A `change` has a row of the feed as its data and the feed's cursor as its id. A stream begins **now**,
    unless it goes on after a `Last-Event-ID`, as browsers do by themselves, or `after` a cursor, or
    `from=beginning`: the first of these counts. An id without data says how far you have read.
    A stream ends with its token.
    """
    streams, place = reading.streams, reading.since
    told, told_at, away = place, time.monotonic(), False
    yield ServerSentEvent(id=place.cursor, comment="here")
    while not streams.ending and reading.left_s > 0:
        found: list[Entry] = []
        try:
            found, place = await streams.look(lambda: reading.news(place))  # noqa: B023  awaited at once
            away = False
        except UNAVAILABLE as error:
            if not away:
                log.warning("stream_waits_for_database", error=type(error).__name__)
            away = True
        for entry in found:
            yield ServerSentEvent(id=entry.place.cursor, event="change", data=entry.row)
            told, told_at = entry.place, time.monotonic()
        if len(found) == AT_A_LOOK:
            continue
        if time.monotonic() - told_at >= streams.says_so_every_s:
            yield ServerSentEvent(id=place.cursor if place != told else None, comment="still here")
            told, told_at = place, time.monotonic()
        await streams.pause(reading.left_s)


def _now(office: Office) -> Place:
    with Session(office.engine) as session:
        return settled(session)
