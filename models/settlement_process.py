"""Settlement accounts, as everything else is made from them."""

from collections.abc import Sequence

from models.admitting import Admitted, Checked, Hold
from models.cases import Event, Opening, Role
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.policies import MarketPolicy, ProcessPolicy, SettlementPolicy
from models.process import Process
from models.rules.findings import Finding
from models.rules.settlement import alipay_findings, contract_findings, mybank_findings
from models.settlement_accounts import (
    AlipayStage,
    MybankStage,
    OpenSettlementAccount,
    SettlementAccount,
    SettlementOutcome,
    SettlementStage,
)
from models.settlement_events import (
    AlipayAccount,
    AlipayAccountGiven,
    DecidedToEnd,
    MybankDetails,
    MybankDetailsGiven,
    SettlementEvent,
)
from models.settlement_tasks import SETTLEMENT_STEPS, SETTLEMENT_TASKS
from models.settlement_terms import Path


def _open(asked: OpenSettlementAccount, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    """One account a provider and market at a time."""
    assert isinstance(policy, SettlementPolicy)
    account = SettlementAccount(
        opening=opening,
        terms=policy.terms,
        provider_id=asked.provider_id,
        onboarding=PROVIDER_ONBOARDINGS.case_id(opening.market, asked.onboarding),
    )
    return Admitted(
        input=account.model_dump(mode="json"),
        holds=(Hold(name=f"settlement-account:{asked.provider_id}", field="provider_id"),),
    )


def _check(event: Event, checked: Checked) -> Sequence[Finding]:
    """Everything that is missing or wrong in a form, at once (ALI-SET-10, -12, -16). An account does not end
    while something is owed: nobody would try to recover it again (AMB-26)."""
    match event:
        case AlipayAccountGiven(account=AlipayAccount() as account, contract_accepted=accepted):
            return [*alipay_findings(account, "account", "ALI-SET-10"), *contract_findings(accepted)]
        case MybankDetailsGiven(details=MybankDetails() as details):
            licence_number = checked.view.data.get("licence_number")
            return mybank_findings(
                details, "details", licence_number if isinstance(licence_number, str) else None
            )
        case DecidedToEnd() if checked.view.data.get("arrears_fen"):
            return [
                Finding(
                    field="decision",
                    code="arrears-open",
                    rule="AMB-26",
                    detail="refunds of this provider's buyers are still to be recovered",
                    next="end the account once nothing is owed",
                )
            ]
    return ()


SETTLEMENT_ACCOUNTS = Process(
    name="settlement-accounts",
    title="Settlement account",
    title_zh="结算账户",
    workflow="SettlementAccount",
    started_by=frozenset({Role.SERVICE}),
    start=OpenSettlementAccount,
    event=SettlementEvent,
    tasks=SETTLEMENT_TASKS,
    steps=SETTLEMENT_STEPS,
    stages=SettlementStage,
    outcomes=SettlementOutcome,
    admit=_open,
    check=_check,
    lanes={Path.ALIPAY: AlipayStage, Path.MYBANK: MybankStage},
)
