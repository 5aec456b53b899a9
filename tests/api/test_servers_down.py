"""Parts that are down: the caller hears `not-confirmed`, repeats the same request, and it counts once.

These servers are this file's own. The tests build on each other: what is down in one is up in the next.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, text
from sqlmodel import Session, select

import temporal
from activities.gateways.simulated import outside as simulated_outside
from api.app import create_app
from models.policies import MarketPolicy
from models.signing import sign
from models.tables import AdmissionRow, CaseRow
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.documents import documents_in
from models.tables.migrate import upgrade
from models.tables.privacy import Cipher
from settings import Settings
from stack.servers import PostgresServer, TemporalServer
from tests.api.caller import FREE, ORDERS, SUBMITTED, Api, Json, new_key, refusal, serving
from tests.api.conftest import settings_for
from tests.bench import CALENDAR, order_body
from tests.conftest import SECRET
from worker import build_worker

Ask = Callable[[], Awaitable[httpx.Response]]


@dataclass
class Stack:
    api: Api
    postgres: PostgresServer
    temporal: TemporalServer
    settings: Settings
    policies: dict[str, MarketPolicy]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker, for as long as the block lasts."""
        client = await temporal.connect(self.settings)
        admissions = Admissions(self.api.engine, self.policies, Cipher(SECRET))
        outside = simulated_outside(self.api.engine)
        documents = documents_in(None, self.settings.documents_directory, admissions.cipher)
        async with build_worker(client, self.api.engine, outside, admissions, CALENDAR, documents=documents):
            yield

    async def at_rest(self, path: str) -> None:
        """A worker that ends between record and rest leaves its task to a time-out of ten seconds."""
        client = await temporal.connect(self.settings)
        case = client.get_workflow_handle(f"template-orders:alipay:{path.rpartition('/')[2]}")
        while (await case.query("view"))["version"] == 0:
            await asyncio.sleep(0.02)

    def rows(self) -> tuple[int, int]:
        with Session(self.api.engine) as session:
            return (
                session.exec(select(func.count()).select_from(AdmissionRow)).one(),
                session.exec(select(func.count()).select_from(CaseRow)).one(),
            )

    async def finds_down(self, *parts: str) -> None:
        """Ask until these are down, and no other: a part that a busy machine is late for is called so."""
        down: list[str] | None = None
        async with asyncio.timeout(60):
            while down != [*parts]:
                answer = await self.api.get("/readyz", None)
                down = answer.json()["down"]
                assert answer.status_code == (503 if down else 200)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(
    tmp_path_factory: pytest.TempPathFactory, policies: dict[str, MarketPolicy]
) -> AsyncIterator[Stack]:
    """PostgreSQL is up, Temporal and the worker are not yet."""
    directory: Path = tmp_path_factory.mktemp("own")
    server = TemporalServer(directory / "temporal.db", ui=False)
    with PostgresServer(directory / "data") as postgres:
        upgrade(postgres.url)
        engine = connect(postgres.url, 20)
        settings = settings_for(postgres.url, server.address, answer_within_s=0.7)
        async with serving(create_app(settings), settings, engine) as api:
            yield Stack(api, postgres, server, settings, policies)
        engine.dispose()
        server.stop()


def not_confirmed(answer: httpx.Response) -> None:
    assert "repeat" in refusal(answer, 503, "not-confirmed")["detail"]
    assert int(answer.headers["Retry-After"]) > 0


async def repeated(ask: Ask) -> httpx.Response:
    """What a caller does who heard `not-confirmed`: the same again, until there is another answer."""
    async with asyncio.timeout(60):
        while (answer := await ask()).status_code == 503:
            not_confirmed(answer)
    return answer


async def placed(stack: Stack) -> str:
    """The path of an order that is on record, however long the worker takes."""
    body = order_body(template=FREE)
    assert (await repeated(placing(stack, body))).status_code in (200, 201)
    return f"{ORDERS}/{body['id']}"


def submitting(api: Api, path: str, key: str) -> Ask:
    return lambda: api.send(path, SUBMITTED, "provider", key=key)


def rejecting(api: Api, path: str, key: str) -> Ask:
    return lambda: api.send(path, {"event": "version_rejected", "reason": "blurred"}, key=key)


def placing(stack: Stack, body: Json) -> Ask:
    return lambda: stack.api.call("POST", ORDERS, json=body)


async def test_what_was_asked_before_temporal_was_ever_up_counts_once_it_is(stack: Stack) -> None:
    ask = placing(stack, order_body(template=FREE))
    not_confirmed(await ask())
    await stack.finds_down("temporal", "worker")
    assert stack.rows() == (1, 0)
    await asyncio.to_thread(stack.temporal.start)
    await stack.finds_down("worker")
    not_confirmed(await ask())
    async with stack.working():
        answer = await repeated(ask)
        assert answer.status_code == 200
        await stack.finds_down()
        assert stack.rows() == (1, 1)
        assert len(await stack.api.timeline(f"{ORDERS}/{answer.json()['id']}")) == 1


