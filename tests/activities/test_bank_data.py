"""What the bank says of an account before anything is paid: its own company's, and known there."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.bank_checks import BankChecks
from activities.gateways.payments import GatewayUnavailable
from activities.gateways.simulated.bank import SimulatedBank
from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import AccountCheck, AskedAccount, BankDetails
from models.tables.privacy import Vault
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.checking import CIPHER, Checking, some
from tests.banking import COMPANY, account, new_number


@pytest.fixture
def checking(engine: Engine) -> Checking:
    return Checking(engine)


@pytest.fixture
def _well_behaved(engine: Engine) -> Any:
    yield
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@dataclass(frozen=True)
class Listening(SimulatedBank):
    """A bank that remembers which bank it was asked about."""

    asked: list[str] = field(default_factory=list)

    def check(self, account: BankDetails) -> AccountCheck:
        self.asked.append(account.bank)
        return AccountCheck(ok=True)


def refusal(error: ApplicationError) -> tuple[str | None, bool]:
    return error.type, error.non_retryable


def test_the_bank_is_asked_about_the_companys_own_account(checking: Checking) -> None:
    """TCM-TEN-11, ALI-SET-11."""
    assert checking.looked_at() == AccountCheck(ok=True)
    assert checking.looked_at("杭州样例科技") == AccountCheck(ok=False, code="holder_mismatch")
    unknown = checking.but(account=account(number=f"{new_number()}0000"))
    assert unknown.looked_at() == AccountCheck(ok=False, code="unknown_account")


@pytest.mark.parametrize(("named", "asked_as"), [("工行", "中国工商银行"), ("样例农商行", "other bank")])
def test_the_bank_is_named_as_the_list_has_it(checking: Checking, named: str, asked_as: str) -> None:
    """TCM-TEN-09."""
    ours = replace(checking, account=account(number=new_number(), bank=named))
    bank = Listening(checking.engine)
    sealed = Vault(CIPHER).seal(ours.account, ours.case_id)
    asked = AskedAccount(ref=ours.ref(), account=sealed, company_name=COMPANY)
    assert BankChecks(checking.engine, bank, CIPHER).data_check(asked).ok
    assert bank.asked == [asked_as]


def test_an_account_that_is_somebody_elses_at_the_bank_is_refused(checking: Checking) -> None:
    checking.bank.open_account("Some Other Company", checking.account.number)
    assert checking.looked_at() == AccountCheck(ok=False, code="holder_mismatch")


@pytest.mark.usefixtures("_well_behaved")
def test_a_bank_that_says_nothing_is_asked_again_and_one_that_refuses_is_not(checking: Checking) -> None:
    checking.bank.misbehave("bank_check", Behaviour.UNAVAILABLE)
    with pytest.raises(GatewayUnavailable):
        checking.looked_at()
    checking.bank.misbehave("bank_check", Behaviour.REFUSED)
    with pytest.raises(ApplicationError) as refused:
        checking.looked_at()
    assert refusal(refused.value) == ("Refused", True)
    assert checking.looked_at() == AccountCheck(ok=True)


def test_what_was_sealed_for_another_case_is_refused(checking: Checking) -> None:
    sealed = Vault(CIPHER).seal(checking.account, checking.but(case=some("c")).case_id)
    asked = AskedAccount(ref=checking.ref(), account=sealed, company_name=COMPANY)
    with pytest.raises(ApplicationError) as refused:
        checking.checks.data_check(asked)
    assert refusal(refused.value) == ("Refused", True)
