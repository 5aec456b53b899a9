"""Checks that do not answer, a look that is under way, and PostgreSQL late: nothing is lost or done twice."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, text
from temporalio.exceptions import ApplicationError

import activities.listings
from activities.gateways.simulated.links import SimulatedLinks
from models.interventions import Resumed
from models.process import Process
from tests.bench import MINUTE, OPERATOR, SECOND, SECOND_OPERATOR
from tests.listings import (
    APPROVE,
    LISTED,
    REJECT,
    RETIRED,
    WITHDRAWN,
    Bazaar,
    Item,
    facts_of,
    good,
    put_on_record,
)
from tests.workflows.test_listing_at_once import AT_ONCE

LINKED = good(basic__links=[{"title": "Manual", "url": "https://manual.example/"}])


@contextmanager
def links_fail(how: Exception) -> Iterator[None]:
    """While this lasts nobody is told how a link is."""

    def failing(*_: object) -> Any:
        raise how

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SimulatedLinks, "look", failing)
        yield


@contextmanager
def nothing_known() -> Iterator[None]:
    """While this lasts PostgreSQL does not say what stands against anybody."""

    def silent(*_: object) -> Any:
        raise TimeoutError("no answer")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(activities.listings, "selling_of", silent)
        yield


REFUSED = ApplicationError("not from here", type="Refused", non_retryable=True)
SILENT = ConnectionError("no answer")


async def test_a_check_that_is_refused_waits_for_an_operator_and_is_made_again(bazaar: Bazaar) -> None:
    item = await Item.begun(bazaar)
    with links_fail(REFUSED):
        await item.says(item.submission(LINKED))
        view = await item.case.stands("submitted", "blocked")
        assert (facts_of(view, "revision")["stage"], view.blocked_by) == ("checking", ("Refused",))
        await item.decides(Resumed(reason="try again"))
        await item.case.stands("submitted", "blocked", "resumed", "blocked")
    await item.decides(Resumed(reason="try again"))
    view = await item.stands(revision="reviewing")
    assert view.blocked_by == ()
    assert item.case.path().count("checks_passed") == 1


async def test_a_check_that_is_silent_for_long_is_shown_to_operators_and_goes_on(bazaar: Bazaar) -> None:
    bazaar.opens(worry_after="PT2M")
    item = await Item.begun(bazaar)
    with links_fail(SILENT):
        await item.says(item.submission(LINKED))
        await item.bench.advance(2 * MINUTE + SECOND)
        view = await item.case.stands("submitted", "delayed")
        assert (facts_of(view, "revision")["stage"], view.blocked_by) == ("checking", ("Delayed",))
    await item.bench.advance(6 * MINUTE)
    view = await item.stands(revision="reviewing")
    assert view.blocked_by == ()


@pytest.mark.parametrize("how", [REFUSED, SILENT], ids=["refused", "silent"])
@pytest.mark.parametrize("event", [WITHDRAWN, RETIRED], ids=["withdrawn", "retired"])
async def test_whoever_takes_back_what_is_not_checked_need_not_wait(
    bazaar: Bazaar, event: Any, how: Exception
) -> None:
    bazaar.opens(worry_after="PT2M")
    item = await Item.begun(bazaar)
    with links_fail(how):
        await item.says(item.submission(LINKED))
        await item.bench.advance(2 * MINUTE + SECOND)
        await item.case.stands("submitted", "blocked" if how is REFUSED else "delayed")
        view = await item.says(event)
        assert view.blocked_by == ()
        await item.bench.settle(item.case)
    if event is RETIRED:
        assert (view.stage, view.outcome, view.tasks) == ("closed", "given_up", ())
    else:
        await item.submits()
    assert "checks_passed" not in item.case.path()[: item.case.path().index(event.event)]


async def test_a_check_that_answers_after_a_withdrawal_says_nothing_of_the_next_version(
    bazaar: Bazaar,
) -> None:
    item = await Item.begun(bazaar)
    with links_fail(SILENT):
        await item.says(item.submission(LINKED))
        await item.says(WITHDRAWN)
        await item.says(item.submission())
    await item.stands(revision="reviewing")
    [passed] = [change for change in item.case.changes() if change.event == "checks_passed"]
    assert (passed.data["version"], passed.data["round"]) == (1, 2)


async def test_a_look_that_is_under_way_holds_up_nobody(bazaar: Bazaar, process: Process) -> None:
    """Neither whoever lists it, nor whoever retires it."""
    bazaar.opens(hides=["deposit-releasing"], worry_after="PT2M")
    item = await Item.approved(bazaar, process)
    await item.bench.settle(item.case)
    with nothing_known():
        put_on_record(bazaar, item.provider_id, ["listing"], leaving=True)
        await item.hears()
        assert (await item.says(LISTED)).stage == "listed"
    await item.stands(case="hidden")
    with nothing_known():
        await item.hears()
        await item.bench.advance(2 * MINUTE + SECOND)
        view = await item.case.stands("delayed")
        assert view.blocked_by == ("Delayed",)
        view = await item.says(RETIRED)
        assert (view.stage, view.outcome, view.blocked_by, view.tasks) == ("closed", "retired", (), ())
        await item.bench.settle(item.case)
    assert item.case.path()[-1] == "retired"


# --- PostgreSQL late


@contextmanager
def record_held_up(engine: Engine, case_id: str) -> Iterator[None]:
    """While this lasts the case's row cannot be written."""
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT 1 FROM cases WHERE case_id = :id FOR UPDATE"), {"id": case_id})
        yield


@pytest.mark.parametrize("late", [REJECT, WITHDRAWN], ids=["another operator", "the provider"])
async def test_a_decision_counts_from_its_acceptance_although_its_record_is_late(
    bazaar: Bazaar, process: Process, late: Any
) -> None:
    item = await Item.in_review(bazaar, process)
    await item.bench.settle(item.case)
    with record_held_up(item.bench.engine, item.case.case_id):
        approving = await item.case.sent(APPROVE, key="approve", actor=OPERATOR)
        await item.refuses(late, actor=SECOND_OPERATOR)
        assert not approving.done()
    async with asyncio.timeout(60):
        await approving
    await item.stands(case="approved")
    assert [change.event for change in item.case.changes() if change.event in ("decided", late.event)] == [
        "decided"
    ]


@pytest.mark.parametrize("at_once", [False, True], ids=["updates first", "all at once"])
async def test_what_is_decided_before_a_review_is_overdue_is_not_escalated_although_no_worker_was_up(
    lone: Bazaar, *, at_once: bool
) -> None:
    lone.opens(review={"review_within": "PT1H"}, remind_before={})
    async with lone.bench.working(cached_workflows=0):
        item = await Item.in_review(lone)
        await lone.bench.settle(item.case)
    due = await item.case.due()
    async with lone.bench.passing(due + SECOND):
        sent = await item.case.sent(APPROVE, key="k", at=due - SECOND, actor=OPERATOR)
        worker = lone.bench.working()
        worker._set_default_workflow_logic_flag(AT_ONCE, enabled=at_once)
        async with worker:
            await sent
            await item.stands(case="approved")
            await item.bench.settle(item.case)
            await item.bench.clear()
    assert "review_overdue" not in item.case.path()
