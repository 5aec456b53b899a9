"""Open orders are moved to another version of their policy, case by case, and back."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.cases import CaseView
from models.orders import Accepted
from models.policies import MarketPolicy
from models.policy_moves import OrderMove
from models.processes import POLICY_MOVES, TEMPLATE_ORDERS
from models.rules.findings import Refused
from models.tables.admissions import Admissions, HoldTaken
from tests.bench import APPROVED, BUILT, BUYER, DAY, Bench, Opened, place_order
from tests.replay.paths import FREE

OLD, NEW = "2020-12-28", "2026-01-01"
ACCEPTED = Accepted(on_behalf_of=BUYER)


def offering(bench: Bench, *versions: str, longer: timedelta = timedelta()) -> Bench:
    """The bench in a market with these versions only; the newest gives that much more time to implement."""
    market = bench.admissions.policies["alipay"]
    kept = [each for each in market.template_orders if each.version in versions]
    terms = kept[-1].terms
    terms = terms.model_copy(update={"implement_within": terms.implement_within + longer})
    kept[-1] = kept[-1].model_copy(update={"terms": terms})
    changed: MarketPolicy = market.model_copy(update={"template_orders": tuple(kept)})
    policies = {**bench.admissions.policies, "alipay": changed}
    admissions = Admissions(bench.engine, policies, bench.admissions.cipher)
    return replace(bench, admissions=admissions)


async def old_order(bench: Bench) -> Opened:
    """A free order under the old version, being implemented."""
    order = await offering(bench, OLD).start(TEMPLATE_ORDERS, place_order(**FREE))
    await order.stands("opened")
    return order


def asked(**how: Any) -> OrderMove:
    ids = {"id": f"move-{uuid.uuid4().hex[:8]}", "process": TEMPLATE_ORDERS.name}
    return OrderMove(**ids, reason="a new year", **how)


async def moved(bench: Bench, **how: Any) -> CaseView:
    move = await bench.start(POLICY_MOVES, asked(**how))
    await move.ends()
    return await move.on_record()


async def test_an_open_order_gets_the_terms_and_the_time_of_the_other_version(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW, longer=10 * DAY)
    async with bench.working():
        order = await old_order(bench)
        due = await order.due()
        move = await moved(bench, to=NEW)
        case = await order.stands("opened", "terms_changed")
        assert (move.outcome, move.data["moved"], move.data["not_moved"]) == ("moved", 1, 0)
        assert case.policy_version == NEW
        assert await order.due() == due + 10 * DAY
        for event in (BUILT, APPROVED):
            case = await order.report(event)
        assert case.tasks[0].attempts_left == 3
        await bench.clear()


async def test_a_move_that_is_undone_leaves_every_deadline_where_it_was(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW, longer=10 * DAY)
    async with bench.working():
        order = await old_order(bench)
        due = await order.due()
        move = await moved(bench, to=NEW)
        back = await moved(bench, undoes=move.id)
        case = await order.stands("terms_changed", "terms_changed")
        assert (back.outcome, back.data["moved"]) == ("moved", 1)
        assert case.policy_version == OLD
        assert await order.due() == due
        assert (await moved(bench, undoes=move.id)).outcome == "nothing_moved"
        await bench.clear()


async def test_an_order_whose_time_would_be_over_is_left_as_it_is_and_told(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW, longer=-20 * DAY)
    async with bench.working():
        order = await old_order(bench)
        due = await order.due()
        await bench.advance(10 * DAY)
        move = await bench.start(POLICY_MOVES, asked(to=NEW))
        assert await move.ends() == "nothing_moved"
        (page,) = [each for each in move.changes() if each.event == "cases_moved"]
        assert page.data["not_moved"] == [
            {"case_id": order.case_id, "why": "the shorter period has passed already"}
        ]
        assert (await order.on_record()).policy_version == OLD
        assert await order.due() == due
        await bench.clear()


async def test_more_orders_than_one_page_holds_are_all_moved(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW)
    market = bench.admissions.policies["alipay"]
    two_at_once = [
        each.model_copy(update={"terms": each.terms.model_copy(update={"at_once": 2})})
        for each in market.policy_moves
    ]
    changed = market.model_copy(update={"policy_moves": tuple(two_at_once)})
    policies = {**bench.admissions.policies, "alipay": changed}
    bench = replace(bench, admissions=Admissions(bench.engine, policies, bench.admissions.cipher))
    async with bench.working():
        orders = [await old_order(bench) for _ in range(5)]
        move = await bench.start(POLICY_MOVES, asked(to=NEW))
        assert await move.ends() == "moved"
        assert move.path() == ["opened", "cases_moved", "cases_moved", "cases_moved", "all_moved"]
        assert {(await order.on_record(2)).policy_version for order in orders} == {NEW}
        await bench.clear()


async def test_the_order_says_who_moved_it_and_why(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW)
    async with bench.working():
        order = await old_order(bench)
        move = await bench.start(POLICY_MOVES, asked(to=NEW))
        await move.ends()
        change = order.changes()[-1]
        assert change.actor == move.changes()[0].actor
        assert change.key == f"policy-move:{move.case_id.rpartition(':')[2]}"
        assert {change.data["before"], change.data["policy_version"]} == {OLD, NEW}
        assert change.data["reason"] == "a new year"
        await bench.clear()


async def test_a_closed_order_keeps_its_version(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW)
    async with bench.working():
        order = await old_order(bench)
        for event in (BUILT, APPROVED, ACCEPTED):
            await order.report(event)
        assert (await moved(bench, to=NEW)).outcome == "nothing_moved"
        assert (await order.on_record()).policy_version == OLD
        await bench.clear()


async def test_one_move_at_a_time(lone_bench: Bench) -> None:
    await lone_bench.admit(POLICY_MOVES, asked(to=NEW))
    with pytest.raises(HoldTaken) as busy:
        await lone_bench.admit(POLICY_MOVES, asked(to=OLD))
    assert busy.value.finding.field == "process"


@pytest.mark.parametrize(
    ("how", "field"),
    [({"to": "1999"}, "to"), ({"to": NEW, "process": "payment-receipts"}, "process")],
    ids=["unknown version", "a process that is not moved"],
)
async def test_a_move_to_nowhere_is_refused(lone_bench: Bench, how: dict[str, str], field: str) -> None:
    body = OrderMove.model_validate({"id": "m", "process": "template-orders", "reason": "r"} | how)
    with pytest.raises(Refused) as refused:
        await lone_bench.admit(POLICY_MOVES, body)
    assert [finding.field for finding in refused.value.findings] == [field]


@pytest.mark.parametrize("how", [{}, {"to": NEW, "undoes": "m-1"}], ids=["neither", "both"])
def test_a_move_goes_somewhere_or_back(how: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="either"):
        asked(**how)
