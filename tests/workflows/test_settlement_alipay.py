"""The Alipay path of a settlement account: ALI-SET-09..14, -22, AMB-26."""

import pytest

from activities.gateways.simulated.enterprise import ANOTHER_NAME
from activities.gateways.simulated.misbehaving import Behaviour
from models.cases import Event
from models.interventions import Resumed
from tests.bank_accounts import COMPANY
from tests.bench import DAY, MINUTE, OPERATOR, SECOND, Bench
from tests.settlement_accounts import (
    AGREEMENT,
    ALIPAY,
    APPROVE,
    AUTHORISED,
    CORRECT,
    ENTERPRISE,
    REJECT,
    REVOKED,
    Settlement,
    asked,
    facts_of,
    filled_in,
    given,
    lane_path,
    made_up_account,
    stage_of,
    where,
)

MISMATCH = [{"field": "account.alipay_account", "code": "holder_mismatch"}]


async def test_an_account_is_given_matched_approved_and_authorised(bench: Bench) -> None:
    settlement = await Settlement.opened(bench)
    view = await settlement.says(ALIPAY)
    assert (view.stage, stage_of(view, "alipay"), view.data["company_name"]) == (
        *("opening", "awaiting_account", COMPANY),
    )
    await settlement.says(given(settlement.account))
    view = await settlement.stands(alipay="approving")
    assert facts_of(view, "alipay")["account"].keys() == {"sealed"}
    view = await settlement.decides(APPROVE)
    assert (view.stage, stage_of(view, "alipay")) == ("opening", "awaiting_deduction")
    view = await settlement.says(AUTHORISED)
    assert (view.stage, stage_of(view, "alipay")) == ("active", "open")
    assert (view.data["deduction"], view.data["blocks"]) == (True, [])
    assert view.data["activated_at"] == facts_of(view, "alipay")["opened_at"]
    assert "mybank" not in view.data
    assert [each for each in settlement.case.path() if each != "replanned"] == [
        *("opened", "path_chosen", "alipay_account_given", "account_matched"),
        *("decided", "deduction_authorised", "activated"),
    ]
    assert [each for each in lane_path(settlement.case, "alipay") if each[0] != "replanned"] == [
        ("alipay_account_given", "awaiting_account", "matching"),
        ("account_matched", "matching", "approving"),
        ("decided", "approving", "awaiting_deduction"),
        ("deduction_authorised", "awaiting_deduction", "open"),
    ]
    assert settlement.account not in str([change.data for change in settlement.case.changes()])


async def test_another_companys_account_goes_back_with_the_reason(bench: Bench) -> None:
    """ALI-SET-11: the whole name has to match."""
    settlement = await Settlement.opened(bench)
    short = made_up_account()
    settlement.accounts.open(short, COMPANY.removesuffix("有限公司"))
    await settlement.says(ALIPAY)
    for account, code in ((short, "holder_mismatch"), (made_up_account(), "unknown_account")):
        await settlement.says(given(account))
        view = await settlement.stands(alipay="awaiting_account")
        [reason] = facts_of(view, "alipay")["reasons"]
        assert reason == {"field": "account.alipay_account", "code": code}
    await settlement.says(given(settlement.account))
    view = await settlement.stands(alipay="approving")
    assert facts_of(view, "alipay")["reasons"] == []


async def test_a_register_that_lies_is_believed_and_asked_again(bench: Bench) -> None:
    settlement = await Settlement.opened(bench)
    settlement.accounts.misbehave("enterprise_holder", Behaviour.CONTRADICTS)
    await settlement.says(ALIPAY)
    await settlement.says(given(settlement.account))
    view = await settlement.stands(alipay="awaiting_account")
    assert facts_of(view, "alipay")["reasons"] == MISMATCH
    assert ANOTHER_NAME not in str(view.data)
    await settlement.says(given(settlement.account))
    await settlement.stands(alipay="approving")


async def test_alipay_without_an_answer_is_waited_for_and_operators_are_told(bench: Bench) -> None:
    settlement = await Settlement.opened(where(bench, worry_after="PT10S"))
    settlement.falls_silent("enterprise_holder")
    await settlement.says(ALIPAY)
    await settlement.says(given(settlement.account))
    await bench.advance(11 * SECOND)
    assert (await settlement.case.stands("delayed")).blocked_by == ("Delayed",)
    await settlement.answers_again("enterprise_holder")
    view = await settlement.stands(alipay="approving")
    assert view.blocked_by == ()


