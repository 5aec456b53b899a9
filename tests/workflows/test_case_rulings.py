"""What an operator does to clocks. Pausing stops clocks, not people."""

import asyncio
from datetime import timedelta

import pytest

from activities.gateways.simulated.payments import Behaviour
from models.cases import Event
from models.interventions import Extended, Paused, Resumed
from models.orders import Cancelled, Declined, RefundRequested, VersionRejected
from tests.bench import APPROVED, BUILT, BUYER, DAY, MINUTE, OPERATOR, Bench, Opened

PAUSED = Paused(reason="the buyer's appeal")
RESUMED = Resumed(reason="decided")
MONEY_BACK = RefundRequested(on_behalf_of=BUYER)


async def rule(order: Opened, ruling: Event, **how: object) -> timedelta | None:
    """What an operator's ruling leaves of the open task's time."""
    view = await order.report(ruling, actor=OPERATOR, **how)  # type: ignore[arg-type]
    deadline_at = view.tasks[0].deadline_at
    return deadline_at - await order.bench.now() if deadline_at else view.tasks[0].left


async def test_a_pause_keeps_the_time_that_was_left(bench: Bench) -> None:
    order = await bench.place()
    await bench.advance(2 * DAY)
    left = await rule(order, PAUSED)
    assert left is not None
    assert DAY - MINUTE < left <= DAY
    task = (await order.on_record()).tasks[0]
    assert (task.paused, task.deadline_at, task.left) == (True, None, left)
    await bench.advance(40 * DAY)
    assert (await order.on_record()).stage == "unpaid"
    resumed = await rule(order, RESUMED)
    assert resumed is not None
    assert left - MINUTE < resumed <= left
    assert await order.ends() == "unpaid"
    assert 43 * DAY - MINUTE < order.changes()[-2].at - order.changes()[0].at < 43 * DAY + MINUTE


async def test_a_paused_order_takes_money_all_the_same(bench: Bench) -> None:
    order = await bench.place()
    await order.report(PAUSED, actor=OPERATOR)
    await bench.advance(10 * DAY)
    payment, receipt = await bench.pay(order)
    assert await receipt.ends() == "applied"
    assert bench.refunds(payment) == []
    view = await order.on_record()
    assert (view.stage, view.tasks[0].paused) == ("implementing", False)


@pytest.mark.parametrize(
    ("task", "held_up"),
    [
        ("implementation", [BUILT, Declined(reason="no capacity")]),
        ("version_review", [APPROVED, VersionRejected(reason="no address")]),
        ("confirmation", []),
    ],
)
async def test_a_paused_order_holds_up_people_but_never_the_buyers_money(
    bench: Bench, task: str, held_up: list[Event]
) -> None:
    order = await bench.place_in(task)
    paused = await order.report(PAUSED, actor=OPERATOR)
    offered = {each.event for each in paused.tasks[0].accepts}
    assert "paused" not in offered
    assert {"refund_requested", "resumed", "extended"} <= offered
    for event in held_up:
        assert event.event not in offered
        await order.refuses(event)
    await order.report(MONEY_BACK)
    assert await order.ends() == "refund_requested"


async def test_a_resumed_order_takes_everything_again(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await order.report(PAUSED, actor=OPERATOR)
    await order.refuses(BUILT)
    await order.report(RESUMED, actor=OPERATOR)
    view = await order.report(BUILT)
    assert view.tasks[0].name == "version_review"


async def test_a_paused_review_is_still_paused_for_the_next_to_build(bench: Bench) -> None:
    """One clock for building and review: what is done to it, is done for both."""
    order = await bench.place_in("version_review")
    due = await order.due()
    extended = await order.report(Extended(reason="holiday", by=5 * DAY), actor=OPERATOR)
    assert extended.tasks[0].deadline_at == due + 5 * DAY
    rejected = await order.report(VersionRejected(reason="no address"))
    assert (rejected.tasks[0].name, rejected.tasks[0].deadline_at) == ("implementation", due + 5 * DAY)
    assert await order.ends() == "not_implemented"
    assert order.changes()[-2].data == {"deadline_at": (due + 5 * DAY).isoformat()}


async def test_an_extension_moves_a_running_and_a_stopped_clock_alike(bench: Bench) -> None:
    order = await bench.place()
    due = await order.due()
    view = await order.report(Extended(reason="holiday", by=4 * DAY), actor=OPERATOR)
    assert view.tasks[0].deadline_at == due + 4 * DAY
    await order.report(PAUSED, actor=OPERATOR)
    before = (await order.on_record()).tasks[0].left
    await order.report(Extended(reason="and another", by=DAY), actor=OPERATOR)
    after = (await order.on_record()).tasks[0].left
    assert before is not None
    assert after == before + DAY
    await order.report(RESUMED, actor=OPERATOR)
    assert due + 5 * DAY <= await order.due() < due + 5 * DAY + MINUTE
    await bench.advance_to(due + 4 * DAY)
    assert (await order.on_record()).stage == "unpaid"
    assert await order.ends() == "unpaid"


async def test_an_extension_counts_for_what_comes_late_by_the_old_deadline(bench: Bench) -> None:
    order = await bench.place()
    due = await order.due()
    await order.report(Extended(reason="holiday", by=DAY), actor=OPERATOR)
    await bench.advance_to(due + timedelta(hours=1))
    payment, receipt = await bench.pay(order)
    assert await receipt.ends() == "applied"
    assert bench.refunds(payment) == []


@pytest.mark.parametrize(
    "ruling",
    [
        pytest.param(RESUMED, id="nothing is paused"),
        pytest.param(PAUSED.model_copy(update={"task": "signature"}), id="no such task"),
        pytest.param(Extended(reason="x", task="confirmation", by=DAY), id="a task that is not open yet"),
    ],
)
async def test_a_ruling_that_would_change_nothing_is_refused(bench: Bench, ruling: Event) -> None:
    order = await bench.place()
    assert await order.refuses(ruling, actor=OPERATOR) == f"{ruling.event} would change nothing"
    assert order.path() == ["opened", "payment_opened"]


async def test_who_pauses_what_is_paused_changes_nothing(bench: Bench) -> None:
    order = await bench.place()
    await order.report(PAUSED, actor=OPERATOR)
    await order.refuses(PAUSED, actor=OPERATOR)
    assert order.path().count("paused") == 1


async def test_a_ruling_upon_another_version_is_refused_as_stale(bench: Bench) -> None:
    order = await bench.place_paid()
    version = (await order.on_record()).version
    for seen in (version - 1, version + 1):
        text = await order.refuses(PAUSED, "Stale", actor=OPERATOR, seen_version=seen)
        assert text == f"the case is at version {version}"
    view = await order.report(PAUSED, actor=OPERATOR, seen_version=version)
    assert view.version == version + 1
    await order.refuses(RESUMED, "Stale", actor=OPERATOR, seen_version=version)


async def test_nobody_rules_over_a_case_that_waits_for_nobody(bench: Bench) -> None:
    order = await bench.place()
    await asyncio.to_thread(bench.gateway.misbehave, "close", Behaviour.UNAVAILABLE, 4)
    await order.report(Cancelled(on_behalf_of=BUYER))
    for ruling in (PAUSED, RESUMED, Extended(reason="holiday", by=DAY)):
        await order.refuses(ruling, actor=OPERATOR)
    assert await order.ends() == "cancelled"
