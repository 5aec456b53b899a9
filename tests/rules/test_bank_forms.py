"""What stands against a bank form before anybody asks the bank."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.admitting import Checked
from models.bank import Controller
from models.bank_accounts import AccountGiven
from models.bank_process import BANK_ACCOUNTS
from models.cases import CaseView
from models.policies import load
from models.rules.identity.persons import DocumentType, PersonDocument
from tests.banking import account
from tests.rules.made_up import card

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def checked() -> Checked:
    market = load()["tencent-cloud"]
    view = CaseView(
        case_id="bank-accounts:tencent-cloud:b-1",
        process="bank-accounts",
        market="tencent-cloud",
        id="b-1",
        provider_id="isv-1",
        stage="awaiting_details",
        opened_at=AT,
        changed_at=AT,
        policy_version="1",
    )
    return Checked(view=view, input={}, market=market, at=AT)


def given(number: str) -> AccountGiven:
    paper = PersonDocument(type=DocumentType.RESIDENT_ID, number=number)
    controlled: Any = {
        "controller_is_legal_representative": False,
        "controller": Controller(name="Sample Controller", document=paper),
    }
    return AccountGiven(account=account(**controlled))


@pytest.mark.parametrize(("last", "wrong"), [("", 0), ("other", 1)])
def test_a_controller_has_a_paper_that_can_be(last: str, wrong: int) -> None:
    """AMB-33."""
    number = card()
    if last:
        number = number[:-1] + ("1" if number[-1] != "1" else "2")
    found = BANK_ACCOUNTS.check(given(number), checked())
    assert [(each.field, each.rule) for each in found] == [("account.controller.document", "AMB-33")] * wrong
