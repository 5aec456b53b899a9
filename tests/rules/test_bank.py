"""The bank check: TCM-TEN-08..17, TCM-WX-03..07, -13, AMB-33, AMB-34, AMB-36."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.bank import BankDetails, CheckRef, Guess, Instruction, Secret, WhyUnmatched
from models.bank_entries import BankEntry, EntryKind, check_of_payout, payout_key
from models.periods import CHINA
from models.rules.bank import (
    OTHER_BANK,
    REMARK,
    OpenCheck,
    listed_bank,
    same_holder,
    verdict_on,
)
from tests.banking import COMPANY, NUMBER, PAYEE, account, account_body

SECOND = timedelta(seconds=1)
ISSUED = datetime(2021, 11, 5, 10, 58, 1, tzinfo=CHINA)
UNTIL = datetime(2021, 11, 8, 10, 58, 1, tzinfo=CHINA)


# --- the account


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("6222 0212 3456 7890 128", NUMBER),
        ("6222-0212-3456-7890-128", NUMBER),
        ("12345678", "12345678"),
        ("1" * 32, "1" * 32),
    ],
)
def test_a_number_is_kept_without_what_people_write_between(written: str, kept: str) -> None:
    assert account(number=written).number == kept


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {"number": number}
            for number in ("1234567", "1" * 33, "1234567x", "１２３４５６７８", "", 12345678)
        ),
        {"account_type": "personal"},
        {"holder": ""},
        {"holder": "样" * 129},
        {"branch": "\0"},
        {"controller_is_legal_representative": "yes"},
        {"controller_is_legal_representative": False},
        {"controller": {"name": "王小明", "document": {"type": "passport", "number": "E12345678"}}},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_an_account_that_cannot_be_one_is_refused(changes: dict[str, Any]) -> None:
    """TCM-TEN-08, AMB-33."""
    with pytest.raises(ValidationError):
        account(**changes)


def test_a_controller_who_is_somebody_else_is_named() -> None:
    """AMB-33."""
    controller = {"name": "王小明", "document": {"type": "passport", "number": "E12345678"}}
    named = account(controller_is_legal_representative=False, controller=controller)
    assert named.controller is not None
    assert named.controller.document.number == "E12345678"


@pytest.mark.parametrize(
    ("name", "bank"),
    [
        ("中国工商银行", "中国工商银行"),
        ("中国工商银行股份有限公司", "中国工商银行"),
        ("工商银行", "中国工商银行"),
        (" ICBC ", "中国工商银行"),
        ("ＩＣＢＣ", "中国工商银行"),
        ("招商 银行", "招商银行"),
        ("杭州银行", OTHER_BANK),
        ("上海农村商业银行", OTHER_BANK),
        ("浙江农信", OTHER_BANK),
        ("Somewhere Credit Cooperative", OTHER_BANK),
        ("other bank", OTHER_BANK),
        ("中国工商银行西湖支行", OTHER_BANK),
    ],
)
def test_a_bank_off_the_list_is_another_bank(name: str, bank: str) -> None:
    """TCM-TEN-09."""
    assert listed_bank(name) == bank


@pytest.mark.parametrize(
    ("holder", "same"),
    [
        ("A Co Ltd", True),
        ("ACoLtd", True),
        ("Ａ Co Ltd", True),
        ("A Co", False),
        ("A Co Ltd Hangzhou", False),
        ("", False),
    ],
)
def test_the_holder_is_the_company_with_its_whole_name(holder: str, same: bool) -> None:
    """ALI-SET-11."""
    assert same_holder(holder, "A Co Ltd") is same


# --- what comes in

ASKED = Instruction(
    payer_name=COMPANY, payer_number=NUMBER, amount_fen=53, payee=PAYEE, remark=REMARK, until=UNTIL
)


def entry(**changes: Any) -> BankEntry:
    usual: dict[str, Any] = {
        "kind": EntryKind.RECEIVED,
        "market": "tencent-cloud",
        "entry_id": "e-1",
        "amount_fen": 53,
        "payer_holder": COMPANY,
        "payer_number": NUMBER,
        "remark": REMARK,
        "at": ISSUED + SECOND,
    }
    return BankEntry.model_validate(usual | changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({}, None, id="0.53"),
        pytest.param({"amount_fen": 52}, WhyUnmatched.WRONG_AMOUNT, id="0.52"),
        pytest.param({"amount_fen": 54}, WhyUnmatched.WRONG_AMOUNT, id="0.54"),
        pytest.param({"payer_holder": "杭州样例科技"}, WhyUnmatched.WRONG_PAYER, id="another name"),
        pytest.param({"payer_number": NUMBER[:-1] + "9"}, WhyUnmatched.WRONG_PAYER, id="another account"),
        pytest.param({"payer_number": "6222 0212 3456 7890 128"}, None, id="the number with spaces"),
        pytest.param({"remark": "货款"}, WhyUnmatched.UNKNOWN_REMARK, id="for something else"),
        pytest.param({"remark": " 入驻账户验证 谢谢"}, None, id="the remark with thanks"),
        pytest.param({"at": ISSUED}, None, id="at once"),
        pytest.param({"at": ISSUED - SECOND}, WhyUnmatched.NO_OPEN_CHECK, id="before it was asked for"),
        pytest.param({"at": UNTIL - SECOND}, None, id="10:58:00"),
        pytest.param({"at": UNTIL}, WhyUnmatched.LATE, id="10:58:01"),
        pytest.param({"at": UNTIL, "amount_fen": 52}, WhyUnmatched.LATE, id="late and wrong"),
    ],
)
def test_a_remittance_is_right_in_amount_payer_and_time(
    changes: dict[str, Any], why: WhyUnmatched | None
) -> None:
    """TCM-WX-04, -05, CV-6."""
    assert verdict_on(entry(**changes), OpenCheck(asked=ASKED, since=ISSUED)) is why


def test_what_has_ended_is_proved_no_more() -> None:
    assert verdict_on(entry(), OpenCheck(asked=ASKED, since=ISSUED, ended=True)) is WhyUnmatched.NO_OPEN_CHECK


def test_who_was_never_asked_is_the_wrong_payer() -> None:
    assert verdict_on(entry(), None) is WhyUnmatched.WRONG_PAYER
    assert verdict_on(entry(remark="货款"), None) is WhyUnmatched.UNKNOWN_REMARK


# --- what is said and never shown


def test_what_is_personal_shows_nothing_of_itself() -> None:
    details = account(
        controller_is_legal_representative=False,
        controller={"name": "王小明", "document": {"type": "passport", "number": "E12345678"}},
    )
    shown = [
        details,
        details.controller,
        Guess(amounts_fen=(53, 54)),
        Secret(amounts_fen=(53,)),
        ASKED,
        entry(),
    ]
    for value in shown:
        for text in (repr(value), str(value), f"{value}", repr([value]), repr({"of": value})):
            assert not any(clear in text for clear in ("样例", NUMBER, "王小明", "E1234", "53", REMARK)), text


def test_a_refused_account_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        BankDetails.model_validate(account_body(number=f"x{NUMBER}", account_type=COMPANY))
    assert NUMBER not in str(refused.value)
    assert COMPANY not in str(refused.value)


@pytest.mark.parametrize("case_id", ["bank-accounts:tencent-cloud:o-1", "a", "a:b:c:d"])
def test_a_payout_names_its_check(case_id: str) -> None:
    key = payout_key(CheckRef(market="tencent-cloud", case_id=case_id, round=2), 1)
    assert check_of_payout(key) == (case_id, 2)


@pytest.mark.parametrize(
    "key", ["", "micro-deposit", "micro-deposit:a:b", "refund:a:1:1", "micro-deposit:a:x:1"]
)
def test_a_key_that_is_none_of_ours_names_no_check(key: str) -> None:
    assert check_of_payout(key) == ("", 0)
