"""What an onboarding takes once its history has grown long: whatever it waits for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models import policies
from models.cases import SYSTEM, Opening
from models.onboardings import Company, Onboarding
from tests.onboardings import made_up_licence
from tests.properties.driver import Driver
from workflows.provider_onboarding import ProviderOnboarding

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CASE = "provider-onboardings:rehearsal:ob-long"
TOLD: dict[str, dict[str, Any]] = {
    "deposit_changed": {"deposit": "d", "required_fen": 1, "held_fen": 1},
    "account_changed": {"account": "b", "verified": True, "account_version": 1},
    "noted": {"text": "it called"},
}


@pytest.fixture
def onboarding() -> Driver:
    """One on record, as long as an onboarding may become."""
    terms = policies.load()["rehearsal"].provider_onboardings[-1].terms
    opening = Opening(
        case_id=CASE,
        process="provider-onboardings",
        market="rehearsal",
        id="ob-long",
        provider_id="isv-1",
        policy_version="1",
        opened_at=NOW,
        opened_by=SYSTEM,
        digest="",
    )
    asked = Onboarding(
        opening=opening,
        terms=terms,
        cloud_account="1",
        company=Company(name="Sample Stars Ltd", licence_number=made_up_licence()),
        is_partner=False,
    )
    driver = Driver(ProviderOnboarding, CASE, at_once=False)
    (call,) = driver.begin(NOW, asked.model_dump(mode="json")).calls
    driver.step(NOW, resolved=[(call, None)])
    driver.is_long = True
    return driver


def refused(onboarding: Driver, event: str) -> bool:
    report = {
        "event": {"event": event, **TOLD[event]},
        "actor": {"role": "system", "subject": "back-office", "on_behalf_of": None},
        "key": event,
        "digest": event,
        "occurred_at": NOW.isoformat(),
        "seen_version": None,
    }
    return event in onboarding.step(NOW, [(event, report)]).refused


@pytest.mark.parametrize("event", ["deposit_changed", "account_changed"])
def test_a_long_onboarding_hears_what_its_next_step_waits_for(onboarding: Driver, event: str) -> None:
    assert not refused(onboarding, event)


def test_a_long_onboarding_takes_nothing_that_only_adds_to_it(onboarding: Driver) -> None:
    assert refused(onboarding, "noted")
