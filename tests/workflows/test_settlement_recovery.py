"""What comes back after a buyer was refunded, or is owed: ALI-SET-20, -21, AMB-26."""

from datetime import datetime
from typing import Any

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.cases import SYSTEM, CaseView
from models.interventions import Resumed
from models.telling import CooperationEnded
from tests.bank_accounts import COMPANY
from tests.bench import DAY, MINUTE, OPERATOR, SECOND, Bench
from tests.settlement_accounts import (
    AUTHORISED,
    END,
    MYBANK,
    REVOKED,
    Settlement,
    asked,
    where,
)

ARREARS = "arrears:the provider"


def arrears(view: CaseView) -> list[dict[str, Any]]:
    found: Any = view.data["arrears"]
    return list(found)


async def test_what_a_refunded_buyers_provider_had_got_is_deducted_once(bench: Bench) -> None:
    """ALI-SET-20."""
    settlement = await Settlement.active(bench, balance_fen=1_000)
    event = await settlement.asks(600)
    view = await settlement.case.stands("recovery_asked", "recovered")
    assert (view.data["arrears_fen"], view.data["arrears"]) == (0, [])
    assert settlement.taken() == [600]
    assert settlement.balances() == {ARREARS: 0, "refunds_due": -600, "gateway": 600}
    told = settlement.case.changes()[-1].data
    assert (told["payment_id"], told["amount_fen"]) == (event.payment_id, 600)
    held = settlement.accounts.held(settlement.account)
    assert held is not None
    assert held.balance_fen == 400


async def test_what_is_not_there_is_owed_and_tried_again_every_day(bench: Bench) -> None:
    """ALI-SET-21, AMB-26."""
    settlement = await Settlement.active(bench, balance_fen=599)
    await settlement.asks(600)
    view = await settlement.case.stands("recovery_asked", "not_recovered")
    assert view.data["arrears_fen"] == 600
    assert settlement.case.changes()[-1].data["why"] == "nothing_taken"
    for tried in (1, 2):
        [debt] = arrears(view)
        again = datetime.fromisoformat(debt["next_at"])
        assert debt["tries"] == tried
        assert DAY - MINUTE < again - await bench.now() <= DAY
        await bench.advance_to(again - MINUTE)
        assert settlement.case.path().count("not_recovered") == tried
        await bench.advance_to(again + SECOND)
        view = await settlement.case.stands(*["not_recovered"] * (tried + 1))
    assert settlement.balances() == {ARREARS: 600, "refunds_due": -600}
    settlement.accounts.open(settlement.account, COMPANY, 1_000)
    await bench.advance(DAY + SECOND)
    view = await settlement.case.stands("recovered")
    assert (view.data["arrears_fen"], settlement.taken()) == (0, [600])
    assert settlement.balances() == {ARREARS: 0, "refunds_due": -600, "gateway": 600}


async def test_each_payment_is_tried_for_itself(bench: Bench) -> None:
    settlement = await Settlement.active(bench, balance_fen=500)
    await settlement.asks(600)
    await settlement.case.stands("not_recovered")
    await settlement.asks(200)
    await settlement.asks(300)
    await settlement.paths(lambda path: path.count("recovered") == 2)
    view = await settlement.case.on_record()
    assert view.data["arrears_fen"] == 600
    assert settlement.taken() == [200, 300]


async def test_without_the_right_nothing_is_tried_until_it_is_given_again(bench: Bench) -> None:
    """ALI-SET-21."""
    settlement = await Settlement.active(bench, balance_fen=1_000)
    await settlement.says(REVOKED)
    await settlement.asks(600)
    await bench.advance(3 * DAY)
    view = await settlement.case.stands("deduction_revoked", "recovery_asked")
    assert (view.stage, view.data["arrears_fen"], settlement.taken()) == ("suspended", 600, [])
    await settlement.says(AUTHORISED)
    view = await settlement.case.stands("recovery_asked", "deduction_authorised", "recovered")
    assert (view.stage, view.data["arrears_fen"], settlement.taken()) == ("active", 0, [600])


async def test_a_right_that_alipay_knows_is_gone_is_as_no_money(bench: Bench) -> None:
    """ALI-SET-21: the company told Alipay, and not us."""
    settlement = await Settlement.active(bench)
    settlement.accounts.open(settlement.account, COMPANY, 1_000, deductible=False)
    await settlement.asks(600)
    await settlement.case.stands("not_recovered")
    assert settlement.taken() == []


