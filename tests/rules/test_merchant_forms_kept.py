"""What forms hold, how validity is written, and when two forms are one: TCM-MCH-10, -17, -26, TCM-WX-09."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from models.merchant_forms import (
    DRAFT_BYTES,
    Administrator,
    B2BDetails,
    CompanyForm,
    Draft,
    Organisation,
    Representative,
)
from models.rules.merchant_forms import parsed_validity, same_company_findings, signatory_findings
from tests.merchant_forms import PAPERS, administrator, company_form, representative
from tests.rules.made_up import card, unified_code


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2014-01-01,2024-01-01", date(2014, 1, 1), date(2024, 1, 1)),
        ("2024-01-01,长期", date(2024, 1, 1), None),
        ("2024-01-01,long-term", date(2024, 1, 1), None),
        (" 2024-01-01 , Long-Term ", date(2024, 1, 1), None),
        ("２０１４-０１-０１，2024-01-01", date(2014, 1, 1), date(2024, 1, 1)),
        ("2024-02-29,2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("0001-01-01,9999-12-31", date.min, date.max),
    ],
)
def test_validity_is_two_days_with_a_comma_or_long_term(text: str, start: date, end: date | None) -> None:
    validity = parsed_validity(text)
    assert validity is not None
    assert (validity.start, validity.end) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "长期",
        "长期,2024-01-01",
        "长期,长期",
        "2014-01-01",
        "2014-01-01,",
        ",2024-01-01",
        "2014-01-01 2024-01-01",
        "2014-01-01;2024-01-01",
        "2014-01-01,2024-01-01,2034-01-01",
        "2024-01-02,2024-01-01",
        "20140101,20240101",
        "2014-1-1,2024-1-1",
        "2014.01.01,2024.01.01",
        "2014-W01-1,2024-01-01",
        "2014-01-01T00:00,2024-01-01",
        "2023-02-29,2033-02-28",
        "0000-01-01,2024-01-01",
        "2014-01-01,99999-01-01",
        "٢٠١٤-٠١-٠١,2024-01-01",
        "2014-01-01,forever",
    ],
)
def test_what_is_written_otherwise_is_no_validity(text: str) -> None:
    assert parsed_validity(text) is None


FULL = company_form(organisation=Organisation(code="12345678-9", validity="2014-01-01,长期"))
OTHER: dict[str, dict[str, str]] = {
    "": {
        "entity_type": "sole_trader",
        "company_name": "另一家",
        "licence_number": unified_code(body="MA000001"),
    },
    "organisation": {"code": "12345678-0", "validity": "2014-01-02,长期"},
    "administrator": {
        "type": "legal_person",
        "name": "赵样品",
        "id_number": card(sequence="002"),
        "mobile": "13900139000",
        "email": "other@example.com",
    },
    "representative": {
        "document_type": "passport",
        "name": "赵样品",
        "number": card(sequence="003"),
        "validity": "2014-01-01,2034-01-01",
    },
}
FIELDS = [(block, name) for block, names in OTHER.items() for name in names]


def changed(form: CompanyForm, block: str, name: str, value: str | None) -> CompanyForm:
    new = {**form.model_dump(), **({name: value} if not block else {})}
    if block:
        new[block] = {**new[block], name: value}
    return CompanyForm.model_validate(new)


def differing(first: CompanyForm, second: CompanyForm) -> list[str]:
    told = same_company_findings(first, second)
    assert {(each.code, each.rule) for each in told} <= {("differs", "TCM-MCH-10")}
    return [each.field for each in told]


def test_every_field_of_the_forms_is_compared() -> None:
    blocks: dict[str, type[BaseModel]]
    blocks = {"organisation": Organisation, "administrator": Administrator, "representative": Representative}
    leaves = {("", name) for name in CompanyForm.model_fields if name not in blocks}
    leaves |= {(block, name) for block, model in blocks.items() for name in model.model_fields}
    assert leaves == {*FIELDS}


@pytest.mark.parametrize(("block", "name"), FIELDS)
def test_a_second_form_that_differs_in_one_field_is_refused_by_its_name(block: str, name: str) -> None:
    """TCM-MCH-10."""
    field = f"company.{block}.{name}".replace("..", ".")
    for value in (OTHER[block][name], None):
        other = changed(FULL, block, name, value)
        assert differing(FULL, other) == [field]
        assert differing(other, FULL) == [field]


def test_all_that_differs_is_told_at_once_and_nothing_of_it_is_repeated() -> None:
    other = FULL
    for block, name in FIELDS:
        other = changed(other, block, name, OTHER[block][name])
    assert len(differing(FULL, other)) == len(FIELDS)
    told = "".join(each.model_dump_json() for each in same_company_findings(FULL, other))
    values = [value for names in OTHER.values() for value in names.values()]
    assert [value for value in values if value in told] == []


def test_two_spellings_of_one_value_do_not_differ() -> None:
    spelt = company_form(
        company_name=f"{FULL.company_name}\u3000",
        licence_number=f"{FULL.licence_number}".lower(),
        organisation=Organisation(code="12345678-9", validity="2014-01-01，long-term"),
        administrator=administrator(
            mobile="+86 138-0013-8000",
            email="Responsible@Example.com",
            id_number=f" {card(sequence='001')}".lower(),
        ),
        representative=representative(validity="2014-01-01 , 长期"),
    )
    assert differing(FULL, spelt) == []


def test_what_cannot_be_read_is_compared_as_it_is_written() -> None:
    first, second = (company_form(representative=representative(validity=text)) for text in ("soon", "later"))
    assert differing(first, first) == []
    assert differing(first, second) == ["company.representative.validity"]
    first, second = (company_form(administrator=administrator(mobile=text)) for text in ("1", "2"))
    assert differing(first, second) == ["company.administrator.mobile"]


def test_a_block_without_anything_in_it_is_one_that_was_left_out() -> None:
    assert differing(company_form(), company_form(organisation=Organisation(code=" "))) == []
    assert differing(CompanyForm(), CompanyForm(administrator=Administrator())) == []


@pytest.mark.parametrize("rule", ["TCM-WX-09", "TCM-TEN-04", "TCM-TEN-14"])
def test_who_signs_is_known_by_name(rule: str) -> None:
    assert signatory_findings(" 李 样品", "李样品", rule) == []
    for scanned in ("王样品", "李样", "李样品品", ""):
        [told] = signatory_findings(scanned, "李样品", rule, "signed_by.name")
        assert (told.field, told.code, told.rule) == ("signed_by.name", "other-person", rule)
        assert "李" not in told.model_dump_json()


def test_nobody_signs_where_nobody_is_named() -> None:
    assert len(signatory_findings("", " ", "TCM-WX-09")) == 1


@pytest.mark.parametrize(
    "model",
    [Administrator, B2BDetails, CompanyForm, Organisation, Representative],
    ids=lambda model: model.__name__,
)
def test_no_field_shows_itself_is_endless_or_holds_nul(model: type[BaseModel]) -> None:
    canary = "Q7"
    for name, field in model.model_fields.items():
        if "Model" in str(field.annotation) or name in ("organisation", "administrator", "representative"):
            continue
        assert canary not in f"{model.model_validate({name: canary})!r}"
        for wrong in (canary * 251, f"{canary}\x00", 7, True, [canary]):
            with pytest.raises(ValidationError) as refused:
                model.model_validate({name: wrong})
            assert canary not in str(refused.value)


def draft(**changes: Any) -> Draft:
    return Draft.model_validate(changes)


def test_a_draft_holds_whatever_was_filled_in_so_far() -> None:
    half = {"company_name": "云", "administrator": {"mobile": 7, "more": [None, True]}}
    kept = draft(company=half, account={"number": ""}, details={}, papers=PAPERS)
    assert kept.company == half
    assert Draft.model_validate_json(kept.model_dump_json()) == kept
    assert draft() == Draft()
    assert "云" not in repr(kept)


def test_a_draft_has_at_most_16_kb() -> None:
    """Counted as JSON in UTF-8, in which a Chinese character has three bytes."""
    room = DRAFT_BYTES - len(Draft(company={"name": ""}).model_dump_json())
    for sign, bytes_of_it in (("a", 1), ("云", 3)):
        most = sign * (room // bytes_of_it) + "a" * (room % bytes_of_it)
        assert draft(company={"name": most}).company == {"name": most}
        with pytest.raises(ValidationError, match="at most 16384 bytes") as refused:
            draft(company={"name": f"{most}a"})
        assert sign * 10 not in str(refused.value)


def test_a_draft_knows_its_four_parts_and_no_others() -> None:
    wrongs: list[dict[str, Any]] = [{"other": {}}, {"company": []}, {"papers": [{"kind": "card"}]}]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            draft(**wrong)
