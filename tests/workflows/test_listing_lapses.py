"""What comes together with the end of a notice: nothing of it is lost, and nothing is left behind."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import activities.listings
from models.cases import Event
from tests.bench import OPERATOR, SECOND
from tests.listings import (
    APPROVE,
    DELIST,
    LIFT,
    LISTED,
    NOTIFY,
    Bazaar,
    Item,
    facts_of,
    listed_in,
    stage_of,
)
from tests.workflows.resting import RESTING, SUSPECT, found
from tests.workflows.test_listing_at_once import AT_ONCE

Blind = Callable[[], Any]


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Blind:
    """While this lasts PostgreSQL does not say what stands against anybody."""

    @contextmanager
    def unanswered() -> Iterator[None]:
        with monkeypatch.context() as patched:
            patched.setattr(activities.listings, "selling_of", silent)
            yield

    def silent(*_: object) -> Any:
        raise TimeoutError("no answer")

    return unanswered


async def overdue(item: Item) -> None:
    """Its time is over, and what a check had found is not looked for yet."""
    await item.bench.advance_to(await item.case.due() + SECOND)
    await item.stands(rectification="lapsed")


# --- what else was found meanwhile


async def test_what_an_operator_adds_to_what_a_check_found_stands_whatever_the_check_says(
    bazaar: Bazaar,
) -> None:
    """ALI-RECT-03."""
    item = await found(bazaar)
    view = await item.decides(NOTIFY)
    await item.case.stands("found_again")
    view = await item.case.on_record(len(item.case.path()))
    assert facts_of(view, "rectification")["by_system"] is False
    bazaar.forbids()
    await item.bench.advance_to(await item.case.due() + SECOND)
    view = await item.stands(case="delisted")
    assert {each["code"] for each in listed_in(view, "reasons")} == {"forbidden-content", "misleading"}


async def test_what_an_operator_let_pass_does_not_count_when_the_time_is_over(bazaar: Bazaar) -> None:
    item = await Item.begun(bazaar)
    await item.submits(item.written(f"{SUSPECT} and brimstone"))
    await item.decides(APPROVE)
    await item.stands(case="approved")
    await item.says(LISTED)
    bazaar.forbids(SUSPECT)
    await item.hears()
    await item.stands(rectification="noticed")
    await item.decides(LIFT)
    bazaar.forbids(SUSPECT, "brimstone")
    await item.hears()
    await item.stands(rectification="noticed")
    bazaar.forbids(SUSPECT)
    await item.bench.advance_to(await item.case.due() + SECOND)
    assert (await item.stands(rectification="lifted")).stage == "listed"


# --- what is decided in the same moment


@pytest.mark.parametrize("decision", [DELIST, NOTIFY], ids=["delist", "notify"])
@pytest.mark.parametrize("order", [1, -1], ids=["approved first", "approved last"])
@pytest.mark.parametrize("where", ["noticed", "self-checked"])
async def test_what_is_decided_while_a_correction_is_approved_leaves_nothing_behind(
    lone: Bazaar, where: str, decision: Event, order: int
) -> None:
    """The notice that follows has all of its time, and the case goes on in another run."""
    lone.opens(events_a_run=20)
    async with lone.bench.working(cached_workflows=0):
        item = await RESTING[where](lone)
        await item.submits(item.written("Quite other words."))
        await lone.bench.settle(item.case)
    both = (APPROVE, decision)[::order]
    sent = [await item.case.sent(event, key=f"k-{n}", actor=OPERATOR) for n, event in enumerate(both)]
    async with lone.bench.working():
        await asyncio.gather(*sent)
        await item.shows(live_version=2)
        await item.bench.settle(item.case)
        if decision is DELIST:
            await item.stands(case="delisted")
            await item.decides(LIFT)
        await item.stands(case="listed", rectification="corrected")
        await item.decides(NOTIFY)
        await item.in_another_run()
        view = await item.case.on_record()
        assert stage_of(view, "rectification") == "noticed"
        assert [each["number"] for each in facts_of(view, "rectification")["reasons"]] == ["2.1"]
        await item.bench.clear()


@pytest.mark.parametrize("at_once", [False, True], ids=["updates first", "all at once"])
@pytest.mark.parametrize("by_system", [False, True])
async def test_a_correction_that_is_approved_when_the_time_ends_is_on_sale(
    lone: Bazaar, *, by_system: bool, at_once: bool
) -> None:
    lone.opens(remind_before={})
    async with lone.bench.working(cached_workflows=0):
        item = await RESTING["found" if by_system else "noticed"](lone)
        until_then = await item.case.due()
        await item.bench.advance_to(until_then - 3600 * SECOND)
        await item.submits(item.written("Quite other words."))
        await lone.bench.settle(item.case)
    async with lone.bench.passing(until_then + SECOND):
        sent = await item.case.sent(APPROVE, key="k", at=until_then - SECOND, actor=OPERATOR)
        worker = lone.bench.working()
        worker._set_default_workflow_logic_flag(AT_ONCE, enabled=at_once)
        async with worker:
            await sent
            await item.stands(rectification="corrected", case="listed")
            await item.bench.settle(item.case)
            view = await item.stands(rectification="corrected", case="listed")
            assert view.data["live_version"] == 2
            await item.bench.clear()


@pytest.mark.parametrize("at_once", [False, True], ids=["updates first", "all at once"])
async def test_what_was_lifted_before_the_time_ended_does_not_lapse_although_no_worker_was_up(
    lone: Bazaar, *, at_once: bool
) -> None:
    lone.opens(remind_before={})
    async with lone.bench.working(cached_workflows=0):
        item = await RESTING["noticed"](lone)
        await lone.bench.settle(item.case)
        until_then = await item.case.due()
    async with lone.bench.passing(until_then + SECOND):
        sent = await item.case.sent(LIFT, key="k", at=until_then - SECOND, actor=OPERATOR)
        worker = lone.bench.working()
        worker._set_default_workflow_logic_flag(AT_ONCE, enabled=at_once)
        async with worker:
            view = await sent
            assert (view.stage, stage_of(view, "rectification")) == ("listed", "lifted")
            await item.bench.settle(item.case)
            await item.bench.clear()
    assert item.case.path()[-1] == "decided"


# --- while it is looked for once more


async def test_a_correction_counts_while_it_is_looked_for_once_more(bazaar: Bazaar, blind: Blind) -> None:
    item = await found(bazaar)
    due = await item.case.due()
    await item.bench.advance_to(due - 60 * SECOND)
    await item.submits(item.written("Quite other words."))
    with blind():
        await item.bench.advance_to(due + SECOND)
        await item.stands(rectification="lapsed")
        await item.decides(APPROVE)
        await item.stands(rectification="corrected")
    await item.case.stands("standing_changed")
    view = await item.case.on_record(len(item.case.path()))
    assert (view.stage, stage_of(view, "rectification")) == ("listed", "corrected")


@pytest.mark.parametrize("still_there", [True, False])
async def test_whoever_delists_it_meanwhile_delists_it_once(
    bazaar: Bazaar, blind: Blind, *, still_there: bool
) -> None:
    item = await found(bazaar)
    with blind():
        await overdue(item)
        await item.decides(DELIST)
        bazaar.forbids("brimstone", *([SUSPECT] if still_there else []))
    await item.case.stands("standing_changed")
    view = await item.case.on_record(len(item.case.path()))
    assert (view.stage, stage_of(view, "rectification")) == ("delisted", "lapsed")
    assert [each["code"] for each in listed_in(view, "reasons")] == ["misleading"]


async def test_another_notice_meanwhile_keeps_its_time(bazaar: Bazaar, blind: Blind) -> None:
    item = await found(bazaar)
    with blind():
        await overdue(item)
        await item.decides(NOTIFY)
        bazaar.forbids()
    await item.case.stands("standing_changed")
    view = await item.case.on_record(len(item.case.path()))
    assert (view.stage, stage_of(view, "rectification")) == ("listed", "noticed")
