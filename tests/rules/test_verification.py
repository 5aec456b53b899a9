"""What a provider says of itself, against what the register and the real-name system know."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from models.identity import AskedFacts, CompanyIdentity, Contradiction, Person
from models.rules.verification import contradictions, fact_contradictions
from tests.companies import CARD_NUMBER, COMPANY_NAME, PERSON_NAME, person, registered, said


def told(found: tuple[Contradiction, ...]) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in found]


def facts(**changes: Any) -> AskedFacts:
    usual = {"licence_number": "9199999900MADEUP01", "founded_on": date(2020, 2, 29)}
    return AskedFacts(**{"market": "tencent-cloud", **usual, "registered_capital_fen": 50_000_000, **changes})


def test_a_company_that_is_what_it_says_is_not_contradicted() -> None:
    """ALI-ONB-04, TCM-ELIG-01."""
    assert contradictions(said(), registered(), person_matches=True) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("样品（北京）有限公司", "样品(北京)有限公司"),
        ("样品（北京）有限公司", "样品 (北京) 有限公司"),
        ("ＡＢＣ云计算１２３", "ABC云计算123"),
        ("Sample　Cloud", "Sample  Cloud"),
        ("样品\u00a0公司", "样品公司"),
        (unicodedata.normalize("NFD", "Éprouvette"), "Éprouvette"),
    ],
)
def test_width_and_spaces_make_no_other_name(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        company = said(company_name=first, legal_representative=person(name=first))
        known = registered(name=second, legal_representative=second)
        assert contradictions(company, known, person_matches=True) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("样品（北京）有限公司", "样品北京有限公司"),
        ("样品（北京）有限公司", "样品【北京】有限公司"),
        ("样品（北京）有限公司", "样品（北京）股份有限公司"),
        ("样品云", "樣品雲"),
        ("ABC", "abc"),
        ("样品①", "样品1"),
    ],
)
def test_whatever_else_differs_is_another_name(one: str, other: str) -> None:
    assert told(contradictions(said(company_name=one), registered(name=other), person_matches=True)) == [
        ("company_name", "contradicts-registry")
    ]
    known = registered(legal_representative=other)
    company = said(legal_representative=person(name=one))
    assert told(contradictions(company, known, person_matches=True)) == [
        ("legal_representative.name", "contradicts-registry")
    ]


def test_a_company_that_nobody_registered_is_not_in_the_registry() -> None:
    """ALI-ONB-04: what cannot be found cannot be verified; its person is looked at all the same."""
    missing = ("licence_number", "not-in-registry")
    assert told(contradictions(said(), None, person_matches=True)) == [missing]
    assert told(contradictions(said(), None, person_matches=False)) == [
        missing,
        ("legal_representative", "name-and-number-do-not-match"),
    ]


@pytest.mark.parametrize("status", ["revoked", "deregistered"])
def test_a_company_that_is_no_longer_active_is_not_verified(status: str) -> None:
    """TCM-ELIG-01."""
    for found in (
        contradictions(said(), registered(status=status), person_matches=True),
        fact_contradictions(facts(), registered(status=status)),
    ):
        assert told(found) == [("licence_number", "not-active")]


def test_an_answer_about_another_company_is_a_contradiction() -> None:
    other = registered(licence_number="9199999900MADEUP02")
    for found in (contradictions(said(), other, person_matches=True), fact_contradictions(facts(), other)):
        assert told(found) == [("licence_number", "contradicts-registry")]


@pytest.mark.parametrize(
    ("matches", "found"),
    [
        (None, ("legal_representative.document", "person-unknown")),
        (False, ("legal_representative", "name-and-number-do-not-match")),
    ],
)
def test_a_name_must_belong_to_its_document(matches: bool | None, found: tuple[str, str]) -> None:
    assert told(contradictions(said(), registered(), matches)) == [found]


def test_everything_is_found_at_once() -> None:
    known = registered(name="Another", legal_representative="Somebody Else", status="revoked")
    assert told(contradictions(said(), known, person_matches=None)) == [
        ("licence_number", "not-active"),
        ("company_name", "contradicts-registry"),
        ("legal_representative.name", "contradicts-registry"),
        ("legal_representative.document", "person-unknown"),
    ]
    known = registered(founded_on=date(2020, 1, 1), registered_capital_fen=1, status="revoked")
    assert told(fact_contradictions(facts(), known)) == [
        ("licence_number", "not-active"),
        ("founded_on", "contradicts-registry"),
        ("registered_capital_fen", "contradicts-registry"),
    ]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"founded_on": date(2020, 2, 28)}, ["founded_on"]),
        ({"founded_on": date(2020, 3, 1)}, ["founded_on"]),
        ({"registered_capital_fen": 49_999_999}, ["registered_capital_fen"]),
        ({"registered_capital_fen": 50_000_001}, ["registered_capital_fen"]),
    ],
)
def test_a_form_says_of_the_company_what_the_register_says(changes: dict[str, Any], found: list[str]) -> None:
    """TCM-ONB-13, TCM-ELIG-03, -04: to the day, and to the fen."""
    assert told(fact_contradictions(facts(**changes), registered())) == [
        (field, "contradicts-registry") for field in found
    ]


def test_the_facts_of_an_unknown_company_are_not_compared() -> None:
    assert told(fact_contradictions(facts(founded_on=date(1999, 1, 1)), None)) == [
        ("licence_number", "not-in-registry")
    ]


def test_nothing_personal_shows_where_an_identity_is_printed() -> None:
    assert person().document.number == CARD_NUMBER
    for value in (person(), said(), registered(), said().legal_representative.document):
        for shown in (repr(value), str(value), f"{value!r:>3}"):
            assert PERSON_NAME not in shown
            assert CARD_NUMBER not in shown
    assert COMPANY_NAME in repr(said())


@pytest.mark.parametrize("kind", [Person, CompanyIdentity])
def test_nothing_personal_shows_where_an_identity_is_refused(kind: type[Person | CompanyIdentity]) -> None:
    spoilt = {"company_name": COMPANY_NAME, "name": PERSON_NAME * 30, "document": CARD_NUMBER}
    with pytest.raises(ValidationError) as refused:
        kind.model_validate({**spoilt, "legal_representative": {"name": PERSON_NAME, "document": spoilt}})
    assert PERSON_NAME not in str(refused.value)
    assert CARD_NUMBER not in str(refused.value)


def test_another_spelling_of_a_licence_number_is_the_same_number() -> None:
    assert said(licence_number="91 999999 00madeup-01") == said()
