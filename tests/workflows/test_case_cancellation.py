"""A cancellation asked for in the Temporal UI: recorded, and refused. Only an event ends a case."""

import asyncio

import pytest

from models.orders import Accepted
from models.processes import TEMPLATE_ORDERS
from tests.bench import APPROVED, BUILT, BUYER, Bench, Opened, order_body, place_order
from tests.workflows.conftest import Begin
from tests.workflows.made_up import Remitted, Signed


async def goes_on(order: Opened) -> None:
    for event in (BUILT, APPROVED, Accepted(on_behalf_of=BUYER)):
        await order.report(event)
    assert await order.ends() == "completed"
    assert order.path().count("cancellation_refused") == 1


async def test_a_cancellation_is_recorded_and_the_case_goes_on_to_its_end(bench: Bench) -> None:
    order = await bench.place_paid()
    before = await order.on_record()
    await order.handle.cancel()
    view = await order.stands("paid", "cancellation_refused")
    row = order.changes()[-1]
    assert (row.stage_before, row.stage_after) == ("implementing", "implementing")
    assert row.actor["subject"] == "temporal"
    assert (view.tasks, view.stage, view.version) == (before.tasks, before.stage, before.version + 1)
    await goes_on(order)


async def test_asking_again_is_no_news(bench: Bench) -> None:
    order = await bench.place_paid()
    for _ in range(3):
        await order.handle.cancel()
    await order.stands("paid", "cancellation_refused")
    await goes_on(order)


async def test_a_deadline_still_ends_what_somebody_tried_to_cancel(bench: Bench) -> None:
    order = await bench.under("2020-12-28").place()
    await order.handle.cancel()
    await order.stands("payment_opened", "cancellation_refused")
    assert await order.ends() == "unpaid"
    assert order.path()[-3:] == ["cancellation_refused", "payment_overdue", "payment_closed"]


async def test_tasks_side_by_side_outlive_a_cancellation(begin: Begin) -> None:
    case = await begin("side_by_side")
    await case.report(Signed())
    await case.handle.cancel()
    await case.stands("signed", "cancellation_refused")
    await case.report(Remitted())
    assert await case.ends() == "signed, remitted"


async def test_a_cancellation_that_came_before_any_worker_is_refused_like_any_other(
    lone_bench: Bench,
) -> None:
    body = place_order(template={**order_body()["template"], "price_fen": 0})
    order = await lone_bench.start(TEMPLATE_ORDERS, body)
    await order.handle.cancel()
    async with lone_bench.working():
        await order.stands("opened", "cancellation_refused")
        await goes_on(order)


@pytest.mark.parametrize("cached_workflows", [0, 500], ids=["no cache", "another worker"])
async def test_a_case_is_taken_up_again_from_its_history_also_after_a_cancellation(
    lone_bench: Bench, cached_workflows: int
) -> None:
    """Eviction cancels too, and must be told from a cancellation that somebody asked for."""
    async with lone_bench.working(0):
        order = await lone_bench.place_paid()
        await order.handle.cancel()
        await order.stands("cancellation_refused")
        await order.report(BUILT)
        await lone_bench.settle(order)
    async with lone_bench.working(cached_workflows):
        async with asyncio.timeout(60):
            for event in (APPROVED, Accepted(on_behalf_of=BUYER)):
                await order.report(event)
        assert await order.ends() == "completed"
    assert order.path()[-4:] == ["cancellation_refused", "version_submitted", "version_approved", "accepted"]
