"""What companies hand in, against the rules of their market alone: nothing runs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models.admitting import Checked
from models.agreements import AgreementRef
from models.cases import SYSTEM, CaseView, Event, Opening
from models.checklists import Checklist
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.onboarding_tasks import checklist_of
from models.onboardings import AgreementsAccepted, Onboarding, Signatory
from models.policies import load
from tests.onboardings import Applicant
from tests.rules.made_up import unified_code

MARKETS = load()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LICENCE = unified_code()
Codes = list[tuple[str, str, str | None]]
"""Of each finding its field, its code and its rule."""


def applicant(market: str, **how: Any) -> Applicant:
    return Applicant(market, licence_number=LICENCE, **how)


def admitted(who: Applicant, **asked: Any) -> Onboarding:
    """The onboarding that this application begins."""
    policy = MARKETS[who.market].provider_onboardings[-1]
    opening = Opening(
        case_id=f"provider-onboardings:{who.market}:{who.id}",
        process="provider-onboardings",
        market=who.market,
        id=who.id,
        provider_id=who.provider_id,
        policy_version=policy.version,
        opened_at=NOW,
        opened_by=SYSTEM,
        digest="",
    )
    found = PROVIDER_ONBOARDINGS.admit(who.asks(**asked), policy, opening, MARKETS[who.market])
    return Onboarding.model_validate(found.input)


def against(
    who: Applicant,
    event: Event,
    *,
    at: datetime = NOW,
    checklist: Checklist | None = None,
    known: Mapping[str, Any] | None = None,
) -> Codes:
    """What stands against an event: field, code, rule. `known` is what the case shows by now."""
    onboarding = admitted(who)
    listed = checklist or checklist_of(onboarding)
    opening = onboarding.opening
    view = CaseView(
        **opening.model_dump(include={"case_id", "process", "market", "id", "provider_id", "policy_version"}),
        stage="",
        opened_at=at,
        changed_at=at,
        data={**onboarding.facts(), "checklist": listed.shown(), **(known or {})},
    )
    checked = Checked(view, onboarding.model_dump(mode="json"), MARKETS[who.market], at)
    return [(each.field, each.code, each.rule) for each in PROVIDER_ONBOARDINGS.check(event, checked)]


def signed(who: Applicant, *names: str, authority_declared: bool = True) -> AgreementsAccepted:
    """Acceptance of all that the market asks for, or of these alone."""
    asked = admitted(who).terms.agreements
    refs = [AgreementRef(name=each.name, version=each.version) for each in asked]
    return AgreementsAccepted(
        agreements=tuple(each for each in refs if not names or each.name in names),
        signatory=Signatory(name="Sample Signatory"),
        authority_declared=authority_declared,
    )
