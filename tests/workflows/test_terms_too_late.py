"""Other terms give an order more time. What has run out already stays run out."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError

from models.orders import TermsChanged
from tests.bench import DAY, OPERATOR, SECOND, Bench


@pytest.mark.parametrize("seconds", [-1, 1], ids=["asked for before the deadline", "asked for after it"])
async def test_a_period_that_ran_out_while_no_worker_was_up_is_not_revived(
    lone_bench: Bench, seconds: int
) -> None:
    bench = lone_bench.under(remind_before={})
    async with bench.working(cached_workflows=0):
        order = await bench.place_in("confirmation")
        await bench.settle(order)
    longer = bench.terms(remind_before={}, confirm_within=30 * DAY)
    version = (await order.on_record()).policy_version
    change = TermsChanged(policy_version="2027", before=version, terms=longer, reason="a new guide")
    due = await order.due()
    async with bench.passing(due + SECOND):
        sent = await order.sent(change, key="k", at=due + seconds * SECOND, actor=OPERATOR)
        async with bench.working():
            [answer] = await asyncio.gather(sent, return_exceptions=True)
            outcome = await order.ends()
    assert isinstance(answer, WorkflowUpdateFailedError)
    assert outcome == "accepted_by_silence"
    assert (await order.on_record()).policy_version == version
