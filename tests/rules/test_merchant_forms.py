"""The company data of a merchant number: TCM-MCH-12, -14, -16, -17, -26, TCM-WX-05, AMB-33."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from models.merchant_forms import (
    AccountForm,
    Administrator,
    CompanyForm,
    Organisation,
    Representative,
)
from models.rules.merchant_forms import account_findings, company_findings
from tests.merchant_forms import (
    LICENCE,
    NAME,
    REPRESENTATIVE,
    company_form,
    representative,
)
from tests.rules.judging_forms import TODAY, found, said
from tests.rules.made_up import card, unified_code

OLD_LICENCE = "110000000000001"
"""A registration number of 15 characters, from before certificates were merged."""
CODE = Organisation(code="12345678-9", validity="2014-01-01,长期")


def with_old_licence(organisation: Organisation | None = CODE) -> CompanyForm:
    return company_form(licence_number=OLD_LICENCE, organisation=organisation)


def test_a_complete_form_of_the_onboarded_company_is_taken() -> None:
    assert said(company_form()) == []
    assert said(with_old_licence(), licence=OLD_LICENCE) == []


def test_everything_that_an_empty_form_lacks_is_told_at_once() -> None:
    company = [(field, "TCM-MCH-12") for field in ("entity_type", "company_name", "licence_number")]
    five = [
        (f"administrator.{name}", "TCM-MCH-18") for name in ("type", "name", "id_number", "mobile", "email")
    ]
    four = [
        (f"representative.{name}", "TCM-MCH-24") for name in ("document_type", "name", "number", "validity")
    ]
    asked = [(field, "missing", rule) for field, rule in company + five + four]
    assert said(CompanyForm()) == asked
    empty = {"entity_type": " ", "company_name": "", "licence_number": " - "}
    blocks = {
        name: model.model_validate(dict.fromkeys(model.model_fields, "  "))
        for name, model in (("administrator", Administrator), ("representative", Representative))
    }
    assert said(CompanyForm.model_validate({**empty, **blocks})) == asked


def test_everything_that_is_wrong_in_a_full_form_is_told_at_once() -> None:
    form = CompanyForm(
        entity_type="individual",
        company_name="另一家有限公司",
        licence_number=OLD_LICENCE,
        organisation=Organisation(code="12345678", validity="2014-01-01,2024-06-30"),
        administrator=Administrator(
            type="accountant", name="李样品", id_number="1", mobile="1", email="nobody"
        ),
        representative=Representative(
            document_type="resident_id", name="王样品", number="12345", validity="2024-06-30"
        ),
    )
    assert said(form) == [
        ("entity_type", "unknown-choice", "TCM-WX-10"),
        ("company_name", "other-company", "TCM-ONB-13"),
        ("licence_number", "other-company", "TCM-ONB-13"),
        ("organisation.code", "organisation-code-form", "TCM-MCH-16"),
        ("organisation.validity", "ends-too-soon", "TCM-MCH-17"),
        ("administrator.type", "unknown-choice", "TCM-MCH-21"),
        ("administrator.id_number", "document-number-form", "TCM-MCH-18"),
        ("administrator.mobile", "no-phone-number", "TCM-MCH-18"),
        ("administrator.email", "no-email-address", "TCM-MCH-23"),
        ("representative.number", "document-number-form", "TCM-MCH-24"),
        ("representative.validity", "validity-form", "TCM-MCH-26"),
    ]


written = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


@settings(derandomize=True, deadline=None, database=None)
@given(written)
def test_whatever_is_written_anywhere_is_judged(text: str) -> None:
    """No text wedges the rules."""
    told = found(CompanyForm.model_validate(everywhere(text)))
    assert all(each.field.startswith("company.") and each.rule and each.next for each in told)


def test_no_finding_says_what_somebody_wrote() -> None:
    canary = "机密样品@"
    told = found(CompanyForm.model_validate(everywhere(canary)))
    assert len(told) >= len(everywhere(canary))
    assert not any(canary in each.model_dump_json() for each in told)


def everywhere(text: str) -> dict[str, Any]:
    """The text in every field of a form."""
    blocks: dict[str, type[BaseModel]]
    blocks = {"organisation": Organisation, "administrator": Administrator, "representative": Representative}
    return {
        name: dict.fromkeys(blocks[name].model_fields, text) if name in blocks else text
        for name in CompanyForm.model_fields
    }


@pytest.mark.parametrize(
    "company", [{"company_name": "云上样品公司"}, {"licence_number": unified_code(body="MA000001")}]
)
def test_another_company_than_was_onboarded_is_refused(company: dict[str, str]) -> None:
    [(field, code, _)] = said(company_form(**company))
    assert (field, code) == (*company, "other-company")


def test_the_onboarded_company_may_be_spelt_with_other_widths_and_spaces() -> None:
    licence = f"{LICENCE[:2]} {LICENCE[2:]}".lower()
    assert said(company_form(company_name=f" {NAME[:2]} {NAME[2:]}", licence_number=licence)) == []


def test_a_company_that_nobody_onboarded_is_another() -> None:
    class Nobody:
        name = None
        licence_number = None

    told = company_findings(company_form(), TODAY, Nobody())
    assert [each.code for each in told] == ["other-company"] * 2


def test_a_licence_number_of_18_characters_has_to_be_a_unified_code() -> None:
    """TCM-MCH-14: it holds the organisation code in itself."""
    wrong = LICENCE[:-1] + ("0" if LICENCE[-1] != "0" else "1")
    form = company_form(licence_number=wrong)
    assert said(form, licence=wrong) == [("licence_number", "licence-number-check", "TCM-MCH-14")]


@pytest.mark.parametrize("licence", [OLD_LICENCE, LICENCE[:17], f"{LICENCE}0"])
def test_a_licence_number_of_another_length_needs_the_organisation_code(licence: str) -> None:
    for organisation in (None, Organisation()):
        form = company_form(licence_number=licence, organisation=organisation)
        assert said(form, licence=licence) == [
            ("organisation.code", "missing", "TCM-MCH-14"),
            ("organisation.validity", "missing", "TCM-MCH-14"),
        ]
    form = company_form(licence_number=licence, organisation=CODE)
    assert said(form, licence=licence) == []


def test_with_18_characters_the_organisation_code_may_be_given_and_is_judged() -> None:
    for organisation in (None, Organisation(), CODE, Organisation(code="12345678-9")):
        assert said(company_form(organisation=organisation)) == []
    wrong = Organisation(code="1234_6789", validity="soon")
    assert said(company_form(organisation=wrong)) == [
        ("organisation.code", "organisation-code-form", "TCM-MCH-16"),
        ("organisation.validity", "validity-form", "TCM-MCH-17"),
    ]


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("12345678-9", True),
        ("123456789", True),
        ("MA0000000x", True),
        ("12345678", False),
        ("12345678-90", False),
        ("1234_6789", False),
        ("１２３４５６７８９", False),
    ],
)
def test_an_organisation_code_has_9_or_10_digits_letters_and_hyphens(code: str, taken: bool) -> None:
    told = said(with_old_licence(CODE.model_copy(update={"code": code})), licence=OLD_LICENCE)
    assert told == ([] if taken else [("organisation.code", "organisation-code-form", "TCM-MCH-16")])


TOO_SOON = "ends-too-soon"


@pytest.mark.parametrize(
    ("validity", "today", "code"),
    [
        ("2024-01-01,2024-06-30", date(2024, 5, 1), TOO_SOON),
        ("2024-01-01,2024-07-01", date(2024, 5, 1), None),
        ("2024-01-01,长期", date(2024, 5, 1), None),
        ("2014-01-01,2024-01-01", date(2023, 11, 2), TOO_SOON),
        ("2014-01-01,2024-01-01", date(2023, 11, 1), None),
        ("2014-01-01,2024-04-30", date(2024, 5, 1), TOO_SOON),
        ("2024-05-01,2034-05-01", date(2024, 5, 1), None),
        ("2024-05-02,2034-05-02", date(2024, 5, 1), "not-valid-yet"),
        ("2014-01-01", date(2024, 5, 1), "validity-form"),
    ],
)
def test_a_paper_must_be_valid_for_more_than_60_days(validity: str, today: date, code: str | None) -> None:
    """The card (TCM-MCH-26), and the certificate of the organisation code (TCM-MCH-17)."""
    card_told = said(company_form(representative=representative(validity=validity)), today)
    assert card_told == ([("representative.validity", code, "TCM-MCH-26")] if code else [])
    form = with_old_licence(CODE.model_copy(update={"validity": validity}))
    assert said(form, today, OLD_LICENCE) == ([("organisation.validity", code, "TCM-MCH-17")] if code else [])


def bank_details(**changes: Any) -> AccountForm:
    usual = {
        "account_type": "corporate",
        "holder": NAME,
        "bank": "中国工商银行",
        "branch_city": "北京市",
        "branch": "样品支行",
        "number": "6222000000000000",
        "controller_is_legal_representative": True,
    }
    return AccountForm.model_validate({**usual, **changes})


def test_the_account_that_remits_is_in_the_companys_whole_name() -> None:
    """TCM-WX-05."""
    assert account_findings(bank_details(), NAME, TODAY) == []
    assert account_findings(bank_details(holder=f"{NAME[:4]} {NAME[4:]}"), NAME, TODAY) == []
    for holder in (NAME[:-2], f"{NAME}分公司", REPRESENTATIVE):
        [told] = account_findings(bank_details(holder=holder), NAME, TODAY)
        assert (told.field, told.code, told.rule) == ("account.holder", "other-holder", "TCM-WX-05")


def test_another_controller_has_a_paper_that_can_be() -> None:
    """AMB-33."""
    paper = {"type": "resident_id", "number": card()[:-1] + "X"}
    other = {"controller_is_legal_representative": False, "controller": {"name": "赵样品", "document": paper}}
    [told] = account_findings(bank_details(**other), NAME, TODAY)
    assert (told.field, told.rule) == ("account.controller.document", "AMB-33")


def test_everything_that_an_account_lacks_is_told_at_once() -> None:
    """TCM-WX-03, TCM-TEN-08."""
    told = {(each.field, each.code) for each in account_findings(AccountForm(), NAME, TODAY)}
    fields = ("account_type", "holder", "bank", "branch_city", "branch", "number")
    missing = {(f"account.{field}", "missing") for field in fields}
    assert told == missing | {("account.controller_is_legal_representative", "missing")}
    [told_of] = account_findings(bank_details(number="12 34"), NAME, TODAY)
    assert (told_of.field, told_of.code) == ("account.number", "not-an-account")
    assert "12 34" not in told_of.model_dump_json()


def test_a_controller_is_named_where_it_is_another_and_only_there() -> None:
    """AMB-33."""
    controller = {"name": "赵样品", "document": {"type": "resident_id", "number": card()}}
    for wrong in ({"controller_is_legal_representative": False}, {"controller": controller}):
        [told] = account_findings(bank_details(**wrong), NAME, TODAY)
        assert (told.field, told.rule) == ("account.controller", "AMB-33")
    right = {"controller_is_legal_representative": False, "controller": controller}
    assert account_findings(bank_details(**right), NAME, TODAY) == []


def test_a_wrong_field_of_an_account_hides_nothing_that_is_wrong_in_the_others() -> None:
    """TCM-WX-03, -05, AMB-33."""
    paper = {"type": "resident_id", "number": card()[:-1] + "X"}
    wrong = bank_details(bank=None, number="1", holder="x", controller={"document": paper})
    told = [(each.field, each.code) for each in account_findings(wrong, NAME, TODAY)]
    assert told == [
        ("account.bank", "missing"),
        ("account.number", "not-an-account"),
        ("account.controller.name", "missing"),
        ("account.holder", "other-holder"),
        ("account.controller", "one-of-both"),
        ("account.controller.document", "document-number-check"),
    ]
