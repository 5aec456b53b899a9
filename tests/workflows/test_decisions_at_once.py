"""Decisions that meet an event, a deadline, or the end of a worker."""

import asyncio

import pytest
from temporalio.worker._workflow_instance import _WorkflowLogicFlag

from models.cases import Actor, Event
from models.orders import Accepted, RefundRequested
from tests.bench import BUYER, OPERATOR, SECOND, SECOND_OPERATOR, Bench, Opened
from tests.workflows.disputes import (
    ACCEPT,
    AGREED,
    ALONE,
    BUYER_APPEALS,
    BUYER_SAYS,
    REFUND,
    RESUME,
    appealed,
    in_stead,
    task,
)

ACCEPTED, MONEY_BACK = Accepted(on_behalf_of=BUYER), RefundRequested(on_behalf_of=BUYER)
AT_ONCE = _WorkflowLogicFlag.PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH
BATCHES = pytest.mark.parametrize("at_once", [False, True], ids=["updates first", "all at once"])


def by(event: Event) -> Actor:
    return SECOND_OPERATOR if event is AGREED else OPERATOR


async def in_one_moment(bench: Bench, order: Opened, *events: Event) -> list[object]:
    """What becomes of events that reach their case in the same workflow task."""
    sent = [await order.sent(event, key=f"k-{n}", actor=by(event)) for n, event in enumerate(events)]
    async with bench.working():
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await order.ends()
    return list(answers)


async def played(bench: Bench, kind: str, *before: Event) -> Opened:
    """An appealed order in nobody's memory."""
    async with bench.working(cached_workflows=0):
        order = await appealed(bench, kind)
        for event in before:
            await order.report(event, actor=by(event))
        await bench.settle(order)
    return order


def refused(answer: object) -> str | None:
    return getattr(getattr(answer, "cause", None), "type", None)


@pytest.mark.parametrize(
    ("kind", "first", "second", "outcome"),
    [
        ("implementation", RESUME, MONEY_BACK, "not_implemented"),
        ("confirmation", RESUME, ACCEPTED, "accepted_by_silence"),
        ("confirmation", ACCEPT, MONEY_BACK, "appeal_accepted"),
        ("implementation", MONEY_BACK, ACCEPT, "refund_requested"),
        ("confirmation", ACCEPTED, REFUND, "completed"),
    ],
)
async def test_of_a_decision_and_an_event_in_one_moment_the_first_counts_alone(
    lone_bench: Bench, kind: str, first: Event, second: Event, outcome: str
) -> None:
    bench = lone_bench.under(**ALONE)
    order = await played(bench, kind)
    _, answer = await in_one_moment(bench, order, first, second)
    assert refused(answer) == "OutOfTurn"
    assert (await order.on_record()).outcome == outcome
    assert {first.event, second.event} & {*order.path()} == {first.event}


async def test_a_statement_in_the_same_moment_holds_up_no_decision(lone_bench: Bench) -> None:
    bench = lone_bench.under(**ALONE)
    order = await played(bench, "implementation")
    answers = await in_one_moment(bench, order, BUYER_SAYS, REFUND)
    assert not any(isinstance(answer, BaseException) for answer in answers)
    assert order.path()[-3:] == ["buyer_stated", "decided", "refunded"]


async def test_a_decision_and_its_approval_in_one_moment_take_effect_together(lone_bench: Bench) -> None:
    order = await played(lone_bench, "implementation")
    answers = await in_one_moment(lone_bench, order, REFUND, AGREED)
    assert not any(isinstance(answer, BaseException) for answer in answers)
    assert order.path()[-3:] == ["decided", "approved", "refunded"]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [(MONEY_BACK, AGREED, "refund_requested"), (AGREED, MONEY_BACK, "appeal_accepted")],
)
async def test_of_an_approval_and_the_buyers_refund_in_one_moment_the_first_counts_alone(
    lone_bench: Bench, first: Event, second: Event, outcome: str
) -> None:
    order = await played(lone_bench, "confirmation", ACCEPT)
    _, answer = await in_one_moment(lone_bench, order, first, second)
    assert refused(answer) == "OutOfTurn"
    assert (await order.on_record()).outcome == outcome
    assert len(lone_bench.refunds(order=order)) == (first is MONEY_BACK)


async def test_a_decision_is_remembered_although_its_worker_was_killed(lone_bench: Bench) -> None:
    order = await played(lone_bench, "implementation", REFUND)
    async with lone_bench.working():
        refusal = await order.refuses(ACCEPT, actor=SECOND_OPERATOR)
        assert refusal == "a decision waits for a second operator already"
        await order.refuses(AGREED, actor=OPERATOR)
        await order.report(AGREED, actor=SECOND_OPERATOR)
        assert await order.ends() == "appeal_refunded"
    assert len(lone_bench.refunds(order=order)) == 1


@BATCHES
@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, False), (1, False)])
async def test_an_approval_counts_by_its_own_time_although_no_worker_was_up(
    lone_bench: Bench, seconds: int, in_time: bool, at_once: bool
) -> None:
    bench = lone_bench.under(remind_before={})
    async with bench.working(cached_workflows=0):
        order = await bench.place_in("confirmation")
        await order.report(in_stead(MONEY_BACK), actor=OPERATOR)
        await bench.settle(order)
    due = await order.due()
    async with bench.passing(due + SECOND):
        sent = await order.sent(AGREED, key="k", at=due + seconds * SECOND, actor=SECOND_OPERATOR)
        worker = bench.working()
        if at_once:
            worker._set_default_workflow_logic_flag(AT_ONCE, enabled=True)
        async with worker:
            [answer] = await asyncio.gather(sent, return_exceptions=True)
            outcome = await order.ends()
    assert refused(answer) == (None if in_time else "OutOfTurn")
    assert outcome == ("refund_requested" if in_time else "accepted_by_silence")


@BATCHES
@pytest.mark.parametrize("event", [RESUME, MONEY_BACK], ids=lambda event: event.event)
async def test_what_came_before_the_appeals_deadline_keeps_it_from_being_escalated(
    lone_bench: Bench, event: Event, at_once: bool
) -> None:
    bench = lone_bench.under(remind_before={})
    order = await played(bench, "implementation")
    desk = task(await order.on_record(), "appeal").deadline_at
    assert desk is not None
    async with bench.passing(desk + SECOND):
        sent = await order.sent(event, key="k", at=desk - SECOND, actor=OPERATOR)
        worker = bench.working()
        if at_once:
            worker._set_default_workflow_logic_flag(AT_ONCE, enabled=True)
        async with worker:
            await sent
            await order.ends()
    assert "appeal_overdue" not in order.path()


async def test_an_appeal_before_the_deadline_keeps_the_time_that_was_left_then(lone_bench: Bench) -> None:
    bench = lone_bench.under(remind_before={})
    async with bench.working(cached_workflows=0):
        order = await bench.place_in("implementation")
        for opened in bench.opened:
            await bench.settle(opened)
    due = await order.due()
    async with bench.passing(due + SECOND):
        sent = await order.sent(BUYER_APPEALS, key="k", at=due - 9 * SECOND)
        async with bench.working():
            view = await sent
            assert task(view, "implementation").left == 9 * SECOND
            await bench.settle(order)
            at = await bench.now()
            view = await order.report(RESUME, actor=OPERATOR, at=at)
            assert view.tasks[0].deadline_at == at + 9 * SECOND
            assert await order.ends() == "not_implemented"
