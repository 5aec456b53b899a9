"""Who the company is, as the registers know it: ALI-ONB-04, TCM-ONB-03, -12, AMB-01."""

import asyncio
from datetime import date
from typing import Any

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from activities.gateways.simulated.registries import SimulatedRegistry
from models.interventions import Resumed
from models.onboardings import IdentityGiven
from tests.bench import DAY, SECOND, Bench
from tests.onboardings import REJECT, WITHDRAW, Onboarding, waive
from tests.sealing import sealed_for

RESUME = Resumed(reason="the register is back")


def registry(bench: Bench) -> SimulatedRegistry:
    return SimulatedRegistry(bench.engine)


async def asked(bench: Bench, market: str, behaviour: Behaviour, times: int = 1) -> Onboarding:
    """An identity on its way to a register that behaves so."""
    onboarding = await Onboarding.in_stage(bench, market, "identifying")
    await asyncio.to_thread(registry(bench).misbehave, behaviour, times)
    await onboarding.says(onboarding.applicant.identity())
    return onboarding


async def contradicted(bench: Bench, market: str = "aliyun", **differently: Any) -> Onboarding:
    onboarding = await Onboarding.in_stage(bench, market, "identifying")
    onboarding.applicant.is_registered(bench, **(differently or {"name": "Another Name Ltd"}))
    await onboarding.says(onboarding.applicant.identity())
    await onboarding.case.stands("identity_contradicted")
    return onboarding


@pytest.mark.parametrize("market", ["aliyun", "tencent-cloud", "rehearsal"])
async def test_what_the_registers_confirm_is_what_the_case_shows(bench: Bench, market: str) -> None:
    onboarding = await Onboarding.in_stage(bench, market, "preparing")
    data = (await onboarding.case.on_record()).data
    assert data["company_name"] == onboarding.applicant.name
    assert (data["founded_on"], data["registered_capital_fen"]) == (str(date(2015, 6, 1)), 100_000_000)
    assert onboarding.checklist()["identity"] == "accepted"


async def test_a_contradiction_asks_for_the_identity_again_and_says_why(bench: Bench) -> None:
    onboarding = await contradicted(bench)
    view = await onboarding.case.on_record()
    [task] = view.tasks
    assert (view.stage, task.name, task.attempts_left) == ("identifying", "identity", 4)
    reasons = [{"field": "company_name", "code": "contradicts-registry"}]
    assert onboarding.case.changes()[-1].data == {"reasons": reasons}
    required: Any = view.data["checklist"]
    assert required[0]["state"] == "rejected"
    assert required[0]["reasons"] == [{**reasons[0], "said": None}]


async def test_a_contradiction_that_is_mended_leads_on(bench: Bench) -> None:
    onboarding = await contradicted(bench)
    onboarding.applicant.is_registered(bench)
    await onboarding.says(onboarding.applicant.identity())
    view = await onboarding.reaches("preparing")
    required: Any = view.data["checklist"]
    assert (required[0]["state"], required[0]["round"], required[0]["reasons"]) == ("accepted", 2, [])


async def used_up(bench: Bench) -> Onboarding:
    """Rehearsal lets a company be contradicted twice."""
    onboarding = await contradicted(bench, "rehearsal")
    await onboarding.says(onboarding.applicant.identity())
    await onboarding.case.stands("identity_given", "identity_contradicted")
    return onboarding


async def test_after_the_last_attempt_nobody_is_asked_any_more(bench: Bench) -> None:
    onboarding = await used_up(bench)
    [task] = (await onboarding.case.on_record()).tasks
    assert (task.attempts_left, "identity_given" in {each.event for each in task.accepts}) == (0, False)
    again = sealed_for(onboarding.case, onboarding.applicant.identity())
    assert await onboarding.case.refuses(again) == "identifying does not take identity_given"


async def test_after_the_last_attempt_operators_may_do_without(bench: Bench) -> None:
    onboarding = await used_up(bench)
    view = await onboarding.decides(waive("identity"))
    assert (view.stage, onboarding.checklist()["identity"]) == ("preparing", "waived")


async def test_after_the_last_attempt_operators_may_reject(bench: Bench) -> None:
    onboarding = await used_up(bench)
    await onboarding.decides(REJECT)
    assert (await onboarding.reaches("closed")).outcome == "rejected"


