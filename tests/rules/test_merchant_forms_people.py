"""Who administrates, represents and applies: TCM-MCH-18..26, TCM-WX-10, TCM-TEN-05."""

import pytest

from models.merchant_forms import AdministratorType, EntityType
from models.rules.merchant_forms import details_findings
from tests.merchant_forms import REPRESENTATIVE, administrator, b2b_details, company_form, representative
from tests.rules.judging_forms import said
from tests.rules.made_up import card


@pytest.mark.parametrize("entity", [*EntityType])
@pytest.mark.parametrize("type", [*AdministratorType])
def test_in_each_kind_of_company_either_kind_of_administrator_may_sign(entity: str, type: str) -> None:
    """TCM-WX-10."""
    who = administrator(type=type)
    if type == AdministratorType.LEGAL_PERSON:
        who = administrator(type=type, name=REPRESENTATIVE, id_number=representative().number)
    assert said(company_form(entity_type=entity, administrator=who)) == []


def test_there_are_four_kinds_of_company() -> None:
    four = {"sole_trader", "enterprise", "government_or_public_institution", "other_organisation"}
    assert {*EntityType} == four
    assert said(company_form(entity_type="micro")) == [("entity_type", "unknown-choice", "TCM-WX-10")]


@pytest.mark.parametrize("type", ["accountant", "LEGAL_PERSON", "shareholder"])
def test_nobody_else_is_super_administrator(type: str) -> None:
    """TCM-MCH-21."""
    told = said(company_form(administrator=administrator(type=type)))
    assert told == [("administrator.type", "unknown-choice", "TCM-MCH-21")]


@pytest.mark.parametrize("name", ["type", "name", "id_number", "mobile", "email"])
def test_each_of_the_administrators_five_fields_is_needed(name: str) -> None:
    """TCM-MCH-18."""
    for nothing in (None, "", " "):
        told = said(company_form(administrator=administrator(**{name: nothing})))
        assert told == [(f"administrator.{name}", "missing", "TCM-MCH-18")]


def test_a_legal_person_is_the_one_whose_certificate_is_sent() -> None:
    """TCM-MCH-21, -24."""
    told = said(company_form(administrator=administrator(type="legal_person")))
    assert told == [
        ("administrator.name", "other-person", "TCM-MCH-21"),
        ("administrator.id_number", "other-person", "TCM-MCH-21"),
    ]
    spelt = administrator(
        type="legal_person",
        name=f"{REPRESENTATIVE[0]} {REPRESENTATIVE[1:]}",
        id_number=representative().number,
    )
    assert said(company_form(administrator=spelt)) == []


def test_what_is_missing_is_no_other_person() -> None:
    form = company_form(administrator=administrator(type="legal_person"), representative=None)
    assert "other-person" not in {code for _, code, _ in said(form)}


def test_a_responsible_person_has_a_name_of_its_own_to_its_number() -> None:
    """TCM-MCH-19. Two people may share a name, and nobody shares a number."""
    number = representative().number
    told = said(company_form(administrator=administrator(id_number=number)))
    assert told == [("administrator.name", "other-person", "TCM-MCH-19")]
    assert said(company_form(administrator=administrator(name=REPRESENTATIVE))) == []
    assert said(company_form(administrator=administrator(name=REPRESENTATIVE, id_number=number))) == []


def test_a_legal_person_has_the_paper_of_its_certificate_and_a_responsible_person_a_card() -> None:
    paper = representative(document_type="passport", number="E00000000")
    legal = administrator(type="legal_person", name=REPRESENTATIVE, id_number="e00000000")
    assert said(company_form(administrator=legal, representative=paper)) == []
    responsible = administrator(id_number="E00000001")
    assert said(company_form(administrator=responsible, representative=paper)) == [
        ("administrator.id_number", "document-number-form", "TCM-MCH-18")
    ]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (card()[:-1] + "X", "document-number-check"),
        (card(born="20240502"), "document-number-birth"),
        ("11010119900307000", "document-number-form"),
        ("not a number", "document-number-form"),
    ],
)
def test_a_number_has_to_be_that_of_a_card(number: str, code: str) -> None:
    told = said(company_form(representative=representative(number=number)))
    assert told == [("representative.number", code, "TCM-MCH-24")]
    told = said(company_form(administrator=administrator(id_number=number)))
    assert told == [("administrator.id_number", code, "TCM-MCH-18")]


def test_a_paper_of_no_known_kind_is_told_once() -> None:
    """Nobody can tell what its number has to be."""
    other = representative(document_type="library_card", number="12345")
    who = administrator(type="legal_person", name=other.name, id_number=other.number)
    told = said(company_form(administrator=who, representative=other))
    assert told == [("representative.document_type", "unknown-choice", "TCM-MCH-24")]


@pytest.mark.parametrize(
    ("mobile", "code"),
    [
        ("13800138000", None),
        ("+86 138 0013 8000", None),
        ("+852 6123 4567", None),
        ("+1 650 253 0000", None),
        ("0571-26883312", "no-mobile-number"),
        ("13800138000 转 801", "no-mobile-number"),
        ("1380013800", "no-phone-number"),
        ("95716", "no-phone-number"),
    ],
)
def test_codes_and_notices_can_be_sent_to_a_mobile(mobile: str, code: str | None) -> None:
    """TCM-MCH-18, -23."""
    told = said(company_form(administrator=administrator(mobile=mobile)))
    assert told == ([("administrator.mobile", code, "TCM-MCH-18")] if code else [])
    told = [
        (each.field, each.code, each.rule) for each in details_findings(b2b_details(applicant_mobile=mobile))
    ]
    assert told == ([("details.applicant_mobile", code, "TCM-TEN-05")] if code else [])


@pytest.mark.parametrize(
    "email", ["nobody", "a@b", "a b@example.com", "a@b@example.com", "@example.com", "a@b.com c"]
)
def test_an_address_that_no_mail_reaches_is_refused(email: str) -> None:
    told = said(company_form(administrator=administrator(email=email)))
    assert told == [("administrator.email", "no-email-address", "TCM-MCH-23")]


def test_who_applies_is_named_and_reached() -> None:
    assert details_findings(b2b_details()) == []
    told = details_findings(b2b_details(applicant_name=" ", applicant_mobile=None))
    asked = ["details.applicant_name", "details.applicant_mobile"]
    assert [(each.field, each.code, each.rule) for each in told] == [
        (field, "missing", "TCM-TEN-05") for field in asked
    ]
