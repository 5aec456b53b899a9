"""The papers of people: TCM-MCH-17, -24, -26."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from stdnum.cn import ric

from models.rules.identity.persons import (
    DocumentType,
    PersonDocument,
    document_findings,
    validity_findings,
)
from tests.rules.made_up import card, machine_readable, old_foreigner_id

TODAY = date(2026, 3, 1)
RESIDENT, PERMIT, FOREIGNER = (
    DocumentType.RESIDENT_ID,
    DocumentType.RESIDENCE_PERMIT,
    DocumentType.FOREIGNER_ID,
)
FORM, CHECK, BIRTH = "document-number-form", "document-number-check", "document-number-birth"

births = st.dates(date(1900, 1, 1), TODAY).map(lambda day: day.strftime("%Y%m%d"))
sequences = st.integers(0, 999).map(lambda number: f"{number:03}")
papers = st.one_of(
    st.tuples(st.just(RESIDENT), st.builds(card, st.just("110101"), births, sequences)),
    st.tuples(st.just(PERMIT), st.builds(card, st.sampled_from(["810000", "830000"]), births, sequences)),
    st.tuples(st.just(FOREIGNER), st.builds(card, st.just("931999"), births, sequences)),
    st.tuples(
        st.just(FOREIGNER),
        st.builds(old_foreigner_id, st.just("XXA"), st.just("3100"), births.map(lambda day: day[2:])),
    ),
)


def said(type_: DocumentType, number: str, today: date = TODAY) -> list[str]:
    return [
        each.code for each in document_findings(PersonDocument(type=type_, number=number), "paper", today)
    ]


def test_the_standards_own_examples_have_the_check_digits_that_they_print() -> None:
    assert card("110105", "19491231", "002")[-1] == "X"
    assert card("440524", "18800101", "001")[-1] == "4"
    assert machine_readable("520727") == "5207273"


@given(papers)
def test_a_number_made_from_its_parts_is_taken(paper: tuple[DocumentType, str]) -> None:
    assert said(*paper) == []


@given(papers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_digit_is_always_found_on_a_card_of_18(
    paper: tuple[DocumentType, str], place: int, sign: str
) -> None:
    type_, number = paper
    assume(len(number) == 18 and number[place] != sign)
    assert len(said(type_, number[:place] + sign + number[place + 1 :])) == 1


@given(births, st.integers(7, 14), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found_on_an_old_foreigners_card(born: str, place: int, sign: str) -> None:
    """Its weights are prime to 10, so any other digit shows."""
    number = old_foreigner_id(born=born[2:])
    assume(number[place] != sign)
    assert said(FOREIGNER, number[:place] + sign + number[place + 1 :]) == [CHECK]


@pytest.mark.parametrize(
    ("type_", "number"),
    [
        (RESIDENT, "110105194912310021"),
        (RESIDENT, card()[:-1] + "X"),
        (PERMIT, card("820000")[:-1] + "X"),
        (FOREIGNER, card("911999")[:-1] + "X"),
        (FOREIGNER, old_foreigner_id()[:-1] + str((int(old_foreigner_id()[-1]) + 1) % 10)),
    ],
)
def test_a_check_digit_that_does_not_fit_is_refused(type_: DocumentType, number: str) -> None:
    assert said(type_, number) == [CHECK]


@pytest.mark.parametrize(
    ("type_", "number"),
    [
        (RESIDENT, card("810000")),
        (RESIDENT, card("931999")),
        (RESIDENT, card("000000")),
        (RESIDENT, "110101900307000"),
        (PERMIT, card()),
        (PERMIT, card("110000")),
        (PERMIT, card("840000")),
        (PERMIT, card("810001")),
        (FOREIGNER, card()),
        (FOREIGNER, card("999999")),
        (FOREIGNER, old_foreigner_id(office="9900")),
        (DocumentType.PASSPORT, "PASSPORT"),
        (DocumentType.PASSPORT, "E000000000"),
        (DocumentType.HOME_RETURN_PERMIT, "T00000000"),
        (DocumentType.HOME_RETURN_PERMIT, "H0000000"),
        (DocumentType.HOME_RETURN_PERMIT, "HB0000000"),
        (DocumentType.TAIWAN_PERMIT, "0000000000"),
        (DocumentType.TAIWAN_PERMIT, "T0000000"),
    ],
)
def test_a_number_of_another_paper_is_refused(type_: DocumentType, number: str) -> None:
    assert said(type_, number) == [FORM]


@pytest.mark.parametrize(
    ("type_", "number"),
    [
        (DocumentType.PASSPORT, "E00000000"),
        (DocumentType.PASSPORT, "XX0000"),
        (DocumentType.HOME_RETURN_PERMIT, "H00000000"),
        (DocumentType.HOME_RETURN_PERMIT, "M0000000001"),
        (DocumentType.HOME_RETURN_PERMIT, "HA0000000"),
        (DocumentType.TAIWAN_PERMIT, "00000000"),
    ],
)
def test_a_paper_without_a_check_digit_is_taken_by_its_form(type_: DocumentType, number: str) -> None:
    assert said(type_, number) == []


@pytest.mark.parametrize(
    ("born", "can_be"),
    [
        ("20260301", True),
        ("20260302", False),
        ("20270101", False),
        ("18960101", True),
        ("18951231", False),
        ("19900229", False),
        ("19920229", True),
        ("19901301", False),
        ("19900100", False),
        ("00000000", False),
    ],
)
@pytest.mark.parametrize(
    ("type_", "region"), [(RESIDENT, "110101"), (PERMIT, "830000"), (FOREIGNER, "911999")]
)
def test_a_day_of_birth_must_have_been_and_within_130_years(
    type_: DocumentType, region: str, born: str, can_be: bool
) -> None:
    assert said(type_, card(region, born)) == ([] if can_be else [BIRTH])


@pytest.mark.parametrize(
    ("born", "can_be"),
    [("900307", True), ("250307", True), ("000229", True), ("010229", False), ("901301", False)],
)
def test_an_old_foreigners_card_leaves_the_century_open(born: str, can_be: bool) -> None:
    assert said(FOREIGNER, old_foreigner_id(born=born)) == ([] if can_be else [BIRTH])


def test_the_library_alone_would_take_a_birth_to_come_and_refuse_a_county_younger_than_its_people() -> None:
    unborn, elder = card("110101", "20990101"), card("110112", "19600101")
    assert ric.is_valid(unborn)
    assert not ric.is_valid(elder)
    assert said(RESIDENT, unborn) == [BIRTH]
    assert said(RESIDENT, elder) == []


def test_a_finding_names_its_field_and_its_rule_and_never_the_number() -> None:
    number = card()[:-1] + "X"
    document = PersonDocument(type=RESIDENT, number=number)
    [finding] = document_findings(document, "representative.document.number", TODAY)
    assert (finding.field, finding.rule) == ("representative.document.number", "TCM-MCH-24")
    assert number not in finding.model_dump_json()
    assert document_findings(document, "number", TODAY, "TCM-MCH-18")[0].rule == "TCM-MCH-18"


@pytest.mark.parametrize(
    "number", ["", "1234", "1" * 19, "110101 19900307", "H0000000\x00", "Ｅ00000000", "E0000000é"]
)
def test_what_can_be_no_number_is_not_even_held_nor_repeated(number: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PersonDocument(type=DocumentType.PASSPORT, number=number)
    assert len(number) < 5 or number not in str(refused.value)


def test_a_number_is_kept_in_capitals_and_shows_in_no_repr() -> None:
    document = PersonDocument(type=RESIDENT, number=f" {card('110105', '19491231', '002').lower()} ")
    assert document.number == "11010519491231002X"
    assert PersonDocument.model_validate(document.model_dump()) == document
    assert "4912" not in f"{document!r} {document}"


@pytest.mark.parametrize(
    ("today", "valid_until", "taken"),
    [
        (date(2024, 5, 1), date(2024, 6, 30), False),
        (date(2024, 5, 1), date(2024, 7, 1), True),
        (date(2023, 11, 2), date(2024, 1, 1), False),
        (date(2023, 11, 1), date(2024, 1, 1), True),
        (date(2024, 5, 1), date(2024, 4, 30), False),
        (date(2024, 5, 1), date.max, True),
        (date(2024, 5, 1), None, True),
    ],
)
@pytest.mark.parametrize("rule", ["TCM-MCH-17", "TCM-MCH-26"])
def test_a_paper_must_be_valid_for_more_than_60_days(
    today: date, valid_until: date | None, taken: bool, rule: str
) -> None:
    """TCM-MCH-17, -26. Long-term has no end."""
    found = validity_findings(valid_until, "valid_until", today, rule)
    refusal = [("valid_until", "ends-too-soon", rule)]
    assert [(each.field, each.code, each.rule) for each in found] == ([] if taken else refusal)
