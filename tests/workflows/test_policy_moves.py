"""Open orders are moved to another version of their policy, case by case, and back."""

from datetime import timedelta
from typing import Any

import pytest

from models.cases import CaseView
from models.interventions import Paused
from models.orders import Accepted
from models.policy_moves import OrderMove
from models.processes import POLICY_MOVES
from models.rules.findings import Refused
from models.rules.terms import PERIODS
from models.tables.admissions import HoldTaken
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, Bench
from tests.workflows.disputes import SENT_BACK, appealed
from tests.workflows.money import balances
from tests.workflows.moving import NEW, OLD, asked, left, moved, offering, old_order, selling

ACCEPTED = Accepted(on_behalf_of=BUYER)
PASSED = "its time is over, or would be"


def times(view: CaseView) -> dict[str, Any]:
    return {task.name: task.left if task.paused else task.deadline_at for task in view.tasks}


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
        young = await old_order(bench)
        move = await moved(bench, to=NEW)
        assert (move.outcome, move.data["moved"], move.data["not_moved"]) == ("partly_moved", 1, 1)
        assert left(bench, move) == [{"case_id": order.case_id, "why": PASSED}]
        assert (await young.on_record(2)).policy_version == NEW
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
    bench = selling(bench, alipay=changed)
    async with bench.working():
        orders = [await old_order(bench) for _ in range(5)]
        move = await bench.start(POLICY_MOVES, asked(to=NEW))
        assert await move.ends() == "moved"
        assert move.path() == ["opened", "cases_moved", "cases_moved", "cases_moved", "finished"]
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
        assert change.key == f"policy-move:alipay:{move.case_id.rpartition(':')[2]}"
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
    assert [no.field for no in busy.value.findings] == ["process"]


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


async def test_a_move_to_a_version_that_is_not_in_force_yet_is_refused(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW, since=await lone_bench.now() + DAY)
    with pytest.raises(Refused) as refused:
        await bench.admit(POLICY_MOVES, asked(to=NEW))
    assert [(each.field, each.code) for each in refused.value.findings] == [("to", "not-in-force")]


async def test_orders_are_moved_wherever_they_stand(lone_bench: Bench) -> None:
    bench, terms = offering(lone_bench, OLD, NEW, longer=10 * DAY, periods=PERIODS), lone_bench.terms()
    old = lone_bench.under(OLD, rework=terms.rework, appeal=terms.appeal)
    async with bench.working():
        orders = [await appealed(old)]
        await orders[0].stands("buyer_appealed", "replanned")
        orders += [await old.place_in(task) for task in ("payment", "version_review", "confirmation")]
        orders += [await old.place_in("implementation"), await old.place_in("confirmation")]
        await orders[4].report(Paused(reason="talks"), actor=OPERATOR)
        await orders[5].report(SENT_BACK)
        before = [await order.on_record() for order in orders]
        move = await moved(bench, to=NEW)
        assert (move.outcome, move.data["moved"]) == ("moved", 6)
        after = [await order.on_record(was.version + 1) for order, was in zip(orders, before, strict=True)]
        for was, now in zip(before[:5], after[:5], strict=True):
            by = {name: timedelta() if name == "appeal" else 10 * DAY for name in times(was)}
            assert times(now) == {name: at + by[name] for name, at in times(was).items()}
        assert times(after[5]) == times(before[5])  # a rework keeps its time
        assert {view.stage for view in after} == {"unpaid", "implementing", "confirming", "appealing"}
        await bench.clear()


@pytest.mark.parametrize(("placed", "to", "commission"), [(OLD, NEW, None), (NEW, OLD, 990)])
async def test_an_order_that_was_moved_pays_the_commission_it_was_placed_with(
    lone_bench: Bench, placed: str, to: str, commission: int | None
) -> None:
    bench = offering(lone_bench, OLD, NEW)
    async with bench.working():
        order = await lone_bench.under(placed).place_in("confirmation")
        assert (await moved(bench, to=to)).outcome == "moved"
        assert (await order.stands("terms_changed")).policy_version == to
        agreed = str(lone_bench.terms(placed).commission_rate)
        assert order.changes()[-1].data["terms"]["commission_rate"] == agreed
        await order.report(ACCEPTED)
        assert await order.ends() == "completed"
        assert balances(order).get("commission") == commission
        await bench.clear()


async def test_undoing_leaves_other_markets_alone_also_where_a_move_has_the_same_id(
    lone_bench: Bench,
) -> None:
    bench = offering(lone_bench, OLD, NEW)
    bench = selling(bench, other=bench.admissions.policies["alipay"])
    async with bench.working():
        here, there = await old_order(bench), await old_order(bench, "other")
        await moved(bench, "other", id="m", to=NEW)
        assert (await moved(bench, undoes="m")).outcome == "nothing_moved"
        await moved(bench, id="m", to=NEW)
        back = await moved(bench, undoes="m")
        assert (back.outcome, back.data["moved"], back.data["not_moved"]) == ("moved", 1, 0)
        assert (await here.on_record(3)).policy_version == OLD
        assert (await there.on_record(2)).policy_version == NEW
        await bench.clear()


async def test_an_order_that_was_moved_again_stays_when_the_first_move_is_undone_again(
    lone_bench: Bench,
) -> None:
    bench = offering(lone_bench, OLD, NEW)
    async with bench.working():
        order = await old_order(bench)
        first = await moved(bench, to=NEW)
        await moved(bench, undoes=first.id)
        await moved(bench, to=NEW)
        again = await moved(bench, undoes=first.id)
        assert again.outcome == "nothing_moved"
        assert left(bench, again) == [{"case_id": order.case_id, "why": "it was moved again since"}]
        assert (await order.on_record(4)).policy_version == NEW
        await bench.clear()


async def test_an_order_whose_own_version_is_not_known_any_more_is_left(lone_bench: Bench) -> None:
    bench = offering(lone_bench, NEW)
    async with bench.working():
        order = await old_order(lone_bench)
        why = "its own version is not known any more"
        assert left(bench, await moved(bench, to=NEW)) == [{"case_id": order.case_id, "why": why}]
        await bench.clear()


async def test_a_move_that_takes_for_long_lands_on_the_operators_desk(lone_bench: Bench) -> None:
    bench = offering(lone_bench, OLD, NEW)
    known = bench.admissions.policies
    async with bench.working():
        await old_order(bench)
        move = await bench.admit(POLICY_MOVES, asked(to=NEW))
        market = known.pop("alipay")  # every try breaks
        opened = await bench.begin(move)
        await opened.stands("opened")
        await bench.advance(timedelta(minutes=11))
        assert (await opened.stands("opened", "delayed")).blocked_by == ("Delayed",)
        known["alipay"] = market
        await bench.advance(timedelta(minutes=2))
        assert await opened.ends() == "moved"
        await bench.clear()
