"""Whoever's turn it is: a provider may withdraw, operators may reject or do without, and silence ends it."""

import asyncio

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from activities.gateways.simulated.registries import SimulatedRegistry
from models.cases import Event
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.tables.admissions import HoldTaken
from tests.bench import OPERATOR, SECOND, Bench
from tests.onboardings import AGREED, APPROVE, REJECT, WITHDRAW, WITHDRAW_IN_STEAD, Onboarding, waive

OF_PROVIDER = {
    "signing": ("agreements", "identifying"),
    "identifying": ("identity", "preparing"),
    "preparing": ("application", "preparing"),
    "depositing": ("deposit", "proving_account"),
    "proving_account": ("bank_account", "paying_fee"),
    "paying_fee": ("certification_fee", "closed"),
}
"""By stage: the task, which is named after its step, and where the case is once that step is waived."""
MONEY = ("depositing", "proving_account", "paying_fee")
STAGES = pytest.mark.parametrize("stage", OF_PROVIDER)
EVERY_STAGE = pytest.mark.parametrize("stage", [*OF_PROVIDER, "reviewing"])


async def ended(onboarding: Onboarding, outcome: str) -> None:
    view = await onboarding.reaches("closed")
    assert (view.outcome, view.tasks, view.data["permission"]) == (outcome, (), False)
    assert onboarding.case.path()[-1] == "wound_up"
    with onboarding.bench.env.auto_time_skipping_disabled():
        assert await onboarding.case.handle.result() == outcome


@EVERY_STAGE
@pytest.mark.parametrize("event", [WITHDRAW, WITHDRAW_IN_STEAD, REJECT], ids=lambda event: event.label())
async def test_it_ends_wherever_it_is(bench: Bench, stage: str, event: Event) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", stage)
    if event is WITHDRAW:
        view = await onboarding.says(event)
    else:
        view = await onboarding.decides(event)
    assert view.stage in ("closing_payment", "winding_up", "closed")
    await ended(onboarding, "rejected" if event is REJECT else "withdrawn")


@STAGES
async def test_whatever_is_left_alone_for_too_long_lapses(bench: Bench, stage: str) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", stage)
    assert await onboarding.case.ends() == "lapsed"
    await ended(onboarding, "lapsed")
    task, _ = OF_PROVIDER[stage]
    assert f"{task}_overdue" in onboarding.case.path()


async def test_a_review_that_is_left_alone_is_escalated_and_never_lapses(bench: Bench) -> None:
    """AMB-01."""
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "reviewing")
    await bench.advance_to(await onboarding.case.due() + SECOND)
    await onboarding.case.stands("review_overdue")
    await bench.advance(100 * SECOND)
    view = await onboarding.decides(APPROVE)
    assert view.stage == "depositing"


@STAGES
async def test_a_requirement_that_is_waived_is_not_asked_for(bench: Bench, stage: str) -> None:
    requirement, then = OF_PROVIDER[stage]
    onboarding = await Onboarding.in_stage(bench, "rehearsal", stage)
    name = "access" if requirement == "agreements" else requirement
    if stage in MONEY:
        await onboarding.both_decide(waive(name))
    else:
        await onboarding.decides(waive(name))
    view = await onboarding.reaches(then)
    assert (onboarding.checklist()[name], view.outcome) == (
        "waived",
        "onboarded" if then == "closed" else None,
    )


@pytest.mark.parametrize("stage", MONEY)
async def test_one_operator_alone_waives_no_money(bench: Bench, stage: str) -> None:
    requirement, _ = OF_PROVIDER[stage]
    onboarding = await Onboarding.in_stage(bench, "rehearsal", stage)
    view = await onboarding.decides(waive(requirement))
    assert (view.stage, view.tasks[-1].name) == (stage, "second_approval")
    assert onboarding.checklist()[requirement] == "missing"
    reason = await onboarding.case.refuses(AGREED, actor=OPERATOR)
    assert reason == "a second operator has to agree: you decided yourself"


async def test_what_is_waived_before_its_turn_is_passed_over(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "signing")
    for name in ("deposit", "bank_account", "certification_fee"):
        await onboarding.both_decide(waive(name))
    view = await onboarding.goes_to("closed")
    assert view.outcome == "onboarded"
    stages = {row.stage_after for row in onboarding.case.changes()}
    assert stages & {*MONEY} == set()


async def asked(bench: Bench, stage: str, behaviour: Behaviour) -> Onboarding:
    """What a register is asked of this step, while it behaves so."""
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", stage)
    await asyncio.to_thread(SimulatedRegistry(bench.engine).misbehave, behaviour)
    identifies, applicant = stage == "identifying", onboarding.applicant
    view = await onboarding.says(applicant.identity() if identifies else applicant.application())
    assert view.stage == ("checking_identity" if identifies else "checking_application")
    return onboarding


@pytest.mark.parametrize("stage", ["identifying", "preparing"])
@pytest.mark.parametrize("event", [WITHDRAW, WITHDRAW_IN_STEAD, REJECT], ids=lambda event: event.label())
async def test_it_ends_while_a_register_is_asked(bench: Bench, stage: str, event: Event) -> None:
    onboarding = await asked(bench, stage, Behaviour.REFUSED)
    await onboarding.case.stands("blocked")
    await (onboarding.says(event) if event is WITHDRAW else onboarding.decides(event))
    await ended(onboarding, "rejected" if event is REJECT else "withdrawn")


async def test_a_cancellation_is_recorded_and_refused(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    await onboarding.case.handle.cancel()
    view = await onboarding.case.stands("cancellation_refused")
    assert view.stage == "preparing"
    assert (await onboarding.goes_to("closed")).outcome == "onboarded"


@pytest.mark.parametrize(("stage", "then"), [("identifying", "preparing"), ("preparing", "reviewing")])
async def test_a_cancellation_while_a_register_is_asked_changes_nothing(
    bench: Bench, stage: str, then: str
) -> None:
    onboarding = await asked(bench, stage, Behaviour.UNAVAILABLE)
    await onboarding.case.handle.cancel()
    await onboarding.reaches(then)
    assert "cancellation_refused" in onboarding.case.path()


async def test_a_company_may_apply_again_once_its_application_has_ended_and_not_before(bench: Bench) -> None:
    """ALI-ONB-05, TCM-ONB-04."""
    onboarding = await Onboarding.begun(bench, "aliyun")
    applicant = onboarding.applicant
    again = applicant.asks(id=f"{applicant.id}-again")
    with pytest.raises(HoldTaken) as taken:
        await bench.admit(PROVIDER_ONBOARDINGS, again, "aliyun")
    assert [each.field for each in taken.value.findings] == ["company.licence_number", "provider_id"]
    await onboarding.decides(REJECT)
    await ended(onboarding, "rejected")
    assert (
        await (await bench.start(PROVIDER_ONBOARDINGS, again, "aliyun")).on_record()
    ).stage == "identifying"
