"""The market changes its ways: who has begun keeps the old ones, and puts down what is asked for now."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from models.onboardings import OnboardingStep
from models.rules.tariffs import Tariff
from tests.bench import DAY, Bench
from tests.onboardings import Onboarding

OLD = (OnboardingStep.APPLICATION, OnboardingStep.IDENTITY, OnboardingStep.DEPOSIT)
"""A flow that nobody describes (ALI-ONB-17), and that differs in order and in length."""


def changing(bench: Bench, at: datetime) -> Bench:
    """From this instant on aliyun asks for other steps, and for twice the deposit."""
    aliyun = bench.admissions.policies["aliyun"]
    [new] = aliyun.provider_onboardings
    deposits = aliyun.deposit_accounts[0]
    each: Any = {name: 2 * fen for name, fen in deposits.tariff.each_fen.items()}
    twice = deposits.model_copy(
        update={"version": "new", "effective_from": at, "tariff": Tariff.model_validate({"each_fen": each})}
    )
    terms = new.terms.model_copy(update={"steps": OLD, "agreements": ()})
    old = new.model_copy(update={"version": "old", "terms": terms})
    begins = new.model_copy(update={"version": "new", "effective_from": at})
    changed = aliyun.model_copy(
        update={"provider_onboardings": (old, begins), "deposit_accounts": (deposits, twice)}
    )
    policies = {**bench.admissions.policies, "aliyun": changed}
    return replace(bench, admissions=replace(bench.admissions, policies=policies))


async def test_who_applied_before_the_change_goes_the_old_way_and_puts_down_the_new_sum(
    lone_bench: Bench,
) -> None:
    """ALI-ONB-12, -13: the old flow to the end, two markets at the new tariff."""
    bench = changing(lone_bench, await lone_bench.now() + DAY)
    async with bench.working():
        old = await Onboarding.begun(bench, "aliyun")
        assert (await old.case.on_record()).stage == "preparing"
        await bench.advance(2 * DAY)
        await old.says(old.applicant.application("service", "website-building"))
        await old.goes_to("depositing")
        view = await old.case.stands("deposit_changed")
        told: Any = view.data["deposit"]
        assert (view.policy_version, told["required_fen"]) == ("old", 12_000_000)
        view = await old.goes_to("closed")
        assert (view.outcome, view.policy_version) == ("onboarded", "old")
        stages = {row.stage_after for row in old.case.changes()}
        assert "signing" not in stages
        await bench.clear()


async def test_who_applies_after_the_change_goes_the_new_way(lone_bench: Bench) -> None:
    """ALI-ONB-01."""
    bench = changing(lone_bench, await lone_bench.now() + DAY)
    async with bench.working():
        await bench.advance(DAY)
        new = await Onboarding.begun(bench, "aliyun")
        view = await new.case.on_record()
        assert (view.stage, view.policy_version) == ("identifying", "new")
        await bench.clear()
