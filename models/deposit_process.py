"""Deposit accounts, as everything else is made from them: who may open one, and what it starts with."""

from collections.abc import Sequence

from models.admitting import Admitted, Checked, Hold
from models.cases import Event, Opening, Role
from models.deposit_tasks import DEPOSIT_STEPS, DEPOSIT_TASKS
from models.deposits import (
    DecidedOnCategories,
    Deposit,
    DepositAccount,
    DepositEvent,
    DepositOutcome,
    DepositStage,
    OpenDeposit,
)
from models.periods import local_date
from models.policies import DepositPolicy, MarketPolicy, ProcessPolicy
from models.process import Process
from models.rules.categories import joining_findings
from models.rules.deposits import Figures, against, unknown, unpriced
from models.rules.findings import Finding, Refused

NAME = "deposit-accounts"


def _open(asked: OpenDeposit, policy: ProcessPolicy, opening: Opening, market: MarketPolicy) -> Admitted:
    """One account a provider and market, at the tariff in force (ALI-ONB-07, -13, -14)."""
    assert isinstance(policy, DepositPolicy)
    found = unknown(asked.categories, market.categories) or unpriced(asked.categories, policy.tariff)
    if asked.onboarding is not None and opening.opened_by.role != "system":
        detail = "only an onboarding itself opens an account that tells it"
        found.append(Finding(field="onboarding", code="not-yours-to-say", detail=detail, next="leave it out"))
    if found:
        raise Refused(*found)
    deposit = Deposit(categories=asked.categories, tariff=policy.tariff, tariff_version=policy.version)
    account = DepositAccount(
        opening=opening, terms=policy.terms, deposit=deposit, onboarding=asked.onboarding
    )
    return Admitted(
        input=account.model_dump(mode="json"),
        holds=(Hold(name=f"deposit:{asked.provider_id}", field="provider_id"),),
    )


def _check(event: Event, checked: Checked) -> Sequence[Finding]:
    """Told early, and in full; the account decides by what it holds when the event arrives."""
    policy = checked.market.in_force(NAME, checked.at)
    tariff = policy.tariff if isinstance(policy, DepositPolicy) else None
    offered = checked.market.categories
    found = against(event, Figures.on_record(checked.view), tariff, offered)
    if isinstance(event, DecidedOnCategories):
        known = checked.view.data.get("categories")
        before = [str(each) for each in known] if isinstance(known, list) else []
        found += joining_findings(event.categories, before, offered, local_date(checked.at))
    return found


DEPOSIT_ACCOUNTS = Process(
    name=NAME,
    title="Deposit account",
    title_zh="保证金账户",
    workflow="DepositAccount",
    started_by=frozenset({Role.OPERATOR}),
    start=OpenDeposit,
    event=DepositEvent,
    tasks=DEPOSIT_TASKS,
    steps=DEPOSIT_STEPS,
    stages=DepositStage,
    outcomes=DepositOutcome,
    admit=_open,
    check=_check,
)
