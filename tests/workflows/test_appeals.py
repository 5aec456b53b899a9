"""What an appeal holds up, and how it ends."""

from datetime import timedelta

import pytest

from models.cases import Event
from models.interventions import Extended, Paused, Resumed
from models.orders import Accepted, Declined, RefundRequested
from tests.bench import BUILT, BUYER, DAY, OPERATOR, SECOND, Bench
from tests.workflows.disputes import (
    ACCEPT,
    AGREED,
    ALONE,
    BUYER_APPEALS,
    BUYER_SAYS,
    FIVE_DAYS,
    PROVIDER_APPEALS,
    PROVIDER_SAYS,
    REFUND,
    RESUME,
    SENT_BACK,
    appealed,
    decided,
    idle,
    task,
)

HOUR = timedelta(hours=1)
INTERRUPTED = pytest.mark.parametrize("interrupted", ["implementation", "confirmation"])


# --- meanwhile


@INTERRUPTED
async def test_the_interrupted_clock_stands_from_the_appeals_own_time(bench: Bench, interrupted: str) -> None:
    order = await bench.place_in(interrupted)
    due = await order.due()
    event = BUYER_APPEALS if interrupted == "implementation" else PROVIDER_APPEALS
    await idle(order, event)
    await bench.advance(HOUR)
    at = await bench.now() - HOUR / 2
    view = await order.report(event, at=at)
    held = task(view, interrupted)
    assert (held.paused, held.deadline_at, held.left) == (True, None, due - at)
    assert held.on_deadline is None
    assert {each.event for each in held.accepts} & {"extended", "paused", "resumed"} == set()


@INTERRUPTED
async def test_no_ruling_moves_what_an_appeal_holds(bench: Bench, interrupted: str) -> None:
    order = await appealed(bench, interrupted)
    held = task(await order.on_record(), interrupted)
    for ruling in (Extended(reason="x", by=DAY, task=interrupted), Resumed(reason="x", task=interrupted)):
        assert await order.refuses(ruling, actor=OPERATOR) == f"{ruling.event} would change nothing"
    for everywhere in (Paused(reason="x"), Extended(reason="x", by=DAY), Resumed(reason="x")):
        view = await order.report(everywhere, actor=OPERATOR)
        assert task(view, interrupted) == held


@pytest.mark.parametrize(
    ("interrupted", "event", "outcome"),
    [
        ("implementation", Declined(reason="no capacity"), "declined"),
        ("implementation", RefundRequested(on_behalf_of=BUYER), "refund_requested"),
        ("confirmation", Accepted(on_behalf_of=BUYER), "completed"),
        ("confirmation", RefundRequested(on_behalf_of=BUYER), "refund_requested"),
    ],
)
async def test_a_side_may_still_give_in(bench: Bench, interrupted: str, event: Event, outcome: str) -> None:
    order = await appealed(bench, interrupted)
    view = await order.report(event)
    assert "appeal" not in {task.name for task in view.tasks}
    assert await order.ends() == outcome
    assert (order.path()[-1] == "refunded") == (outcome != "completed")


@pytest.mark.parametrize(
    ("interrupted", "events"),
    [
        ("implementation", [BUILT, Accepted(on_behalf_of=BUYER), BUYER_APPEALS, PROVIDER_APPEALS]),
        ("confirmation", [SENT_BACK, Declined(reason="no"), BUYER_APPEALS, PROVIDER_APPEALS]),
    ],
)
async def test_everything_else_waits_for_the_decision(
    bench: Bench, interrupted: str, events: list[Event]
) -> None:
    order = await appealed(bench, interrupted)
    for event in events:
        assert await order.refuses(event) == f"appealing does not take {event.event}"


@INTERRUPTED
async def test_statements_change_nothing_but_the_record(bench: Bench, interrupted: str) -> None:
    order = await appealed(bench, interrupted)
    before = await order.stands("replanned")
    await bench.advance(DAY)
    for said in (BUYER_SAYS, PROVIDER_SAYS, BUYER_SAYS):
        view = await order.report(said)
    assert (view.tasks, view.stage, view.version) == (before.tasks, before.stage, before.version + 3)
    rows = order.changes()[-3:]
    assert [row.event for row in rows] == ["buyer_stated", "provider_stated", "buyer_stated"]
    assert rows[0].data["statement"] == "still nobody"
    assert rows[0].data["evidence"] == [{"name": "chat.png", "sha256": "ab" * 32}]
    assert not any(row.internal for row in rows)
    at = await bench.now()
    held = task(view, interrupted)
    back = await order.report(RESUME, actor=OPERATOR, at=at)
    assert held.left is not None
    assert task(back, interrupted).deadline_at == at + held.left


