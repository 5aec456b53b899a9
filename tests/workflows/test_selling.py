"""What a provider has opened, as cases that are played tell it: how buyers can pay, and what bars them."""

from sqlmodel import Session

from models.deposits import Block
from models.rules.blocks import Why
from models.selling import Selling
from models.tables.selling import selling_of
from tests.bench import Bench, Opened
from tests.corporate_numbers import STARTED, Corporate
from tests.merchant_accounts import Merchant
from tests.settlement_accounts import AUTHORISED, REVOKED, Settlement


async def sold_by(bench: Bench, case: Opened) -> Selling:
    """How the provider of a case sells now, by all that is on record."""
    view = await case.on_record()
    assert view.provider_id is not None
    with Session(bench.engine) as session:
        policy = bench.admissions.policies[view.market]
        return selling_of(session, policy, view.provider_id, await bench.now())


async def test_the_wallets_number_is_sold_by_once_it_is_open_and_stays_so(bench: Bench) -> None:
    """TCM-MCH-01, -02, TCM-WX-11."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.passes()
    await merchant.remits()
    await merchant.is_told()
    before = await sold_by(bench, merchant.case)
    assert (before.channels, Why.NO_MERCHANT_NUMBER in before.blocked_by[Block.PURCHASE]) == ((), True)
    await merchant.signs()
    await merchant.is_told()
    assert await merchant.case.ends() == "opened"
    after = await sold_by(bench, merchant.case)
    assert after.channels == ("wechat_pay",)
    assert Why.NO_MERCHANT_NUMBER not in after.blocked_by[Block.PURCHASE]


async def test_the_corporate_number_is_sold_by_once_its_provider_starts(bench: Bench) -> None:
    """TCM-MCH-03, TCM-TEN-15. Its money goes to the account that was proven for it (TCM-TEN-10)."""
    corporate = await Corporate.in_stage(bench, "ready")
    assert (await sold_by(bench, corporate.case)).channels == ()
    await corporate.says(STARTED)
    assert await corporate.case.ends() == "opened"
    selling = await sold_by(bench, corporate.case)
    assert selling.channels == ("online_bank_transfer",)
    account = corporate.facts()["bank_account"]["case_id"]
    assert [(each.to, each.case_id) for each in selling.settles] == [("bank_account", account)]


async def test_a_path_is_sold_by_while_we_may_deduct_from_it(bench: Bench) -> None:
    """ALI-PAY-04, ALI-SET-18, -23."""
    settlement = await Settlement.opened(bench)
    without = await sold_by(bench, settlement.case)
    assert without.channels == ("balance", "credit")
    assert Why.SETTLEMENT_NOT_ACTIVATED in without.blocked_by[Block.PURCHASE]
    await settlement.opens_alipay()
    active = await sold_by(bench, settlement.case)
    assert active.channels == ("balance", "credit", "alipay")
    assert Why.SETTLEMENT_NOT_ACTIVATED not in active.blocked_by[Block.PURCHASE]
    assert {each.to for each in active.settles} == {"alipay"}
    await settlement.says(REVOKED)
    revoked = await sold_by(bench, settlement.case)
    assert revoked.channels == ("balance", "credit")
    assert Why.DEDUCTION_NOT_AUTHORISED in revoked.blocked_by[Block.WITHDRAWAL]
    await settlement.says(AUTHORISED)
    assert (await sold_by(bench, settlement.case)).channels == active.channels
