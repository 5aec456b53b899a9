"""Real PostgreSQL and a real time-skipping Temporal server, once a session; only the outside is simulated."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from models.policies import MarketPolicy, load
from models.search_attributes import KEYS
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.migrate import upgrade
from models.tables.privacy import Cipher
from servers import PostgresServer

SECRET = "a key for tests only, which protects nothing"


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


@pytest.fixture(scope="session")
def policies() -> dict[str, MarketPolicy]:
    return load()


@pytest.fixture(scope="session")
def admissions(engine: Engine, policies: dict[str, MarketPolicy]) -> Admissions:
    return Admissions(engine, policies, Cipher(SECRET))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """One clock for every workflow test: leave no workflow open."""
    server = shutil.which("temporal-test-server", path=str(Path(__import__("sys").executable).parent))
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=server, data_converter=pydantic_data_converter
    ) as env:
        types: Any = {key.name: key.indexed_value_type for key in KEYS}
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=types)
        )
        yield env
