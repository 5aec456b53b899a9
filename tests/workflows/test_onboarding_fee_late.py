"""A fee that arrives after the market did without it: it goes back, and waits for nothing (AMB-47)."""

from tests.bench import Bench
from tests.onboardings import Onboarding, waive
from tests.workflows.test_onboarding_standing import VOID


async def test_a_fee_that_was_waived_goes_back_while_something_else_is_still_asked_for(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "paying_fee")
    await onboarding.hears(VOID)
    await onboarding.both_decide(waive("certification_fee"))
    await onboarding.reaches("proving_account")
    payment, receipt = await onboarding.pays(in_spite=True)
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1
    assert (await onboarding.case.on_record()).stage == "proving_account"


async def test_a_fee_that_comes_while_its_page_is_changed_is_taken(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "paying_fee")
    await onboarding.hears(VOID)
    await onboarding.both_decide(waive("bank_account"))
    await onboarding.case.stands("payment_closed", "payment_opened")
    _, receipt = await onboarding.pays()
    assert await receipt.ends() == "applied"