async def test_an_order_placed_while_the_worker_is_down_is_opened_once_it_is_back(stack: Stack) -> None:
    body = order_body(template=FREE)
    ask, before = placing(stack, body), stack.rows()
    for answer in await asyncio.gather(*(ask() for _ in range(5))):
        not_confirmed(answer)
    refusal(await stack.api.get(f"{ORDERS}/{body['id']}"), 404, "not-found")
    other = {**body, "service_for": "P6M"}
    refusal(await repeated(placing(stack, other)), 409, "already-exists")
    async with stack.working():
        answers = await asyncio.gather(*(repeated(ask) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {200}
    assert stack.rows() == (before[0] + 1, before[1] + 1)
    assert [c["event"] for c in await stack.api.timeline(f"{ORDERS}/{body['id']}")] == ["opened"]


async def test_an_event_sent_while_the_worker_is_down_counts_once_under_its_key(stack: Stack) -> None:
    api, key = stack.api, new_key()
    async with stack.working():
        path = await placed(stack)
        await stack.at_rest(path)
    for _ in range(2):
        not_confirmed(await api.send(path, SUBMITTED, "provider", key=key))
    assert len(await api.timeline(path)) == 1
    async with stack.working():
        send = submitting(api, path, key)
        answer = await repeated(send)
        assert answer.json()["tasks"][0]["name"] == "version_review"
        assert (await repeated(send)).json() == answer.json()
        other = {**SUBMITTED, "version": "2"}
        refused = await repeated(lambda: api.send(path, other, "provider", key=key))
        refusal(refused, 422, "key-reused")
    assert [c["event"] for c in await api.timeline(path)] == ["opened", "version_submitted"]


async def test_of_events_that_waited_together_for_the_worker_the_refused_may_be_sent_again(
    stack: Stack,
) -> None:
    """They reach the case in one step. A refusal is an answer to its moment, and not kept under its key."""
    api, keys = stack.api, [new_key() for _ in range(4)]
    async with stack.working():
        path = await placed(stack)
        await stack.at_rest(path)
    sends = [submitting(api, path, key) for key in keys]
    for answer in await asyncio.gather(*(send() for send in sends)):
        not_confirmed(answer)
    async with stack.working():
        answers = await asyncio.gather(*map(repeated, sends))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        for send, answer in zip(sends, answers, strict=True):
            if answer.status_code == 409:
                assert (await repeated(rejecting(api, path, new_key()))).status_code == 200
                assert (await repeated(send)).status_code == 200


async def test_while_temporal_is_down_everything_is_read_and_commands_wait(stack: Stack) -> None:
    api, key, body = stack.api, new_key(), order_body(template=FREE)
    async with stack.working():
        path = await placed(stack)
        await asyncio.to_thread(stack.temporal.kill)
        send = submitting(api, path, key)
        not_confirmed(await send())
        not_confirmed(await placing(stack, body)())
        await stack.finds_down("temporal", "worker")
        for read in (path, f"{path}/timeline", "/v1/cases", "/v1/changes", "/v1/markets", "/metrics"):
            assert (await api.get(read, "operator")).status_code == 200
        await asyncio.to_thread(stack.temporal.start)
        assert (await repeated(send)).status_code == 200
        assert (await repeated(placing(stack, body))).status_code == 200
    assert [c["event"] for c in await api.timeline(path)] == ["opened", "version_submitted"]
    assert [c["event"] for c in await api.timeline(f"{ORDERS}/{body['id']}")] == ["opened"]


async def test_a_database_that_does_not_answer_keeps_nobody_waiting(stack: Stack) -> None:
    api, body = stack.api, order_body(template=FREE)
    async with stack.working():
        path = await placed(stack)
        for table in ("cases", "admissions"):
            with stack.api.engine.connect() as connection:
                connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
                async with asyncio.timeout(4):  # less than the database itself would wait for a lock
                    not_confirmed(await placing(stack, body)())
                    if table == "cases":
                        not_confirmed(await api.send(path, SUBMITTED, "provider"))
        assert (await repeated(placing(stack, body))).status_code in (200, 201)
    assert [c["event"] for c in await api.timeline(f"{ORDERS}/{body['id']}")] == ["opened"]


async def test_while_postgres_is_down_nothing_is_lost_and_nothing_is_a_500(stack: Stack) -> None:
    api, key, body = stack.api, new_key(), order_body(template=FREE)
    notice = b'{"payment_id": "p-told-while-down"}'
    signed = sign(notice, "n-1", SECRET)

    def tell() -> Awaitable[httpx.Response]:
        return api.call("POST", "/v1/callbacks/payments/alipay", None, content=notice, headers=signed)

    async with stack.working():
        path = await placed(stack)
        send = submitting(api, path, key)
        await asyncio.to_thread(stack.postgres.stop)
        for answer in (await send(), await placing(stack, body)(), await tell()):
            not_confirmed(answer)
        for read in (path, f"{path}/timeline", "/v1/cases", "/v1/changes"):
            not_confirmed(await api.get(read))
        for up in ("/healthz", "/v1/markets", "/metrics", "/openapi.json"):
            assert (await api.get(up, "operator")).status_code == 200
        await stack.finds_down("database")
        await asyncio.to_thread(stack.postgres.start)
        await stack.finds_down()
        assert (await repeated(send)).status_code == 200
        assert (await repeated(placing(stack, body))).status_code in (200, 201)
        assert (await repeated(tell)).status_code == 200
    assert [c["event"] for c in await api.timeline(path)] == ["opened", "version_submitted"]
