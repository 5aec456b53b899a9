"""The MYbank path of a settlement account, and both side by side: ALI-SET-15..19, AMB-25."""

from tests.bench import Bench
from tests.settlement_accounts import (
    AGREEMENT,
    ALIPAY,
    APPROVE,
    AUTHORISED,
    ENTERPRISE,
    MYBANK,
    REVOKED,
    Settlement,
    facts_of,
    filled_in,
    given,
    lane_path,
    made_up_account,
    stage_of,
)


async def test_five_steps_open_the_path(bench: Bench) -> None:
    """ALI-SET-15, -18."""
    settlement = await Settlement.opened(bench)
    view = await settlement.says(MYBANK)
    assert stage_of(view, "mybank") == "awaiting_authorisation"
    view = await settlement.says(ENTERPRISE)
    assert stage_of(view, "mybank") == "awaiting_details"
    await settlement.says(filled_in(settlement.account))
    view = await settlement.stands(mybank="awaiting_agreement")
    facts = facts_of(view, "mybank")
    assert (facts["sub_account_opened"], facts["payout_agreement_signed"]) == (True, False)  # ALI-SET-17
    assert view.stage == "opening"
    view = await settlement.says(AGREEMENT)
    assert (stage_of(view, "mybank"), facts_of(view, "mybank")["payout_agreement_signed"]) == (
        *("awaiting_deduction", True),
    )
    assert (view.stage, view.data["activated_at"]) == ("opening", None)
    view = await settlement.says(AUTHORISED)
    assert (view.stage, stage_of(view, "mybank"), view.data["blocks"]) == ("active", "open", [])
    assert lane_path(settlement.case, "mybank") == [
        ("enterprise_authorised", "awaiting_authorisation", "awaiting_details"),
        ("mybank_details_given", "awaiting_details", "matching"),
        ("account_matched", "matching", "awaiting_agreement"),
        ("payout_agreement_signed", "awaiting_agreement", "awaiting_deduction"),
        ("deduction_authorised", "awaiting_deduction", "open"),
    ]
    told = str([change.data for change in settlement.case.changes()])
    assert settlement.account not in told
    assert "Sample Person" not in told


async def test_another_companys_account_goes_back_with_the_reason(bench: Bench) -> None:
    """ALI-SET-11."""
    settlement = await Settlement.opened(bench)
    for event in (MYBANK, ENTERPRISE, filled_in(made_up_account())):
        await settlement.says(event)
    view = await settlement.stands(mybank="awaiting_details")
    [reason] = facts_of(view, "mybank")["reasons"]
    assert reason == {"field": "details.alipay_account", "code": "unknown_account"}
    await settlement.says(filled_in(settlement.account))
    view = await settlement.stands(mybank="awaiting_agreement")
    assert facts_of(view, "mybank")["reasons"] == []


async def test_nothing_is_taken_out_of_order(bench: Bench) -> None:
    """ALI-SET-15, -18: each step is refused before its own, and after it."""
    settlement = await Settlement.opened(bench)
    steps = (ENTERPRISE, filled_in(settlement.account), AGREEMENT, AUTHORISED)
    stages = ("awaiting_authorisation", "awaiting_details", "awaiting_agreement", "awaiting_deduction")
    for event in steps:
        assert await settlement.refuses(event)
    await settlement.says(MYBANK)
    for wanted, stage in zip(steps, stages, strict=True):
        await settlement.stands(mybank=stage)
        for event in steps:
            if event is not wanted:
                assert await settlement.refuses(event)
        await settlement.says(wanted)
    view = await settlement.stands(mybank="open")
    assert view.stage == "active"
    for event in steps:
        assert await settlement.refuses(event)


async def test_both_paths_go_side_by_side_and_one_right_opens_both(bench: Bench) -> None:
    """ALI-SET-19, AMB-25."""
    settlement = await Settlement.opened(bench)
    other = made_up_account()
    settlement.accounts.open(other, settlement_company(settlement))
    await settlement.says(ALIPAY)
    await settlement.says(MYBANK)
    await settlement.says(ENTERPRISE)
    await settlement.says(given(settlement.account))
    await settlement.says(filled_in(other))
    await settlement.stands(alipay="approving", mybank="awaiting_agreement")
    assert await settlement.refuses(ALIPAY)
    await settlement.says(AGREEMENT)
    view = await settlement.decides(APPROVE)
    assert (stage_of(view, "alipay"), stage_of(view, "mybank")) == ("awaiting_deduction",) * 2
    view = await settlement.says(AUTHORISED)
    assert (view.stage, stage_of(view, "alipay"), stage_of(view, "mybank")) == ("active", "open", "open")
    assert settlement.case.path()[-3:] == ["deduction_authorised", "activated", "deduction_shared"]
    assert settlement.case.path().count("deduction_authorised") == 1


async def test_a_second_path_opens_without_asking_for_the_right_again(bench: Bench) -> None:
    """ALI-SET-19, AMB-25: both are allowed, one after the other, too."""
    settlement = await Settlement.opened(bench)
    first = await settlement.opens_mybank()
    assert first.stage == "active"
    view = await settlement.matched()
    assert (view.stage, view.data["activated_at"]) == ("active", first.data["activated_at"])
    view = await settlement.decides(APPROVE)
    assert (view.stage, stage_of(view, "alipay")) == ("active", "open")
    assert settlement.case.path()[-2:] == ["decided", "deduction_shared"]
    assert view.data["activated_at"] == first.data["activated_at"]


async def test_a_second_path_shares_the_right_the_other_way_round_too(bench: Bench) -> None:
    settlement = await Settlement.active(bench)
    await settlement.fills_in()
    view = await settlement.says(AGREEMENT)
    assert stage_of(view, "mybank") == "open"
    assert settlement.case.path()[-2:] == ["payout_agreement_signed", "deduction_shared"]


async def test_without_the_right_a_second_path_waits_with_the_first(bench: Bench) -> None:
    """ALI-SET-19, -23."""
    settlement = await Settlement.active(bench)
    await settlement.says(REVOKED)
    await settlement.fills_in()
    view = await settlement.says(AGREEMENT)
    assert (view.stage, stage_of(view, "mybank")) == ("suspended", "awaiting_deduction")
    view = await settlement.says(AUTHORISED)
    assert (view.stage, stage_of(view, "mybank"), view.data["blocks"]) == ("active", "open", [])
    assert settlement.case.path()[-2:] == ["deduction_authorised", "deduction_shared"]


async def test_a_path_that_has_begun_is_not_chosen_twice(bench: Bench) -> None:
    settlement = await Settlement.opened(bench)
    await settlement.says(MYBANK)
    assert await settlement.refuses(MYBANK) == "mybank has begun already"
    view = await settlement.says(ALIPAY)
    [path] = [task for task in view.tasks if task.name == "late_path"]
    assert "path_chosen" not in [each.event for each in path.accepts]


def settlement_company(settlement: Settlement) -> str:
    held = settlement.accounts.held(settlement.account)
    assert held is not None
    return held.holder
