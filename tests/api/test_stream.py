"""The stream: what the feed shows, as it happens. Nobody misses a row, and nobody is shown one twice."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from api.auth import Caller
from api.stream import AT_A_LOOK, Streams
from models.cases import Role
from models.tables.database import connect
from models.tables.migrate import upgrade
from settings import Settings
from stack.children import ROOT
from stack.servers import PostgresServer
from tests.api.caller import finding, free_port, new_key, refusal, serving, token
from tests.api.conftest import Quiet, settings_for
from tests.api.listener import STREAM, listening
from tests.api.test_feed import TAMPERED, a_change, to_the_end
from tests.conftest import SECRET

MOST = 3
IMPATIENT = {"streams": MOST, "stream_looks_every_s": 0.02, "stream_says_so_every_s": 0.05}


@pytest.fixture(scope="module")
def impatient(quiet_engine: Engine) -> Settings:
    url = quiet_engine.url.render_as_string(hide_password=False)
    return settings_for(url, f"127.0.0.1:{free_port()}", database_pool=1, **IMPATIENT)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def streaming(impatient: Settings, quiet_engine: Engine) -> AsyncIterator[Quiet]:
    """An API with no more than one connection to its database."""
    async with serving(create_app(impatient), impatient, quiet_engine) as api:
        yield Quiet(api.http, api.engine)


def opened(api: Quiet, **changes: Any) -> str:
    """The id of a case that is on record."""
    path = api.put(new_key(), **changes)
    return f"template-orders:{changes.get('market', 'alipay')}:{path.rpartition('/')[2]}"


def write(api: Quiet, case_id: str, *versions: int) -> None:
    for version in versions:
        with Session(api.engine) as session:
            session.add(a_change(case_id, version))
            session.commit()


async def figures(api: Quiet) -> list[str]:
    return (await api.get("/metrics", "operator")).text.splitlines()


async def test_changes_come_as_the_feed_has_them_and_in_its_order(streaming: Quiet) -> None:
    _, after = await to_the_end(streaming)
    async with listening(streaming) as listener:
        await listener.block()
        case_id = opened(streaming)
        write(streaming, case_id, 2, 3)
        streamed = await listener.changes(3)
    fed, last = await to_the_end(streaming, after)
    assert [row for _, row in streamed] == fed
    assert [row["version"] for row in fed] == [1, 2, 3]
    assert streamed[-1][0] == last


async def test_a_stream_begins_now_unless_it_is_told_otherwise(streaming: Quiet) -> None:
    case_id = opened(streaming)
    async with listening(streaming) as listener:
        await listener.block()
        write(streaming, case_id, 2)
        assert (await listener.change())[1]["version"] == 2
    everything, _ = await to_the_end(streaming)
    async with listening(streaming, **{"from": "beginning"}) as listener:
        assert [row for _, row in await listener.changes(len(everything))] == everything


async def test_a_stream_goes_on_where_it_was_left(streaming: Quiet) -> None:
    case_id = opened(streaming)
    async with listening(streaming) as listener:
        await listener.block()
        write(streaming, case_id, 2, 3, 4)
        last = (await listener.changes(2))[-1][0]
    write(streaming, case_id, 5)
    for how in ({"last": last}, {"after": last}, {"last": last, "after": "none", "from": "beginning"}):
        async with listening(streaming, **how) as listener:
            assert [row["version"] for _, row in await listener.changes(2)] == [4, 5]
            await listener.nothing()


async def test_who_saw_no_change_yet_misses_none_either(streaming: Quiet) -> None:
    case_id = opened(streaming)
    async with listening(streaming) as listener:
        last = (await listener.block())["id"]
    write(streaming, case_id, 2)
    async with listening(streaming, last=last) as listener:
        assert (await listener.change())[1]["version"] == 2


async def test_more_than_is_read_at_a_look_comes_whole(streaming: Quiet) -> None:
    case_id, versions = opened(streaming), range(2, 2 * AT_A_LOOK + 3)
    async with listening(streaming) as listener:
        await listener.block()
        with Session(streaming.engine) as session:
            for version in versions:
                session.add(a_change(case_id, version))
                session.flush()
            session.commit()
        streamed = await listener.changes(len(versions))
        await listener.nothing()
    assert [row["version"] for _, row in streamed] == list(versions)


async def test_a_row_that_is_committed_late_is_waited_for(streaming: Quiet) -> None:
    case_id = opened(streaming)
    async with listening(streaming) as listener:
        await listener.block()
        with Session(streaming.engine) as slow:
            slow.add(a_change(case_id, 2))
            slow.flush()
            write(streaming, case_id, 3)
            for _ in range(2):
                await listener.nothing()
            slow.commit()
        assert [row["version"] for _, row in await listener.changes(2)] == [2, 3]


async def test_a_provider_hears_of_its_own_cases_and_need_not_pass_by_others_again(streaming: Quiet) -> None:
    isv = f"isv-{new_key()[:8]}"
    async with listening(streaming.speaking(provider_id=isv), "provider") as listener:
        begun = (await listener.block())["id"]
        opened(streaming, provider_id="isv-other")
        while (last := (await listener.nothing()).get("id", begun)) == begun:
            pass
        mine = opened(streaming, provider_id=isv)
        assert (await listener.change())[1]["case_id"] == mine
    async with listening(streaming.speaking(provider_id=isv), "provider", last=last) as listener:
        assert (await listener.change())[1]["case_id"] == mine


async def test_streams_leave_the_one_connection_to_others(streaming: Quiet) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST):
            listener = await stack.enter_async_context(listening(streaming))
            await listener.block()
        assert (await streaming.get("/v1/cases")).status_code == 200


async def test_too_many_are_refused_until_one_leaves(streaming: Quiet) -> None:
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(listening(streaming)) for _ in range(MOST - 1)]
        async with listening(streaming) as last:
            await asyncio.gather(*(listener.block() for listener in (*streams, last)))
            refused = await streaming.get(STREAM)
            refusal(refused, 429, "too-many")
            assert int(refused.headers["Retry-After"]) > 0
            assert f"api_streams {MOST:.1f}" in await figures(streaming)
        while f"api_streams {MOST:.1f}" in await figures(streaming):
            await asyncio.sleep(0)
        async with listening(streaming) as listener:
            assert await listener.block()


@pytest.mark.parametrize("name", TAMPERED)
async def test_a_place_that_is_none_of_ours_is_refused(streaming: Quiet, name: str) -> None:
    found = finding(await streaming.get(STREAM, after=TAMPERED[name]))
    assert (found["field"], found["code"]) == ("after", "no-cursor")


async def test_what_a_browser_remembers_is_looked_at_as_closely(streaming: Quiet) -> None:
    found = finding(await streaming.call("GET", STREAM, headers={"Last-Event-ID": "made-up"}))
    assert (found["field"], found["code"]) == ("Last-Event-ID", "no-cursor")


async def test_a_stream_ends_with_its_token(streaming: Quiet) -> None:
    bearer = token("operator", exp=datetime.now(UTC) + timedelta(seconds=5))
    async with listening(streaming, bearer=bearer) as listener:
        while await listener.block():
            pass
    refusal(await streaming.call("GET", STREAM, bearer=bearer), 401, "unauthenticated")


async def test_streams_are_counted_as_answered_whoever_ends_them(streaming: Quiet) -> None:
    async with listening(streaming) as listener:
        await listener.block()
    while "api_streams 0.0" not in (found := await figures(streaming)):
        await asyncio.sleep(0)
    streams = [line for line in found if line.startswith("api_requests_total{") and f'"{STREAM}"' in line]
    assert any('status="200"' in line for line in streams)
    assert not any('status="5' in line for line in streams)


async def test_the_docs_know_the_stream(streaming: Quiet) -> None:
    operation = (await streaming.get("/openapi.json", None)).json()["paths"][STREAM]["get"]
    assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"]
    assert {p["name"] for p in operation["parameters"]} == {"after", "from", "Last-Event-ID"}


@pytest_asyncio.fixture(loop_scope="session")
async def brittle(tmp_path: Path) -> AsyncIterator[tuple[Quiet, PostgresServer]]:
    """An API whose database a test may end."""
    with PostgresServer(tmp_path / "data") as postgres:
        upgrade(postgres.url)
        engine = connect(postgres.url)
        settings = settings_for(postgres.url, f"127.0.0.1:{free_port()}", **IMPATIENT)
        async with serving(create_app(settings), settings, engine) as api:
            yield Quiet(api.http, engine), postgres
        engine.dispose()


async def test_a_stream_outlives_an_outage_of_the_database(
    brittle: tuple[Quiet, PostgresServer], lines: list[str]
) -> None:
    api, postgres = brittle
    case_id = opened(api)
    async with listening(api) as listener:
        await listener.block()
        await asyncio.to_thread(postgres.stop)
        while not any("stream_waits_for_database" in line for line in lines):
            await listener.nothing()
        await asyncio.to_thread(postgres.start)
        write(api, case_id, 2)
        assert (await listener.change())[1]["version"] == 2


async def test_a_server_that_is_told_to_stop_ends_its_streams(impatient: Settings) -> None:
    """And waits for nothing else: it was not told how long it may take."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": str(impatient.database_url),
        "TEMPORAL_ADDRESS": str(impatient.temporal_address),
        **dict.fromkeys(("JWT_KEY", "DATA_KEY", "NOTICE_KEY"), SECRET),
    }
    command = ["-m", "uvicorn", "--factory", "api.app:create_app", "--port", str(port)]
    server = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert server.stderr is not None
    try:
        async with asyncio.timeout(60), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            while b"Uvicorn running" not in (line := await server.stderr.readline()):
                assert line, "the server did not start"
            async with listening(Quiet(http, None)) as listener:  # type: ignore[arg-type]
                await listener.block()
                server.send_signal(signal.SIGTERM)
                while await listener.block():
                    pass
            said = await server.stderr.read()
            await server.wait()
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()
    assert b"Traceback" not in said
    assert server.returncode in (0, -signal.SIGTERM)


async def test_a_process_that_is_ending_begins_no_stream(impatient: Settings) -> None:
    streams = Streams(impatient)
    caller = Caller(role=Role.SERVICE, subject="service-1", market="*", expires_at=0)
    with streams.ended_with_the_process():
        pass
    with pytest.raises(Exception, match="at most"), streams.room(caller):
        pass
