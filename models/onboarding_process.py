"""Provider onboardings, as everything else is made from them: who may begin one, and what it starts with."""

from models.admitting import Admitted, Hold
from models.cases import Opening, Role
from models.onboarding_tasks import ONBOARDING_STEPS, ONBOARDING_TASKS, route
from models.onboardings import (
    ApplyForOnboarding,
    Onboarding,
    OnboardingEvent,
    OnboardingOutcome,
    OnboardingStage,
)
from models.policies import MarketPolicy, OnboardingPolicy, ProcessPolicy
from models.process import Process
from models.rules.findings import Refused
from models.rules.onboarding import against, findings


def _apply(asked: ApplyForOnboarding, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    """A company, and a provider, apply in a market once at a time (ALI-ONB-05, TCM-ONB-04)."""
    assert isinstance(policy, OnboardingPolicy)
    if found := findings(asked, policy.terms):
        raise Refused(*found)
    onboarding = Onboarding(
        opening=opening,
        terms=policy.terms,
        cloud_account=asked.cloud_account,
        company=asked.company,
        is_partner=asked.is_partner,
    )
    return Admitted(
        input=onboarding.model_dump(mode="json"),
        holds=(
            Hold(name=f"company:{asked.company.licence_number}", field="company.licence_number"),
            Hold(name=f"provider:{asked.provider_id}", field="provider_id"),
        ),
    )


PROVIDER_ONBOARDINGS = Process(
    name="provider-onboardings",
    title="Provider onboarding",
    title_zh="服务商入驻",
    workflow="ProviderOnboarding",
    started_by=frozenset({Role.SERVICE}),
    start=ApplyForOnboarding,
    event=OnboardingEvent,
    tasks=ONBOARDING_TASKS,
    steps=ONBOARDING_STEPS,
    stages=OnboardingStage,
    outcomes=OnboardingOutcome,
    admit=_apply,
    check=against,
    route=route,
)
