"""What an earlier case opened is not opened again, and its company data count: TCM-MCH-04, -10, -11."""

import pytest

from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import Number, OpenMerchantAccount, Scenario
from tests.bench import Bench, until
from tests.merchant_accounts import Merchant
from tests.merchant_forms import administrator, company_form
from tests.sealing import sealed_for
from tests.workflows.test_merchant_account import opens_wallet

OTHER = company_form(administrator=administrator(email="other@example.com"))


async def opened_again(merchant: Merchant, scenario: str) -> Merchant:
    """Another case of the same provider, once the first has come to its end."""
    await merchant.case.ends()
    name = merchant.provider_id.removeprefix("isv-")
    body = OpenMerchantAccount(
        id=f"{name}-2", provider_id=merchant.provider_id, onboarding=name, scenario=Scenario(scenario)
    )
    case = await merchant.bench.start(MERCHANT_ACCOUNTS, body, merchant.market)
    await case.on_record()
    return Merchant(merchant.bench, case, merchant.provider_id, merchant.market)


@pytest.mark.parametrize("scenario", ["b2b", "both"])
async def test_a_later_case_opens_the_other_number_with_the_same_data(bench: Bench, scenario: str) -> None:
    merchant = await Merchant.opened(bench)
    await opens_wallet(merchant)
    later = await opened_again(merchant, scenario)
    await until(lambda: later.facts_of(Number.B2B)["stage"], meanwhile=bench.tick)
    view = await later.case.on_record()
    assert view.data["opened_before"] == ["wallet"]
    assert "wallet" not in view.data
    differing = await later.corporate.form(company=OTHER)
    assert await later.corporate.codes(differing) == [
        ("company.administrator.email", "differs", "TCM-MCH-10")
    ]
    await later.corporate.fills(company=None)
    for _ in range(5):
        await later.corporate.goes_on()
    assert await later.case.ends() == "opened"


async def test_where_all_is_open_there_is_nothing_to_do(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await opens_wallet(merchant)
    later = await opened_again(merchant, "wallet")
    assert await later.case.ends() == "opened"
    assert later.case.path() == ["opened", "numbers_settled"]


async def test_a_form_that_differs_from_what_is_open_is_not_taken(bench: Bench) -> None:
    """Also where the rules were not asked, as when it was sent before the case had begun."""
    merchant = await Merchant.opened(bench)
    await opens_wallet(merchant)
    later = await opened_again(merchant, "b2b")
    await until(lambda: later.facts_of(Number.B2B)["stage"], meanwhile=bench.tick)
    form = await later.corporate.form(company=OTHER)
    await later.case.report(sealed_for(later.case, form))
    assert later.facts_of(Number.B2B)["differs"] == ["company.administrator.email"]
    assert later.facts_of(Number.B2B)["stage"] == "awaiting_form"