async def test_a_waiver_of_something_else_gives_no_further_attempt(bench: Bench) -> None:
    onboarding = await used_up(bench)
    await onboarding.decides(waive("permission"))
    again = sealed_for(onboarding.case, onboarding.applicant.identity())
    assert await onboarding.case.refuses(again) == "identifying does not take identity_given"


# --- registers that do not answer


async def test_a_register_that_is_down_for_a_while_is_asked_again(bench: Bench) -> None:
    onboarding = await asked(bench, "aliyun", Behaviour.UNAVAILABLE, 3)
    await onboarding.reaches("preparing")
    assert onboarding.case.path() == ["opened", "identity_given", "identity_verified"]


async def test_a_register_that_refuses_blocks_until_an_operator_resumes(bench: Bench) -> None:
    onboarding = await asked(bench, "aliyun", Behaviour.REFUSED)
    view = await onboarding.case.stands("identity_given", "blocked")
    assert (view.stage, view.blocked_by) == ("checking_identity", ("Refused",))
    await onboarding.decides(RESUME)
    view = await onboarding.reaches("preparing")
    assert view.blocked_by == ()


async def test_a_register_that_stays_away_is_shown_to_operators_and_then_goes_on(bench: Bench) -> None:
    onboarding = await asked(bench, "rehearsal", Behaviour.UNAVAILABLE, 1000)
    await bench.advance(31 * SECOND)
    view = await onboarding.case.stands("identity_given", "delayed")
    assert view.blocked_by == ("Delayed",)
    await asyncio.to_thread(registry(bench).misbehave, Behaviour.UNAVAILABLE, 0)
    view = await onboarding.case.stands("delayed", "identity_verified")
    assert (view.stage, view.blocked_by) == ("preparing", ())


async def test_a_register_that_takes_longer_than_a_provider_may_costs_it_nothing(bench: Bench) -> None:
    """Its next step has its whole time from the answer on."""
    onboarding = await asked(bench, "aliyun", Behaviour.REFUSED)
    await onboarding.case.stands("blocked")
    await bench.advance(100 * DAY)
    at = await bench.now()
    await onboarding.decides(RESUME)
    await onboarding.reaches("preparing")
    assert await onboarding.case.due() >= at + 90 * DAY


async def test_a_contradiction_gives_the_whole_time_again(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "identifying")
    onboarding.applicant.is_registered(bench, status="revoked")
    await asyncio.to_thread(registry(bench).misbehave, Behaviour.REFUSED)
    await onboarding.says(onboarding.applicant.identity())
    await onboarding.case.stands("blocked")
    await bench.advance(100 * DAY)
    at = await bench.now()
    await onboarding.decides(RESUME)
    await onboarding.case.stands("identity_contradicted")
    assert await onboarding.case.due() >= at + 90 * DAY


# --- people do not wait for registers


async def test_a_provider_may_withdraw_while_a_register_is_asked(bench: Bench) -> None:
    onboarding = await asked(bench, "aliyun", Behaviour.REFUSED)
    await onboarding.case.stands("blocked")
    view = await onboarding.says(WITHDRAW)
    assert (view.stage, view.outcome, view.blocked_by) == ("closed", "withdrawn", ())
    assert onboarding.case.path()[-2:] == ["withdrawn", "wound_up"]


async def test_an_operator_may_do_without_the_answer(bench: Bench) -> None:
    onboarding = await asked(bench, "aliyun", Behaviour.REFUSED)
    await onboarding.case.stands("blocked")
    view = await onboarding.decides(waive("identity"))
    assert (view.stage, view.blocked_by) == ("preparing", ())
    assert onboarding.checklist()["identity"] == "waived"


async def test_what_else_is_waived_meanwhile_leaves_the_question_open(bench: Bench) -> None:
    onboarding = await asked(bench, "tencent-cloud", Behaviour.REFUSED)
    await onboarding.case.stands("blocked")
    view = await onboarding.decides(waive("permission"))
    assert (view.stage, view.blocked_by) == ("checking_identity", ("Refused",))
    await onboarding.decides(RESUME)
    view = await onboarding.goes_to("depositing")
    assert view.data["permission"] is False


async def test_an_identity_is_seen_by_nobody_who_reads_the_case(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    said: IdentityGiven = onboarding.applicant.identity()
    person: Any = said.identity
    number = person.legal_representative.document.number
    rows = [str(row.data) for row in onboarding.case.changes()]
    history = str((await onboarding.case.history()).to_json())
    for place in (*rows, str(await onboarding.case.on_record()), history):
        assert number not in place
        assert "Sample Person" not in place
