"""How long a provider may leave a step undone, and what operators do to that time: CV-4, CV-6."""

import pytest

from models.interventions import Claimed, Extended, Paused, Released, Resumed
from models.telling import DepositChanged
from tests.bench import DAY, MINUTE, OPERATOR, SECOND, SECOND_OPERATOR, Bench
from tests.onboardings import REJECT, Onboarding, waive
from tests.sealing import sealed_for

MORE, STOP, GO = Extended(reason="holidays", by=60 * DAY), Paused(reason="moving"), Resumed(reason="moved")


async def test_a_provider_is_reminded_before_its_time_is_up(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    due = await onboarding.case.due()
    await bench.advance_to(due - SECOND * 60)
    await onboarding.case.stands("reminded", "reminded")
    rows = [row for row in onboarding.case.changes() if row.event == "reminded"]
    at = [due - 30 * DAY, due - 7 * DAY]
    assert [(row.at - each) < MINUTE for row, each in zip(rows, at, strict=True)] == [True] * 2
    assert rows[0].data["waiting_on"] == "provider"


async def test_at_the_deadline_it_is_too_late(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    due = await onboarding.case.due()
    form = sealed_for(onboarding.case, onboarding.applicant.application())
    assert await onboarding.case.refuses(form, at=due) == "application_submitted came after the deadline"
    view = await onboarding.case.report(form, at=due - SECOND)
    assert view.stage in ("checking_application", "reviewing")


async def test_an_application_that_lapsed_says_so(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    due = await onboarding.case.due()
    await bench.advance_to(due + SECOND)
    view = await onboarding.reaches("closed")
    assert view.outcome == "lapsed"
    assert onboarding.case.path()[-2:] == ["application_overdue", "wound_up"]


async def test_operators_stop_the_time_and_give_more_of_it(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    due = await onboarding.case.due()
    await onboarding.decides(MORE)
    assert await onboarding.case.due() == due + 60 * DAY
    await onboarding.decides(STOP)
    await bench.advance(200 * DAY)
    view = await onboarding.case.on_record()
    assert (view.stage, view.tasks[0].paused) == ("preparing", True)
    reason = await onboarding.case.refuses(sealed_for(onboarding.case, onboarding.signs()))
    assert reason == "preparing does not take agreements_accepted"
    await onboarding.says(onboarding.applicant.application())
    await onboarding.reaches("reviewing")


@pytest.mark.parametrize("stage", ["identifying", "preparing", "signing", "depositing"])
async def test_waiving_something_else_gives_and_takes_no_time(bench: Bench, stage: str) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", stage)
    await onboarding.decides(MORE)
    due = await onboarding.case.due()
    await bench.advance(10 * DAY)
    other = "permission" if stage != "depositing" else "bank_account"
    await (onboarding.both_decide if other == "bank_account" else onboarding.decides)(waive(other))
    assert (await onboarding.case.on_record()).stage == stage
    assert await onboarding.case.due() == due


async def test_waiving_something_else_lets_a_stopped_clock_stand(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "preparing")
    await onboarding.decides(STOP)
    view = await onboarding.decides(waive("permission"))
    assert (view.stage, view.tasks[0].paused) == ("preparing", True)
    await bench.advance(100 * DAY)
    at = await bench.now()
    await onboarding.decides(GO, at=at)
    assert await onboarding.case.due() > at + 85 * DAY


async def test_a_deposit_that_took_long_leaves_the_next_step_its_whole_time(bench: Bench) -> None:
    """It is told by another case: what follows begins when that is heard."""
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "depositing")
    await onboarding.decides(MORE)
    await bench.advance(120 * DAY)
    at = await bench.now()
    await onboarding.puts_down()
    view = await onboarding.reaches("proving_account")
    assert view.tasks[0].name == "bank_account"
    assert await onboarding.case.due() >= at + 90 * DAY


async def test_a_step_that_comes_up_again_has_its_whole_time(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "proving_account")
    await bench.advance(80 * DAY)
    await onboarding.hears(DepositChanged(deposit="d", required_fen=600_000, held_fen=500_000))
    at = await bench.now()
    await onboarding.proves()
    view = await onboarding.reaches("depositing")
    assert view.tasks[0].name == "deposit"
    assert await onboarding.case.due() >= at + 90 * DAY


async def test_whoever_has_claimed_the_case_decides_it_alone(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    await onboarding.case.report(Claimed(reason="mine"), actor=SECOND_OPERATOR)
    for event in (REJECT, waive("application"), STOP):
        reason = await onboarding.case.refuses(event, actor=OPERATOR)
        assert reason == "another operator has claimed the case: it must be released first"
    await onboarding.decides(Released(reason="she is away"))
    view = await onboarding.decides(waive("application"))
    assert (view.stage, view.claimed_by) == ("signing", None)
