"""Code that cannot go on with a case: operators are told while it lasts, and the case loses nothing by it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest_asyncio
from sqlalchemy import Engine
from sqlmodel import Session, select
from structlog.testing import capture_logs
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.alarms import raise_alarm
from activities.gateways.simulated.payments import SimulatedPayments
from activities.records import Records
from activities.stuck import RUNNING, STUCK, StuckCases
from models.processes import TEMPLATE_ORDERS
from models.reconciling import Found, Reconcile
from models.tables import CaseRow
from models.tables.admissions import Admissions
from stack.servers import TemporalServer
from temporal import TASK_QUEUE
from tests.activities.batches import batch, case, closing, new_case
from tests.activities.test_reconciliation import NOTHING, reconciliation
from tests.bench import Bench, Opened, place_order, until

AT_ONCE = ("system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1",)
SOON_AGAIN = ('history.defaultWorkflowTaskTimeout="3s"',)
"""A worker tells of the first failure alone; of later tries the server hears when their time is over."""
TERMS = Reconcile(stuck_within=timedelta(seconds=30))
WENT_WRONG = f"{RUNNING} AND TemporalReportedProblems IS NOT NULL"


@workflow.defn(name="TemplateOrder")
class Broken:
    """What somebody deployed."""

    @workflow.run
    async def run(self, _: object) -> None:
        raise RuntimeError("a bug")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def quick() -> AsyncIterator[Client]:
    """A server that reports a workflow as soon as a task of it has failed."""
    server = TemporalServer(None, ui=False)
    for setting in (*AT_ONCE, *SOON_AGAIN):
        server.command += ["--dynamic-config-value", setting]
    with server:
        yield await Client.connect(server.address, data_converter=pydantic_data_converter)


@pytest_asyncio.fixture(loop_scope="session")
async def quick_bench(quick: Client, own_engine: Engine, admissions: Admissions) -> AsyncIterator[Bench]:
    bench = Bench(
        WorkflowEnvironment.from_client(quick),
        own_engine,
        SimulatedPayments(own_engine),
        replace(admissions, engine=own_engine),
    )
    yield bench
    for order in bench.opened:
        with suppress(RPCError):
            await order.handle.terminate()


async def placed(bench: Bench) -> Opened:
    """An order on record that no worker remembers."""
    async with bench.working(cached_workflows=0):
        order = await bench.place()
        await bench.settle(order)
    return order


async def breaks(*orders: Opened) -> None:
    """Each order has something to do, and the code that is deployed cannot do it."""
    client, runner = orders[0].bench.client, UnsandboxedWorkflowRunner()
    async with Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[Broken],
        workflow_runner=runner,
        max_cached_workflows=0,
    ):
        for order in orders:
            await order.handle.signal("nothing_of_ours")
        await comes(client, WENT_WRONG, len(orders))


async def comes(client: Client, query: str, number: int) -> None:
    await eventually(lambda: _counts(client, query, number))


async def _counts(client: Client, query: str, number: int) -> bool:
    return (await client.count_workflows(query)).count == number


async def eventually(what: Callable[[], Awaitable[bool]]) -> None:
    seen = [False]

    async def look() -> None:
        seen[0] = await what()

    await until(lambda: seen[0], meanwhile=look)


def stands(order: Opened) -> tuple[list[str], list[str]]:
    row = order.row()
    assert row is not None
    return row.blocked_by, row.waiting_on


async def test_a_case_that_cannot_go_on_stands_on_the_desk_until_it_goes_on(quick_bench: Bench) -> None:
    order, reconcile = await placed(quick_bench), reconciliation(quick_bench).reconcile
    before, view = stands(order), order.case()
    assert await reconcile(TERMS) == NOTHING
    await breaks(order)
    assert await reconcile(TERMS) == Found(untold_payments=0, orphans=0, stuck=1)
    assert stands(order) == ([STUCK], ["buyer", "operator"])
    assert await reconcile(TERMS) == NOTHING, "told once"
    assert stands(order) == ([STUCK], ["buyer", "operator"])
    async with quick_bench.working(cached_workflows=0):
        await comes(quick_bench.client, WENT_WRONG, 0)
        assert await reconcile(TERMS) == Found(untold_payments=0, orphans=0, mended=1)
    assert (stands(order), order.case()) == (before, view)
    assert await reconcile(TERMS) == NOTHING


async def test_a_case_that_cannot_go_on_and_is_terminated_stays_on_the_desk(quick_bench: Bench) -> None:
    order, reconcile = await placed(quick_bench), reconciliation(quick_bench).reconcile
    await breaks(order)
    await reconcile(TERMS)
    await order.handle.terminate()
    await comes(quick_bench.client, WENT_WRONG, 0)
    assert await reconcile(TERMS) == NOTHING
    assert stands(order) == ([STUCK], ["buyer", "operator"])


async def test_a_case_that_closed_leaves_the_desk_and_one_that_is_nowhere_stays(quick_bench: Bench) -> None:
    records, over, lost = Records(quick_bench.engine), new_case(), new_case()
    for case_id in (over, lost):
        records.record(batch(case_id, 1))
    records.record(closing(over, 2))
    with Session(quick_bench.engine) as session, session.begin():
        for row in session.exec(select(CaseRow)):
            raise_alarm(row, STUCK)
    assert await reconciliation(quick_bench).reconcile(TERMS) == Found(untold_payments=0, orphans=0, mended=1)
    left = case(quick_bench.engine, over), case(quick_bench.engine, lost)
    assert [row and row.blocked_by for row in left] == [[], [STUCK]]


async def test_a_case_that_fails_before_it_is_on_record_is_named_in_the_log(quick_bench: Bench) -> None:
    admitted = await quick_bench.admit(TEMPLATE_ORDERS, place_order())
    order = await quick_bench.begin(admitted)
    await breaks(order)
    cases = StuckCases(quick_bench.engine, quick_bench.client)
    with capture_logs() as said:
        assert await cases.look(TERMS.stuck_at_most, TERMS.stuck_within) == (0, 0)
    [line] = said
    assert (line["event"], line["workflow_ids"]) == ("stuck_without_case", [order.case_id])


async def test_no_more_are_put_there_at_once_than_the_terms_say(quick_bench: Bench) -> None:
    orders = [await placed(quick_bench), await placed(quick_bench)]
    await breaks(*orders)
    cases = StuckCases(quick_bench.engine, quick_bench.client)
    assert await cases.look(1, TERMS.stuck_within) == (1, 0)
    assert await cases.look(2, TERMS.stuck_within) == (1, 0)
    assert [stands(order)[0] for order in orders] == [[STUCK], [STUCK]]
