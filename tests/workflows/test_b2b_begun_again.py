"""A corporate number that begins again from its form: what its account is worth then (TCM-TEN-08, AMB-33)."""

from sqlmodel import Session

from models.b2b_numbers import account_id
from models.merchant_accounts import WalletFormSubmitted
from models.tables import AdmissionRow
from tests.bank_accounts import END
from tests.bench import Bench, until
from tests.corporate_numbers import APPROVED, MARKET, Corporate
from tests.workflows.test_mended_company import MENDED, turned_down


async def begun_again(bench: Bench) -> Corporate:
    """Its account is proven already."""
    merchant = await turned_down(bench, "awaiting_signature")
    await merchant.says(WalletFormSubmitted(company=MENDED))
    await merchant.corporate.reaches("awaiting_form")
    return merchant.corporate


async def approved_again(corporate: Corporate) -> None:
    await corporate.fills(company=None)
    await corporate.scans()
    await corporate.says(APPROVED)


async def test_the_account_of_a_number_that_begins_again_stays_proven(bench: Bench) -> None:
    corporate = await begun_again(bench)
    await approved_again(corporate)
    assert corporate.ways()[-2:] == [
        ("registration_approved", "reviewing", "proving_account"),
        ("account_proven", "proving_account", "awaiting_signature"),
    ]
    await corporate.signs()
    assert corporate.facts()["stage"] == "ready"


async def test_no_other_account_is_opened_before_the_number_needs_one_again(bench: Bench) -> None:
    corporate = await begun_again(bench)
    account = await corporate.bank_account()
    await account.decides(END)
    await account.case.ends()
    await until(lambda: corporate.facts()["bank_account"]["why"] == "ended", meanwhile=bench.tick)
    await bench.settle(corporate.case)
    second = f"bank-accounts:{MARKET}:{account_id(corporate.case.case_id, 2)}"
    with Session(bench.engine) as session:
        assert session.get(AdmissionRow, second) is None
    await approved_again(corporate)
    await corporate.proves(2)
