"""What stands against an application, an identity, a form: TCM-ONB-09..15, TCM-ELIG-08, ALI-ONB-04, -15."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from models.cases import Event
from models.checklists import Reason
from models.documents import DocumentRef
from models.identity import CompanyIdentity, Person
from models.onboarding_tasks import checklist_of
from models.onboardings import Company, IdentityGiven
from models.placing import Contact
from models.rules.findings import Refused
from models.rules.identity.persons import DocumentType, PersonDocument
from tests.onboardings import FACTS, Applicant
from tests.rules.applying import LICENCE, MARKETS, Codes, admitted, against, applicant, signed
from tests.rules.made_up import card, unified_code

SHOP = unified_code(prefix="92")
"""An individually owned business."""


def refusals(who: Applicant, **asked: Any) -> Codes:
    """What stands against an application before it begins."""
    with pytest.raises(Refused) as refused:
        admitted(who, **asked)
    return [(each.field, each.code, each.rule) for each in refused.value.findings]


def test_the_general_agreement_comes_before_an_application_where_the_market_asks_for_it() -> None:
    """TCM-ONB-09."""
    missing = ("general_agreement_signed", "general-agreement-missing", "TCM-ONB-09")
    assert refusals(applicant("tencent-cloud"), general_agreement_signed=False) == [missing]
    admitted(applicant("aliyun"), general_agreement_signed=False)


def test_nobody_applies_with_what_is_no_licence_number() -> None:
    company = Company(name="Sample Stars Ltd", licence_number="91110000MA0000000X")
    [(field, code, _)] = refusals(applicant("aliyun"), company=company)
    assert (field, code) == ("company.licence_number", "licence-number-check")


@pytest.mark.parametrize("market", [market for market in MARKETS if market != "alipay"])
def test_nothing_stands_against_what_is_in_order(market: str) -> None:
    who = applicant(market)
    said: dict[str, Callable[[], Event]] = {
        "identity": who.identity,
        "application": who.application,
        "agreements": lambda: signed(who),
    }
    asked = [event for step, event in said.items() if step in admitted(who).terms.steps]
    assert [against(who, event()) for event in asked] == [[]] * len(asked)
    assert asked


def test_another_company_cannot_be_verified_in_its_place() -> None:
    """TCM-ONB-13."""
    who = applicant("tencent-cloud")
    other = Applicant("tencent-cloud", licence_number=unified_code(body="MA111111"))
    assert against(who, other.identity()) == [("identity.licence_number", "other-company", "TCM-ONB-13")]


def test_whoever_is_no_enterprise_does_not_get_past_its_identity() -> None:
    """ALI-ONB-04."""
    shop = Applicant("aliyun", licence_number=SHOP)
    found = against(shop, shop.identity())
    assert found == [("identity.licence_number", "subject-not-admitted", "ALI-ONB-04")]


def test_the_representatives_paper_is_looked_at_before_anybody_is_asked() -> None:
    who = applicant("aliyun")
    unborn = PersonDocument(type=DocumentType.RESIDENT_ID, number=card(born="20260302"))
    person = Person(name="Sample Person", document=unborn)
    identity = CompanyIdentity(company_name=who.name, licence_number=LICENCE, legal_representative=person)
    [(field, code, _)] = against(who, IdentityGiven(identity=identity))
    assert (field, code) == ("identity.legal_representative.document", "document-number-birth")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"company_name": "Sample Stars Ltd", "licence_number": LICENCE}, []),
        ({"company_name": "Sample  Stars Ｌtd"}, []),
        ({"company_name": "Other Stars Ltd"}, ["company_name"]),
        ({"licence_number": SHOP}, ["licence_number"]),
        ({"company_name": "Other", "licence_number": SHOP}, ["company_name", "licence_number"]),
    ],
)
def test_what_was_verified_is_not_changed_in_the_form(said: dict[str, Any], found: list[str]) -> None:
    """TCM-ONB-13."""
    who = applicant("tencent-cloud")
    expected = [(field, "verified-already", "TCM-ONB-13") for field in found]
    assert against(who, who.application(**said)) == expected


@pytest.mark.parametrize(
    ("market", "missing"),
    [
        ("aliyun", ["contact", "categories"]),
        ("tencent-cloud", ["contact", "categories", "facts", "papers"]),
    ],
)
def test_an_empty_form_is_told_all_that_its_market_asks_for(market: str, missing: list[str]) -> None:
    """TCM-ONB-14, ALI-ONB-15."""
    who = applicant(market)
    empty = who.application(contact=None, facts=None, papers=()).model_copy(update={"categories": ()})
    found = against(who, empty)
    assert [field for field, _, _ in found] == missing
    assert ("categories", "missing", "ALI-ONB-15") in found


@pytest.mark.parametrize("market", ["tencent-cloud", "rehearsal"])
def test_a_company_that_a_market_does_not_admit_is_told_every_reason(market: str) -> None:
    """TCM-ELIG-08."""
    who = applicant(market)
    facts = FACTS.model_copy(update={"service_staff": 1, "registered_capital_fen": 49_999_999})
    assert [(field, rule) for field, _, rule in against(who, who.application(facts=facts))] == [
        ("facts.technical_staff", "TCM-ELIG-02"),
        ("facts.registered_capital_fen", "TCM-ELIG-04"),
    ]


@pytest.mark.parametrize(("at", "enough"), [("15:59:59", False), ("16:00:00", True)])
def test_a_company_is_as_old_as_it_is_in_china(at: str, enough: bool) -> None:
    """TCM-ELIG-03, CV-1."""
    who = applicant("tencent-cloud")
    facts = FACTS.model_copy(update={"founded_on": datetime(2023, 11, 12, tzinfo=UTC).date()})
    applied = datetime.fromisoformat(f"2024-11-11T{at}+00:00")
    assert (against(who, who.application(facts=facts), at=applied) == []) is enough


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2020-04-13T15:59:59", ["not-joinable-yet"]),
        ("2020-04-13T16:00:00", []),
        ("2020-12-31T15:59:59", []),
        ("2020-12-31T16:00:00", ["no-longer-joinable"]),
    ],
)
def test_the_retail_channel_is_joined_by_the_days_of_china(at: str, found: list[str]) -> None:
    """ALI-RTL-01, -02, CV-1, CV-7."""
    who = applicant("aliyun")
    applied = datetime.fromisoformat(f"{at}+00:00")
    joins = who.application("service", "retail-channel")
    assert [code for _, code, _ in against(who, joins, at=applied)] == found


@pytest.mark.parametrize(
    ("contact", "found"),
    [
        ({"phone": "0571-26880000"}, []),
        ({"email": "who@example.com"}, []),
        ({}, ["contact-missing"]),
        ({"phone": "12"}, ["no-phone-number"]),
    ],
)
def test_operators_can_reach_whoever_applies(contact: dict[str, str], found: list[str]) -> None:
    who = applicant("aliyun")
    sent = who.application(contact=Contact(name="Sample Contact", **contact))
    assert [code for _, code, _ in against(who, sent)] == found


@pytest.mark.parametrize(
    ("market", "kinds", "found"),
    [
        ("tencent-cloud", ["business_licence"], []),
        ("tencent-cloud", [], [("papers", "paper-missing")]),
        ("tencent-cloud", ["business_licence", "passport"], [("papers.1.kind", "unknown-paper")]),
        ("tencent-cloud", ["business_licence"] * 2, [("papers.1.kind", "paper-twice")]),
        ("aliyun", ["business_licence"], [("papers.0.kind", "unknown-paper")]),
    ],
)
def test_each_paper_that_is_asked_for_is_there_once(
    market: str, kinds: list[str], found: list[tuple[str, str]]
) -> None:
    """TCM-ONB-14."""
    who = applicant(market)
    papers = tuple(DocumentRef(kind=kind, document_id="ab" * 32) for kind in kinds)
    assert [(field, code) for field, code, _ in against(who, who.application(papers=papers))] == found


def test_only_what_was_turned_down_has_to_come_again() -> None:
    """AMB-01."""
    who = applicant("tencent-cloud")
    given = checklist_of(admitted(who)).given("application", "business_licence").put_in_review("application")
    known = {"contact": {}, "categories": ["service/consulting"], "facts": {}}
    nothing = who.application(contact=None, facts=None, papers=()).model_copy(update={"categories": ()})

    def still(requirement: str, field: str) -> list[str]:
        turned_down = given.rejected([(requirement, Reason(field=field, code="not-clear"))], "application")
        return [found for found, _, _ in against(who, nothing, checklist=turned_down, known=known)]

    assert still("application", "contact.phone") == ["contact"]
    assert still("application", "scope") == ["scope"]
    assert still("business_licence", "papers") == ["papers"]
