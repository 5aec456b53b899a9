"""Which step follows which, and what has to come again: ALI-ONB-02, TCM-ONB-01, -13, AMB-01, -30, -31."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.admitting import Checked
from models.cases import Actor, CaseView, Event, Opening
from models.checklists import Checklist, Reason
from models.onboarding_tasks import checklist_of, route
from models.onboardings import (
    Onboarding,
    OnboardingStep,
    OnboardingTerms,
)
from models.policies import load
from models.rules.onboarding import against
from tests.onboardings import Applicant, correct

MARKETS = load()
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
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


def of_form(of: Onboarding) -> Checklist:
    """The checklist of a case in which the form is asked for."""
    return checklist_of(of).accepted("identity")


def form(market: str, **changes: Any) -> Any:
    return Applicant(market).application().model_copy(update=changes)


KNOWN: dict[str, Any] = {"contact": {"sealed": "x"}, "categories": ["service/consulting"], "facts": {}}


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


def test_a_name_in_full_width_is_the_same_name() -> None:
    of = onboarding("tencent-cloud")
    wide = form("tencent-cloud", company_name="Ｓａｍｐｌｅ　Stars  Ltd")
    assert said(wide, checked(of, of_form(of))) == []


def test_aliyun_asks_for_neither_facts_nor_papers() -> None:
    of = onboarding("aliyun")
    empty = form("aliyun", contact=None, categories=())
    assert [field for field, *_ in said(empty, checked(of, of_form(of)))] == ["contact", "categories"]


def test_a_correction_names_what_was_submitted() -> None:
    """AMB-01."""
    of = onboarding("tencent-cloud")
    case = checked(of, checklist_of(of).waived("business_licence"))
    found = said(correct(("application", "contact"), ("deposit", "x"), ("business_licence", "x")), case)
    assert found == [
        ("corrections.1.requirement", "unknown-requirement", "AMB-01"),
        ("corrections.2.requirement", "unknown-requirement", "AMB-01"),
    ]


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
