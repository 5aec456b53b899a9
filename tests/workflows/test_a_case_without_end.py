"""A case that lives on continues as new, and nobody who looks at it can tell."""

import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest_asyncio
from temporalio.worker import Worker

from activities.records import Records
from models.cases import Opening
from models.interventions import Paused, Resumed
from tests.bench import DAY, OPERATOR, SOMEBODY, Bench, Opened
from tests.workflows.counting import CaseWithoutEnd, Counted, Start
from worker import RUNNER

QUEUE = "cases-without-end"


@pytest_asyncio.fixture(loop_scope="session")
async def counting(bench: Bench) -> AsyncIterator[Opened]:
    name = f"o-{uuid.uuid4().hex[:12]}"
    opening = Opening(
        case_id=f"countings:alipay:{name}",
        process="countings",
        market="alipay",
        id=name,
        provider_id="isv-1",
        policy_version="1",
        opened_at=await bench.now(),
        opened_by=SOMEBODY,
        digest="",
    )
    records = Records(bench.engine)
    async with Worker(
        bench.client,
        task_queue=QUEUE,
        workflows=[CaseWithoutEnd],
        activities=[records.record, records.alarm],
        activity_executor=ThreadPoolExecutor(4),
        workflow_runner=RUNNER,
    ):
        handle = await bench.client.start_workflow(
            "CaseWithoutEnd", Start(opening=opening), id=opening.case_id, task_queue=QUEUE
        )
        opened = Opened(bench, handle)
        bench.opened.append(opened)
        yield opened


async def test_a_new_run_goes_on_with_version_stage_and_deadline(counting: Opened) -> None:
    first = await counting.on_record()
    due = first.tasks[0].deadline_at
    for _ in range(5):
        view = await counting.report(Counted(), actor=OPERATOR)
        assert view.tasks[0].deadline_at == due
    assert [change.version for change in counting.changes()] == [1, 2, 3, 4, 5, 6]
    assert counting.path() == ["opened", *["counted"] * 5]
    assert len({change.run_id for change in counting.changes()}) == 3
    assert await counting.ends() == "over"


async def test_time_that_was_paused_stays_paused_in_the_next_run(counting: Opened) -> None:
    await counting.on_record()
    await counting.bench.advance(10 * DAY)
    await counting.report(Counted(), actor=OPERATOR)
    paused = await counting.report(Paused(reason="appeal"), actor=OPERATOR)
    resumed = await counting.report(Resumed(reason="decided"), actor=OPERATOR)
    assert paused.tasks[0].left is not None
    assert timedelta(days=19, hours=23) < paused.tasks[0].left <= 20 * DAY
    await counting.report(Counted(), actor=OPERATOR)
    await counting.bench.advance(19 * DAY)
    last = await counting.report(Counted(), actor=OPERATOR)
    assert last.tasks[0].deadline_at == resumed.tasks[0].deadline_at
    assert await counting.ends() == "over"
