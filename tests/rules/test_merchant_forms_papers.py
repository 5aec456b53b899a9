"""The pictures of a form: TCM-MCH-13, -14, -15, -24, -25, TCM-TEN-02, AMB-35."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.documents import DocumentRef
from models.merchant_forms import CompanyForm
from models.periods import CHINA
from models.policies import load
from models.rules.merchant_forms import paper_findings, same_day_findings
from models.rules.pictures import picture_findings
from tests.merchant_forms import PAPERS, company_form
from tests.pictures import jpeg, of_size, png

MERGED = company_form()
OLD = company_form(licence_number="110000000000001")
LICENCE, CERTIFICATE, ORGANISATION = (
    "business_licence",
    "credit_code_certificate",
    "organisation_code_certificate",
)
PORTRAIT, EMBLEM = "identity_card_portrait", "identity_card_emblem"
CARD = (PORTRAIT, EMBLEM)


def said(form: CompanyForm, *kinds: str) -> list[tuple[str, str, str | None]]:
    papers = [DocumentRef(kind=kind, document_id="ab" * 32) for kind in kinds]
    return [(each.field, each.code, each.rule) for each in paper_findings(papers, form)]


def test_a_company_with_merged_certificates_needs_that_one_alone() -> None:
    """TCM-MCH-13."""
    assert paper_findings(PAPERS, MERGED) == []
    assert said(MERGED, LICENCE, *CARD) == [
        ("papers.0.kind", "paper-not-asked-for", "TCM-MCH-13"),
        ("papers.credit_code_certificate", "paper-missing", "TCM-MCH-13"),
    ]
    assert said(MERGED, CERTIFICATE, LICENCE, *CARD) == [
        ("papers.1.kind", "paper-not-asked-for", "TCM-MCH-13")
    ]


def test_another_company_needs_its_licence_and_the_certificate_of_its_organisation_code() -> None:
    """TCM-MCH-14, -15."""
    assert said(OLD, LICENCE, ORGANISATION, *CARD) == []
    assert said(OLD, LICENCE, *CARD) == [
        ("papers.organisation_code_certificate", "paper-missing", "TCM-MCH-15")
    ]
    assert said(OLD, ORGANISATION, *CARD) == [("papers.business_licence", "paper-missing", "TCM-MCH-12")]
    assert said(OLD, LICENCE, ORGANISATION, CERTIFICATE, *CARD) == [
        ("papers.2.kind", "paper-not-asked-for", "TCM-MCH-13")
    ]


def test_with_18_characters_the_certificate_of_the_organisation_code_may_be_sent() -> None:
    assert said(MERGED, CERTIFICATE, ORGANISATION, *CARD) == []


@pytest.mark.parametrize("side", CARD)
def test_both_sides_of_the_card_are_needed(side: str) -> None:
    """TCM-MCH-24."""
    for form, licence in ((MERGED, (CERTIFICATE,)), (OLD, (LICENCE, ORGANISATION))):
        other = [kind for kind in CARD if kind != side]
        assert said(form, *licence, *other) == [(f"papers.{side}", "paper-missing", "TCM-MCH-24")]


def test_all_that_is_needless_twice_or_missing_is_told_at_once() -> None:
    assert said(MERGED, "selfie", PORTRAIT, PORTRAIT) == [
        ("papers.0.kind", "paper-not-asked-for", "TCM-MCH-13"),
        ("papers.2.kind", "paper-twice", "TCM-MCH-12"),
        ("papers.credit_code_certificate", "paper-missing", "TCM-MCH-13"),
        ("papers.identity_card_emblem", "paper-missing", "TCM-MCH-24"),
    ]


def test_a_form_without_a_licence_number_is_not_asked_for_the_organisation_code() -> None:
    assert said(CompanyForm(), CERTIFICATE, *CARD) == []


@pytest.mark.parametrize("market", ["tencent-cloud", "rehearsal"])
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (CERTIFICATE, "TCM-MCH-13"),
        (ORGANISATION, "TCM-MCH-15"),
        (PORTRAIT, "TCM-MCH-25"),
        (EMBLEM, "TCM-MCH-25"),
    ],
)
def test_each_picture_has_at_most_400_kb(market: str, kind: str, rule: str) -> None:
    """TCM-MCH-13, -25, AMB-29: 409,600 bytes are taken."""
    limits = load()[market].documents[kind]
    for picture in (png(), jpeg()):
        assert picture_findings(of_size(picture, 409_600), limits) == []
        [found] = picture_findings(of_size(picture, 409_601), limits)
        assert (found.code, found.rule) == ("too-large", rule)


@pytest.mark.parametrize("market", ["tencent-cloud", "rehearsal"])
def test_a_market_takes_every_picture_that_a_form_can_need(market: str) -> None:
    assert {LICENCE, CERTIFICATE, ORGANISATION, *CARD} <= load()[market].documents.keys()


LATE = datetime(2024, 1, 10, 23, 59, tzinfo=CHINA)
EARLY = datetime(2024, 1, 11, 0, 1, tzinfo=CHINA)


def older(uploaded: dict[str, datetime], today: date | None = None) -> list[str]:
    found = same_day_findings(uploaded, today)
    assert {(each.code, each.rule) for each in found} <= {("uploaded-on-another-day", "TCM-TEN-02")}
    return [each.field for each in found]


@pytest.mark.parametrize("licence", [LICENCE, CERTIFICATE])
def test_pictures_of_one_day_in_china_are_taken_and_the_older_ones_named_else(licence: str) -> None:
    """TCM-TEN-02. One minute before midnight and one after are two days, and one in UTC."""
    kinds = (licence, *CARD)
    assert LATE.astimezone(UTC).date() == EARLY.astimezone(UTC).date()
    for at in (LATE, EARLY, EARLY.astimezone(UTC)):
        assert older(dict.fromkeys(kinds, at)) == []
    for kind in kinds:
        assert older({**dict.fromkeys(kinds, EARLY), kind: LATE}) == [f"papers.{kind}"]
        others = [f"papers.{each}" for each in kinds if each != kind]
        assert older({**dict.fromkeys(kinds, LATE.astimezone(UTC)), kind: EARLY}) == others


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (LATE, datetime(2024, 1, 10, tzinfo=CHINA), True),
        (LATE, datetime(2024, 1, 9, 23, 59, 59, 999_999, CHINA), False),
        (datetime(2024, 1, 10, 15, 59, 59, tzinfo=UTC), datetime(2024, 1, 10, 16, tzinfo=UTC), False),
        (datetime(2024, 1, 10, 16, tzinfo=UTC), datetime(2024, 1, 11, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2023, 1, 10, 8, tzinfo=CHINA), datetime(2024, 1, 10, 8, tzinfo=CHINA), False),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(first: datetime, second: datetime, same: bool) -> None:
    assert (older({PORTRAIT: first, EMBLEM: second}) == []) == same


def test_three_days_name_the_two_older_pictures() -> None:
    days = {kind: EARLY + timedelta(days=day) for day, kind in enumerate((EMBLEM, CERTIFICATE, PORTRAIT))}
    assert older(days) == ["papers.credit_code_certificate", "papers.identity_card_emblem"]


def test_the_certificate_of_the_organisation_code_may_be_of_any_day() -> None:
    one_day = dict.fromkeys((LICENCE, *CARD), EARLY)
    for day in (-1, 1):
        assert older({**one_day, ORGANISATION: EARLY + timedelta(days=day)}) == []
    assert older({}) == []


def test_on_a_later_day_all_that_differ_are_named_so_that_they_can_be_of_one_day() -> None:
    uploaded = {CERTIFICATE: EARLY, PORTRAIT: LATE, EMBLEM: EARLY}
    assert older(uploaded, EARLY.date()) == ["papers.identity_card_portrait"]
    every = [f"papers.{kind}" for kind in (CERTIFICATE, PORTRAIT, EMBLEM)]
    assert older(uploaded, EARLY.date() + timedelta(days=1)) == every
    assert older(dict.fromkeys(uploaded, EARLY), EARLY.date() + timedelta(days=9)) == []
