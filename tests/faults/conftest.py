"""A worker and a Temporal server of a test's own, which it may kill."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.gateways.simulated.payments import SimulatedPayments
from models.tables.admissions import Admissions
from stack.servers import TemporalServer
from tests.bench import Bench
from tests.conftest import SECRET
from tests.invariants import hold

ROOT = Path(__file__).parents[2]


@dataclass
class Mortal:
    """A Temporal server with its file, and one worker process on it."""

    server: TemporalServer
    database_url: str
    log: Path
    worker: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.server.address,
            "DATA_KEY": SECRET,
            "DATA_DIR": str(self.log.parent),
        }
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "worker.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait(10)

    def kill_server(self) -> None:
        self.server.kill()

    def end(self) -> None:
        self.kill_worker()
        self.server.stop()


@pytest.fixture
def mortal(tmp_path: Path, database_url: str) -> Iterator[Mortal]:
    mortal = Mortal(TemporalServer(tmp_path / "temporal.db", ui=False), database_url, tmp_path / "worker.log")
    mortal.server.start()
    mortal.start_worker()
    yield mortal
    mortal.end()


@pytest_asyncio.fixture(loop_scope="session")
async def mortal_bench(mortal: Mortal, engine: Engine, admissions: Admissions) -> AsyncIterator[Bench]:
    client = await Client.connect(mortal.server.address, data_converter=pydantic_data_converter)
    yield Bench(WorkflowEnvironment.from_client(client), engine, SimulatedPayments(engine), admissions)
    assert hold(engine)
