"""What the answer to an event is worth, and what is written of it."""

import asyncio
from datetime import timedelta

from activities.gateways.simulated.payments import Behaviour
from models.cases import Actor, CaseView, Event
from models.interventions import Extended, Paused, Resumed
from models.orders import Accepted, RefundRequested, VersionRejected
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, SOMEBODY, Bench

PROVIDER = Actor(role="provider", subject="isv-1")
REVIEW = Actor(role="service", subject="review")


async def test_every_answer_is_on_record_and_shows_the_consequence(bench: Bench) -> None:
    order = await bench.place_paid()
    steps: list[tuple[Event, str, list[str]]] = [
        (BUILT, "implementing", ["version_review"]),
        (VersionRejected(reason="no address"), "implementing", ["implementation"]),
        (Paused(reason="appeal"), "implementing", ["implementation"]),
        (Resumed(reason="decided"), "implementing", ["implementation"]),
        (BUILT, "implementing", ["version_review"]),
        (APPROVED, "confirming", ["confirmation"]),
        (Accepted(on_behalf_of=BUYER), "closed", []),
    ]
    for number, (event, stage, tasks) in enumerate(steps):
        answer = await order.report(event, key=f"k-{number}")
        assert (answer.stage, [task.name for task in answer.tasks]) == (stage, tasks)
        recorded = order.changes()[-1]
        assert CaseView.model_validate(recorded.answer) == answer == await order.on_record()
        assert (recorded.key, recorded.event, recorded.version) == (
            f"k-{number}",
            event.event,
            answer.version,
        )


async def test_each_event_is_a_row_with_its_sender_its_key_and_its_stages(bench: Bench) -> None:
    order = await bench.place_paid()
    when = await bench.now() - timedelta(minutes=5)
    await order.report(BUILT, key="k-1", actor=PROVIDER, at=when)
    await order.report(Extended(reason="holiday", by=DAY), key="k-2", actor=OPERATOR)
    await order.report(APPROVED, key="k-3", actor=REVIEW)
    await order.report(Accepted(on_behalf_of=BUYER), key="k-4")
    rows = order.changes()
    assert [row.version for row in rows] == list(range(1, 8))
    assert [(row.event, row.stage_before, row.stage_after) for row in rows] == [
        ("opened", None, "unpaid"),
        ("payment_opened", "unpaid", "unpaid"),
        ("paid", "unpaid", "implementing"),
        ("version_submitted", "implementing", "implementing"),
        ("extended", "implementing", "implementing"),
        ("version_approved", "implementing", "confirming"),
        ("accepted", "confirming", "closed"),
    ]
    senders = [PROVIDER, OPERATOR, REVIEW, SOMEBODY]
    assert [row.actor for row in rows[3:]] == [sender.model_dump(mode="json") for sender in senders]
    assert [row.key for row in rows[3:]] == ["k-1", "k-2", "k-3", "k-4"]
    assert rows[3].digest == BUILT.model_dump_json()
    assert rows[3].data == {"version": "1.0.0", "occurred_at": when.isoformat()}
    assert rows[4].data["reason"] == "holiday"
    assert len({row.hash for row in rows}) == len(rows)
    assert len({row.run_id for row in rows}) == 1


async def test_the_view_that_anyone_sees_is_on_record(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    assert CaseView.model_validate(await order.handle.query("view", rpc_timeout=timedelta(seconds=60))) == (
        await order.on_record()
    )


async def test_an_ending_is_on_record_although_the_story_goes_on_to_a_call_that_hangs(bench: Bench) -> None:
    order = await bench.place_paid()
    await asyncio.to_thread(bench.gateway.misbehave, "refund", Behaviour.UNAVAILABLE, 4)
    answer = await order.report(RefundRequested(on_behalf_of=BUYER), key="money-back")
    assert (answer.stage, answer.version) == ("refunding", 4)
    assert bench.refunds(order=order) == []
    assert order.path()[-1] == "refund_requested"
    assert await order.ends() == "refund_requested"


async def test_the_record_is_made_after_history_knows_what_it_tells(bench: Bench) -> None:
    """A local activity would commit first, and a server killed in between would never have seen the event."""
    order = await bench.place_paid()
    await order.report(BUILT)
    history = await order.history()
    kinds = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        or (event.HasField("workflow_execution_update_accepted_event_attributes") and "accepted")
        or event.HasField("marker_recorded_event_attributes")
        for event in history.events
    ]
    accepted = [place for place, kind in enumerate(kinds) if kind == "accepted"]
    recorded = [place for place, kind in enumerate(kinds) if kind == "record"]
    assert True not in kinds
    assert len(accepted) == 2
    for place in accepted:
        assert any(place < record <= place + 4 for record in recorded)
