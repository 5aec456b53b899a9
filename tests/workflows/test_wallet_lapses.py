"""What happens where nobody does what is asked of him: TCM-WX-04, TCM-WX-13, AMB-34."""

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import WhyUnmatched
from models.cases import CaseView
from tests.bench import DAY, MINUTE, SECOND, Bench
from tests.merchant_accounts import FORM, Merchant, asking_seldom, where
from tests.merchant_forms import NAME
from tests.sealing import sealed_for

pytestmark = pytest.mark.usefixtures("well_behaved")
LATE = ("remittance_overdue", "instruction_lapsed", "submitted")
ASKED_AGAIN = DAY / 24
"""Past the moment that the wallet has after the deadline."""


async def lapses(merchant: Merchant, *path: str) -> CaseView:
    await merchant.bench.advance_to(merchant.asked.until + ASKED_AGAIN)
    return await merchant.case.stands(*path)


async def test_a_lapsed_remittance_is_asked_for_again_with_another_deadline(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.signs()
    await merchant.passes()
    await merchant.is_told()
    first, reference = merchant.asked, merchant.reference
    view = await lapses(merchant, "reminded", *LATE)
    facts = merchant.facts
    assert (facts["stage"], facts["submission"], facts["instructions_left"]) == ("under_review", 2, 1)
    assert merchant.reference == reference
    assert merchant.asked.until > first.until + 3 * DAY
    assert (facts["review_passed"], facts["signed"]) == (False, False)
    assert {task.name for task in view.tasks} == {"numbers", "wallet_review", "remittance", "signature"}
    assert merchant.ways()[-3:] == [
        ("remittance_overdue", "under_review", "under_review"),
        ("instruction_lapsed", "under_review", "submitting"),
        ("submitted", "submitting", "under_review"),
    ]
    late = await merchant.remits(amount_fen=first.amount_fen, at=first.until)
    assert late.returned_because in (WhyUnmatched.NO_OPEN_CHECK, WhyUnmatched.WRONG_AMOUNT)


async def test_its_provider_is_reminded_a_day_before(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await bench.advance_to(merchant.asked.until - DAY - MINUTE)
    assert merchant.case.path()[-1] == "submitted"
    await bench.advance(MINUTE + SECOND)
    await merchant.case.stands("reminded")
    told = merchant.case.changes()[-1].data
    assert (told["task"], told["waiting_on"], told["lane"]) == ("remittance", "provider", "wallet")


async def test_after_three_lapses_the_form_is_owed_again_and_three_more_are_there(bench: Bench) -> None:
    """AMB-34."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    for left in (2, 1):
        assert merchant.facts["instructions_left"] == left
        await lapses(merchant, *LATE)
    assert merchant.facts["instructions_left"] == 0
    await lapses(merchant, "remittance_overdue", "instructions_used_up")
    assert (merchant.facts["stage"], merchant.facts["submission"]) == ("awaiting_form", 3)
    assert merchant.tasks == ["numbers", "wallet_form"]
    await merchant.submits(company=None, account=None, papers=())
    assert (merchant.facts["submission"], merchant.facts["instructions_left"]) == (4, 2)
    assert merchant.facts["stage"] == "under_review"


async def test_how_often_is_the_markets_to_say(bench: Bench) -> None:
    [policy] = bench.admissions.policies["tencent-cloud"].merchant_accounts
    once = policy.terms.wallet.model_copy(update={"instructions": 1}) if policy.terms.wallet else None
    merchant = await Merchant.opened(where(bench, wallet=once))
    await merchant.submits()
    await lapses(merchant, "remittance_overdue", "instructions_used_up")
    assert (merchant.facts["stage"], merchant.facts["instructions_left"]) == ("awaiting_form", 0)


async def test_before_it_is_given_up_the_wallet_is_asked_what_it_received(bench: Bench) -> None:
    """It came in time, and no notice told of it."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    wallet = await merchant.wallet()
    wallet.misbehave("wallet_look_up", Behaviour.UNAVAILABLE, 10_000)
    until = merchant.asked.until
    await bench.advance_to(until - SECOND)
    await merchant.remits()
    await bench.advance_to(until + SECOND)
    await merchant.case.stands("reminded", "remittance_overdue")
    assert merchant.facts["account_verified"] is False
    wallet.misbehave("wallet_look_up", Behaviour.UNAVAILABLE, 0)
    await bench.advance(DAY / 12)
    await merchant.case.stands("remittance_overdue", "applyment_changed")
    assert (merchant.facts["account_verified"], merchant.facts["submission"]) == (True, 1)
    assert merchant.tasks == ["numbers", "wallet_review", "signature"]


async def test_a_notice_that_comes_in_the_moment_after_the_deadline_still_counts(bench: Bench) -> None:
    """It counts by the wallet's time: the wallet took the money for good."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    until = merchant.asked.until
    await bench.advance_to(until + SECOND)
    await merchant.case.stands("reminded", "remittance_overdue")
    await merchant.remits(at=until - SECOND)
    await merchant.is_told()
    await bench.advance(DAY)
    assert merchant.case.path()[-1] == "applyment_changed"
    assert (merchant.facts["account_verified"], merchant.facts["submission"]) == (True, 1)


async def test_at_the_deadline_is_too_late(bench: Bench) -> None:
    """CV-6."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    until = merchant.asked.until
    assert (await merchant.remits(at=until)).returned_because is WhyUnmatched.LATE
    assert (await merchant.remits(at=until - SECOND)).returned_because is None


async def test_a_remittance_that_is_told_when_it_was_given_up_needs_no_other_instruction(
    bench: Bench,
) -> None:
    """The wallet refuses another one, and is asked why."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    until, wallet = merchant.asked.until, await merchant.wallet()
    wallet.misbehave("wallet_submit", Behaviour.UNAVAILABLE, 10_000)
    await bench.advance_to(until + ASKED_AGAIN)
    await merchant.case.stands("reminded", "remittance_overdue", "instruction_lapsed")
    amount_fen = wallet.held(merchant.reference).amount_fen
    wallet.remit(merchant.reference, NAME, merchant.number, amount_fen, until - SECOND)
    wallet.misbehave("wallet_submit", Behaviour.UNAVAILABLE, 0)
    await bench.advance(DAY / 240)
    await merchant.case.stands("instruction_lapsed", "submitted")
    assert (merchant.facts["account_verified"], merchant.facts["submission"]) == (True, 1)
    assert {*merchant.tasks} == {"numbers", "wallet_review", "signature"}


async def test_a_form_that_nobody_sends_lapses_after_reminders(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    opened_at = (await merchant.case.on_record()).opened_at
    for before in (30 * DAY, 7 * DAY):
        await bench.advance_to(opened_at + 90 * DAY - before + SECOND)
        await merchant.case.stands("reminded")
    await bench.advance_to(opened_at + 90 * DAY + SECOND)
    view = await merchant.case.stands("reminded", "reminded", "wallet_form_overdue", "numbers_settled")
    assert (view.outcome, merchant.facts["stage"], merchant.facts["why"]) == ("lapsed", "given_up", "lapsed")


async def test_a_signature_that_nobody_gives_lapses_too(bench: Bench) -> None:
    merchant = await Merchant.opened(asking_seldom(bench))
    await merchant.submits()
    await merchant.remits()
    await merchant.passes()
    await merchant.is_told()
    await bench.advance(90 * DAY + SECOND)
    view = await merchant.case.stands("reminded", "reminded", "signature_overdue", "numbers_settled")
    assert (view.outcome, merchant.facts["stage"]) == ("lapsed", "given_up")
    assert (merchant.facts["instruction"], merchant.facts["signing"]) == (None, None)


async def test_a_form_in_the_very_last_moment_is_in_time(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    due = await merchant.case.due()
    await bench.advance_to(due - SECOND)
    await merchant.case.stands("reminded", "reminded")
    assert await merchant.case.refuses(sealed_for(merchant.case, merchant.form()), at=due)
    await merchant.submits(*FORM)
    assert merchant.facts["stage"] == "under_review"