async def test_a_refusal_of_alipays_is_an_operators_to_look_at(bench: Bench) -> None:
    settlement = await Settlement.opened(bench)
    settlement.accounts.misbehave("enterprise_holder", Behaviour.REFUSED)
    await settlement.says(ALIPAY)
    await settlement.says(given(settlement.account))
    await settlement.case.stands("blocked")
    await settlement.case.report(Resumed(reason="looked at"), actor=OPERATOR)
    await settlement.stands(alipay="approving")


async def test_an_account_is_sent_back_and_given_again(bench: Bench) -> None:
    """AMB-26."""
    settlement = await Settlement.opened(bench)
    await settlement.matched()
    view = await settlement.decides(CORRECT)
    assert stage_of(view, "alipay") == "awaiting_account"
    assert facts_of(view, "alipay")["reasons"] == [{"field": "account.alipay_account", "code": "not-clear"}]
    await settlement.says(given(settlement.account))
    view = await settlement.stands(alipay="approving")
    assert facts_of(view, "alipay")["reasons"] == []


async def test_a_rejected_path_may_be_begun_again(bench: Bench) -> None:
    """AMB-26."""
    settlement = await Settlement.opened(bench)
    await settlement.matched()
    assert await settlement.refuses(ALIPAY) == "alipay has begun already"
    view = await settlement.decides(REJECT)
    assert (view.stage, stage_of(view, "alipay")) == ("opening", "rejected")
    assert [task.name for task in view.tasks] == ["late_path"]
    assert "does not take" in await settlement.refuses(given(settlement.account))
    view = await settlement.says(ALIPAY)
    assert stage_of(view, "alipay") == "awaiting_account"
    assert settlement.case.path()[-2:] == ["path_chosen", "begun_again"]
    await settlement.says(given(settlement.account))
    await settlement.stands(alipay="approving")
    await settlement.decides(APPROVE)
    assert (await settlement.says(AUTHORISED)).stage == "active"


async def test_an_approval_that_takes_longer_than_two_working_days_is_escalated(bench: Bench) -> None:
    """ALI-SET-22, AMB-26. Whoever decides late decides all the same."""
    settlement = await Settlement.opened(bench)
    await settlement.matched()
    await settlement.paths(lambda path: "replanned" in path)
    view = await settlement.case.on_record()
    [approval] = [task for task in view.tasks if task.name == "approval"]
    assert approval.deadline_at is not None
    assert 2 * DAY < approval.deadline_at - await bench.now() <= 10 * DAY  # never less than two whole days
    await bench.advance_to(approval.deadline_at - MINUTE)
    assert "approval_overdue" not in settlement.case.path()
    assert settlement.case.path()[-1] == "reminded"
    await bench.advance_to(approval.deadline_at + SECOND)
    view = await settlement.case.stands("approval_overdue")
    assert (stage_of(view, "alipay"), [task.name for task in view.tasks][-1]) == (
        *("approving", "escalated_approval"),
    )
    assert stage_of(await settlement.decides(APPROVE), "alipay") == "awaiting_deduction"


@pytest.mark.parametrize(("decision", "stage"), [(CORRECT, "awaiting_account"), (REJECT, "rejected")])
async def test_an_escalated_approval_may_end_otherwise(bench: Bench, decision: Event, stage: str) -> None:
    soon = {"approve_within": "PT1H", "replan_every": "P1D"}
    settlement = await Settlement.opened(where(bench, approval=soon))
    await settlement.matched()
    await bench.advance(3601 * SECOND)
    await settlement.case.stands("approval_overdue")
    assert stage_of(await settlement.decides(decision), "alipay") == stage


async def test_nothing_is_taken_out_of_order(bench: Bench) -> None:
    """ALI-SET-12, -13: account, approval, right to deduct."""
    settlement = await Settlement.opened(bench)
    account = given(settlement.account)
    ours, never = (account, APPROVE, AUTHORISED), (ENTERPRISE, AGREEMENT, filled_in("x"), REVOKED, asked())

    async def takes_only(*wanted: object) -> None:
        for event in (*ours, *never):
            if event not in wanted:
                actor = OPERATOR if event is APPROVE else None
                how = {"actor": actor} if actor else {}
                assert await settlement.refuses(event, **how)

    await takes_only()
    await settlement.says(ALIPAY)
    await takes_only(account)
    await settlement.says(account)
    await settlement.stands(alipay="approving")
    await takes_only(APPROVE)
    await settlement.decides(APPROVE)
    await takes_only(AUTHORISED)
    await settlement.says(AUTHORISED)
    await takes_only(REVOKED, never[-1])
