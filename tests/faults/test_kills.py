"""Killed with -9 between an acceptance and its record: nothing is lost, and nothing invented."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateStage

from models.cases import Answer, Event, Report
from models.orders import Cancelled, Declined, VersionSubmitted
from tests.bench import BUYER, SOMEBODY, Bench, Opened
from tests.faults.conftest import Mortal

PATIENCE = timedelta(seconds=60)
ACCEPTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED


@contextmanager
def record_held_up(engine: Engine, case_id: str) -> Iterator[None]:
    """While this lasts the case's row cannot be written."""
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT 1 FROM cases WHERE case_id = :id FOR UPDATE"), {"id": case_id})
        yield


def report(event: Event, key: str) -> Report[Any]:
    return Report[Any](
        event=event, actor=SOMEBODY, key=key, digest=key, occurred_at=datetime.now(UTC), seen_version=None
    )


async def accepted_but_not_recorded(order: Opened, event: Event, key: str) -> None:
    """Send an event, and be sure that history knows of it and the record does not."""
    await order.handle.start_update(
        "report",
        report(event, key),
        id=key,
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        rpc_timeout=PATIENCE,
    )
    history = await order.handle.fetch_history()
    assert [each.event_type for each in history.events].count(ACCEPTED) == 1
    assert event.event not in order.path()


async def answer_to(order: Opened, event: Event, key: str) -> Answer:
    """The same event under the same key, as its sender repeats it."""
    async with asyncio.timeout(PATIENCE.total_seconds()):
        answer = await order.handle.execute_update(
            "report", report(event, key), id=key, result_type=Answer, rpc_timeout=PATIENCE
        )
    return Answer.model_validate(answer)


@pytest.mark.parametrize("killed", ["server", "both"])
async def test_what_was_accepted_and_not_recorded_survives_a_kill(
    mortal: Mortal, mortal_bench: Bench, engine: Engine, killed: str
) -> None:
    order = await mortal_bench.place()
    event = Cancelled(on_behalf_of=BUYER)
    with record_held_up(engine, order.case_id):
        await accepted_but_not_recorded(order, event, "cancel-1")
        mortal.kill_server()
        if killed == "both":
            mortal.kill_worker()
    mortal.server.start()
    if killed == "both":
        mortal.start_worker()
    answer = await answer_to(order, event, "cancel-1")
    assert answer.view.stage in ("closing_payment", "closed")
    await order.stands("payment_closed")
    assert order.path() == ["opened", "payment_opened", "cancelled", "payment_closed"]
    assert [change.version for change in order.changes()] == [1, 2, 3, 4]


async def test_an_event_that_history_never_saw_is_not_on_record_either(
    mortal: Mortal, mortal_bench: Bench
) -> None:
    order = await mortal_bench.place_paid()
    mortal.kill_worker()
    with pytest.raises(Exception, match=r"(?i)timeout|cancel"):
        await order.handle.execute_update(
            "report", report(VersionSubmitted(version="1"), "v-1"), id="v-1", rpc_timeout=timedelta(seconds=1)
        )
    mortal.kill_server()
    mortal.server.start()
    mortal.start_worker()
    assert order.path()[-1] == "paid"
    answer = await answer_to(order, VersionSubmitted(version="1"), "v-1")
    assert answer.view.tasks[0].name == "version_review"
    assert order.path().count("version_submitted") == 1
    await answer_to(order, Declined(reason="end of the test"), "d-1")


async def test_workers_killed_again_and_again_refund_once(mortal: Mortal, mortal_bench: Bench) -> None:
    orders = [await mortal_bench.place_paid() for _ in range(3)]
    for number, order in enumerate(orders):
        await order.handle.start_update(
            "report",
            report(Declined(reason="no capacity"), f"decline-{number}"),
            id=f"decline-{number}",
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            rpc_timeout=PATIENCE,
        )
    for _ in range(2):
        mortal.kill_worker()
        mortal.start_worker()
    for order in orders:
        await order.stands("refunded")
        refunds = mortal_bench.refunds(order=order)
        assert [refund.amount_fen for refund in refunds] == [9900]
