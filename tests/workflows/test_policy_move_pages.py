"""A few cases of a policy move at a time: tried again, without an answer, broken, or none of its own."""

import asyncio
from typing import Any

import pytest

from activities.policy_moves import ANSWERS_WITHIN, SIDE_BY_SIDE, Candidate, PolicyMoves
from models.cases import Report
from models.orders import TermsChanged
from models.policy_moves import MovePage, MoveTerms, NotMoved
from models.processes import TEMPLATE_ORDERS
from tests.bench import OPERATOR, SECOND, Bench
from tests.workflows.moving import NEW, OLD, offering, old_order
from workflows.calls import MANY


async def page(bench: Bench, at_once: int, **asked: str | None) -> tuple[PolicyMoves, MovePage]:
    """Part of a move, as its workflow asks for it."""
    how: dict[str, Any] = {"id": "m", "market": "alipay", "process": TEMPLATE_ORDERS.name, "to": NEW}
    how |= {"undoes": None, "reason": "r", "by": OPERATOR, "at": await bench.now(), "after": ""}
    moves = PolicyMoves(bench.engine, bench.client, bench.admissions.policies)
    return moves, MovePage.model_validate({**how, "at_once": at_once, **asked})


async def test_a_page_that_is_tried_again_moves_what_it_had_not_and_counts_it_all(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW)
    async with bench.working():
        orders = sorted([await old_order(bench) for _ in range(3)], key=lambda order: order.case_id)
        back: dict[str, str | None] = {"id": "back", "to": None, "undoes": "m"}
        for asked, path in (({}, ["terms_changed"]), (back, ["terms_changed"] * 2)):
            for at_once in (1, 3):
                moves, part = await page(bench, at_once, **asked)
                done = await moves.move(part)
                assert done.moved == tuple(order.case_id for order in orders[:at_once])
            assert [order.path() for order in orders] == [["opened", *path]] * 3
        await bench.clear()


async def test_a_case_that_gives_no_answer_is_left_and_may_take_the_change_later(
    lone_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.policy_moves.ANSWERS_WITHIN", SECOND / 2)
    bench = offering(lone_bench, OLD, NEW)
    async with bench.working(cached_workflows=0):
        order = await old_order(bench)
    moves, part = await page(bench, at_once=5)
    done = await moves.move(part)  # nobody works
    why = "no answer (deadline_exceeded): it may still take the change later"
    assert (done.moved, done.not_moved) == ((), (NotMoved(case_id=order.case_id, why=why),))
    async with bench.working():
        assert (await order.stands("opened", "terms_changed")).policy_version == NEW
        await bench.clear()


def test_a_page_of_cases_that_give_no_answer_ends_in_half_of_its_time() -> None:
    most = next(each.le for each in MoveTerms.model_fields["at_once"].metadata if hasattr(each, "le"))
    time = MANY["start_to_close_timeout"]
    assert time is not None
    assert most / SIDE_BY_SIDE * ANSWERS_WITHIN <= time / 2


class Failing(PolicyMoves):
    """The first case breaks; every other one waits for ever."""

    waiting = 0

    async def _tell(self, case_id: str, _: Report[TermsChanged]) -> None:
        if case_id.endswith("0"):
            raise KeyError(case_id)
        Failing.waiting += 1
        try:
            await asyncio.Event().wait()
        finally:
            Failing.waiting -= 1


async def test_no_case_is_told_any_more_once_a_page_has_failed(
    lone_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, part = await page(lone_bench, at_once=3)
    cases = [Candidate(f"template-orders:alipay:{n}", OLD, NEW, lone_bench.terms(), None) for n in (2, 1, 0)]
    monkeypatch.setattr(Failing, "_next", lambda *_: cases)
    moves = Failing(lone_bench.engine, lone_bench.client, lone_bench.admissions.policies)
    with pytest.raises(KeyError):
        await moves.move(part)
    assert Failing.waiting == 0


async def test_a_case_of_another_market_is_not_told(
    lone_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, part = await page(lone_bench, at_once=1)
    astray = Candidate("template-orders:other:0", OLD, NEW, lone_bench.terms(), None)
    monkeypatch.setattr(Failing, "_next", lambda *_: [astray])
    moves = Failing(lone_bench.engine, lone_bench.client, lone_bench.admissions.policies)
    done = await moves.move(part)
    assert done.not_moved == (NotMoved(case_id=astray.case_id, why="it is no case of alipay"),)
