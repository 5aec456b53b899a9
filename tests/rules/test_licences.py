"""Licence numbers and organisation codes: TCM-ONB-14, TCM-MCH-14, -16, ALI-ONB-04, TCM-ELIG-01."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from models.rules.identity.licences import (
    SubjectType,
    licence_findings,
    needs_organisation_code,
    normalised_licence,
    organisation_check_digit,
    organisation_code_findings,
    subject_findings,
    subject_of,
)
from tests.rules.made_up import CODE_SIGNS, LETTERS, checked, organisation_code, unified_code

signs = st.sampled_from(CODE_SIGNS)
prefixes = st.text(signs, min_size=2, max_size=2)
bodies = st.text(signs, min_size=8, max_size=8)
regions = st.sampled_from(["100000", "110000", "320594", "440300", "540102", "659001"])
codes = st.builds(unified_code, prefixes, regions, bodies)


def said(licence_number: str) -> list[str]:
    return [finding.code for finding in licence_findings(licence_number, "licence_number")]


def test_the_standards_own_example_has_the_check_digit_that_it_prints() -> None:
    assert organisation_check_digit("D2143569") == "X"
    assert organisation_code("D2143569") == "D2143569X"


@given(codes)
@example(unified_code("A1"))
@example(unified_code("N2"))
@example(unified_code("Y1"))
def test_a_code_made_from_its_parts_is_taken(code: str) -> None:
    """Also one whose first two characters hold a letter, and one of a development zone."""
    assert said(code) == []


@given(codes, st.integers(0, 17), st.sampled_from(LETTERS))
def test_one_wrong_character_is_always_found(code: str, place: int, sign: str) -> None:
    assume(code[place] != sign)
    assert len(said(code[:place] + sign + code[place + 1 :])) == 1


@given(codes, st.integers(8, 15), signs)
def test_an_organisation_code_is_checked_where_the_last_character_fits(
    code: str, place: int, sign: str
) -> None:
    """Characters whose values are 11 or 22 apart are one to its check digit: those it cannot find."""
    differ = (LETTERS.index(code[place]) - LETTERS.index(sign)) % 11 != 0
    wrong = checked((code[:place] + sign + code[place + 1 :])[:17])
    assert said(wrong) == (["licence-number-organisation"] if differ else [])


def test_the_library_alone_would_take_a_wrong_organisation_code_and_a_region_that_is_none() -> None:
    wrong = checked("91110000" + "MA0000009"), checked("91000000" + organisation_code())
    assert all(map(uscc.is_valid, wrong))
    assert [*map(said, wrong)] == [["licence-number-organisation"], ["licence-number-region"]]


@pytest.mark.parametrize("region", ["000000", "100001", "160000", "710000", "810000", "999999"])
def test_a_region_that_is_none_is_refused(region: str) -> None:
    assert said(unified_code(region=region)) == ["licence-number-region"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "licence-number-length"),
        ("110000000000001", "licence-number-length"),
        (unified_code()[:-1], "licence-number-length"),
        (unified_code() + "0", "licence-number-length"),
        (unified_code()[:-1] + "\n", "licence-number-form"),
        (unified_code()[:-1] + "\x00", "licence-number-form"),
        *((unified_code()[:9] + sign + unified_code()[10:], "licence-number-form") for sign in "IOSVZ_é٣"),
        (unified_code()[:2] + "A" + unified_code()[3:], "licence-number-form"),
        (checked(unified_code()[:16] + "1"), "licence-number-organisation"),
    ],
)
def test_what_is_no_unified_code_is_refused(number: str, code: str) -> None:
    [finding] = licence_findings(number, "company.licence_number")
    assert (finding.field, finding.code, finding.rule) == ("company.licence_number", code, "TCM-ONB-14")
    assert finding.next == "send the unified social credit code of the licence"


def test_the_rule_that_asked_for_a_number_stands_in_its_finding() -> None:
    assert licence_findings("1", "licence_number", "ALI-ONB-04")[0].rule == "ALI-ONB-04"


@given(st.text(max_size=40))
def test_no_text_breaks_a_check(text: str) -> None:
    assert len(licence_findings(text, "licence_number")) <= 1
    assert (subject_of(text) is None) >= (said(text) == ["licence-number-length"])
    assert len(organisation_code_findings(text, "organisation_code")) <= 1


@pytest.mark.parametrize(
    "written",
    [
        "91110000ma00000077",
        " 91110000MA00000077\t",
        "91 110000 MA000000-7 7",
        "91110000\u3000ＭＡ0000007\xa07",
        "９１１１００００ｍａ00000077",
        "91110000Ma0000007－7",
    ],
)
def test_what_people_type_is_mended_before_it_is_judged_and_kept(written: str) -> None:
    assert normalised_licence(written) == unified_code() == "91110000MA00000077"
    assert (said(written), subject_of(written)) == ([], SubjectType.ENTERPRISE)
    assert not needs_organisation_code(written)


@given(st.text(max_size=40))
@example("ßıſK①²Ⅹ")
def test_to_normalise_twice_is_to_normalise_once(text: str) -> None:
    once = normalised_licence(text)
    assert normalised_licence(once) == once


@pytest.mark.parametrize("sign", "ßıſK①²Ⅹ１")
def test_no_other_sign_turns_into_one_of_the_alphabet(sign: str) -> None:
    """Only full-width forms, which a Chinese keyboard types, are the same character."""
    assert normalised_licence(sign) == ("1" if sign == "１" else sign)


@pytest.mark.parametrize(
    ("prefix", "subject"),
    [
        ("11", SubjectType.GOVERNMENT),
        ("12", SubjectType.PUBLIC_INSTITUTION),
        ("13", SubjectType.SOCIAL_ORGANISATION),
        ("51", SubjectType.SOCIAL_ORGANISATION),
        ("52", SubjectType.SOCIAL_ORGANISATION),
        ("53", SubjectType.SOCIAL_ORGANISATION),
        ("91", SubjectType.ENTERPRISE),
        ("92", SubjectType.SOLE_TRADER),
        ("93", SubjectType.OTHER),
        ("31", SubjectType.OTHER),
        ("A1", SubjectType.OTHER),
        ("N2", SubjectType.OTHER),
        ("Y1", SubjectType.OTHER),
    ],
)
def test_the_prefix_says_who_it_is(prefix: str, subject: SubjectType) -> None:
    assert subject_of(unified_code(prefix)) is subject


@pytest.mark.parametrize("number", ["", "91", "110000000000001", "91" + "O" * 16])
def test_a_number_of_another_form_says_nothing(number: str) -> None:
    assert subject_of(number) is None


@pytest.mark.parametrize(
    ("number", "rule", "admitted"),
    [
        (unified_code("91"), "TCM-ELIG-01", True),
        (unified_code("92"), "TCM-ELIG-01", False),
        (unified_code("52"), "ALI-ONB-04", False),
        (unified_code("A1"), "ALI-ONB-04", False),
        ("110101199003070000", "ALI-ONB-04", False),
        ("", "ALI-ONB-04", False),
    ],
)
def test_only_those_come_in_whom_the_market_admits(number: str, rule: str, admitted: bool) -> None:
    """An individual is refused: ALI-ONB-04, TCM-ELIG-01."""
    found = subject_findings(number, "licence_number", {SubjectType.ENTERPRISE}, rule)
    refusal = [("licence_number", "subject-not-admitted", rule)]
    assert [(each.field, each.code, each.rule) for each in found] == ([] if admitted else refusal)


def test_a_market_may_admit_several_kinds() -> None:
    both = frozenset({SubjectType.SOLE_TRADER, SubjectType.ENTERPRISE})
    assert subject_findings(unified_code("92"), "licence_number", both, "ALI-ONB-04") == []
    [finding] = subject_findings(unified_code("11"), "licence_number", both, "ALI-ONB-04")
    assert finding.detail == "open to enterprise, sole_trader"


@pytest.mark.parametrize(("length", "needed"), [(18, False), (15, True), (13, True), (17, True), (19, True)])
def test_an_organisation_code_is_asked_for_beside_a_number_that_has_not_18_characters(
    length: int, needed: bool
) -> None:
    """TCM-MCH-14."""
    assert needs_organisation_code("1" * length) is needed


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("12345678-9", True),
        ("123456789", True),
        ("MA000000-X", True),
        ("ma0000000", True),
        ("12345678", False),
        ("123456789-0", False),
        ("1234_6789", False),
        ("12345678９", False),
        ("123456789\n", False),
        ("", False),
    ],
)
def test_an_organisation_code_has_9_or_10_digits_letters_and_hyphens(code: str, taken: bool) -> None:
    """TCM-MCH-16, whose example 12345678-9 has a wrong check digit."""
    found = organisation_code_findings(code, "organisation_code")
    refusal = [("organisation_code", "organisation-code-form", "TCM-MCH-16")]
    assert [(each.field, each.code, each.rule) for each in found] == ([] if taken else refusal)
