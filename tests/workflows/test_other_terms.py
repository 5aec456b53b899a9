"""An open order is moved to another version of its policy, and back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.interventions import Extended, Paused, Resumed
from models.orders import OrderTerms, TermsChanged
from tests.bench import APPROVED, BUILT, DAY, OPERATOR, Bench, Opened
from tests.workflows.disputes import BUYER_APPEALS, RESUME, SENT_BACK, appealed, decided, sent_back, task
from tests.workflows.money import balances

HOUR = timedelta(hours=1)
NOW, NEXT = "2026-01-01", "2027"
LONGER: dict[str, Any] = {"pay_within": 5 * DAY, "implement_within": 45 * DAY, "confirm_within": 10 * DAY}
BY = {"payment": 2 * DAY, "implementation": 15 * DAY, "version_review": 15 * DAY, "confirmation": 3 * DAY}


def to(terms: OrderTerms, version: str = NEXT, before: str = NOW) -> TermsChanged:
    return TermsChanged(policy_version=version, before=before, terms=terms, reason="a new guide")


def back(bench: Bench) -> TermsChanged:
    return to(bench.terms(), NOW, NEXT)


async def deadline(order: Opened, change: TermsChanged) -> object:
    view = await order.report(change, actor=OPERATOR)
    assert view.policy_version == change.policy_version
    return view.tasks[0].deadline_at


@pytest.mark.parametrize("kind", BY)
async def test_open_clocks_move_by_the_difference_and_back_to_the_same_instant(
    bench: Bench, kind: str
) -> None:
    order = await bench.place_in(kind)
    due = await order.due()
    await bench.advance(HOUR)
    assert await deadline(order, to(bench.terms(**LONGER))) == due + BY[kind]
    await bench.advance(HOUR)
    assert await deadline(order, back(bench)) == due
    rows = order.changes()[-2:]
    assert [(row.event, row.stage_before == row.stage_after, row.internal) for row in rows] == [
        ("terms_changed", True, False)
    ] * 2
    assert rows[0].actor == OPERATOR.model_dump(mode="json")
    assert rows[0].data["policy_version"] == NEXT
    assert rows[0].data["reason"] == "a new guide"


async def test_the_moved_deadline_is_the_one_that_counts(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    due = await order.due()
    await deadline(order, to(bench.terms(**LONGER)))
    await bench.advance_to(due + 2 * DAY)
    assert (await order.on_record()).stage == "confirming"
    assert await order.ends() == "accepted_by_silence"
    overdue = order.changes()[-1]
    assert overdue.data == {"deadline_at": (due + 3 * DAY).isoformat()}


async def test_a_clock_that_stands_moves_too(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    paused = await order.report(Paused(reason="talks"), actor=OPERATOR)
    left = paused.tasks[0].left
    assert left is not None
    view = await order.report(to(bench.terms(**LONGER)), actor=OPERATOR)
    assert (view.tasks[0].left, view.tasks[0].paused) == (left + 15 * DAY, True)
    view = await order.report(back(bench), actor=OPERATOR)
    assert view.tasks[0].left == left
    await order.report(Resumed(reason="over"), actor=OPERATOR)


async def test_what_an_appeal_holds_moves_too_and_back_also_after_it(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    due = await order.due()
    await bench.advance(6 * DAY)
    await order.report(BUYER_APPEALS)
    held = task(await order.stands("replanned"), "implementation").left
    assert held is not None
    view = await order.report(to(bench.terms(**LONGER)), actor=OPERATOR)
    assert task(view, "implementation").left == held + 15 * DAY
    at = await bench.now()
    view = await order.report(RESUME, actor=OPERATOR, at=at)
    assert view.tasks[0].deadline_at == at + held + 15 * DAY
    assert await deadline(order, back(bench)) == at + held > due


async def test_a_shorter_period_takes_time_away(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    due = await order.due()
    await bench.advance(19 * DAY)
    assert await deadline(order, to(bench.terms(implement_within=20 * DAY))) == due - 10 * DAY
    assert await order.ends() == "not_implemented"


async def test_a_shorter_period_that_has_passed_already_is_refused(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await bench.advance(20 * DAY)
    shorter = to(bench.terms(implement_within=20 * DAY))
    assert await order.refuses(shorter, actor=OPERATOR) == "its time is over, or would be"
    assert (await order.on_record()).policy_version == NOW
    await order.report(Extended(reason="holiday", by=DAY), actor=OPERATOR)
    await order.report(shorter, actor=OPERATOR)


async def test_an_order_is_moved_from_the_version_it_runs_by(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    refused = await order.refuses(back(bench), actor=OPERATOR)
    assert refused == f"the order runs by {NOW}"
    await order.report(to(bench.terms(**LONGER)), actor=OPERATOR)
    again = await order.refuses(to(bench.terms(**LONGER)), actor=OPERATOR)
    assert again == f"the order runs by {NEXT}"
    assert order.path().count("terms_changed") == 1


async def test_an_order_that_runs_by_a_version_already_is_not_moved_to_it(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await order.refuses(to(bench.terms(**LONGER), NOW, NOW), actor=OPERATOR)


async def test_a_rework_under_way_keeps_its_time(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    due = (await order.report(SENT_BACK)).tasks[0].deadline_at
    assert await deadline(order, to(bench.terms(**LONGER))) == due
    await order.report(BUILT)
    at = await bench.now()
    view = await order.report(APPROVED, at=at)
    assert view.tasks[0].deadline_at == at + 10 * DAY


async def test_later_steps_follow_the_new_terms(bench: Bench) -> None:
    order = await bench.under("2020-12-28").place_in("version_review")
    await order.report(to(bench.terms(), NOW, "2020-12-28"), actor=OPERATOR)
    at = await bench.now()
    view = await order.report(APPROVED, at=at)
    assert view.tasks[0].attempts_left == 3
    assert (await sent_back(order)).tasks[0].attempts_left == 2
    await order.ends()
    assert "reminded" in order.path()


async def test_an_order_runs_by_the_terms_that_came_with_the_move(bench: Bench) -> None:
    """TCM-FEE-02. Whoever moves it sees to it that the commission stays as it was agreed."""
    order = await bench.place_in("version_review")
    await order.report(to(bench.terms(commission_rate=Decimal("0.20"))), actor=OPERATOR)
    await order.report(APPROVED)
    assert await order.ends() == "accepted_by_silence"
    assert balances(*bench.opened)["commission"] == 1980


async def test_an_order_in_its_old_step_keeps_what_that_offered(bench: Bench) -> None:
    order = await bench.under("2020-12-28").place_in("confirmation")
    await order.report(to(bench.terms(), NOW, "2020-12-28"), actor=OPERATOR)
    await order.refuses(SENT_BACK)


async def test_an_appeal_under_way_keeps_its_desk(bench: Bench) -> None:
    order = await appealed(bench)
    before = task(await order.stands("replanned"), "appeal")
    view = await order.report(to(bench.terms("2020-12-28"), "2020-12-28"), actor=OPERATOR)
    assert task(view, "appeal") == before
    view = await decided(order, RESUME)
    assert "buyer_appealed" not in {each.event for each in view.tasks[0].accepts}


async def test_a_rework_that_was_offered_has_the_time_it_was_offered_with(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    due = await order.due()
    await bench.advance_to(due - HOUR)
    await order.report(APPROVED)
    await order.report(to(bench.terms(rework=None)), actor=OPERATOR)
    at = await bench.now()
    view = await order.report(SENT_BACK, at=at)
    assert view.tasks[0].deadline_at == at + 10 * DAY
    for event in (BUILT, APPROVED):
        view = await order.report(event)
    assert view.tasks[0].attempts_left is None


async def test_a_rework_that_a_move_made_possible_has_the_time_of_the_new_terms(bench: Bench) -> None:
    order = await bench.under(rework=None).place_in("version_review")
    await bench.advance_to(await order.due() - HOUR)
    for event in (APPROVED, BUYER_APPEALS):
        await order.report(event)
    await order.report(to(bench.terms()), actor=OPERATOR)
    await decided(order, RESUME)
    at = await bench.now()
    view = await order.report(SENT_BACK, at=at)
    assert view.tasks[0].deadline_at == at + 10 * DAY
