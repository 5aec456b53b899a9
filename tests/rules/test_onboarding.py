"""Who may apply, and what stands against what it hands in: ALI-ONB, TCM-ELIG, TCM-ONB, AMB-01, AMB-06, AMB-28."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.admitting import Checked
from models.agreements import AgreementRef
from models.cases import Actor, CaseView, Event, Opening
from models.checklists import Checklist, Reason
from models.documents import DocumentRef
from models.identity import CompanyIdentity
from models.onboarding_tasks import checklist_of, route
from models.onboardings import (
    AgreementsAccepted,
    DecidedToApprove,
    IdentityGiven,
    Onboarding,
    OnboardingStep,
    OnboardingTerms,
    Signatory,
    Withdrawn,
)
from models.placing import Contact
from models.policies import load
from models.private import Sealed
from models.rules.identity.persons import DocumentType, PersonDocument
from models.rules.onboarding import against, findings
from tests.onboardings import FACTS, Applicant, correct, waive
from tests.rules.made_up import card, unified_code

MARKETS = load()
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
CONTACT = Contact(name="Sample Contact", phone="0571-26880000")
Said = tuple[str, str, str | None]


def terms_of(market: str) -> OnboardingTerms:
    return MARKETS[market].provider_onboardings[-1].terms


def onboarding(market: str, **changes: Any) -> Onboarding:
    applicant = Applicant(market)
    opening = Opening(
        case_id=f"provider-onboardings:{market}:{applicant.id}",
        process="provider-onboardings",
        market=market,
        id=applicant.id,
        provider_id=applicant.provider_id,
        policy_version="1",
        opened_at=NOW,
        opened_by=Actor(role="service", subject="tests"),
        digest="",
    )
    told = {
        "opening": opening,
        "terms": terms_of(market),
        "cloud_account": "1",
        "company": applicant.asks().company,
        "is_partner": False,
    }
    return Onboarding.model_validate(told | changes)


def checked(
    of: Onboarding, checklist: Checklist | None = None, *, at: datetime = NOW, **data: Any
) -> Checked:
    """The case on record, with this checklist and these facts."""
    shown = {**of.facts(), "checklist": (checklist or checklist_of(of)).shown(), **data}
    view = CaseView(
        **of.opening.model_dump(exclude={"opened_by", "digest"}), stage="any", changed_at=NOW, data=shown
    )
    market = MARKETS[of.opening.market]
    return Checked(view=view, input=of.model_dump(mode="json"), market=market, at=at)


def said(event: Event, case: Checked) -> list[Said]:
    return [(each.field, each.code, each.rule) for each in against(event, case)]


# --- before anything begins


@pytest.mark.parametrize("market", ["tencent-cloud", "rehearsal"])
def test_the_clouds_general_agreement_comes_first(market: str) -> None:
    """TCM-ONB-09."""
    asked = Applicant(market).asks(general_agreement_signed=False)
    [found] = findings(asked, terms_of(market))
    assert (found.field, found.code, found.rule) == (
        "general_agreement_signed",
        "general-agreement-missing",
        "TCM-ONB-09",
    )
    assert findings(Applicant(market).asks(), terms_of(market)) == []


def test_aliyun_asks_for_no_general_agreement() -> None:
    asked = Applicant("aliyun").asks(general_agreement_signed=False)
    assert findings(asked, terms_of("aliyun")) == []


def test_a_number_that_is_none_is_told_together_with_what_else_is_wrong() -> None:
    asked = Applicant("tencent-cloud", licence_number="91110000MA00000X").asks(general_agreement_signed=False)
    fields = [each.field for each in findings(asked, terms_of("tencent-cloud"))]
    assert fields == ["company.licence_number", "general_agreement_signed"]


# --- the identity


def given(applicant: Applicant, **changes: Any) -> IdentityGiven:
    identity: Any = applicant.identity().identity
    told = {name: getattr(identity, name) for name in CompanyIdentity.model_fields}
    return IdentityGiven(identity=CompanyIdentity.model_validate(told | changes))


def test_an_identity_is_that_of_the_company_that_applied() -> None:
    """TCM-ONB-13."""
    of = onboarding("aliyun")
    own = Applicant("aliyun", licence_number=of.company.licence_number)
    assert said(given(own), checked(of)) == []
    assert said(given(Applicant("aliyun")), checked(of)) == [
        ("identity.licence_number", "other-company", "TCM-ONB-13")
    ]


def test_who_is_no_enterprise_stays_where_it_is() -> None:
    """ALI-ONB-04, TCM-ELIG-01: an individual business, with a number of its own kind."""
    number = unified_code(prefix="92")
    of = onboarding("aliyun", company={"name": "Sample", "licence_number": number})
    [(field, _, rule)] = said(given(Applicant("aliyun", licence_number=number)), checked(of))
    assert (field, rule) == ("identity.licence_number", "ALI-ONB-04")


def test_everything_about_an_identity_is_told_at_once() -> None:
    of = onboarding("aliyun")
    wrong = PersonDocument(type=DocumentType.RESIDENT_ID, number=card()[:-1] + "Y")
    other = Applicant("aliyun", licence_number=unified_code(prefix="92"))
    found = said(given(other, legal_representative={"name": "N", "document": wrong}), checked(of))
    assert [field for field, *_ in found] == [
        "identity.licence_number",
        "identity.licence_number",
        "identity.legal_representative.document.number",
    ]


def test_what_is_sealed_already_was_looked_at_before() -> None:
    assert said(IdentityGiven(identity=Sealed(sealed="abcd")), checked(onboarding("aliyun"))) == []


# --- the form


def of_form(of: Onboarding, **states: str) -> Checklist:
    """The checklist of a case in which the form is asked for."""
    return checklist_of(of).accepted("identity")


def form(market: str, **changes: Any) -> Any:
    return Applicant(market).application().model_copy(update=changes)


@pytest.mark.parametrize("market", ["aliyun", "tencent-cloud", "rehearsal"])
def test_a_form_with_everything_is_taken(market: str) -> None:
    of = onboarding(market)
    assert said(form(market), checked(of, of_form(of))) == []


def test_all_that_is_missing_is_told_at_once() -> None:
    """ALI-ONB-15, TCM-ONB-14."""
    of = onboarding("tencent-cloud")
    empty = form("tencent-cloud", contact=None, facts=None, categories=(), papers=())
    assert said(empty, checked(of, of_form(of))) == [
        ("contact", "missing", "TCM-ONB-14"),
        ("categories", "missing", "ALI-ONB-15"),
        ("facts", "missing", "TCM-ONB-14"),
        ("papers", "paper-missing", "TCM-ONB-14"),
    ]


def test_aliyun_asks_for_neither_facts_nor_papers() -> None:
    of = onboarding("aliyun")
    empty = form("aliyun", contact=None, categories=())
    assert [field for field, *_ in said(empty, checked(of, of_form(of)))] == ["contact", "categories"]


KNOWN = {"contact": {"sealed": "x"}, "categories": ["service/consulting"], "facts": {}}


@pytest.mark.parametrize(
    ("turned_down", "changes", "missing"),
    [
        ("contact.phone", {}, []),
        ("contact.phone", {"contact": None}, ["contact"]),
        ("facts.founded_on", {"facts": None}, ["facts"]),
        ("facts.founded_on", {"contact": None, "categories": ()}, []),
        ("categories", {"categories": ()}, ["categories"]),
        ("scope", {}, ["scope"]),
        ("scope", {"scope": "images", "contact": None, "facts": None, "categories": ()}, []),
        ("another", {"contact": None, "facts": None, "categories": ()}, []),
    ],
)
def test_once_sent_only_what_was_turned_down_has_to_come_again(
    turned_down: str, changes: dict[str, Any], missing: list[str]
) -> None:
    """AMB-01."""
    of = onboarding("tencent-cloud")
    reasons = [("application", Reason(field=turned_down, code="unclear"))]
    sent = of_form(of).given("application", "business_licence")
    back = sent.rejected(reasons, OnboardingStep.APPLICATION)
    found = said(form("tencent-cloud", **({"papers": ()} | changes)), checked(of, back, **KNOWN))
    assert found == [
        (name, "missing", "ALI-ONB-15" if name == "categories" else "TCM-ONB-14") for name in missing
    ]


def test_a_paper_that_was_turned_down_has_to_come_again_and_the_form_has_not() -> None:
    of = onboarding("tencent-cloud")
    sent = of_form(of).given("application", "business_licence")
    back = sent.rejected(
        [("business_licence", Reason(field="papers", code="blurred"))], OnboardingStep.APPLICATION
    )
    nothing = form("tencent-cloud", contact=None, facts=None, categories=(), papers=())
    assert said(nothing, checked(of, back, **KNOWN)) == [("papers", "paper-missing", "TCM-ONB-14")]


def test_what_was_verified_is_not_changed_in_the_form() -> None:
    """TCM-ONB-13."""
    of = onboarding("tencent-cloud")
    case = checked(of, of_form(of))
    both = form("tencent-cloud", company_name="Another Ltd", licence_number=unified_code(region="330100"))
    assert said(both, case) == [
        ("company_name", "verified-already", "TCM-ONB-13"),
        ("licence_number", "verified-already", "TCM-ONB-13"),
    ]
    same = form("tencent-cloud", company_name=of.company.name, licence_number=of.company.licence_number)
    assert said(same, case) == []


def test_a_name_in_full_width_is_the_same_name() -> None:
    of = onboarding("tencent-cloud")
    wide = form("tencent-cloud", company_name="Ｓａｍｐｌｅ　Stars  Ltd")
    assert said(wide, checked(of, of_form(of))) == []


def test_every_condition_that_fails_is_told_with_its_field() -> None:
    """TCM-ELIG-02..05, -08, AMB-28: nine people, 499,999.99, 4 x 10."""
    of = onboarding("tencent-cloud")
    facts = FACTS.model_copy(
        update={
            "technical_staff": 5,
            "service_staff": 4,
            "registered_capital_fen": 49_999_999,
            "founded_on": date(2026, 1, 1),
            "support_days_a_week": 4,
            "support_hours_a_day": 10,
        }
    )
    assert said(form("tencent-cloud", facts=facts), checked(of, of_form(of))) == [
        ("facts.technical_staff", "team-too-small", "TCM-ELIG-02"),
        ("facts.founded_on", "founded-too-recently", "TCM-ELIG-03"),
        ("facts.registered_capital_fen", "capital-too-small", "TCM-ELIG-04"),
        ("facts.support_days_a_week", "too-few-support-days", "TCM-ELIG-05"),
    ]


@pytest.mark.parametrize(
    ("founded", "at", "in_time"),
    [
        (date(2023, 11, 12), datetime(2024, 11, 11, 15, 59, tzinfo=UTC), False),
        (date(2023, 11, 12), datetime(2024, 11, 11, 16, 0, tzinfo=UTC), True),
        (date(2020, 2, 29), datetime(2021, 2, 27, 16, 0, tzinfo=UTC), True),
        (date(2020, 2, 29), datetime(2021, 2, 27, 15, 59, tzinfo=UTC), False),
    ],
)
def test_a_company_is_old_enough_from_its_anniversary_in_china(
    founded: date, at: datetime, in_time: bool
) -> None:
    """TCM-ELIG-03, AMB-62, CV-1."""
    of = onboarding("tencent-cloud")
    sent = form("tencent-cloud", facts=FACTS.model_copy(update={"founded_on": founded}))
    found = said(sent, checked(of, of_form(of), at=at))
    assert found == ([] if in_time else [("facts.founded_on", "founded-too-recently", "TCM-ELIG-03")])


@pytest.mark.parametrize(
    ("contact", "found"),
    [
        (Contact(name="N"), [("contact.phone", "contact-missing", "TCM-ONB-14")]),
        (Contact(name="N", email="somebody@example.com"), []),
    ],
)
def test_operators_need_a_way_to_reach_the_company(contact: Contact, found: list[Said]) -> None:
    of = onboarding("aliyun")
    assert said(form("aliyun", contact=contact), checked(of, of_form(of))) == found


def test_a_phone_that_is_none_is_refused() -> None:
    of = onboarding("aliyun")
    [(field, _, rule)] = said(
        form("aliyun", contact=CONTACT.model_copy(update={"phone": "12345"})), checked(of, of_form(of))
    )
    assert (field, rule) == ("contact.phone", "TCM-ONB-14")


def test_papers_that_nobody_asked_for_or_that_come_twice_are_refused() -> None:
    of = onboarding("tencent-cloud")
    kinds = ("business_licence", "business_licence", "passport")
    papers = tuple(DocumentRef(kind=kind, document_id="ab" * 32) for kind in kinds)
    assert said(form("tencent-cloud", papers=papers), checked(of, of_form(of))) == [
        ("papers.1.kind", "paper-twice", "TCM-ONB-14"),
        ("papers.2.kind", "unknown-paper", "TCM-ONB-14"),
    ]


def test_categories_are_those_of_the_market() -> None:
    of = onboarding("tencent-cloud")
    sent = form("tencent-cloud", categories=("service", "service/nothing"))
    assert [(field, code) for field, code, _ in said(sent, checked(of, of_form(of)))] == [
        ("categories.0", "no-child-chosen"),
        ("categories.1", "unknown-category"),
    ]


# --- what is signed


def signing(of: Onboarding, *names: str, declared: bool = True) -> AgreementsAccepted:
    asked = {each.name: each.version for each in of.terms.agreements}
    return AgreementsAccepted(
        agreements=tuple(AgreementRef(name=name, version=asked.get(name, "1")) for name in names),
        signatory=Signatory(name="Sample Signatory"),
        authority_declared=declared,
    )


def test_both_boxes_have_to_be_ticked() -> None:
    """TCM-ONB-06."""
    of = onboarding("tencent-cloud")
    assert said(signing(of, "product-partner"), checked(of)) == [
        ("agreements", "agreement-missing", "TCM-ONB-10")
    ]
    assert said(signing(of, "access"), checked(of)) == [("agreements", "agreement-missing", "TCM-ONB-06")]
    assert said(signing(of, "access", "product-partner"), checked(of)) == []


def test_aliyuns_agreements_come_one_by_one() -> None:
    """ALI-ONB-11."""
    of = onboarding("aliyun")
    for name in ("marketplace", "partner-framework", "partner-annexes"):
        assert said(signing(of, name), checked(of)) == []


def test_a_partner_signs_nothing_but_the_marketplaces() -> None:
    """ALI-ONB-09."""
    of = onboarding("aliyun", is_partner=True)
    names = [each.name for each in checklist_of(of).requirements if each.step == "agreements"]
    assert names == ["marketplace"]
    [(field, code, _)] = said(signing(of, "partner-framework"), checked(of))
    assert (field, code) == ("agreements.0.name", "unknown-agreement")


def test_whoever_accepts_declares_to_be_authorised() -> None:
    """TCM-ONB-07."""
    of = onboarding("tencent-cloud")
    assert said(signing(of, "access", declared=False), checked(of)) == [
        ("agreements", "agreement-missing", "TCM-ONB-06"),
        ("authority_declared", "authority-not-declared", "TCM-ONB-07"),
    ]


def test_what_was_accepted_or_waived_is_not_accepted_again() -> None:
    of = onboarding("aliyun")
    case = checked(of, checklist_of(of).accepted("marketplace").waived("partner-annexes"))
    for name in ("marketplace", "partner-annexes"):
        assert [code for _, code, _ in said(signing(of, name), case)] == ["unknown-agreement"]


# --- what operators decide


def test_a_class_with_criteria_of_its_own_is_approved_only_once_they_were_checked() -> None:
    """AMB-06."""
    of = onboarding("rehearsal")
    retail = checked(of, categories=["retail-channel", "service"])
    assert said(DecidedToApprove(reason="fine"), retail) == [("confirmed", "not-confirmed", "AMB-06")]
    confirmed = DecidedToApprove(reason="fine", confirmed=("retail-channel-criteria",))
    assert said(confirmed, retail) == []
    assert said(DecidedToApprove(reason="fine"), checked(of, categories=["service"])) == []
    assert said(DecidedToApprove(reason="fine"), checked(of)) == []


def test_a_correction_names_what_was_submitted() -> None:
    """AMB-01."""
    of = onboarding("tencent-cloud")
    case = checked(of, checklist_of(of).waived("business_licence"))
    found = said(correct(("application", "contact"), ("deposit", "x"), ("business_licence", "x")), case)
    assert found == [
        ("corrections.1.requirement", "unknown-requirement", "AMB-01"),
        ("corrections.2.requirement", "unknown-requirement", "AMB-01"),
    ]


@pytest.mark.parametrize(("name", "ok"), [("deposit", True), ("identity", False), ("nothing", False)])
def test_what_is_met_is_not_waived(name: str, ok: bool) -> None:
    of = onboarding("aliyun")
    found = said(waive(name), checked(of, checklist_of(of).accepted("identity")))
    assert found == ([] if ok else [("requirement", "unknown-requirement", "AMB-01")])


def test_nothing_stands_against_leaving() -> None:
    assert said(Withdrawn(), checked(onboarding("aliyun"))) == []


# --- which step follows which


@pytest.mark.parametrize(
    ("market", "steps"),
    [
        ("aliyun", ["identity", "application", "agreements", "deposit"]),
        (
            "tencent-cloud",
            ["agreements", "identity", "application", "permission", "deposit", "bank_account"],
        ),
        (
            "rehearsal",
            [
                *("agreements", "identity", "application", "permission", "deposit", "bank_account"),
                "certification_fee",
            ],
        ),
    ],
)
def test_the_steps_follow_each_other_as_the_policy_says(market: str, steps: list[str]) -> None:
    """ALI-ONB-02, TCM-ONB-01, AMB-30, AMB-31."""
    of = onboarding(market)
    checklist, walked = checklist_of(of), []
    while (step := checklist.next_step()) is not None:
        walked.append(step)
        checklist = checklist.accepted(*(each.name for each in checklist.owed(step)))
    assert walked == steps
    assert len(route(of.terms)) >= len(steps)
    assert {str(lead.outcome) for lead in route(of.terms).values() if lead.outcome} == {"onboarded"}
