"""PostgreSQL away for an hour, and the worker away across a deadline."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.worker._workflow_instance import _WorkflowLogicFlag

from activities.gateways.simulated.payments import SimulatedPayments
from models.cases import Event
from models.interventions import Extended
from models.orders import Accepted, Cancelled
from models.policies import MarketPolicy
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.migrate import upgrade
from models.tables.privacy import Cipher
from stack.servers import PostgresServer
from tests.bench import APPROVED, BUILT, BUYER, DAY, MINUTE, OPERATOR, SECOND, Bench
from tests.conftest import SECRET, time_skipping

HOUR = timedelta(hours=1)
AT_ONCE = _WorkflowLogicFlag.PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH
"""How the SDK is going to work through a workflow task: what happened in it is no longer sorted by kind."""


@pytest.fixture
def postgres(tmp_path: Path) -> object:
    with PostgresServer(tmp_path / "data") as server:
        upgrade(server.url)
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def mortal(postgres: PostgresServer, policies: dict[str, MarketPolicy]) -> AsyncIterator[Bench]:
    """A bench with a PostgreSQL server of its own, and a worker."""
    engine = connect(postgres.url, 20)
    async with time_skipping() as env:
        bench = Bench(env, engine, SimulatedPayments(engine), Admissions(engine, policies, Cipher(SECRET)))
        async with bench.working():
            yield bench
    engine.dispose()


async def test_an_hour_without_postgresql_costs_few_events_and_loses_nothing(
    mortal: Bench, postgres: PostgresServer
) -> None:
    order, other = await mortal.place_in("implementation"), await mortal.place_in("payment")
    await mortal.settle(order)
    events = len((await order.history()).events)
    postgres.kill()
    building = await order.sent(BUILT, key="build")
    await mortal.advance(HOUR)
    assert not building.done()
    assert len((await order.history()).events) - events < 20
    # Whoever needs no record is answered meanwhile, by this case and by others.
    assert (await other.handle.query("view", rpc_timeout=60 * SECOND))["stage"] == "unpaid"
    await other.refuses(BUILT)
    await order.refuses(Accepted(on_behalf_of=BUYER))
    approving = await order.sent(APPROVED, key="approve")
    postgres.start()
    async with asyncio.timeout(60):
        while not (building.done() and approving.done()):
            await mortal.tick()
    assert (await building).tasks[0].name == "version_review"
    assert (await approving).stage == "confirming"
    assert order.path()[-3:] == ["paid", "version_submitted", "version_approved"]
    assert [change.version for change in order.changes()] == [1, 2, 3, 4, 5]
    assert [change.key for change in order.changes()[-2:]] == ["build", "approve"]


async def test_a_deadline_that_passes_without_postgresql_is_recorded_afterwards(
    mortal: Bench, postgres: PostgresServer
) -> None:
    order = await mortal.under("2020-12-28").place_in("confirmation")
    due = await order.due()
    postgres.kill()
    await mortal.advance_to(due + HOUR)
    postgres.start()
    await order.stands("version_approved", "confirmation_overdue")
    overdue = order.changes()[-1]
    assert due <= overdue.at < due + MINUTE
    assert (await order.on_record()).outcome == "accepted_by_silence"


async def across(bench: Bench, event: Event, seconds_after: int, at_once: bool = False) -> tuple[str, object]:
    """What becomes of an event that is sent while no worker is up and the deadline has passed."""
    async with bench.working(cached_workflows=0):
        order = await bench.under("2020-12-28").place_in("payment")
        await bench.settle(order)
    due = await order.due()
    async with bench.passing(due + SECOND):
        at = due + seconds_after * SECOND
        sent = await order.sent(event, key="k-1", at=at, actor=OPERATOR)
        worker = bench.working()
        if at_once:
            worker._set_default_workflow_logic_flag(AT_ONCE, enabled=True)
        async with worker:
            [answer] = await asyncio.gather(sent, return_exceptions=True)
            outcome = await order.ends()
    assert order.path().count(event.event) == (not isinstance(answer, BaseException))
    return outcome, answer


@pytest.mark.parametrize("at_once", [False, True], ids=["updates first", "update and timer at once"])
async def test_what_happened_before_the_deadline_beats_the_timer_although_no_worker_was_up(
    lone_bench: Bench, at_once: bool
) -> None:
    """CV-6, AMP-ORD-19: the timer fired hours ago, and both wait for the worker."""
    outcome, answer = await across(lone_bench, Cancelled(on_behalf_of=BUYER), -1, at_once)
    assert outcome == "cancelled"
    assert not isinstance(answer, BaseException)


@pytest.mark.parametrize("seconds_after", [0, 1])
async def test_what_happened_at_the_deadline_or_later_is_late_although_no_worker_was_up(
    lone_bench: Bench, seconds_after: int
) -> None:
    """CV-6, AMP-ORD-19."""
    outcome, answer = await across(lone_bench, Cancelled(on_behalf_of=BUYER), seconds_after)
    assert outcome == "unpaid"
    assert getattr(getattr(answer, "cause", None), "type", None) == "OutOfTurn"


async def test_more_time_given_before_the_deadline_counts_although_no_worker_was_up(
    lone_bench: Bench,
) -> None:
    outcome, answer = await across(lone_bench, Extended(reason="holiday", by=DAY), -1)
    assert outcome == "unpaid"
    assert not isinstance(answer, BaseException)


async def test_more_time_given_after_the_deadline_comes_too_late(lone_bench: Bench) -> None:
    outcome, answer = await across(lone_bench, Extended(reason="holiday", by=DAY), 1)
    assert outcome == "unpaid"
    assert getattr(getattr(answer, "cause", None), "type", None) == "OutOfTurn"
