"""How many streams one caller has, and how they end: with their token, and with their client."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from settings import Settings
from tests.api.caller import Api, Json, free_port, new_key, refusal, serving, token
from tests.api.conftest import Quiet, settings_for
from tests.api.listener import STREAM, Listener, listening
from tests.api.test_feed import a_change
from tests.api.test_stream import IMPATIENT, figures

EACH, MOST = 2, 4


def settings_of(engine: Engine) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    more = {**IMPATIENT, "streams": MOST, "streams_per_caller": EACH}
    return settings_for(url, f"127.0.0.1:{free_port()}", **more)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def streaming(quiet_engine: Engine) -> AsyncIterator[Quiet]:
    settings = settings_of(quiet_engine)
    async with serving(create_app(settings), settings, quiet_engine) as api:
        yield Quiet(api.http, api.engine)


@pytest_asyncio.fixture(loop_scope="session")
async def backlog(own_engine: Engine) -> AsyncIterator[Quiet]:
    """An API with more to tell than a connection holds that nobody reads."""
    settings = settings_of(own_engine)
    async with serving(create_app(settings), settings, own_engine) as served:
        api = Quiet(served.http, own_engine)
        case_id = f"template-orders:alipay:{api.put(new_key()).rpartition('/')[2]}"
        with Session(own_engine) as session:
            for version in range(2, 102):
                row = a_change(case_id, version)
                row.data = {"long": "x" * 100_000}
                session.add(row)
            session.commit()
        yield api


async def open_streams(api: Quiet, number: int) -> None:
    async with asyncio.timeout(60):
        while f"api_streams {number:.1f}" not in await figures(api):
            await asyncio.sleep(0)


@asynccontextmanager
async def many(api: Api, role: str, number: int) -> AsyncIterator[list[Listener]]:
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(listening(api, role)) for _ in range(number)]
        for listener in listeners:
            assert await listener.block()
        yield listeners


@asynccontextmanager
async def unread(api: Quiet, lasting: timedelta) -> AsyncIterator[asyncio.StreamReader]:
    """Somebody who asks for everything, and reads only what a test reads."""
    bearer = token("operator", exp=datetime.now(UTC) + lasting)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    here = api.http.base_url
    await asyncio.get_running_loop().sock_connect(narrow, (here.host, here.port))
    reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
    asked = f"GET {STREAM}?from=beginning HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {bearer}\r\n\r\n"
    writer.write(asked.encode())
    try:
        yield reader
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("who", ["provider", "service", "operator"])
async def test_one_caller_cannot_take_every_place(streaming: Quiet, who: str) -> None:
    async with many(streaming, who, EACH):
        refused = await streaming.get(STREAM, who)
        assert f"you have {EACH}" in refusal(refused, 429, "too-many")["detail"]
        assert int(refused.headers["Retry-After"]) > 0
        async with many(streaming.speaking(sub="another"), who, EACH):
            full = await streaming.speaking(sub="a third").get(STREAM, who)
            assert f"{MOST} streams" in refusal(full, 429, "too-many")["detail"]
        await open_streams(streaming, EACH)
    await open_streams(streaming, 0)
    async with many(streaming, who, EACH):
        pass
    await open_streams(streaming, 0)


@pytest.mark.parametrize(
    ("role", "another", "more"),
    [("service", "operator", {}), ("provider", "provider", {"provider_id": "isv-2"})],
)
async def test_callers_of_one_name_are_apart_by_role_and_by_provider(
    streaming: Quiet, role: str, another: str, more: Json
) -> None:
    named = streaming.speaking(sub="max")
    async with many(named, role, EACH), many(named.speaking(**more), another, EACH):
        pass
    await open_streams(streaming, 0)


async def test_a_stream_that_nobody_reads_ends_soon_after_its_token(backlog: Quiet) -> None:
    """In the middle of what was sent: to wait for its reader has an end, too."""
    async with asyncio.timeout(60), unread(backlog, timedelta(seconds=5)) as reader:
        await open_streams(backlog, 1)
        await open_streams(backlog, 0)
        said = await reader.read(-1)
    assert said.startswith(b"HTTP/1.1 200")
    assert not said.endswith(b"0\r\n\r\n")


async def test_who_leaves_with_something_unread_is_no_bug(backlog: Quiet, lines: list[str]) -> None:
    for _ in range(EACH + 1):
        async with asyncio.timeout(60), unread(backlog, timedelta(hours=1)) as reader:
            await reader.readuntil(b"event: change")
        await open_streams(backlog, 0)
    assert await figures(backlog)
    assert [line for line in lines if '"temporalio.' not in line] == []  # a worker works beside us


async def test_a_look_that_takes_for_ever_ends_with_the_token_too(
    streaming: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: object, ask: Callable[[], object]) -> None:
        await asyncio.Event().wait()

    bearer = token("operator", exp=datetime.now(UTC) + timedelta(seconds=5))
    async with listening(streaming, bearer=bearer) as listener:
        assert await listener.block()
        monkeypatch.setattr("api.stream.Streams.look", never)
        while await listener.block():
            pass
