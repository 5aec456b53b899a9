"""Bank accounts and what the bank tells of, as everything else is made from them."""

from collections.abc import Sequence

from models.admitting import Admitted, Checked, Hold
from models.bank import BankDetails, Controller, Guess
from models.bank_account_tasks import BANK_ACCOUNT_STEPS, BANK_ACCOUNT_TASKS
from models.bank_accounts import (
    AccountGiven,
    AmountsEntered,
    BankAccount,
    BankAccountEvent,
    BankAccountOutcome,
    BankAccountStage,
    BankAccountTerms,
    OpenBankAccount,
)
from models.bank_notices import (
    NOTICE_STEPS,
    BankNotice,
    NoticeEvent,
    NoticeOutcome,
    NoticeStage,
    TellOfEntry,
)
from models.cases import Event, Opening, Role
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.periods import local_date
from models.policies import BankAccountPolicy, MarketPolicy, NoticePolicy, ProcessPolicy
from models.process import Process
from models.rules.bank import guess_findings
from models.rules.findings import Finding
from models.rules.identity.persons import document_findings


def _open(asked: OpenBankAccount, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    """One account a provider and market at a time."""
    assert isinstance(policy, BankAccountPolicy)
    account = BankAccount(
        opening=opening,
        terms=policy.terms,
        provider_id=asked.provider_id,
        onboarding=PROVIDER_ONBOARDINGS.case_id(opening.market, asked.onboarding),
    )
    return Admitted(
        input=account.model_dump(mode="json"),
        holds=(Hold(name=f"bank-account:{asked.provider_id}", field="provider_id"),),
    )


def _check(event: Event, checked: Checked) -> Sequence[Finding]:
    """A guess of another shape than was asked for uses no attempt; a controller has a paper that can be
    (AMB-33)."""
    match event:
        case AmountsEntered(guess=Guess() as guess):
            return guess_findings(guess, BankAccountTerms.model_validate(checked.input["terms"]).check)
        case AccountGiven(account=BankDetails(controller=Controller() as controller)):
            today = local_date(checked.at)
            return document_findings(controller.document, "account.controller.document", today, "AMB-33")
    return ()


def _receive(_: TellOfEntry, policy: ProcessPolicy, opening: Opening, __: MarketPolicy) -> Admitted:
    assert isinstance(policy, NoticePolicy)
    return Admitted(input=BankNotice(opening=opening, terms=policy.terms).model_dump(mode="json"))


BANK_ACCOUNTS = Process(
    name="bank-accounts",
    title="Bank account",
    title_zh="银行账户验证",
    workflow="BankAccount",
    started_by=frozenset({Role.SERVICE}),
    start=OpenBankAccount,
    event=BankAccountEvent,
    tasks=BANK_ACCOUNT_TASKS,
    steps=BANK_ACCOUNT_STEPS,
    stages=BankAccountStage,
    outcomes=BankAccountOutcome,
    admit=_open,
    check=_check,
)
BANK_NOTICES = Process(
    name="bank-notices",
    title="Bank notice",
    title_zh="银行通知",
    workflow="BankNotice",
    started_by=frozenset(),
    start=TellOfEntry,
    event=NoticeEvent,
    tasks=(),
    steps=NOTICE_STEPS,
    stages=NoticeStage,
    outcomes=NoticeOutcome,
    admit=_receive,
)
