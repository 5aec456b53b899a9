"""What decides settlement accounts, at the boundary: ALI-SET, AMB-24."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.deposits import Block
from models.periods import CHINA
from models.policies import load
from models.rules.settlement import (
    Route,
    alipay_findings,
    blocks,
    contract_findings,
    cut_over_at,
    mybank_findings,
    old_account_serves,
    route_of,
    suspended_from_cut_over,
)
from models.settlement_events import AlipayAccount, MybankDetails
from models.settlement_terms import SettlementTerms
from models.working_days import WorkingDays
from tests.rules.made_up import unified_code

[TERMS] = (policy.terms for policy in load()["aliyun"].settlement_accounts)
LICENCE, ANOTHERS = unified_code(), unified_code(body="MA000001")


def at(day: str, time: str = "00:00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=CHINA)


LAST_SECOND, CUT_OVER = at("2021-12-30", "23:59:59"), at("2021-12-31")


def test_the_dates_are_those_of_the_notice() -> None:
    """ALI-SET-01, -03."""
    assert TERMS.upgrade_began == date(2021, 6, 11)
    assert (TERMS.window_from, TERMS.window_until) == (date(2021, 11, 15), date(2021, 12, 30))
    assert cut_over_at(TERMS) == CUT_OVER == datetime(2021, 12, 30, 16, tzinfo=UTC)
    assert TERMS.approval.approve_within == WorkingDays(working_days=2)  # AMB-26
    assert TERMS.retry_every == timedelta(days=1)
    assert (TERMS.always, TERMS.channels) == (  # ALI-PAY-03..07
        *(("balance", "credit"), {"alipay": ("alipay",), "mybank": ("mybank",)}),
    )


@pytest.mark.parametrize(("instant", "serves"), [(LAST_SECOND, True), (CUT_OVER, False)])
def test_the_old_account_serves_until_the_last_second_of_the_last_day(
    instant: datetime, serves: bool
) -> None:
    """ALI-SET-04."""
    assert old_account_serves(instant, TERMS) is serves
    assert suspended_from_cut_over(instant, None, TERMS) is not serves
    in_utc = instant.astimezone(UTC)
    assert old_account_serves(in_utc, TERMS) is serves


@pytest.mark.parametrize(
    ("paid", "activated", "route"),
    [
        pytest.param(at("2021-06-10"), None, Route.OLD, id="before the upgrade"),
        pytest.param(at("2021-06-10"), at("2021-12-30"), Route.OLD, id="before the upgrade, paid out later"),
        pytest.param(at("2021-06-10", "23:59:59"), at("2021-06-10"), Route.OLD, id="whatever the shop did"),
        pytest.param(at("2021-06-11"), at("2021-06-11"), Route.NEW, id="the upgrade's first instant"),
        pytest.param(at("2021-06-11"), at("2021-12-01"), Route.OLD, id="after the upgrade, not activated"),
        pytest.param(at("2021-12-01", "07:59:59"), at("2021-12-01", "08:00:00"), Route.OLD, id="just before"),
        pytest.param(
            at("2021-12-01", "08:00:00"), at("2021-12-01", "08:00:00"), Route.NEW, id="that instant"
        ),
        pytest.param(LAST_SECOND, None, Route.OLD, id="the old account's last second"),
        pytest.param(CUT_OVER, None, Route.NEW, id="frozen until a new account is there"),
        pytest.param(CUT_OVER, at("2022-03-01"), Route.NEW, id="paid when there was no old account"),
        pytest.param(LAST_SECOND, at("2022-03-01"), Route.OLD, id="activated late, paid before"),
    ],
)
def test_money_goes_where_it_arose(paid: datetime, activated: datetime | None, route: Route) -> None:
    """ALI-SET-04, -06, -07, AMB-24."""
    assert route_of(paid, activated, TERMS) is route


@pytest.mark.parametrize(
    ("now", "activated", "suspended"),
    [
        (LAST_SECOND, None, False),
        (CUT_OVER, None, True),
        (CUT_OVER, at("2021-12-30"), False),
        (CUT_OVER, CUT_OVER, False),
        (CUT_OVER, at("2022-03-01"), True),
        (at("2022-03-01"), at("2022-03-01"), False),
    ],
)
def test_who_has_not_activated_in_time_has_no_account_at_all(
    now: datetime, activated: datetime | None, suspended: bool
) -> None:
    """ALI-SET-03, -05: activation on 2021-12-30 is in time."""
    assert suspended_from_cut_over(now, activated, TERMS) is suspended


@pytest.mark.parametrize(
    ("now", "activated", "deduction", "barred"),
    [
        pytest.param(LAST_SECOND, None, False, (), id="the old account serves"),
        pytest.param(CUT_OVER, None, False, (Block.PURCHASE, Block.WITHDRAWAL), id="none serves"),
        pytest.param(CUT_OVER, LAST_SECOND, True, (), id="the new one serves"),
        pytest.param(CUT_OVER, LAST_SECOND, False, (Block.WITHDRAWAL,), id="revoked"),
        pytest.param(LAST_SECOND, at("2021-12-01"), False, (Block.WITHDRAWAL,), id="revoked before"),
    ],
)
def test_what_is_barred(
    now: datetime, activated: datetime | None, deduction: bool, barred: tuple[Block, ...]
) -> None:
    """ALI-SET-05, -23."""
    assert blocks(now, activated, TERMS, deduction=deduction) == barred


@pytest.mark.parametrize(
    "changes",
    [
        {"upgrade_began": "2021-11-16"},
        {"window_from": "2021-12-31"},
        {"channels": {"alipay": ["alipay"]}},
        {"remind_before": {"pay_within": ["P1D"]}},
        {"window_until": 20211230},
        {"debts_at_most": 0},
    ],
    ids=str,
)
def test_terms_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SettlementTerms.model_validate({**dict(TERMS), **changes})
    assert SettlementTerms.model_validate(dict(TERMS)) == TERMS


# --- forms


@pytest.mark.parametrize(
    "said", ["pay@example.com", "pay.all+shop@mail.example.cn", "13800138000", "+86 138 0013 8000"]
)
def test_an_alipay_account_is_an_address_or_a_number(said: str) -> None:
    assert alipay_findings(AlipayAccount(alipay_account=said), "account", "ALI-SET-10") == []


@pytest.mark.parametrize(
    ("said", "code"), [(None, "missing"), ("somebody", "no-alipay-account"), ("95188", "no-alipay-account")]
)
def test_what_is_no_alipay_account_is_refused(said: str | None, code: str) -> None:
    [found] = alipay_findings(AlipayAccount(alipay_account=said), "account", "ALI-SET-10")
    assert (found.field, found.code, found.rule) == ("account.alipay_account", code, "ALI-SET-10")


def test_nothing_is_submitted_without_the_contract() -> None:
    """ALI-SET-12."""
    assert contract_findings(True) == []
    [found] = contract_findings(False)
    assert (found.field, found.code, found.rule) == (
        "contract_accepted",
        "contract-not-accepted",
        "ALI-SET-12",
    )


FILLED = {
    "alipay_account": "pay@example.com",
    "legal_person": "Sample Person",
    "registration_number": LICENCE,
}


def of_mybank(licence_number: str | None = LICENCE, **changes: str | None) -> list[tuple[str, str]]:
    details = MybankDetails.model_validate(FILLED | changes)
    found = mybank_findings(details, "details", licence_number)
    assert {each.rule for each in found} <= {"ALI-SET-16"}
    return [(each.field, each.code) for each in found]


def test_all_that_mybank_asks_for_is_told_at_once() -> None:
    """ALI-SET-16."""
    assert of_mybank() == []
    missing = dict.fromkeys(FILLED)
    assert of_mybank(**missing) == [(f"details.{name}", "missing") for name in FILLED]
    spoilt = of_mybank(alipay_account="x", legal_person=None, registration_number="1")
    assert [field for field, _ in spoilt] == [f"details.{name}" for name in FILLED]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        pytest.param(LICENCE.lower(), [], id="small letters"),
        pytest.param(f"{LICENCE[:9]} {LICENCE[9:]}", [], id="with a space"),
        pytest.param("110000000000001", [], id="an older number of 15 digits"),
        pytest.param("11000000000000", ["licence-number-length"], id="14 digits"),
        pytest.param("11000000000000A", ["licence-number-length"], id="15 signs, not all digits"),
        pytest.param(LICENCE[:-1] + "I", ["licence-number-form"], id="a sign that no code has"),
        pytest.param(ANOTHERS, ["another-company"], id="another company's"),
    ],
)
def test_the_registration_number_is_the_companys_own(said: str, codes: list[str]) -> None:
    """ALI-SET-16."""
    assert [code for _, code in of_mybank(registration_number=said)] == codes


def test_without_a_licence_on_record_any_code_is_taken() -> None:
    assert of_mybank(None, registration_number=ANOTHERS) == []
