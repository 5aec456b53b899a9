"""What operators decide on a deposit, and when that takes two of them (AMB-05, AMB-39)."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.gateways.simulated.payments import Behaviour
from models.interventions import SECOND_APPROVAL, Approved, Decision, Disapproved, Resumed
from models.ledger import Account, deposit_of
from tests.bench import OPERATOR, SECOND_OPERATOR, Bench, Opened, until
from tests.workflows.depositing import (
    EACH,
    HOLD,
    LIFT,
    back,
    decided,
    figures,
    forfeit,
    funded,
    now_in,
    opened,
    paid,
    payments_of,
    pays,
    return_excess,
)
from tests.workflows.money import balances

AGREED = Approved(reason="I agree")
ALONE = 10_000
"""What one operator may move alone in rehearsal."""


def tasks(account: Opened) -> list[str]:
    view = account.case()
    assert view is not None
    return [task.name for task in view.tasks]


async def test_a_hold_stays_until_it_is_lifted(bench: Bench) -> None:
    account = await funded(bench, EACH)
    view = await account.report(HOLD, actor=OPERATOR)
    assert view.data["on_hold"] is True
    await account.refuses(HOLD, actor=OPERATOR)
    view = await account.report(LIFT, actor=OPERATOR)
    assert view.data["on_hold"] is False
    await account.refuses(LIFT, actor=OPERATOR)


@pytest.mark.parametrize("stage", ["unpaid", "short"])
async def test_what_is_not_covered_is_held_and_lifted_too(bench: Bench, stage: str) -> None:
    account = await (opened(bench) if stage == "unpaid" else funded(bench, 1))
    for act in (HOLD, LIFT):
        assert (await account.report(act, actor=OPERATOR)).stage == stage


async def test_what_is_forfeited_is_ours_and_has_to_be_topped_up(bench: Bench) -> None:
    """AMB-05, AMB-39."""
    account = await funded(bench, EACH)
    view = await account.report(forfeit(ALONE), actor=OPERATOR)
    assert (view.stage, *figures(view, "held", "forfeited", "due")) == ("short", EACH - ALONE, ALONE, ALONE)
    assert view.provider_id
    assert balances(account)[Account.FORFEITED] == ALONE
    assert balances(account)[deposit_of(view.provider_id)] == EACH - ALONE
    view = await decided(account, forfeit(EACH - ALONE))
    assert (view.stage, *figures(view, "held", "forfeited", "due")) == ("unpaid", 0, EACH, EACH)
    assert account.path()[-1] == "emptied"
    assert back(account) == {}


async def test_an_excess_can_be_forfeited_without_falling_short(bench: Bench) -> None:
    account = await funded(bench, EACH + 5)
    assert (await account.report(forfeit(5), actor=OPERATOR)).stage == "held"


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (forfeit(EACH + 501), "30500 fen are held"),
        (return_excess(501), "500 fen are held beyond"),
    ],
)
async def test_more_than_there_is_cannot_be_taken(bench: Bench, act: Decision, why: str) -> None:
    account = await funded(bench, EACH + 500)
    assert why in await account.refuses(act, actor=OPERATOR)
    assert account.path()[-1] == "covered"
    nothing = await opened(bench)
    assert "nothing here is decided" in await nothing.refuses(return_excess(1), actor=OPERATOR)
    await nothing.refuses(forfeit(1), actor=OPERATOR)


async def test_a_large_forfeiture_waits_for_a_second_operator(bench: Bench) -> None:
    account = await funded(bench, EACH)
    view = await account.report(forfeit(ALONE + 1), actor=OPERATOR)
    assert figures(view, "held", "forfeited") == (EACH, 0)
    assert tasks(account) == ["deposit_held", SECOND_APPROVAL]
    assert "you decided yourself" in await account.refuses(AGREED, actor=OPERATOR)
    view = await account.report(AGREED, actor=SECOND_OPERATOR)
    assert figures(view, "held", "forfeited") == (EACH - ALONE - 1, ALONE + 1)


async def test_what_the_second_operator_disapproves_changes_nothing(bench: Bench) -> None:
    account = await funded(bench, EACH)
    await account.report(forfeit(EACH), actor=OPERATOR)
    view = await account.report(Disapproved(reason="too much"), actor=SECOND_OPERATOR)
    assert figures(view, "held", "forfeited") == (EACH, 0)
    assert tasks(account) == ["deposit_held"]


async def test_a_decision_that_waits_is_void_once_the_figures_are_others(bench: Bench) -> None:
    """A second operator agrees to what was looked at, or to nothing."""
    account = await funded(bench, EACH)
    await account.report(forfeit(EACH), actor=OPERATOR)
    await paid(account, 5)
    assert "no decision waits" in await account.refuses(AGREED, actor=SECOND_OPERATOR)
    assert figures(await account.on_record(), "held", "forfeited") == (EACH + 5, 0)


async def test_two_forfeitures_at_once_never_take_more_than_there_is(bench: Bench) -> None:
    account = await funded(bench, 15_000)
    both = [account.report(forfeit(9_000), actor=OPERATOR) for _ in range(2)]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["CaseView", WorkflowUpdateFailedError.__name__]
    assert figures(await account.on_record(), "held", "forfeited") == (6_000, 9_000)


# --- the excess


async def test_an_excess_goes_back_to_the_oldest_payments_once_two_agree(bench: Bench) -> None:
    account = await funded(bench, 20_000, 20_000, 20_000)
    view = await account.report(return_excess(EACH), actor=OPERATOR)
    assert figures(view, "over", "returning") == (EACH, 0)
    view = await account.report(AGREED, actor=SECOND_OPERATOR)
    assert (view.stage, *figures(view, "held", "over")) == ("held", EACH, 0)
    view = await account.stands("given_back", "given_back")
    assert figures(view, "returning", "returned", "held") == (0, EACH, EACH)
    sums = [back(account).get(each["payment_id"], 0) for each in payments_of(view)]
    assert sums == [20_000, 10_000, 0]
    assert view.provider_id
    assert balances(account)[deposit_of(view.provider_id)] == EACH


async def test_a_part_of_the_excess_can_go_back_and_then_the_rest(bench: Bench) -> None:
    account = await funded(bench, EACH + 300)
    for fen, left in ((100, 200), (200, 0)):
        view = await account.report(return_excess(fen), actor=OPERATOR)
        assert figures(view, "over") == (left,)
        await account.stands("decided", "given_back")
    keys = [row.key for row in bench.all_refunds() if row.payment_id in back(account)]
    assert len(keys) == len(set(keys)) == 2
    assert sum(back(account).values()) == 300


async def test_money_on_its_way_back_guards_nothing_and_holds_up_nobody(bench: Bench) -> None:
    """The gateway answers late: meanwhile a category is joined, and money comes in."""
    account = await funded(bench, EACH + 300)
    bench.gateway.misbehave("refund", Behaviour.UNAVAILABLE, 4)
    view = await account.report(return_excess(300), actor=OPERATOR)
    assert figures(view, "held", "returning", "returned") == (EACH, 300, 0)
    await account.refuses(return_excess(1), actor=OPERATOR)
    view = await account.report(now_in("service", "website-building"), actor=OPERATOR)
    assert (view.stage, *figures(view, "due", "returning")) == ("short", EACH, 300)
    await pays(account, 1)
    await until(lambda: "given_back" in account.path() and "paid" in account.path()[3:], meanwhile=bench.tick)
    view = await account.on_record()
    assert figures(view, "held", "returning", "returned") == (EACH + 1, 0, 300)
    [given] = [change for change in account.changes() if change.event == "given_back"]
    assert given.stage_before == given.stage_after == "short"


async def test_a_refund_whose_answer_is_lost_is_made_once(bench: Bench) -> None:
    account = await funded(bench, EACH + 300)
    bench.gateway.misbehave("refund", Behaviour.LOST_ANSWER, 2)
    await account.report(return_excess(300), actor=OPERATOR)
    await account.stands("decided", "given_back")
    assert [*back(account).values()] == [300]


async def test_a_refund_that_is_refused_lands_on_the_desk_and_is_tried_again(bench: Bench) -> None:
    account = await funded(bench, EACH + 300)
    bench.gateway.misbehave("refund", Behaviour.REFUSED, 1)
    await account.report(return_excess(300), actor=OPERATOR)
    view = await account.stands("decided", "blocked")
    assert view.blocked_by == ("Refused",)
    assert await paid(account, 1)
    await account.report(Resumed(reason="the gateway was wrong"), actor=OPERATOR)
    await account.stands("resumed", "given_back")
    assert [*back(account).values()] == [300]
