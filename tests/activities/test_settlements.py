"""Enterprise accounts and what a settlement account asks of them: ALI-SET-11, -20, -21."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.enterprise import SimulatedEnterpriseAccounts
from activities.gateways.simulated.misbehaving import Behaviour
from activities.settlements import Settlements
from models.private import Sealed
from models.settlement_accounts import (
    AskedHolder,
    AskedRecovery,
    Debt,
    HolderMatch,
    RecoveryState,
)
from models.settlement_events import AlipayAccount, MybankDetails
from models.settlement_terms import Path
from models.tables import EffectRow
from models.tables.admissions import Admissions
from models.tables.privacy import Vault
from tests.bank_accounts import COMPANY
from tests.settlement_accounts import made_up_account

MARKET, CASE = "aliyun", "settlement-accounts:aliyun:a-case"


@pytest.fixture
def accounts(engine: Engine) -> SimulatedEnterpriseAccounts:
    return SimulatedEnterpriseAccounts(engine)


@pytest.fixture
def vault(admissions: Admissions) -> Vault:
    return Vault(admissions.cipher)


@pytest.fixture
def settlements(engine: Engine, accounts: SimulatedEnterpriseAccounts, vault: Vault) -> Settlements:
    return Settlements(engine, accounts, vault)


def holder(account: Sealed, path: Path = Path.ALIPAY, company_name: str = COMPANY) -> AskedHolder:
    return AskedHolder(market=MARKET, case_id=CASE, path=path, account=account, company_name=company_name)


def owed(account: Sealed, amount_fen: int = 600, **changes: object) -> AskedRecovery:
    debt = {"number": 1, "payment_id": f"p-{uuid.uuid4().hex}", "next_at": datetime.now(UTC)}
    return AskedRecovery(
        market=MARKET,
        case_id=CASE,
        path=Path.ALIPAY,
        account=account,
        debt=Debt.model_validate(debt | {"amount_fen": amount_fen} | changes),
    )


# --- whose an account is


@pytest.mark.parametrize(
    ("registered", "shown", "ok"),
    [
        ("A Co Ltd", "A Co Ltd", True),
        ("A Co Ltd", "A Co", False),
        ("样例（深圳）有限公司", "样例(深圳)有限公司", True),
        ("样例有限公司", "样例 有限公司", True),
        ("a co ltd", "A Co Ltd", False),
    ],
)
def test_the_whole_name_has_to_match(
    settlements: Settlements, vault: Vault, registered: str, shown: str, ok: bool
) -> None:
    """ALI-SET-11: what a keyboard makes of it does not count, a shortened name does."""
    account = made_up_account()
    settlements.enterprise.open(account, registered)  # type: ignore[attr-defined]
    sealed = vault.seal(AlipayAccount(alipay_account=account), CASE)
    found = settlements.match(holder(sealed, company_name=shown))
    assert found == HolderMatch(ok=ok, code=None if ok else "holder_mismatch")


def test_details_of_mybank_name_an_account_too(
    settlements: Settlements, accounts: SimulatedEnterpriseAccounts, vault: Vault
) -> None:
    account = made_up_account()
    accounts.open(account, COMPANY)
    details = MybankDetails(alipay_account=account, legal_person="Sample", registration_number="1")
    assert settlements.match(holder(vault.seal(details, CASE), Path.MYBANK)).ok
    unknown = vault.seal(AlipayAccount(alipay_account=made_up_account()), CASE)
    assert settlements.match(holder(unknown)).code == "unknown_account"


def test_what_was_sealed_for_another_case_or_names_nothing_is_refused(
    settlements: Settlements, vault: Vault
) -> None:
    foreign = vault.seal(AlipayAccount(alipay_account="pay@example.com"), "another-case")
    for sealed in (foreign, vault.seal(AlipayAccount(), CASE)):
        with pytest.raises(ApplicationError) as refused:
            settlements.match(holder(sealed))
        assert (refused.value.type, refused.value.non_retryable) == ("Refused", True)
        assert "pay@example.com" not in str(refused.value)


# --- taking back


def test_a_deduction_is_made_once_however_often_we_are_told(
    settlements: Settlements, accounts: SimulatedEnterpriseAccounts, vault: Vault
) -> None:
    """ALI-SET-20."""
    account = made_up_account()
    accounts.open(account, COMPANY, 1_200)
    asked = owed(vault.seal(AlipayAccount(alipay_account=account), CASE))
    for _ in range(2):
        assert settlements.recover(asked).state is RecoveryState.RECOVERED
    [deducted] = accounts.deductions_from(account)
    assert deducted.key == f"recovery:{MARKET}:{asked.debt.payment_id}"
    held = accounts.held(account)
    assert held is not None
    assert held.balance_fen == 600


def test_nothing_taken_uses_up_no_key(
    settlements: Settlements, accounts: SimulatedEnterpriseAccounts, vault: Vault
) -> None:
    """ALI-SET-21: to the fen, and later it may be there."""
    account = made_up_account()
    asked = owed(vault.seal(AlipayAccount(alipay_account=account), CASE))
    for balance, deductible, state in (
        (599, True, RecoveryState.NOTHING_TAKEN),
        (600, False, RecoveryState.NOTHING_TAKEN),
        (600, True, RecoveryState.RECOVERED),
    ):
        accounts.open(account, COMPANY, balance, deductible=deductible)
        assert settlements.recover(asked).state is state


@pytest.mark.parametrize("changes", [{"number": 2}, {"amount_fen": 601}], ids=str)
def test_another_claim_on_the_same_payment_takes_nothing(
    settlements: Settlements,
    accounts: SimulatedEnterpriseAccounts,
    vault: Vault,
    changes: dict[str, int],
) -> None:
    account = made_up_account()
    accounts.open(account, COMPANY, 10_000)
    asked = owed(vault.seal(AlipayAccount(alipay_account=account), CASE))
    assert settlements.recover(asked).state is RecoveryState.RECOVERED
    again = asked.model_copy(update={"debt": asked.debt.model_copy(update=changes)})
    assert settlements.recover(again).state is RecoveryState.ASKED_BEFORE
    assert len(accounts.deductions_from(account)) == 1


def test_what_is_kept_of_a_deduction_names_no_account(
    engine: Engine, settlements: Settlements, accounts: SimulatedEnterpriseAccounts, vault: Vault
) -> None:
    account = made_up_account()
    accounts.open(account, COMPANY, 1_000)
    asked = owed(vault.seal(AlipayAccount(alipay_account=account), CASE))
    settlements.recover(asked)
    with engine.connect() as connection:
        row = connection.execute(
            EffectRow.__table__.select().where(  # type: ignore[attr-defined]
                EffectRow.key == f"recovery:{MARKET}:{asked.debt.payment_id}"
            )
        ).one()
    assert account not in str(row)


# --- the simulated accounts


def test_neither_cases_nor_spaces_tell_two_accounts_apart(accounts: SimulatedEnterpriseAccounts) -> None:
    account = made_up_account()
    accounts.open(account, COMPANY)
    assert accounts.holder_of(f" {account.upper()} ") == COMPANY


def test_a_key_of_another_deduction_is_refused(accounts: SimulatedEnterpriseAccounts) -> None:
    account, key = made_up_account(), uuid.uuid4().hex
    accounts.open(account, COMPANY, 1_000)
    assert accounts.deduct(MARKET, key, account, 100)
    for market, amount_fen in (("rehearsal", 100), (MARKET, 101)):
        with pytest.raises(GatewayRefused, match="key_of_another_deduction"):
            accounts.deduct(market, key, account, amount_fen)
    with pytest.raises(GatewayRefused, match="unknown_account"):
        accounts.deduct(MARKET, uuid.uuid4().hex, made_up_account(), 1)


@pytest.mark.parametrize("behaviour", [Behaviour.UNAVAILABLE, Behaviour.IN_PROGRESS, Behaviour.LOST_ANSWER])
def test_a_call_that_got_no_answer_is_repeated_and_takes_nothing_twice(
    accounts: SimulatedEnterpriseAccounts, behaviour: Behaviour
) -> None:
    account, key = made_up_account(), uuid.uuid4().hex
    accounts.open(account, COMPANY, 1_000)
    accounts.misbehave("enterprise_deduct", behaviour)
    with pytest.raises(GatewayUnavailable):
        accounts.deduct(MARKET, key, account, 100)
    assert accounts.deduct(MARKET, key, account, 100)
    assert [each.amount_fen for each in accounts.deductions_from(account)] == [100]
    accounts.misbehave("enterprise_holder", behaviour)
    with pytest.raises(GatewayUnavailable):
        accounts.holder_of(account)
    assert accounts.holder_of(account) == COMPANY
