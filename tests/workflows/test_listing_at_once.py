"""What meets in one moment in a product's or shop's case: each is taken after the other, and told so."""

import asyncio
from typing import Any

import pytest
from temporalio.worker._workflow_instance import _WorkflowLogicFlag

from models.cases import SYSTEM, Actor, Event
from models.interventions import Approved, Claimed
from tests.bench import OPERATOR, SECOND_OPERATOR
from tests.listings import (
    APPROVE,
    DELIST,
    EXPEDITED,
    LIFT,
    LISTED,
    NOTIFY,
    OUTDATED,
    PROVIDER,
    REJECT,
    RETIRED,
    SELF_CHECKED,
    UNLISTED,
    WITHDRAWN,
    Bazaar,
    Item,
    put_on_record,
    stage_of,
)
from tests.workflows.resting import RESTING

AT_ONCE = _WorkflowLogicFlag.PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH
CLAIM, AGREED = Claimed(reason="mine"), Approved(reason="in order")
BY_THE_WAY = ("standing_changed", "replanned")
Refusals = list[str | None]


async def waiting(bazaar: Bazaar, where: str) -> Item:
    """A product in nobody's memory."""
    async with bazaar.bench.working(cached_workflows=0):
        match where:
            case "reviewing":
                item = await Item.in_review(bazaar)
            case "undecided":
                bazaar.opens(risky=["service"])
                item = await Item.in_review(bazaar)
                await item.decides(APPROVE)
            case _:
                item = await RESTING[where](bazaar)
        await bazaar.bench.settle(item.case)
    return item


def by(event: Event) -> Actor:
    if event is OUTDATED:
        return SYSTEM
    if event is AGREED:
        return SECOND_OPERATOR
    return OPERATOR if event.event in ("decided", "claimed") else PROVIDER


async def in_one_moment(
    item: Item, *events: Event | tuple[Event, Actor], at_once: bool = False, **how: Any
) -> Refusals:
    """What becomes of events that reach their case in the same workflow task. They are sent in order."""
    sent = []
    for n, each in enumerate(events):
        event, actor = each if isinstance(each, tuple) else (each, by(each))
        sent.append(await item.case.sent(event, key=f"k-{n}", actor=actor, **how))
    worker = item.bench.working()
    worker._set_default_workflow_logic_flag(AT_ONCE, enabled=at_once)
    async with worker:
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await item.bench.settle(item.case)
        await item.bench.clear()
    return [getattr(getattr(each, "cause", None), "type", None) for each in answers]


# --- two operators


@pytest.mark.parametrize(("seen", "at_once"), [(False, True), (True, False)])
@pytest.mark.parametrize(("first", "second"), [(APPROVE, APPROVE), (APPROVE, REJECT), (REJECT, APPROVE)])
async def test_of_two_operators_who_decide_a_round_one_wins_and_the_other_is_told(
    lone: Bazaar, first: Event, second: Event, *, seen: bool, at_once: bool
) -> None:
    item = await waiting(lone, "reviewing")
    version = (await item.case.on_record()).version
    how = {"seen_version": version} if seen else {}
    both = ((first, OPERATOR), (second, SECOND_OPERATOR))
    assert await in_one_moment(item, *both, at_once=at_once, **how) == [None, "OutOfTurn"]
    [decided] = [change for change in item.case.changes() if change.event == "decided"]
    assert (decided.actor["subject"], decided.data["version"], decided.data["round"]) == ("olga", 1, 1)
    accepted = stage_of(await item.case.on_record(), "revision") == "accepted"
    assert accepted is (first is APPROVE)


@pytest.mark.parametrize(
    ("second", "refusal"), [(APPROVE, "OutOfTurn"), (CLAIM, "OutOfTurn"), (WITHDRAWN, None)]
)
async def test_what_one_operator_has_claimed_the_other_leaves_alone(
    lone: Bazaar, second: Event, refusal: str | None
) -> None:
    item = await waiting(lone, "reviewing")
    meanwhile = (second, PROVIDER if second is WITHDRAWN else SECOND_OPERATOR)
    refusals = await in_one_moment(item, CLAIM, meanwhile, APPROVE)
    assert refusals == [None, refusal, "OutOfTurn" if second is WITHDRAWN else None]