async def test_a_payment_is_recovered_once_whoever_asks(bench: Bench) -> None:
    settlement = await Settlement.active(bench, balance_fen=1_000)
    event = await settlement.asks(600)
    await settlement.case.stands("recovered")
    await settlement.says(event, key="another-time")
    view = await settlement.case.stands("recovered", "recovery_asked", "not_recovered")
    assert settlement.case.changes()[-1].data["why"] == "asked_before"
    assert (view.data["arrears_fen"], settlement.taken()) == (0, [600])
    assert settlement.balances() == {ARREARS: 0, "refunds_due": -600, "gateway": 600}
    other = await Settlement.active(bench, balance_fen=1_000)
    await other.asks(600, event.payment_id)
    await other.case.stands("recovery_asked", "not_recovered")
    assert (other.taken(), other.balances()) == ([], {ARREARS: 0, "refunds_due": 0})


async def test_what_is_being_recovered_is_not_asked_for_again(bench: Bench) -> None:
    settlement = await Settlement.active(where(bench, debts_at_most=2))
    event = await settlement.asks(600)
    assert await settlement.refuses(event) == f"{event.payment_id} is being recovered already"
    await settlement.asks(1)
    assert "owes for too many payments" in await settlement.refuses(asked())
    assert (await settlement.case.on_record()).data["arrears_fen"] == 601


async def test_an_answer_that_was_lost_takes_nothing_twice(bench: Bench) -> None:
    settlement = await Settlement.active(bench, balance_fen=1_200)
    settlement.accounts.misbehave("enterprise_deduct", Behaviour.LOST_ANSWER, times=2)
    await settlement.asks(600)
    await settlement.case.stands("recovered")
    [deducted] = settlement.accounts.deductions_from(settlement.account)
    assert (deducted.amount_fen, deducted.times_asked) == (600, 3)


async def test_a_refusal_of_alipays_is_an_operators_to_look_at(bench: Bench) -> None:
    settlement = await Settlement.active(bench, balance_fen=1_000)
    settlement.accounts.misbehave("enterprise_deduct", Behaviour.REFUSED)
    await settlement.asks(600)
    view = await settlement.case.stands("recovery_asked", "blocked")
    assert view.blocked_by == ("Refused",)
    await settlement.case.report(Resumed(reason="looked at"), actor=OPERATOR)
    await settlement.case.stands("resumed", "recovered")


@pytest.mark.parametrize(
    ("balance_fen", "ended"), [(1_000, "recovered"), (0, "not_recovered")], ids=["taken", "not taken"]
)
async def test_what_is_answered_after_the_right_is_gone_is_on_record_all_the_same(
    bench: Bench, balance_fen: int, ended: str
) -> None:
    settlement = await Settlement.active(bench, balance_fen=balance_fen)
    settlement.falls_silent("enterprise_deduct")
    await settlement.asks(600)
    assert (await settlement.says(REVOKED)).stage == "suspended"
    await settlement.answers_again("enterprise_deduct")
    view = await settlement.case.stands("recovery_asked", "deduction_revoked", ended)
    assert view.stage == "suspended"


@pytest.mark.parametrize(
    ("balance_fen", "ended"), [(1_000, "recovered"), (0, "not_recovered")], ids=["taken", "not taken"]
)
async def test_an_end_waits_for_the_deduction_that_is_under_way(
    bench: Bench, balance_fen: int, ended: str
) -> None:
    """Money that was taken is on record: what is owed stays owed, and no deposit is touched (AMB-26)."""
    settlement = await Settlement.active(bench, balance_fen=balance_fen)
    settlement.falls_silent("enterprise_deduct")
    await settlement.asks(600)
    view = await settlement.decides(END)
    assert (view.stage, view.tasks) == ("winding_up", ())
    assert "nothing is settled" in await settlement.refuses(asked())
    assert "winds up" in await settlement.refuses(MYBANK)
    await settlement.answers_again("enterprise_deduct")
    view = await settlement.case.stands("decided", ended, "wound_up")
    owed = 0 if balance_fen else 600
    assert (view.stage, view.outcome, view.data["arrears_fen"]) == ("closed", "ended", owed)
    assert settlement.balances().get(ARREARS) == owed
    assert not [account for account in settlement.balances() if account.startswith("deposit")]


async def test_the_end_of_the_cooperation_ends_the_account(bench: Bench) -> None:
    settlement = await Settlement.active(bench)
    ended = CooperationEnded(why="withdrawn")
    view = await settlement.case.report(ended, actor=SYSTEM)
    assert (view.stage, view.outcome, view.tasks) == ("closed", "cooperation_ended", ())
    assert (view.data["deduction"], view.data["blocks"]) == (False, ["purchase", "withdrawal"])
    assert settlement.case.path()[-2:] == ["cooperation_ended", "wound_up"]
