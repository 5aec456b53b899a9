"""What the wallet turns down of the company is mended for both numbers: TCM-MCH-10, -11, AMB-33."""

import pytest

from models.merchant_accounts import Number, WalletFormSubmitted
from models.rules.merchant_company import BEGINS_AGAIN
from tests.bench import Bench, until
from tests.merchant_accounts import BAD_ACCOUNT, Merchant
from tests.merchant_forms import account_form, administrator, company_form

MENDED = company_form(administrator=administrator(email="mended@example.com"))
DIFFERS = ("company.administrator.email", "differs", "TCM-MCH-10")


async def turned_down(bench: Bench, stage: str, *details: object) -> Merchant:
    """Both numbers under way; the wallet turns its form down when the other one has come so far."""
    merchant = await Merchant.opened(bench, "both")
    await merchant.submits()
    corporate = merchant.corporate
    while corporate.facts()["stage"] != stage:
        if corporate.facts()["stage"] == "awaiting_form":
            await corporate.fills(company=None)
        else:
            await corporate.goes_on()
    await merchant.turns_down(*details)  # type: ignore[arg-type]
    await merchant.is_told()
    await until(lambda: merchant.facts["stage"] == "awaiting_form", meanwhile=bench.tick)
    return merchant


@pytest.mark.parametrize("stage", BEGINS_AGAIN)
async def test_the_other_number_begins_again_with_the_mended_form(bench: Bench, stage: str) -> None:
    merchant = await turned_down(bench, stage)
    await merchant.says(WalletFormSubmitted(company=MENDED))
    await until(lambda: merchant.facts["stage"] == "under_review", meanwhile=bench.tick)
    facts = merchant.facts_of(Number.B2B)
    assert (facts["stage"], facts["signed"]) == ("awaiting_form", False)
    assert ("company_mended", stage, "awaiting_form") in merchant.ways(Number.B2B)
    assert await merchant.corporate.codes(await merchant.corporate.form(company=company_form())) == [DIFFERS]
    await merchant.corporate.fills(company=None)
    assert merchant.facts_of(Number.B2B)["stage"] == "awaiting_scan"
    assert merchant.facts["differs"] == []


async def test_what_is_mended_elsewhere_leaves_the_other_number_where_it_is(bench: Bench) -> None:
    merchant = await turned_down(bench, "reviewing", BAD_ACCOUNT)
    await merchant.says(WalletFormSubmitted(company=company_form(), account=account_form()))
    await until(lambda: merchant.facts["stage"] == "under_review", meanwhile=bench.tick)
    assert merchant.facts_of(Number.B2B)["stage"] == "reviewing"


async def test_data_that_an_open_number_uses_stay_as_they_are(bench: Bench) -> None:
    merchant = await turned_down(bench, "open")
    assert await merchant.codes(WalletFormSubmitted(company=MENDED)) == [DIFFERS]
    assert merchant.facts_of(Number.B2B)["stage"] == "open"
