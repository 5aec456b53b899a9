"""The feed as server-sent events: the same rows in the same order, as they come."""

import asyncio
import json
import signal
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Annotated, Any, Literal, TypeVar

import anyio
import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from prometheus_client import Gauge
from sqlmodel import Session

from api.auth import Caller, Identified
from api.feed import Entry, Place, entries, settled
from api.office import Office, TheOffice
from api.problems import UNAVAILABLE, Endable, too_many
from settings import Settings

routes = APIRouter(tags=["Worklist and feed 工作台"])
log = structlog.get_logger()
LOOKS_AT_ONCE = 2
"""So many threads and connections the streams of a process share; the rest is for everybody else."""
AT_A_LOOK = 100
LATE_S = 1.0
"""A stream that is read has ended so long after its token. One that is not read is cut off."""
AS_IT_COMES = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
OPEN = Gauge("api_streams", "Streams that are open")
T = TypeVar("T")


class Streams:
    """The streams of one process: bounded, and ended before it ends."""

    def __init__(self, settings: Settings) -> None:
        self.most, self.of_each = settings.streams, settings.streams_per_caller
        self.every_s = settings.stream_looks_every_s
        self.says_so_every_s = settings.stream_says_so_every_s
        self._open = Counter[tuple[str | None, ...]]()
        self._ending = asyncio.Event()
        self._looks = anyio.CapacityLimiter(LOOKS_AT_ONCE)

    @property
    def ending(self) -> bool:
        return self._ending.is_set()

    @contextmanager
    def room(self, caller: Caller) -> Iterator[None]:
        """For one stream, for as long as the block lasts. Refused when there is none."""
        whose = caller.role, caller.provider_id, caller.subject
        if self.ending or self._open.total() >= self.most:
            raise too_many(f"this process has {self.most} streams at most: read /v1/changes meanwhile")
        if self._open[whose] >= self.of_each:
            raise too_many(f"you have {self.of_each} streams at most: end one, or read /v1/changes meanwhile")
        self._open[whose] += 1
        OPEN.inc()
        try:
            yield
        finally:
            self._open -= Counter([whose])
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
    """Who reads, and since where."""

    streams: Streams
    office: Office
    caller: Caller
    since: Place

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
    after: str | None = None,
    start: Annotated[Literal["beginning"] | None, Query(alias="from")] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> AsyncIterator[Reading]:
    """Everything that can be refused is refused before the stream begins."""
    streams: Streams = request.app.state.streams
    with streams.room(caller):
        Endable.end(request, caller.left_s + LATE_S)
        if last_event_id is not None:
            since = Place.read(last_event_id, "Last-Event-ID")
        elif after is not None:
            since = Place.read(after, "after")
        elif start == "beginning":
            since = Place(0, 0)
        else:
            since = await streams.look(lambda: _now(office))
        yield Reading(streams, office, caller, since)


class Events(StreamingResponse):
    """FastAPI's own takes a client that leaves with something unread for a bug."""

    media_type = "text/event-stream"


@routes.get("/v1/changes/stream", summary="Stream", response_class=Events)
async def stream(reading: Annotated[Reading, Depends(reading)]) -> Events:
    """What `GET /v1/changes` shows, as server-sent events, as it happens.

    A `change` has a row of the feed as its data and the feed's cursor as its id. A stream begins **now**,
    unless it goes on after a `Last-Event-ID`, as browsers do by themselves, or `after` a cursor, or
    `from=beginning`: the first of these counts. An id without data says how far you have read.
    A stream ends with its token, and nobody may have too many of them.
    """
    return Events(blocks(reading), headers=AS_IT_COMES)


async def blocks(reading: Reading) -> AsyncIterator[bytes]:
    """What goes over the wire. A comment says that we are there."""
    streams, place = reading.streams, reading.since
    told, told_at, away = place, time.monotonic(), False
    yield format_sse_event(id=place.cursor, comment="here")
    while not streams.ending and reading.caller.left_s > 0:
        found: list[Entry] = []
        try:
            with anyio.move_on_after(reading.caller.left_s):
                found, place = await streams.look(lambda: reading.news(place))  # noqa: B023  awaited at once
            away = False
        except UNAVAILABLE as error:
            if not away:
                log.warning("stream_waits_for_database", error=type(error).__name__)
            away = True
        for entry in found:
            yield format_sse_event(id=entry.place.cursor, event="change", data_str=json.dumps(entry.row))
            told, told_at = entry.place, time.monotonic()
        if len(found) == AT_A_LOOK:
            continue
        if time.monotonic() - told_at >= streams.says_so_every_s:
            yield format_sse_event(id=place.cursor if place != told else None, comment="still here")
            told, told_at = place, time.monotonic()
        await streams.pause(reading.caller.left_s)


def _now(office: Office) -> Place:
    with Session(office.engine) as session:
        return settled(session)
