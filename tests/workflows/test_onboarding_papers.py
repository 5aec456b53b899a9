"""Who a company is, what it hands in and what it signs: from the first step to what it puts down."""

from tests.bench import Bench
from tests.onboardings import APPROVE, Onboarding


async def test_papers_in_order_lead_to_what_is_put_down(bench: Bench) -> None:
    onboarding = await Onboarding.begun(bench, "aliyun")
    await onboarding.says(onboarding.applicant.identity())
    await onboarding.reaches("preparing")
    await onboarding.says(onboarding.applicant.application("service", "website-building", papers=()))
    await onboarding.reaches("reviewing")
    await onboarding.decides(APPROVE)
    view = await onboarding.says(onboarding.signs())
    assert view.stage == "depositing"
    assert onboarding.checklist() == {
        "identity": "accepted",
        "application": "accepted",
        "marketplace": "accepted",
        "partner-framework": "accepted",
        "partner-annexes": "accepted",
        "deposit": "missing",
    }
