"""A merchant account opens the numbers of its scenario, with one set of company data: TCM-MCH-05..11."""

from typing import Any

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.cases import CaseView
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import (
    ActedInStead,
    Number,
    OpenMerchantAccount,
    Scenario,
    WalletStage,
    Withdrawn,
)
from models.rules.findings import Refused
from models.tables.admissions import HoldTaken
from tests.bank_accounts import PROVIDER
from tests.bench import DAY, Bench, until
from tests.merchant_accounts import MARKET, Merchant, where
from tests.merchant_forms import LICENCE, NAME, administrator, company_form
from tests.sealing import sealed_for

WALLET, B2B = Number
IN_STEAD = ActedInStead(reason="asked by phone", act=Withdrawn(number=WALLET))


async def opens_wallet(merchant: Merchant, **form: Any) -> None:
    await merchant.submits(**form)
    for side in (Merchant.passes, Merchant.remits, Merchant.signs):
        await side(merchant)
        await merchant.is_told()
    await until(lambda: merchant.facts["stage"] == "open", meanwhile=merchant.bench.tick)


async def test_a_case_knows_its_company_and_what_it_is_to_open(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    view = await merchant.case.on_record()
    assert (view.stage, view.data["scenario"], merchant.case.path()) == ("opening", "both", ["opened"])
    assert (view.data["company_name"], view.data["licence_number"]) == (NAME, LICENCE)
    assert (merchant.facts["stage"], merchant.facts_of(B2B)["stage"]) == ("awaiting_form", "awaiting_form")
    assert merchant.tasks == ["numbers", "wallet_form", "b2b_form"]
    assert [str(task.on_deadline) for task in view.tasks] == ["None", "given_up", "given_up"]


@pytest.mark.parametrize(
    ("scenario", "lanes"), [("wallet", {"wallet"}), ("b2b", {"b2b"}), ("both", {"wallet", "b2b"})]
)
async def test_a_scenario_opens_what_it_says_and_no_other_number(
    bench: Bench, scenario: str, lanes: set[str]
) -> None:
    """TCM-MCH-05..07."""
    merchant = await Merchant.opened(bench, scenario)
    view = await merchant.case.on_record()
    assert view.data.keys() & {*Number} == lanes


@pytest.mark.parametrize(
    "onboarding",
    [
        {"provider_id": "isv-another"},
        {"outcome": "rejected"},
        {"outcome": None, "stage": "reviewing", "closed_at": None},
        {"data": {"company_name": NAME}},
    ],
    ids=["another-provider", "rejected", "under-way", "no-licence"],
)
async def test_without_an_onboarding_that_came_to_its_end_nothing_is_opened(
    bench: Bench, onboarding: dict[str, Any]
) -> None:
    merchant = await Merchant.opened(bench, **onboarding)
    view = await merchant.case.stands("opened", "no_onboarding")
    assert (view.stage, view.outcome) == ("closed", "no_onboarding")


async def test_a_provider_opens_one_account_at_a_time_and_another_one_later(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    name = merchant.provider_id.removeprefix("isv-")
    asked = {"provider_id": merchant.provider_id, "onboarding": name, "scenario": Scenario.WALLET}
    with pytest.raises(HoldTaken) as taken:
        await bench.admit(MERCHANT_ACCOUNTS, OpenMerchantAccount(id=f"{name}-2", **asked), MARKET)
    assert [found.field for found in taken.value.findings] == ["provider_id"]
    await merchant.withdraws()
    await merchant.case.stands("numbers_settled")
    again = await bench.start(MERCHANT_ACCOUNTS, OpenMerchantAccount(id=f"{name}-3", **asked), MARKET)
    assert (await again.on_record()).data["company_name"] == NAME


async def test_a_scenario_that_the_market_does_not_offer_is_refused(bench: Bench) -> None:
    only = where(bench, scenarios=("wallet",))
    body = OpenMerchantAccount(id="ma-1", provider_id="isv-1", onboarding="ob-1", scenario=Scenario.BOTH)
    with pytest.raises(Refused) as refused:
        await only.admit(MERCHANT_ACCOUNTS, body, MARKET)
    [found] = refused.value.findings
    assert (found.field, found.code, found.rule) == ("scenario", "scenario-not-offered", "TCM-MCH-05")


# --- how it ends


async def test_both_numbers_are_opened_side_by_side(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await opens_wallet(merchant)
    view = await merchant.case.on_record()
    assert (view.stage, view.outcome, merchant.facts["stage"]) == ("opening", None, "open")
    assert merchant.tasks == ["numbers", "b2b_form"]
    corporate = merchant.corporate
    while merchant.facts_of(B2B)["stage"] != "open":
        await corporate.goes_on()
    view = await merchant.case.stands("numbers_settled")
    assert (view.outcome, merchant.facts["stage"], corporate.facts()["stage"]) == ("opened", "open", "open")
    assert merchant.facts["number"]
    assert corporate.facts()["number"]


async def test_a_number_that_is_open_stays_open_when_the_other_is_given_up(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await opens_wallet(merchant)
    number = merchant.facts["number"]
    assert await merchant.codes(Withdrawn(number=WALLET)) == [("number", "number-has-ended", "TCM-MCH-30")]
    await merchant.withdraws()
    view = await merchant.case.stands("withdrawn", "given_up", "numbers_settled")
    assert (view.outcome, merchant.facts["stage"], merchant.facts["number"]) == (
        "partly_opened",
        "open",
        number,
    )
    assert (merchant.facts_of(B2B)["stage"], merchant.facts_of(B2B)["why"]) == ("given_up", "withdrawn")


async def test_one_number_is_withdrawn_and_the_other_goes_on(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    view = await merchant.withdraws(B2B)
    assert (view.stage, merchant.facts_of(B2B)["stage"]) == ("opening", "given_up")
    assert merchant.ways(B2B) == [("given_up", "awaiting_form", "given_up")]
    assert await merchant.codes(Withdrawn(number=B2B)) == [("number", "number-has-ended", "TCM-MCH-30")]
    await opens_wallet(merchant)
    assert (await merchant.case.stands("numbers_settled")).outcome == "partly_opened"


async def ends(merchant: Merchant) -> CaseView:
    return await merchant.case.stands("numbers_settled")


async def test_without_any_number_the_outcome_is_why_the_last_one_is_not_open(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await merchant.withdraws(WALLET)
    await merchant.rejected(B2B)
    assert (await ends(merchant)).outcome == "rejected"
    merchant = await Merchant.opened(bench, "both")
    await merchant.rejected(B2B)
    await merchant.withdraws(WALLET)
    assert (await ends(merchant)).outcome == "withdrawn"
    merchant = await Merchant.opened(bench, "both")
    await merchant.rejected(B2B)
    await bench.advance(90 * DAY)
    assert (await ends(merchant)).outcome == "lapsed"


async def test_operators_end_a_number_or_all_of_them(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    view = await merchant.rejected(WALLET)
    assert (view.outcome, merchant.facts["why"]) == (None, "rejected")
    assert {*merchant.tasks} == {"numbers", "b2b_form"}
    await merchant.rejected()
    assert (await ends(merchant)).outcome == "rejected"


async def test_an_operator_withdraws_in_the_providers_stead(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await merchant.decides(IN_STEAD)
    assert (merchant.facts["why"], {*merchant.tasks}) == ("withdrawn", {"numbers", "b2b_form"})


async def into(stage: WalletStage, bench: Bench) -> Merchant:
    """A wallet's number that stands there."""
    merchant = await Merchant.opened(bench)
    match stage:
        case WalletStage.SUBMITTING:
            (await merchant.wallet()).misbehave("wallet_submit", Behaviour.REFUSED)
            await merchant.submits("wallet_form_submitted", "blocked")
        case WalletStage.UNDER_REVIEW:
            await merchant.submits()
        case WalletStage.FROZEN:
            await merchant.submits()
            await merchant.freezes()
            await merchant.is_told()
            await merchant.case.stands("applyment_frozen")
    return merchant


@pytest.mark.usefixtures("well_behaved")
@pytest.mark.parametrize("stage", [each for each in WalletStage if each not in ("open", "given_up")])
async def test_a_number_can_be_given_up_from_anywhere(bench: Bench, stage: WalletStage) -> None:
    merchant = await into(stage, bench)
    assert merchant.facts["stage"] == stage
    await merchant.withdraws()
    view = await merchant.case.stands("withdrawn", "given_up", "numbers_settled")
    assert (view.outcome, merchant.facts["stage"], view.blocked_by) == ("withdrawn", "given_up", ())
    assert merchant.ways()[-1] == ("given_up", stage, "given_up")
    assert not merchant.facts.get("instruction")


async def test_what_is_not_asked_for_cannot_be_given_up(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    assert await merchant.codes(Withdrawn(number=B2B)) == [("number", "number-not-asked-for", "TCM-MCH-05")]


async def test_what_the_wallet_says_after_the_end_changes_nothing(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await merchant.submits()
    await merchant.passes()
    notice = await merchant.notice()
    await merchant.withdraws(WALLET)
    await merchant.case.stands("given_up")
    assert await merchant.case.refuses(notice) == "nothing is at the wallet"
    await bench.advance(DAY)
    assert merchant.case.path()[-1] == "given_up"


async def test_the_wallets_form_stays_owed_where_another_companys_data_were_faster(bench: Bench) -> None:
    """TCM-MCH-10: the other number's form was not on record when this one was looked at."""
    merchant = await Merchant.opened(bench, "both")
    await merchant.corporate.fills()
    other = merchant.form(company=company_form(administrator=administrator(email="other@example.com")))
    await merchant.case.report(sealed_for(merchant.case, other), actor=PROVIDER)
    assert merchant.ways() == [("wallet_form_submitted", "awaiting_form", "awaiting_form")]
    assert merchant.facts["differs"] == ["company.administrator.email"]
    assert merchant.case.changes()[-1].data["differs"] == ["company.administrator.email"]
    assert await merchant.codes(other) == [("company.administrator.email", "differs", "TCM-MCH-10")]
    await merchant.submits(company=None)
    assert (merchant.facts["stage"], merchant.facts["differs"]) == ("under_review", [])


async def test_so_does_the_other_numbers(bench: Bench) -> None:
    merchant = await Merchant.opened(bench, "both")
    await merchant.submits()
    other = company_form(administrator=administrator(email="other@example.com"))
    form = await merchant.corporate.form(company=other)
    await merchant.case.report(sealed_for(merchant.case, form), actor=PROVIDER)
    assert merchant.ways(B2B) == [("b2b_form_submitted", "awaiting_form", "awaiting_form")]
    await merchant.corporate.fills(company=None)
    assert merchant.facts_of(B2B)["stage"] == "awaiting_scan"
