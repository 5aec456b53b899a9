"""Real PostgreSQL and real time-skipping Temporal servers; only the outside world is simulated."""

import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, text
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.gateways.simulated.payments import SimulatedPayments
from models.policies import MarketPolicy, load
from models.search_attributes import KEYS
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.migrate import upgrade
from models.tables.privacy import Cipher
from stack.servers import PostgresServer
from tests.bench import Bench

SECRET = "a key for tests only, which protects nothing"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-histories", action="store_true", help="play every path and keep its history")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at every case that was played comes last."""
    items.sort(key=lambda item: item.path.name == "test_conformance.py")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with PostgresServer(tmp_path_factory.mktemp("postgres") / "data") as server:
        upgrade(server.url)
        yield server.url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url, 20)
    yield engine
    engine.dispose()


@pytest.fixture
def own_engine(database_url: str, engine: Engine) -> Iterator[Engine]:
    """A database that no other test sees."""
    name = f"own_{uuid.uuid4().hex}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = database_url.removesuffix("marketplace") + name
    upgrade(url)
    own = connect(url, 20)
    yield own
    own.dispose()


@pytest.fixture(scope="session")
def policies() -> dict[str, MarketPolicy]:
    return load()


@pytest.fixture(scope="session")
def admissions(engine: Engine, policies: dict[str, MarketPolicy]) -> Admissions:
    return Admissions(engine, policies, Cipher(SECRET))


@asynccontextmanager
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server with a clock of its own, which can be advanced."""
    server = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=server, data_converter=pydantic_data_converter
    ) as env:
        types: Any = {key.name: key.indexed_value_type for key in KEYS}
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=types)
        )
        yield env


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """One clock for all tests of a file: leave no workflow open."""
    async with time_skipping() as env:
        yield env


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_bench(
    env: WorkflowEnvironment, engine: Engine, admissions: Admissions
) -> AsyncIterator[Bench]:
    bench = Bench(env, engine, SimulatedPayments(engine), admissions)
    async with bench.working():
        yield bench


@pytest_asyncio.fixture(loop_scope="session")
async def bench(shared_bench: Bench) -> AsyncIterator[Bench]:
    """A bench for one test, which leaves no workflow open: the clock is everyone's."""
    bench = Bench(shared_bench.env, shared_bench.engine, shared_bench.gateway, shared_bench.admissions)
    yield bench
    await bench.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def lone_bench(own_engine: Engine, policies: dict[str, MarketPolicy]) -> AsyncIterator[Bench]:
    """A bench with a clock and a database of its own, and no worker until the test starts one."""
    async with time_skipping() as env:
        admissions = Admissions(own_engine, policies, Cipher(SECRET))
        yield Bench(env, own_engine, SimulatedPayments(own_engine), admissions)
