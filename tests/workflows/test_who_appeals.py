"""Who may ask an operator to decide, from when on, and how often."""

from datetime import timedelta

import pytest

from models.cases import Event
from models.interventions import Extended, Paused, Resumed
from models.orders import VersionRejected
from tests.bench import APPROVED, BUILT, DAY, OPERATOR, SECOND, Bench, Opened
from tests.workflows.disputes import (
    BUYER_APPEALS,
    NO_REWORK,
    ONE_REWORK,
    PROVIDER_APPEALS,
    RESUME,
    SENT_BACK,
    appealed,
    decided,
    idle,
    sent_back,
)

HOUR = timedelta(hours=1)


def not_before(order: Opened, event: Event) -> object:
    view = order.case()
    assert view is not None
    [accepted] = [each for each in view.tasks[0].accepts if each.event == event.event]
    return accepted.not_before


@pytest.mark.parametrize(
    ("kind", "event"), [("implementation", BUYER_APPEALS), ("confirmation", PROVIDER_APPEALS)]
)
async def test_who_waits_appeals_once_the_other_was_idle_for_five_days(
    bench: Bench, kind: str, event: Event
) -> None:
    order = await bench.place_in(kind)
    task = (await order.on_record()).tasks[0]
    assert task.deadline_at is not None
    opened_at = task.deadline_at - (30 if kind == "implementation" else 7) * DAY
    assert not_before(order, event) == opened_at + 5 * DAY
    await bench.advance_to(opened_at + 5 * DAY + HOUR)
    refused = await order.refuses(event, at=opened_at + 5 * DAY - SECOND)
    assert refused == f"{event.event} is not taken before {opened_at + 5 * DAY}"
    view = await order.report(event, at=opened_at + 5 * DAY)
    assert view.stage == "appealing"


async def test_the_provider_is_idle_since_it_was_last_its_turn(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    await bench.advance(20 * DAY)
    await order.refuses(BUYER_APPEALS)
    at = await bench.now()
    await order.report(VersionRejected(reason="no address"), at=at)
    assert not_before(order, BUYER_APPEALS) == at + 5 * DAY


async def test_nobody_is_idle_while_the_order_is_paused(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    before = not_before(order, BUYER_APPEALS)
    assert before is not None
    await bench.advance(2 * DAY)
    await order.report(Paused(reason="talks"), actor=OPERATOR)
    await bench.advance(9 * DAY)
    await order.refuses(BUYER_APPEALS)
    due = (await order.report(Resumed(reason="over"), actor=OPERATOR)).tasks[0].deadline_at
    assert due is not None
    assert not_before(order, BUYER_APPEALS) == due - 25 * DAY
    await order.refuses(BUYER_APPEALS)
    await idle(order, BUYER_APPEALS)
    await order.report(BUYER_APPEALS)


async def test_more_time_to_build_is_no_more_time_to_be_idle(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    before = not_before(order, BUYER_APPEALS)
    await order.report(Extended(reason="holiday", by=3 * DAY), actor=OPERATOR)
    assert not_before(order, BUYER_APPEALS) == before


async def test_the_provider_appeals_while_it_does_the_last_rework(bench: Bench) -> None:
    order = await bench.under(**ONE_REWORK).place_in("implementation")
    await order.refuses(PROVIDER_APPEALS)
    for event in (BUILT, APPROVED, SENT_BACK):
        await order.report(event)
    assert (await order.report(PROVIDER_APPEALS)).stage == "appealing"


async def test_while_reworks_are_left_the_provider_builds_and_the_buyer_sends_back(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    await sent_back(order, 2)
    await order.refuses(BUYER_APPEALS)
    await order.report(SENT_BACK)
    await order.report(PROVIDER_APPEALS)


async def test_where_nothing_can_be_sent_back_the_buyer_appeals_at_once(bench: Bench) -> None:
    order = await bench.under(**NO_REWORK).place_in("confirmation")
    assert not_before(order, BUYER_APPEALS) is None
    assert (await order.report(BUYER_APPEALS)).stage == "appealing"


async def test_an_order_is_appealed_as_often_as_the_terms_allow(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    for _ in range(3):
        await idle(order, BUYER_APPEALS)
        await order.report(BUYER_APPEALS)
        view = await decided(order, RESUME)
    assert "buyer_appealed" not in {each.event for each in view.tasks[0].accepts}
    await bench.advance(6 * DAY)
    await order.refuses(BUYER_APPEALS)


@pytest.mark.parametrize("kind", ["payment", "version_review"])
async def test_nobody_appeals_what_nobody_of_the_two_holds_up(bench: Bench, kind: str) -> None:
    order = await bench.place_in(kind)
    for event in (BUYER_APPEALS, PROVIDER_APPEALS):
        await order.refuses(event)


async def test_earlier_terms_know_no_appeal(bench: Bench) -> None:
    order = await bench.under("2020-12-28").place_in("implementation")
    await bench.advance(9 * DAY)
    await order.refuses(BUYER_APPEALS)


async def test_after_an_appeal_the_other_side_has_its_idle_days_again(bench: Bench) -> None:
    order = await appealed(bench)
    at = await bench.now()
    await order.report(RESUME, actor=OPERATOR, at=at)
    assert not_before(order, BUYER_APPEALS) == at + 5 * DAY
    await order.refuses(BUYER_APPEALS)
