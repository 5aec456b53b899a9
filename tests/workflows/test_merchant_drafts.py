"""Drafts of the forms for a merchant account's numbers: TCM-MCH-09."""

from models.interventions import Noted
from models.merchant_accounts import DraftSaved, Number
from models.merchant_forms import Draft
from tests.bench import DAY, Bench
from tests.merchant_accounts import Merchant, where
from tests.merchant_forms import RESPONSIBLE
from tests.sealing import sealed_for

WALLET, B2B = Number


async def test_the_last_draft_of_a_form_is_kept_sealed_until_the_form_is_sent(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await merchant.saves(company={"company_name": "样"})
    view = await merchant.saves(company={"company_name": RESPONSIBLE}, account={"number": "62"})
    await merchant.saves(B2B, details={"applicant_name": RESPONSIBLE})
    assert view.data.keys() & {*Number} == {*Number}
    assert merchant.revealed("draft", Draft).company == {"company_name": RESPONSIBLE}
    assert RESPONSIBLE not in str((await merchant.case.on_record()).data)
    assert merchant.case.path() == ["opened", *["draft_saved"] * 3]
    await merchant.submits()
    assert merchant.facts["draft"] is None
    assert merchant.facts_of(B2B)["draft"]
    await merchant.withdraws(B2B)
    await merchant.case.stands("withdrawn", "given_up")
    assert merchant.facts_of(B2B)["draft"] is None


async def test_a_draft_is_of_a_form_that_is_owed(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    draft = sealed_for(merchant.case, DraftSaved(number=WALLET, draft=Draft()))
    await merchant.submits()
    assert await merchant.case.refuses(draft) == "no form of wallet is owed"
    await merchant.turns_down()
    await merchant.is_told()
    await merchant.case.stands("applyment_rejected")
    await merchant.saves(company={"company_name": "样"})
    assert merchant.revealed("draft", Draft).company == {"company_name": "样"}
    other = sealed_for(merchant.case, DraftSaved(number=B2B, draft=Draft()))
    assert await merchant.case.refuses(other) == "no form of b2b is owed"


async def test_who_only_replaces_what_is_there_leaves_room_for_operators_and_the_form(
    bench: Bench,
) -> None:
    """Temporal takes so many events of a case, and drafts are none that it needs."""
    merchant = await Merchant.opened(where(bench, events_replaced=60), "both")
    await merchant.saves()
    for _ in range(20):
        if "b2b_form_submitted" in str((await merchant.corporate.fills()).tasks[-1].accepts):
            continue
        break
    draft = sealed_for(merchant.case, DraftSaved(number=WALLET, draft=Draft()))
    assert await merchant.case.refuses(draft) == "too many drafts were saved: submit the form"
    again = sealed_for(merchant.case, await merchant.corporate.form())
    assert await merchant.case.refuses(again) == "opening does not take b2b_form_submitted"
    await merchant.decides(Noted(reason="it saves every second"))
    await merchant.submits(company=None)
    await merchant.corporate.scans()


async def test_a_draft_leaves_the_time_for_the_form_as_it_is(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    due = await merchant.case.due()
    await bench.advance(DAY)
    await merchant.saves()
    assert await merchant.case.due() == due
