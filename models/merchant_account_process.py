"""Merchant accounts, as everything else is made from them: who may begin one, and what it starts with."""

from models.admitting import Admitted, Hold
from models.cases import Opening, Role
from models.merchant_account_tasks import LANES, MERCHANT_ACCOUNT_STEPS, MERCHANT_ACCOUNT_TASKS
from models.merchant_accounts import (
    MerchantAccount,
    MerchantAccountEvent,
    MerchantAccountOutcome,
    MerchantAccountStage,
    OpenMerchantAccount,
)
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.policies import MarketPolicy, MerchantAccountPolicy, ProcessPolicy
from models.process import Process
from models.rules.findings import Refused
from models.rules.merchant_accounts import against, findings


def _open(asked: OpenMerchantAccount, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    """One account a provider and market at a time. Numbers that are open stay so once it has closed."""
    assert isinstance(policy, MerchantAccountPolicy)
    if found := findings(asked, policy.terms):
        raise Refused(*found)
    account = MerchantAccount(
        opening=opening,
        terms=policy.terms,
        provider_id=asked.provider_id,
        onboarding=PROVIDER_ONBOARDINGS.case_id(opening.market, asked.onboarding),
        scenario=asked.scenario,
    )
    return Admitted(
        input=account.model_dump(mode="json"),
        holds=(Hold(name=f"merchant-account:{asked.provider_id}", field="provider_id"),),
    )


MERCHANT_ACCOUNTS = Process(
    name="merchant-accounts",
    title="Merchant account",
    title_zh="商户号开通",
    workflow="MerchantAccount",
    started_by=frozenset({Role.SERVICE}),
    start=OpenMerchantAccount,
    event=MerchantAccountEvent,
    tasks=MERCHANT_ACCOUNT_TASKS,
    steps=MERCHANT_ACCOUNT_STEPS,
    stages=MerchantAccountStage,
    outcomes=MerchantAccountOutcome,
    admit=_open,
    check=against,
    lanes=LANES,
)