# --- whoever else meets


@pytest.mark.parametrize(
    ("where", "events", "refusals", "path", "stages"),
    [
        (
            *("reviewing", (WITHDRAWN, APPROVE), [None, "OutOfTurn"], ["submission_withdrawn"]),
            {"revision": "drafting", "case": "draft"},
        ),
        (
            *("reviewing", (APPROVE, WITHDRAWN), [None, "OutOfTurn"]),
            *(["decided", "version_approved"], {"revision": "accepted", "case": "approved"}),
        ),
        ("reviewing", (EXPEDITED, APPROVE), [None, "OutOfTurn"], ["expedited"], {"revision": "reviewing"}),
        ("reviewing", (APPROVE, EXPEDITED), [None, "OutOfTurn"], ["decided", "version_approved"], {}),
        ("reviewing", (RETIRED, APPROVE), [None, None], None, {"case": "closed"}),
        ("reviewing", (APPROVE, RETIRED), [None, None], None, {"case": "closed"}),
        (
            *("undecided", (WITHDRAWN, AGREED), [None, "OutOfTurn"], ["submission_withdrawn"]),
            {"revision": "drafting", "case": "draft"},
        ),
        (
            *("undecided", (AGREED, WITHDRAWN), [None, "OutOfTurn"]),
            *(["approved", "version_approved"], {"revision": "accepted", "case": "approved"}),
        ),
        ("approved", (LISTED, DELIST), [None, "OutOfTurn"], ["listed"], {"case": "listed"}),
        ("listed", (UNLISTED, DELIST), [None, "OutOfTurn"], ["unlisted"], {"case": "approved"}),
        ("listed", (DELIST, UNLISTED), [None, "OutOfTurn"], ["decided"], {"case": "delisted"}),
        ("listed", (DELIST, NOTIFY), [None, "OutOfTurn"], ["decided"], {"case": "delisted"}),
        ("noticed", (SELF_CHECKED, LIFT), [None, "OutOfTurn"], None, {"rectification": "self_checked"}),
        ("noticed", (LIFT, SELF_CHECKED), [None, "OutOfTurn"], None, {"rectification": "lifted"}),
        ("noticed", (RETIRED, LIFT), [None, None], None, {"case": "closed"}),
    ],
)
async def test_what_meets_is_taken_one_after_the_other(
    lone: Bazaar,
    where: str,
    events: tuple[Event, ...],
    refusals: Refusals,
    path: list[str] | None,
    stages: dict[str, str],
) -> None:
    item = await waiting(lone, where)
    before = len(item.case.path())
    assert await in_one_moment(item, *events) == refusals
    happened = [event for event in item.case.path()[before:] if event not in BY_THE_WAY]
    accepted = [event.event for event, told in zip(events, refusals, strict=True) if told is None]
    assert happened == path or (path is None and sorted(happened) == sorted(accepted))
    view = await item.case.on_record()
    assert {story: stage_of(view, story) for story in stages} == stages
    assert (view.closed_at is None) is bool(view.tasks)


async def test_a_decision_that_waits_for_a_second_operator_vanishes_with_its_submission(lone: Bazaar) -> None:
    item = await waiting(lone, "undecided")
    async with lone.bench.working():
        view = await item.says(WITHDRAWN)
        assert "second_approval" not in [task.name for task in view.tasks]
        refusal = await item.refuses(AGREED, actor=SECOND_OPERATOR)
        assert refusal == "no decision waits for a second operator"
        await item.submits()
        await item.refuses(AGREED, actor=SECOND_OPERATOR)
        await item.decides(REJECT)
        await item.bench.settle(item.case)
        await item.bench.clear()


# --- a gate that closes


@pytest.mark.parametrize("events", [(LISTED, OUTDATED), (OUTDATED, LISTED)], ids=["listed", "told"])
async def test_a_gate_that_closes_in_the_moment_of_listing_hides_it(
    lone: Bazaar, events: tuple[Event, ...]
) -> None:
    item = await waiting(lone, "approved")
    put_on_record(lone, item.provider_id, ["listing"], leaving=True)
    assert await in_one_moment(item, *events) == [None, None]
    view = await item.case.on_record()
    assert (view.stage, view.data["blocked_by"]) == ("hidden", ["deposit-releasing"])
