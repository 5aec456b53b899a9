"""The paths of merchant accounts of which a history is kept: the wallet's number, and every outcome."""

import uuid

from activities.gateways.simulated.misbehaving import Behaviour
from models.interventions import Resumed
from models.merchant_accounts import DecidedToCorrect, Number
from tests.bench import DAY, OPERATOR, Bench, Opened
from tests.corporate_numbers import APPROVED, STARTED, rejected
from tests.merchant_accounts import BAD_MAIL, FORM, Merchant, asking_seldom
from tests.merchant_forms import administrator, company_form
from tests.replay.disputes import Path

WALLET, B2B = Number
ASKED_AGAIN = DAY / 24
CORRECT = DecidedToCorrect(reasons=(BAD_MAIL,), reason="the wallet says so")


async def done(merchant: Merchant) -> Opened:
    await merchant.case.stands("numbers_settled")
    await merchant.case.ends()
    return merchant.case


async def signed_remitted_reviewed(bench: Bench) -> Opened:
    """A draft first, then pushes in another order than the wallet's own."""
    merchant = await Merchant.opened(bench)
    await merchant.saves(company={"company_name": "样"})
    await merchant.submits()
    for side in (Merchant.signs, Merchant.remits, Merchant.passes):
        await side(merchant)
        await merchant.is_told()
    return await done(merchant)


async def polled(bench: Bench) -> Opened:
    """The data are checked for too long, and no push ever comes."""
    merchant = await Merchant.opened(bench)
    wallet = await merchant.wallet()
    wallet.misbehave("wallet_submit", Behaviour.IN_PROGRESS)
    wallet.misbehave("wallet_look_up", Behaviour.IN_PROGRESS, 10_000)
    await merchant.submits()
    await bench.advance(DAY / 8)
    await merchant.case.stands("wallet_data_check_overdue")
    wallet.misbehave("wallet_look_up", Behaviour.IN_PROGRESS, 0)
    await merchant.finds_out("wallet_data_check_overdue", "applyment_changed")
    await merchant.signs()
    await merchant.finds_out("applyment_changed", "applyment_changed")
    await merchant.remits()
    await merchant.passes()
    await merchant.finds_out("applyment_changed", "number_opened", "numbers_settled")
    return await done(merchant)


async def turned_down_and_given_up(bench: Bench) -> Opened:
    """Rejected, sent again, canceled, sent again, frozen and thawed, and withdrawn."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.turns_down()
    await merchant.is_told()
    await merchant.case.stands("applyment_changed", "applyment_rejected")
    mended = company_form(administrator=administrator(email="mended@example.com"))
    await merchant.submits(company=mended, account=None, papers=())
    await merchant.cancels()
    await merchant.is_told()
    await merchant.case.stands("applyment_changed", "applyment_canceled")
    await merchant.submits(company=None, account=None, papers=())
    await merchant.freezes()
    await merchant.is_told()
    await merchant.case.stands("applyment_changed", "applyment_frozen")
    await merchant.thaws()
    await merchant.finds_out("applyment_changed", "applyment_thawed")
    await merchant.withdraws()
    return await done(merchant)


async def never_remitted(bench: Bench) -> Opened:
    """Three instructions, the form again, and nobody signs."""
    merchant = await Merchant.opened(asking_seldom(bench))
    await merchant.submits()
    for path in ("submitted", "submitted", "instructions_used_up"):
        await bench.advance_to(merchant.asked.until + ASKED_AGAIN)
        await merchant.case.stands(path)
    await merchant.submits(company=None, account=None, papers=())
    await merchant.remits()
    await merchant.passes()
    await merchant.is_told()
    await bench.advance(91 * DAY)
    await merchant.case.stands("signature_overdue", "numbers_settled")
    return await done(merchant)


async def refused_and_sent_back(bench: Bench) -> Opened:
    """Operators try again, send it back, and reject the number at last."""
    merchant = await Merchant.opened(bench)
    (await merchant.wallet()).misbehave("wallet_submit", Behaviour.REFUSED, 2)
    await merchant.submits("wallet_form_submitted", "blocked")
    await merchant.case.report(Resumed(reason="asked them"), actor=OPERATOR)
    await merchant.case.stands("blocked", "resumed", "blocked")
    await merchant.decides(CORRECT)
    await merchant.submits()
    await merchant.rejected()
    return await done(merchant)


async def both_opened(bench: Bench) -> Opened:
    """Side by side: the corporate number is turned down once."""
    merchant = await Merchant.opened(bench, "both")
    corporate = merchant.corporate
    await corporate.fills()
    await merchant.submits(*FORM, company=None)
    await corporate.scans()
    await corporate.says(rejected("papers.identity_card_emblem"))
    await corporate.fills(company=None)
    await corporate.scans()
    await corporate.says(APPROVED)
    await corporate.proves()
    for side in (Merchant.passes, Merchant.signs, Merchant.remits):
        await side(merchant)
        await merchant.is_told()
    await merchant.case.stands("number_opened")
    await corporate.signs()
    await corporate.says(STARTED)
    return await done(merchant)


async def one_of_two_opened(bench: Bench) -> Opened:
    merchant = await Merchant.opened(bench, "both")
    await merchant.submits()
    for side in (Merchant.passes, Merchant.remits, Merchant.signs):
        await side(merchant)
        await merchant.is_told()
    await merchant.case.stands("number_opened")
    await merchant.withdraws(B2B)
    return await done(merchant)


async def not_onboarded(bench: Bench) -> Opened:
    merchant = await Merchant.opened(bench, provider_id=f"isv-{uuid.uuid4().hex}")
    await merchant.case.ends()
    return merchant.case


MERCHANTS: dict[str, tuple[Path, str]] = {
    "merchant-signed-remitted-reviewed": (signed_remitted_reviewed, "opened"),
    "merchant-polled": (polled, "opened"),
    "merchant-turned-down-and-given-up": (turned_down_and_given_up, "withdrawn"),
    "merchant-never-remitted": (never_remitted, "lapsed"),
    "merchant-refused-and-sent-back": (refused_and_sent_back, "rejected"),
    "merchant-both-opened": (both_opened, "opened"),
    "merchant-one-of-two-opened": (one_of_two_opened, "partly_opened"),
    "merchant-not-onboarded": (not_onboarded, "no_onboarding"),
}
"""By file name: how it is played, and the outcome it has."""
