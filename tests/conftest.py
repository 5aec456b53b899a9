"""Real PostgreSQL and real time-skipping Temporal servers; only the outside world is simulated."""

import gc
import os
import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from sqlalchemy import Engine, NullPool, create_engine, text
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker._workflow import _WorkflowWorker  # how long it waits cannot be told it
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from activities.gateways.simulated.payments import SimulatedPayments
from models.policies import MarketPolicy, load
from models.search_attributes import KEYS
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.migrate import upgrade
from models.tables.privacy import Cipher
from stack.servers import PostgresServer
from tests.bench import Bench
from tests.parallel import cluster_of, played_by_others, tell_of_the_end

SECRET = "a key for tests only, which protects nothing"
PRISTINE = "pristine"
"""A database as migrations leave it, which nobody uses."""
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
sys.dont_write_bytecode = False
"""The sandbox imports what a workflow is made of for every case anew, and would compile it each time."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-histories", action="store_true", help="play every path and keep its history")


@pytest.fixture(scope="session", autouse=True)
def unhurried() -> Iterator[None]:
    """Three workers and their servers share a machine: a workflow that gets no turn for a while hangs not."""

    class Unhurried(_WorkflowWorker):
        def __init__(self, **how: Any) -> None:
            super().__init__(**how)
            self._deadlock_timeout_seconds = 8

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("temporalio.worker._worker._WorkflowWorker", Unhurried)
        yield


def pytest_collection_finish() -> None:
    """What was imported stays: nobody searches it for what can be thrown away."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at every case that was played comes last."""
    items.sort(key=lambda item: item.path.name == "test_conformance.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """The tests of a file share a clock: one worker plays them all. Files are begun in their order."""
    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        tell_of_the_end(Path(session.config.option.basetemp))


def copied(engine: Engine, name: str, of: str = PRISTINE) -> str:
    """A new database, as another one is that nobody uses now: its URL."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {of}"))
    return engine.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with PostgresServer(cluster_of(tmp_path_factory.getbasetemp())) as server:
        upgrade(server.url)
        copied(create_engine(server.url, poolclass=NullPool), PRISTINE, "marketplace")
        yield server.url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url, 20)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def engines(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Engine]]:
    """What was played in this session, whoever played it. Waits for the others: nothing may come after."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    with played_by_others(tmp_path_factory.getbasetemp(), workers - 1) as urls:
        others = [connect(url) for url in urls]
        yield [engine, *others]
        for other in others:
            other.dispose()


@pytest.fixture
def own_engine(engine: Engine) -> Iterator[Engine]:
    """A database that no other test sees."""
    own = connect(copied(engine, f"own_{uuid.uuid4().hex}"), 20)
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
