"""Events that reach a run which has just begun: whoever replays it finds the same."""

import asyncio
import uuid

import pytest
from temporalio.worker._workflow_instance import _WorkflowLogicFlag  # how the next SDK may give turns

from tests.listings import PROVIDER, Bazaar, Item

ALL_AT_ONCE = _WorkflowLogicFlag.PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH
JUST_BEGUN = 6
"""A history shorter than this holds no event yet."""


async def in_a_run_that_has_just_begun(bazaar: Bazaar) -> Item:
    item = await Item.begun(bazaar)
    handle = bazaar.bench.client.get_workflow_handle(item.case.case_id)
    while item.runs() < 2 or len((await handle.fetch_history()).events) >= JUST_BEGUN:
        await item.saves()
        await item.bench.settle(item.case)
    return item


@pytest.mark.parametrize("at_once", [False, True], ids=["events first", "all at once"])
async def test_events_that_meet_there_leave_it_as_its_history_says(lone: Bazaar, *, at_once: bool) -> None:
    lone.opens(events_a_run=20)
    async with lone.bench.working(cached_workflows=0):
        item = await in_a_run_that_has_just_begun(lone)
    sent = [await item.case.sent(item.draft(), key=uuid.uuid4().hex, actor=PROVIDER) for _ in range(4)]
    worker = lone.bench.working(cached_workflows=0)
    worker._set_default_workflow_logic_flag(ALL_AT_ONCE, enabled=at_once)
    async with worker, asyncio.timeout(20):
        answers = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(not isinstance(each, Exception) for each in answers) >= 1
    async with lone.bench.working(cached_workflows=0):
        async with asyncio.timeout(10):
            await item.saves()
        await lone.bench.clear()
