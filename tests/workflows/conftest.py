from collections.abc import AsyncIterator
from contextlib import suppress

import pytest_asyncio
from sqlalchemy import Engine
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.gateways.simulated.payments import SimulatedPayments
from models.tables.admissions import Admissions
from tests.bench import Bench
from worker import build_worker


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_bench(
    env: WorkflowEnvironment, engine: Engine, admissions: Admissions
) -> AsyncIterator[Bench]:
    gateway = SimulatedPayments(engine)
    async with build_worker(env.client, engine, gateway, admissions):
        yield Bench(env, engine, gateway, admissions)


@pytest_asyncio.fixture(loop_scope="session")
async def bench(shared_bench: Bench) -> AsyncIterator[Bench]:
    """A bench for one test, which leaves no workflow open: the clock is everyone's."""
    bench = Bench(shared_bench.env, shared_bench.engine, shared_bench.gateway, shared_bench.admissions)
    yield bench
    for opened in bench.opened:
        with suppress(RPCError):
            await opened.handle.terminate()
