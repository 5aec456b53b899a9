"""Events that come twice, at once, too early or with the start."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

from models.cases import Answer, CaseView, Event, Report
from models.interventions import Extended, Ruling
from models.orders import Accepted, Cancelled
from models.processes import TEMPLATE_ORDERS
from temporal import TASK_QUEUE
from tests.bench import BUILT, BUYER, DAY, OPERATOR, SOMEBODY, Bench, Opened, order_body, place_order


async def test_of_eight_equal_events_at_once_one_counts(bench: Bench) -> None:
    order = await bench.place_paid()
    answers = await asyncio.gather(*(order.report(BUILT) for _ in range(8)), return_exceptions=True)
    assert [isinstance(answer, CaseView) for answer in answers].count(True) == 1
    assert order.path().count("version_submitted") == 1
    refused = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
    assert {getattr(each.cause, "type", None) for each in refused} == {"OutOfTurn"}
    assert len(refused) == 7


async def test_the_same_key_gives_the_same_answer_and_one_row(bench: Bench) -> None:
    order = await bench.place_paid()
    first = await order.report(BUILT, key="build-1")
    again = await asyncio.gather(*(order.report(BUILT, key="build-1") for _ in range(3)))
    assert again == [first] * 3
    assert order.path().count("version_submitted") == 1


async def test_a_refusal_leaves_no_trace_and_shows_the_case(bench: Bench) -> None:
    order = await bench.place()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await order.report(BUILT)
    assert isinstance(refused.value.cause, ApplicationError)
    assert CaseView.model_validate(refused.value.cause.details[0]) == await order.on_record()
    events = (await order.history()).events
    assert not any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in events)
    assert order.path() == ["opened", "payment_opened"]


async def with_start(bench: Bench, event: Event, **changes: Any) -> tuple[Opened, Answer]:
    """An event that reaches Temporal together with the start of its case."""
    admitted = await bench.admit(TEMPLATE_ORDERS, place_order(**changes))
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        admitted.workflow,
        admitted.input,
        id=admitted.case_id,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
    )
    order = Opened(bench, bench.client.get_workflow_handle(admitted.case_id))
    bench.opened.append(order)
    key = uuid.uuid4().hex
    actor = OPERATOR if isinstance(event, Ruling) else SOMEBODY
    report = Report[Any](event=event, actor=actor, key=key, digest=key, occurred_at=await bench.now())
    answer = await bench.client.execute_update_with_start_workflow(
        "report",
        report,
        id=key,
        start_workflow_operation=start,
        result_type=Answer,
        rpc_timeout=timedelta(seconds=60),
    )
    return order, answer


async def test_an_event_that_came_with_the_start_counts(bench: Bench) -> None:
    order, answer = await with_start(bench, BUILT, template={**order_body()["template"], "price_fen": 0})
    assert (answer.view.version, [task.name for task in answer.view.tasks]) == (2, ["version_review"])
    assert order.path() == ["opened", "version_submitted"]


async def test_a_ruling_that_came_with_the_start_waits_until_the_case_has_begun(bench: Bench) -> None:
    order, answer = await with_start(bench, Extended(reason="holiday", by=DAY))
    assert answer.view.tasks[0].deadline_at == answer.view.opened_at + 4 * DAY
    assert await order.due() == answer.view.opened_at + 4 * DAY
    assert "extended" in order.path()


async def test_an_event_that_came_with_the_start_and_out_of_turn_leaves_the_case_running(
    bench: Bench,
) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await with_start(bench, Accepted(on_behalf_of=BUYER))
    assert getattr(refused.value.cause, "type", None) == "OutOfTurn"
    [order] = bench.opened
    view = await order.stands("opened", "payment_opened")
    assert view.stage == "unpaid"
    await order.report(Cancelled(on_behalf_of=BUYER))
    assert await order.ends() == "cancelled"
