"""What stands against a form of the wallet, and company data that two numbers share: TCM-MCH-10..27."""

from typing import Any

import pytest

from models.documents import DocumentRef
from models.merchant_accounts import WalletFormSubmitted
from models.merchant_forms import PaperKind
from models.rules.merchant_company import BEGINS_AGAIN, is_bound
from tests.merchant_forms import PAPERS, account_form, administrator, company_form, representative
from tests.rules.merchant_cases import ALL, NOW, Found, against, checked, form, rejected


def test_nothing_stands_against_a_form_that_is_in_order() -> None:
    assert against(form()) == []


def test_an_empty_form_is_told_everything_at_once() -> None:
    """TCM-MCH-12: company, account, and no picture is known to be needed before the company is."""
    nothing = WalletFormSubmitted()
    assert against(nothing) == [("company", "missing", "TCM-MCH-12"), ("account", "missing", "TCM-WX-03")]


def test_errors_of_every_part_are_told_together() -> None:
    wrong = form(
        company=company_form(administrator=administrator(mobile="123"), company_name="别家公司"),
        account=account_form(holder="别家公司"),
        papers=PAPERS[1:],
    )
    assert against(wrong) == [
        ("company.company_name", "other-company", "TCM-ONB-13"),
        ("company.administrator.mobile", "no-phone-number", "TCM-MCH-18"),
        ("account.holder", "other-holder", "TCM-WX-05"),
        ("papers.credit_code_certificate", "paper-missing", "TCM-MCH-13"),
    ]


@pytest.mark.parametrize(("day", "codes"), [(1, []), (2, ["ends-too-soon"])])
def test_a_card_has_to_be_valid_for_more_than_60_days_on_the_day_of_the_form(
    day: int, codes: list[str]
) -> None:
    """TCM-MCH-26, and also where the company was sent on an earlier day."""
    company = company_form(representative=representative(validity="2014-01-01,2024-01-01"))
    at = NOW.replace(day=day)
    for event in (form(company=company), form(company=None)):
        told = against(event, checked(company=company, at=at))
        assert [code for _, code, _ in told] == codes


# --- one set of company data (TCM-MCH-10, -11)

OTHER = company_form(administrator=administrator(email="other@example.com"))
DIFFERS = [("company.administrator.email", "differs", "TCM-MCH-10")]


def test_the_second_form_may_leave_out_what_the_first_one_said() -> None:
    given = checked(b2b={"stage": "reviewing"}, company=company_form())
    assert against(form(company=None), given) == []
    assert against(form(), given) == []


@pytest.mark.parametrize(
    ("stage", "found"),
    [
        ("awaiting_form", []),
        ("awaiting_scan", DIFFERS),
        ("reviewing", DIFFERS),
        ("open", DIFFERS),
        ("given_up", []),
    ],
)
def test_a_second_form_differs_from_what_the_other_number_uses_and_from_nothing_else(
    stage: str, found: Found
) -> None:
    given = checked(b2b={"stage": stage}, company=company_form())
    assert against(form(company=OTHER), given) == found


def test_its_own_form_from_before_may_be_mended() -> None:
    given = checked(wallet={"stage": "awaiting_form", **ALL}, company=company_form())
    assert against(form(company=OTHER), given) == []


def test_a_number_is_bound_by_another_number_alone() -> None:
    assert not is_bound("wallet", {"wallet": "under_review"}, turned_down=False)
    assert not is_bound("wallet", {"wallet": "under_review", "b2b": None}, turned_down=False)
    assert is_bound("b2b", {"wallet": "under_review", "b2b": "awaiting_form"}, turned_down=False)


@pytest.mark.parametrize(
    ("b2b", "bound"), [(stage, False) for stage in BEGINS_AGAIN] + [("open", True), ("given_up", False)]
)
def test_what_the_wallet_turned_down_is_mended_until_the_other_number_is_open(b2b: str, bound: bool) -> None:
    assert is_bound("wallet", {"wallet": "awaiting_form", "b2b": b2b}, turned_down=True) is bound


@pytest.mark.parametrize("wallet", ["submitting", "under_review", "frozen", "open"])
def test_what_was_sent_to_the_wallet_waits_for_the_wallets_word(wallet: str) -> None:
    assert is_bound("b2b", {"wallet": wallet, "b2b": "awaiting_form"}, turned_down=True)


# --- after a rejection (AMB-33)


def test_what_was_not_turned_down_may_be_left_out() -> None:
    given = checked(wallet=rejected("company.administrator.email"), company=company_form())
    assert against(WalletFormSubmitted(company=OTHER), given) == []


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("company.administrator.email", {"company": OTHER}),
        ("account.number", {"account": account_form()}),
        ("papers.identity_card_emblem", {"papers": (PAPERS[2],)}),
    ],
)
def test_what_was_turned_down_has_to_be_there_again(field: str, sent: dict[str, Any]) -> None:
    given = checked(wallet=rejected(field), company=company_form())
    assert against(WalletFormSubmitted(), given) == [(field, "missing", "AMB-33")]
    assert against(WalletFormSubmitted(**sent), given) == []


@pytest.mark.parametrize("kind", ["business_licence", "credit_code_certificate"])
def test_a_licence_that_was_turned_down_by_its_other_name_is_sent_as_this_company_has_it(kind: str) -> None:
    """WeChat Pay knows of one picture of a licence: it cannot say which of ours that is (TCM-MCH-13)."""
    given = checked(wallet=rejected(f"papers.{kind}"), company=company_form())
    assert against(WalletFormSubmitted(), given) == [(f"papers.{kind}", "missing", "AMB-33")]
    assert against(WalletFormSubmitted(papers=(PAPERS[0],)), given) == []


@pytest.mark.parametrize("field", ["papers", "papers.nothing_that_we_know"])
def test_no_form_waits_for_a_picture_that_it_does_not_take(field: str) -> None:
    given = checked(wallet=rejected(field), company=company_form())
    assert against(WalletFormSubmitted(), given) == []


def test_a_reason_that_names_none_of_our_fields_asks_for_no_part() -> None:
    given = checked(wallet=rejected("unknown"), company=company_form())
    assert against(WalletFormSubmitted(), given) == []


def test_a_picture_that_is_sent_again_takes_the_place_of_its_kind() -> None:
    other = DocumentRef(kind=PaperKind.IDENTITY_CARD_EMBLEM, document_id="cd" * 32)
    given = checked(wallet=ALL, company=company_form())
    assert against(WalletFormSubmitted(papers=(other,)), given) == []
    twice = against(WalletFormSubmitted(papers=(other, other)), given)
    assert twice == [("papers.1.kind", "paper-twice", "TCM-MCH-12")]
