"""The bank check: TCM-TEN-08..17, TCM-WX-03..07, -13, AMB-33, AMB-34, AMB-36."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.bank import (
    BankCheckTerms,
    BankDetails,
    BankEntry,
    CheckRef,
    EntryKind,
    Guess,
    Instruction,
    Secret,
    WhyUnmatched,
    check_of_payout,
    payout_key,
)
from models.periods import CHINA
from models.rules.bank import (
    OTHER_BANK,
    REMARK,
    OpenCheck,
    guess_chance,
    guess_findings,
    listed_bank,
    matches,
    same_holder,
    verdict_on,
)
from tests.banking import COMPANY, NUMBER, PAYEE, account, account_body, check_terms, remittance_terms

SECOND = timedelta(seconds=1)
ISSUED = datetime(2021, 11, 5, 10, 58, 1, tzinfo=CHINA)
UNTIL = datetime(2021, 11, 8, 10, 58, 1, tzinfo=CHINA)
CODE = {"proof": "amount_and_code"}


# --- how likely a blind guess is


@pytest.mark.parametrize(
    ("terms", "chance"),
    [
        pytest.param({}, Fraction(6, 4851), id="3 tries and 2 rounds for two of 99"),
        pytest.param({"attempts": 1, "rounds": 1}, Fraction(1, 4851), id="one try"),
        pytest.param({"lowest_fen": 10, "highest_fen": 108}, Fraction(6, 4851), id="99 others"),
        pytest.param({**CODE, "attempts": 5}, Fraction(10, 99 * 10**6), id="an amount and a code"),
        pytest.param({**CODE, "highest_fen": 1}, Fraction(6, 10**6), id="a code beside a known amount"),
    ],
)
def test_the_chance_of_a_blind_guess_is_exact(terms: dict[str, Any], chance: Fraction) -> None:
    assert guess_chance(check_terms(**terms)) == chance


def test_nothing_can_be_guessed_where_the_provider_pays() -> None:
    assert guess_chance(remittance_terms(attempts=10, rounds=10)) == 0


@dataclass(frozen=True)
class Small:
    """Terms too easy to be allowed, so that everything can be counted."""

    highest_fen: int
    attempts: int
    secret_amounts: int
    has_code: bool = False
    lowest_fen: int = 1
    rounds: int = 1


@pytest.mark.parametrize("amounts", [1, 2])
@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("highest", [1, 2, 5, 9])
def test_the_chance_is_what_counting_says(highest: int, attempts: int, amounts: int) -> None:
    """Of all the secrets there are, those that some try hits; where there are none, anything does."""
    secrets = [*combinations(range(1, highest + 1), amounts)]
    hit = [secret for secret in secrets if secret in secrets[:attempts]]
    counted = Fraction(len(hit), len(secrets)) if secrets else Fraction(1)
    assert guess_chance(Small(highest, attempts, amounts)) == counted


@pytest.mark.parametrize(
    ("terms", "sound"),
    [
        pytest.param({}, True, id="0.124 %"),
        pytest.param({"attempts": 7, "rounds": 1}, False, id="0.144 %"),
        pytest.param({"attempts": 3, "rounds": 3}, False, id="0.186 %"),
        pytest.param({"highest_fen": 97}, True, id="6 of 4656 are 0.1289 %"),
        pytest.param({"highest_fen": 96}, False, id="6 of 4560 are 0.1316 %"),
        pytest.param({"lowest_fen": 5, "highest_fen": 5}, False, id="no second amount"),
        pytest.param({**CODE, "attempts": 10, "rounds": 10}, True, id="a code is another way"),
    ],
)
def test_terms_that_a_blind_guess_meets_too_often_are_refused(terms: dict[str, Any], sound: bool) -> None:
    """At most 0.13 % over an account's life (AMB-36)."""
    if sound:
        assert guess_chance(check_terms(**terms)) <= Fraction(13, 10_000)
    else:
        with pytest.raises(ValidationError, match="blind guess"):
            check_terms(**terms)


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"proof": None}, id="paid without a proof"),
        pytest.param({"payee": PAYEE.model_dump()}, id="paid, to a payee of ours"),
        pytest.param({"direction": "provider_remits"}, id="a proof where the provider pays"),
        pytest.param({"direction": "provider_remits", "proof": None}, id="no payee to remit to"),
        pytest.param({"lowest_fen": 0}, id="nothing at all is paid"),
        pytest.param({"lowest_fen": 99, "highest_fen": 1}, id="upside down"),
        pytest.param({"highest_fen": 10001}, id="more than a hundred yuan"),
        pytest.param({"attempts": 0}, id="no attempt"),
        pytest.param({"attempts": True}, id="true"),
        pytest.param({"rounds": "2"}, id="text"),
        pytest.param({"valid_for": 3}, id="three of what"),
        pytest.param({"unknown": 1}, id="an unknown field"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check_terms(**terms)


def test_terms_travel_as_they_are() -> None:
    for terms in (check_terms(), remittance_terms()):
        assert BankCheckTerms.model_validate_json(terms.model_dump_json()) == terms


# --- what a provider types in


@pytest.mark.parametrize(
    "guess",
    [
        {"amounts_fen": []},
        {"amounts_fen": [1, 2, 3]},
        *(
            {"amounts_fen": [amount, 2]}
            for amount in (True, "1", "1_0", 1.0, 1e2, -1, None, "１", float("nan"))
        ),
        *(
            {"amounts_fen": [1], "code": code}
            for code in ("12345", "1234567", 123456, "12345a", "１２３４５６")
        ),
    ],
    ids=str,
)
def test_a_guess_that_is_no_money_is_no_guess(guess: dict[str, Any]) -> None:
    """CV-8."""
    with pytest.raises(ValidationError):
        Guess.model_validate(guess)


@pytest.mark.parametrize(
    ("guess", "terms", "codes"),
    [
        pytest.param({"amounts_fen": (1, 99)}, {}, [], id="the ends of the range"),
        pytest.param({"amounts_fen": (0, 99)}, {}, ["amount-out-of-range"], id="below it"),
        pytest.param({"amounts_fen": (1, 100)}, {}, ["amount-out-of-range"], id="above it"),
        pytest.param({"amounts_fen": (7,)}, {}, ["wrong-number-of-amounts"], id="one of two"),
        pytest.param({"amounts_fen": (7, 7)}, {}, ["amounts-not-distinct"], id="one amount twice"),
        pytest.param({"amounts_fen": (7, 8), "code": "000000"}, {}, ["code-not-asked-for"], id="a code too"),
        pytest.param({"amounts_fen": (7,), "code": "000000"}, CODE, [], id="an amount and its code"),
        pytest.param({"amounts_fen": (7,)}, CODE, ["code-missing"], id="no code"),
        pytest.param(
            {"amounts_fen": (7, 7)},
            CODE,
            ["wrong-number-of-amounts", "amounts-not-distinct", "code-missing"],
            id="everything at once",
        ),
    ],
)
def test_a_guess_of_another_shape_is_told_what_is_wrong_with_it(
    guess: dict[str, Any], terms: dict[str, Any], codes: list[str]
) -> None:
    found = guess_findings(Guess(**guess), check_terms(**terms))
    assert [finding.code for finding in found] == codes
    assert {finding.rule for finding in found} <= {"TCM-TEN-13"}


@given(st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True))
def test_the_order_of_the_amounts_does_not_matter(amounts: list[int]) -> None:
    secret = Secret(amounts_fen=tuple(amounts))
    for said in permutations(amounts):
        assert matches(Guess(amounts_fen=said), secret)


@given(
    st.sets(st.integers(1, 99), min_size=2, max_size=2), st.sets(st.integers(1, 99), min_size=2, max_size=2)
)
def test_both_amounts_must_be_right(said: set[int], paid: set[int]) -> None:
    assert matches(Guess(amounts_fen=tuple(said)), Secret(amounts_fen=tuple(paid))) is (said == paid)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ({"amounts_fen": (53,), "code": "012345"}, True),
        ({"amounts_fen": (52,), "code": "012345"}, False),
        ({"amounts_fen": (53,), "code": "012346"}, False),
        ({"amounts_fen": (53,)}, False),
        ({"amounts_fen": (0, 53), "code": "012345"}, False),
    ],
)
def test_the_amount_and_the_code_must_be_right(said: dict[str, Any], right: bool) -> None:
    """TCM-TEN-13: the exact amount passes."""
    assert matches(Guess(**said), Secret(amounts_fen=(53,), code="012345")) is right


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
