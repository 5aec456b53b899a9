"""A provider comes in, in the order that its market asks for: ALI-ONB-02, TCM-ONB-01, AMB-30, AMB-31."""

import pytest

from tests.bench import OPERATOR, Bench
from tests.onboardings import APPROVE, Onboarding
from tests.sealing import sealed_for

STEPS = {
    "aliyun": ["identifying", "preparing", "reviewing", "signing", "depositing"],
    "tencent-cloud": [
        *("signing", "identifying", "preparing", "reviewing", "permitting"),
        *("depositing", "proving_account"),
    ],
    "rehearsal": [
        *("signing", "identifying", "preparing", "reviewing", "permitting"),
        *("depositing", "proving_account", "paying_fee"),
    ],
}
"""The stages that people see, and the one in which the permission is opened."""


def stages(onboarding: Onboarding) -> list[str]:
    """Every stage that it was in, each once, questions to registers left out."""
    seen = dict.fromkeys(row.stage_after for row in onboarding.case.changes())
    return [stage for stage in seen if not stage.startswith("checking_")]


@pytest.mark.parametrize("market", STEPS)
async def test_each_market_has_its_own_order_of_steps(bench: Bench, market: str) -> None:
    onboarding = await Onboarding.begun(bench, market)
    view = await onboarding.goes_to("closed")
    assert view.outcome == "onboarded"
    assert stages(onboarding) == [*STEPS[market], "closed"]
    assert set(onboarding.checklist().values()) == {"accepted"}
    assert view.blocked_by == ()


async def test_nothing_of_a_later_step_is_taken_before_its_turn(bench: Bench) -> None:
    """ALI-ONB-02: sign before the real name has passed, pay before signing."""
    onboarding = await Onboarding.begun(bench, "aliyun")
    for event in (onboarding.signs(), onboarding.applicant.application()):
        reason = await onboarding.case.refuses(sealed_for(onboarding.case, event))
        assert reason == f"identifying does not take {event.event}"
    reason = await onboarding.case.refuses(APPROVE, actor=OPERATOR)
    assert reason == "nothing here is decided by decided: approve"


@pytest.mark.parametrize("market", ["tencent-cloud", "rehearsal"])
async def test_the_permission_is_opened_once_the_review_has_passed(bench: Bench, market: str) -> None:
    """TCM-ONB-02, AMB-30: consent first, the permission after the approval."""
    onboarding = await Onboarding.in_stage(bench, market, "reviewing")
    assert (await onboarding.case.on_record()).data["permission"] is False
    await onboarding.decides(APPROVE)
    view = await onboarding.reaches("depositing")
    assert view.data["permission"] is True
    ways = [(row.stage_before, row.event, row.stage_after) for row in onboarding.case.changes()]
    assert ("reviewing", "decided", "permitting") in ways
    assert ("permitting", "permission_opened", "depositing") in ways


async def test_what_a_form_asks_for_in_deposit_is_what_its_categories_cost(bench: Bench) -> None:
    """ALI-ONB-07: two markets, 60,000."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    await onboarding.says(onboarding.applicant.application("service", "website-building"))
    await onboarding.goes_to("depositing")
    view = await onboarding.case.stands("deposit_changed")
    assert view.data["deposit"] == {
        "case_id": onboarding.kept("deposit-accounts").case_id,
        "required_fen": 6_000_000,
        "held_fen": 0,
    }


async def test_a_deposit_that_is_short_by_one_fen_keeps_a_provider_out(bench: Bench) -> None:
    """ALI-ONB-08: 59,999.99 of 60,000."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    await onboarding.says(onboarding.applicant.application("service", "website-building"))
    await onboarding.goes_to("depositing")
    await onboarding.case.stands("deposit_changed")
    await onboarding.puts_down(5_999_999)
    view = await onboarding.case.stands("deposit_changed", "deposit_changed")
    assert (view.stage, onboarding.checklist()["deposit"]) == ("depositing", "missing")
    await onboarding.puts_down(1)
    view = await onboarding.reaches("closed")
    assert view.outcome == "onboarded"


@pytest.mark.parametrize("is_partner", [True, False])
async def test_whoever_is_onboarded_is_a_partner(bench: Bench, is_partner: bool) -> None:
    """ALI-ONB-10: partner status becomes true on completion, and not before."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "depositing", is_partner=is_partner)
    assert (await onboarding.case.on_record()).data["partner"] is is_partner
    view = await onboarding.goes_to("closed")
    assert view.data["partner"] is True