async def test_each_side_may_add_so_much_in_one_case_and_no_more(bench: Bench) -> None:
    appeal = bench.terms().appeal
    assert appeal is not None
    order = await appealed(bench.under(appeal=appeal.model_copy(update={"statements": 2})))
    await order.report(BUYER_SAYS)
    await decided(order, RESUME)
    await idle(order, BUYER_APPEALS)
    await order.report(BUYER_APPEALS)
    await bench.settle(order)
    await order.report(BUYER_SAYS)
    assert await order.refuses(BUYER_SAYS) == "2 statements of a side are enough"
    for _ in range(2):
        await order.report(PROVIDER_SAYS)
    await order.refuses(PROVIDER_SAYS)


async def test_nobody_states_anything_without_an_appeal(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    for said in (BUYER_SAYS, PROVIDER_SAYS):
        assert await order.refuses(said) == f"implementing does not take {said.event}"


# --- its end


@INTERRUPTED
@pytest.mark.parametrize(("decision", "more"), [(RESUME, timedelta()), (FIVE_DAYS, 5 * DAY)])
async def test_an_order_goes_on_with_exactly_the_time_that_was_left(
    bench: Bench, interrupted: str, decision: Event, more: timedelta
) -> None:
    order = await appealed(bench, interrupted)
    left = task(await order.on_record(), interrupted).left
    assert left is not None
    await bench.advance(2 * DAY)
    at = await bench.now() - HOUR
    view = await order.report(decision, actor=OPERATOR, at=at)
    assert view.stage == ("implementing" if interrupted == "implementation" else "confirming")
    [back] = view.tasks
    assert (back.name, back.paused, back.deadline_at) == (interrupted, False, at + left + more)
    assert await order.ends() == (
        "not_implemented" if interrupted == "implementation" else "accepted_by_silence"
    )


@INTERRUPTED
async def test_a_refund_gives_everything_back(bench: Bench, interrupted: str) -> None:
    order = await appealed(bench.under(**ALONE), interrupted)
    view = await order.report(REFUND, actor=OPERATOR)
    assert (view.stage, view.tasks) == ("refunding", ())
    assert await order.ends() == "appeal_refunded"
    assert order.path()[-2:] == ["decided", "refunded"]
    assert [refund.amount_fen for refund in bench.refunds(order=order)] == [9900]
    assert (await order.on_record()).data["authorisation"] == "to_be_revoked"


@INTERRUPTED
async def test_an_acceptance_completes_the_order(bench: Bench, interrupted: str) -> None:
    order = await appealed(bench.under(**ALONE), interrupted)
    view = await order.report(ACCEPT, actor=OPERATOR)
    assert (view.stage, view.outcome, view.tasks) == ("closed", "appeal_accepted", ())
    assert await order.ends() == "appeal_accepted"
    assert bench.refunds(order=order) == []
    assert {"service_since", "service_until"} <= set((await order.on_record()).data)


@INTERRUPTED
async def test_an_appeal_that_nobody_decides_is_escalated(bench: Bench, interrupted: str) -> None:
    """How long that takes: test_appeal_desk."""
    order = await appealed(bench, interrupted)
    due = task(await order.stands("replanned"), "appeal").deadline_at
    assert due is not None
    await bench.advance_to(due + SECOND)
    view = await order.stands("appeal_overdue")
    assert [task.name for task in view.tasks] == [interrupted, "escalated_appeal"]
    await decided(order, REFUND, AGREED)
    assert await order.ends() == "appeal_refunded"


async def test_attempts_are_still_counted_after_an_appeal(bench: Bench) -> None:
    order = await appealed(bench, "confirmation")
    view = await decided(order, RESUME)
    assert view.tasks[0].attempts_left == 3


async def test_what_is_given_back_needs_two(bench: Bench) -> None:
    order = await appealed(bench)
    await decided(order, REFUND, AGREED)
    assert await order.ends() == "appeal_refunded"
