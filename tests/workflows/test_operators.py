"""Operators claim, release and note; what one has claimed nobody else decides."""

import asyncio

import pytest

from activities.gateways.simulated.payments import Behaviour
from models.cases import Event
from models.interventions import Extended, Paused, Resumed
from models.orders import Accepted, Declined, RefundRequested
from tests.bench import BUILT, BUYER, DAY, OPERATOR, SECOND_OPERATOR, Bench
from tests.workflows.disputes import (
    AGREED,
    ALONE,
    CLAIMED,
    NOT_AGREED,
    NOTED,
    REFUND,
    RELEASED,
    RESUME,
    appealed,
    in_stead,
)

ANOTHERS = "another operator has claimed the case: it must be released first"
EVERYTHING = [Extended(reason="x", by=DAY), Paused(reason="x"), in_stead(BUILT)]


async def test_who_claims_a_case_is_shown_until_it_is_released(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    view = await order.report(CLAIMED, actor=OPERATOR)
    assert (view.claimed_by, view.stage) == ("olga", "implementing")
    offered = {each.event for each in view.tasks[0].accepts}
    assert ("claimed" in offered, "released" in offered) == (False, True)
    view = await order.report(RELEASED, actor=OPERATOR)
    assert view.claimed_by is None
    offered = {each.event for each in view.tasks[0].accepts}
    assert ("claimed" in offered, "released" in offered) == (True, False)


async def test_a_case_is_claimed_once_and_released_by_anybody(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    assert await order.refuses(RELEASED, actor=OPERATOR) == "nobody has claimed the case"
    await order.report(CLAIMED, actor=OPERATOR)
    for actor in (OPERATOR, SECOND_OPERATOR):
        assert await order.refuses(CLAIMED, actor=actor) == ("the case is claimed: it must be released first")
    view = await order.report(RELEASED, actor=SECOND_OPERATOR)
    assert view.claimed_by is None
    assert (await order.report(CLAIMED, actor=SECOND_OPERATOR)).claimed_by == "oskar"


@pytest.mark.parametrize("event", EVERYTHING, ids=lambda event: event.event)
async def test_what_one_has_claimed_nobody_else_rules_or_decides(bench: Bench, event: Event) -> None:
    order = await bench.under(**ALONE).place_in("implementation")
    await order.report(CLAIMED, actor=OPERATOR)
    assert await order.refuses(event, actor=SECOND_OPERATOR) == ANOTHERS
    await order.report(event, actor=OPERATOR)
    assert order.path()[-2:] == ["claimed", event.event]


async def test_an_appeal_that_one_has_claimed_nobody_else_decides(bench: Bench) -> None:
    order = await appealed(bench)
    await order.report(CLAIMED, actor=OPERATOR)
    for decision in (RESUME, REFUND):
        assert await order.refuses(decision, actor=SECOND_OPERATOR) == ANOTHERS
    await order.report(RESUME, actor=OPERATOR)


async def test_the_second_operator_needs_no_release(bench: Bench) -> None:
    order = await appealed(bench)
    await order.report(CLAIMED, actor=OPERATOR)
    view = await order.report(REFUND, actor=OPERATOR)
    assert view.claimed_by == "olga"
    view = await order.report(AGREED, actor=SECOND_OPERATOR)
    assert (view.claimed_by, view.stage) == (None, "refunding")


async def test_the_second_operator_may_disagree_without_a_release(bench: Bench) -> None:
    order = await appealed(bench)
    await order.report(CLAIMED, actor=OPERATOR)
    await order.report(REFUND, actor=OPERATOR)
    view = await order.report(NOT_AGREED, actor=SECOND_OPERATOR)
    assert (view.claimed_by, view.stage) == ("olga", "appealing")


async def test_a_decision_that_takes_effect_releases_the_case_and_a_ruling_does_not(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await order.report(CLAIMED, actor=OPERATOR)
    view = await order.report(Extended(reason="x", by=DAY), actor=OPERATOR)
    assert view.claimed_by == "olga"
    view = await order.report(in_stead(BUILT), actor=OPERATOR)
    assert (view.claimed_by, view.tasks[0].name) == (None, "version_review")


async def test_a_claim_holds_up_neither_people_nor_money(bench: Bench) -> None:
    order = await bench.place()
    await order.report(CLAIMED, actor=OPERATOR)
    await bench.pay(order)
    view = await order.stands("paid")
    assert view.claimed_by == "olga"
    await order.report(BUILT)
    await order.report(RefundRequested(on_behalf_of=BUYER))
    assert await order.ends() == "refund_requested"


async def test_a_note_changes_nothing_and_is_free_to_all(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    before = await order.report(CLAIMED, actor=OPERATOR)
    view = await order.report(NOTED, actor=SECOND_OPERATOR)
    assert view.model_copy(update={"version": before.version, "changed_at": before.changed_at}) == before
    assert order.changes()[-1].data["reason"] == "called them"


async def test_a_case_that_waits_for_nobody_can_still_be_claimed_and_noted(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await asyncio.to_thread(bench.gateway.misbehave, "refund", Behaviour.REFUSED)
    await order.report(Declined(reason="no capacity"))
    await order.stands("blocked")
    for event in (CLAIMED, NOTED):
        view = await order.report(event, actor=OPERATOR)
    assert (view.stage, view.claimed_by) == ("refunding", "olga")
    resumed = Resumed(reason="settled")
    assert await order.refuses(resumed, actor=SECOND_OPERATOR) == ANOTHERS
    await order.report(resumed, actor=OPERATOR)
    assert await order.ends() == "declined"


async def test_what_operators_do_among_themselves_is_internal(bench: Bench) -> None:
    order = await appealed(bench)
    for done in (CLAIMED, NOTED, REFUND):
        await order.report(done, actor=OPERATOR)
    for undone in (NOT_AGREED, RELEASED):
        await order.report(undone, actor=SECOND_OPERATOR)
    await order.report(Extended(reason="x", by=DAY), actor=OPERATOR)
    await order.report(RESUME, actor=OPERATOR)
    rows = order.changes()[-7:]
    assert [(row.event, row.internal) for row in rows] == [
        ("claimed", True),
        ("noted", True),
        ("decided", True),
        ("disapproved", True),
        ("released", True),
        ("extended", False),
        ("decided", False),
    ]
    assert {(row.stage_before, row.stage_after) for row in rows[:-1]} == {("appealing", "appealing")}
    assert rows[0].actor == OPERATOR.model_dump(mode="json")


@pytest.mark.parametrize(
    "event", [CLAIMED, NOTED, Extended(reason="x", by=DAY), RESUME], ids=lambda event: event.event
)
async def test_whoever_looked_at_another_version_changes_nothing(bench: Bench, event: Event) -> None:
    order = await appealed(bench)
    version = (await order.on_record()).version
    for seen in (version - 1, version + 1):
        text = await order.refuses(event, "Stale", actor=OPERATOR, seen_version=seen)
        assert text == f"the case is at version {version}"
    await order.report(event, actor=OPERATOR, seen_version=version)


@pytest.mark.parametrize("event", [AGREED, NOT_AGREED, RELEASED], ids=lambda event: event.event)
async def test_whoever_agrees_or_releases_must_have_looked_too(bench: Bench, event: Event) -> None:
    order = await appealed(bench)
    for before in (CLAIMED, REFUND):
        view = await order.report(before, actor=OPERATOR)
    await order.refuses(event, "Stale", actor=SECOND_OPERATOR, seen_version=view.version - 1)
    await order.report(event, actor=SECOND_OPERATOR, seen_version=view.version)


async def test_a_closed_order_keeps_who_claimed_it_last(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    await order.report(CLAIMED, actor=OPERATOR)
    view = await order.report(Accepted(on_behalf_of=BUYER))
    assert (view.outcome, view.claimed_by) == ("completed", "olga")
    await order.ends()
