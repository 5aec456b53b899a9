"""What a provider offers, and how often that may be sent back: ALI-ONB-05, TCM-ONB-13..16, AMB-01."""

import asyncio
from datetime import date
from typing import Any

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from activities.gateways.simulated.registries import SimulatedRegistry
from models.cases import CaseView
from models.documents import DocumentRef
from models.interventions import Resumed
from models.onboardings import ReviewTerms
from models.placing import Contact
from tests.bench import DAY, OPERATOR, SECOND, Bench
from tests.onboardings import APPROVE, FACTS, REJECT, WITHDRAW, Onboarding, correct, under, waive
from tests.sealing import sealed_for

MARKETS = ["aliyun", "tencent-cloud", "rehearsal"]
RESUME = Resumed(reason="the register is back")
OTHER_FACTS = FACTS.model_copy(update={"founded_on": date(2014, 6, 1)})
TWICE = ReviewTerms(review_within=3 * DAY, replan_every=DAY, corrections=2)
NEW_PAPER = DocumentRef(kind="business_licence", document_id="cd" * 32)


def requirement(view: CaseView, name: str) -> dict[str, Any]:
    found: Any = view.data["checklist"]
    return next(each for each in found if each["name"] == name)


def ways(onboarding: Onboarding, event: str) -> list[tuple[str | None, str]]:
    return [(row.stage_before, row.stage_after) for row in onboarding.case.changes() if row.event == event]


async def misbehaves(bench: Bench, behaviour: Behaviour, times: int = 1) -> None:
    await asyncio.to_thread(SimulatedRegistry(bench.engine).misbehave, behaviour, times)


@pytest.mark.parametrize("market", MARKETS)
async def test_a_form_is_checked_and_then_reviewed(bench: Bench, market: str) -> None:
    """TCM-ONB-16: state = under review."""
    onboarding = await Onboarding.in_stage(bench, market, "reviewing")
    assert ways(onboarding, "application_submitted") == [("preparing", "checking_application")]
    assert ways(onboarding, "application_checked") == [("checking_application", "reviewing")]
    assert onboarding.checklist()["application"] == "in_review"
    assert onboarding.checklist().get("business_licence", "in_review") == "in_review"


async def test_what_was_told_is_shown_and_a_person_is_not(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "reviewing")
    data = (await onboarding.case.on_record()).data
    assert data["categories"] == ["service/consulting"]
    assert data["papers"] == {"business_licence": "ab" * 32}
    assert data["facts"] == FACTS.model_dump(mode="json")
    contact: Any = data["contact"]
    assert list(contact) == ["sealed"]


# --- facts that the register contradicts


async def contradicted(bench: Bench, market: str = "tencent-cloud") -> Onboarding:
    onboarding = await Onboarding.in_stage(bench, market, "preparing")
    await onboarding.says(onboarding.applicant.application(facts=OTHER_FACTS))
    await onboarding.case.stands("application_contradicted")
    return onboarding


async def test_facts_that_the_register_contradicts_are_asked_for_again(bench: Bench) -> None:
    onboarding = await contradicted(bench)
    view = await onboarding.case.on_record()
    assert (view.stage, view.tasks[0].attempts_left) == ("preparing", 4)
    found = requirement(view, "application")
    reason = {"field": "facts.founded_on", "code": "contradicts-registry"}
    assert (found["state"], found["reasons"]) == ("rejected", [{**reason, "said": None}])
    assert onboarding.case.changes()[-1].data == {"reasons": [reason]}
    assert requirement(view, "business_licence")["state"] == "given"


async def test_only_the_facts_have_to_come_again(bench: Bench) -> None:
    onboarding = await contradicted(bench)
    await onboarding.says(onboarding.applicant.application().model_copy(update={"papers": ()}))
    view = await onboarding.reaches("reviewing")
    assert requirement(view, "application")["round"] == 2
    assert requirement(view, "business_licence")["round"] == 1
    assert view.data["papers"] == {"business_licence": "ab" * 32}


async def test_after_the_last_contradiction_operators_decide(bench: Bench) -> None:
    """Rehearsal lets a company be contradicted twice."""
    onboarding = await contradicted(bench, "rehearsal")
    await onboarding.says(onboarding.applicant.application(facts=OTHER_FACTS))
    await onboarding.case.stands("application_submitted", "application_contradicted")
    again = sealed_for(onboarding.case, onboarding.applicant.application())
    assert await onboarding.case.refuses(again) == "preparing does not take application_submitted"
    view = await onboarding.decides(waive("application"))
    assert view.stage == "reviewing"
    assert onboarding.checklist()["application"] == "waived"
    assert onboarding.checklist()["business_licence"] == "in_review"


async def test_a_register_that_refuses_to_compare_blocks_and_people_may_end_it(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "preparing")
    await misbehaves(bench, Behaviour.REFUSED)
    await onboarding.says(onboarding.applicant.application())
    view = await onboarding.case.stands("application_submitted", "blocked")
    assert (view.stage, [task.name for task in view.tasks]) == (
        "checking_application",
        ["application_check", "desk"],
    )
    view = await onboarding.says(WITHDRAW)
    assert (view.outcome, view.blocked_by) == ("withdrawn", ())


async def test_an_operator_may_reject_while_facts_are_compared(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "preparing")
    await misbehaves(bench, Behaviour.REFUSED)
    await onboarding.says(onboarding.applicant.application())
    await onboarding.case.stands("blocked")
    view = await onboarding.decides(REJECT)
    assert (view.outcome, view.blocked_by) == ("rejected", ())


async def test_a_register_that_answers_late_takes_nothing_from_the_operators_time(bench: Bench) -> None:
    """AMB-01: three working days from when there is something to review."""
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "preparing")
    await misbehaves(bench, Behaviour.REFUSED)
    await onboarding.says(onboarding.applicant.application())
    await onboarding.case.stands("blocked")
    review: Any = onboarding.terms.review.review_within
    await bench.advance(2 * review)
    at = await bench.now()
    await onboarding.decides(RESUME)
    view = await onboarding.reaches("reviewing")
    [task] = view.tasks
    assert task.name == "review"
    assert task.deadline_at is not None
    assert task.deadline_at >= at + review


# --- what operators send back


@pytest.mark.parametrize("market", MARKETS)
async def test_what_was_turned_down_returns_to_the_provider(bench: Bench, market: str) -> None:
    """AMB-01."""
    onboarding = await Onboarding.in_stage(bench, market, "reviewing")
    view = await onboarding.decides(correct(("application", "contact.phone")))
    assert view.stage == "preparing"
    found = requirement(view, "application")
    assert (found["state"], found["reasons"]) == (
        "rejected",
        [{"field": "contact.phone", "code": "not-clear", "said": None}],
    )
    assert onboarding.checklist().get("business_licence", "given") == "given"
    phone = Contact(name="Sample Contact", phone="0571-26880001")
    await onboarding.says(onboarding.applicant.application().model_copy(update={"contact": phone}))
    await onboarding.reaches("reviewing")
    view = await onboarding.decides(APPROVE)
    assert requirement(view, "application")["state"] == "accepted"
    assert requirement(view, "application")["round"] == 2


async def test_a_paper_that_was_turned_down_comes_again_alone(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "reviewing")
    view = await onboarding.decides(correct(("business_licence", "business_licence")))
    states = [requirement(view, name)["state"] for name in ("application", "business_licence")]
    assert states == ["given", "rejected"]
    nothing_else = {"contact": None, "facts": None, "categories": (), "papers": (NEW_PAPER,)}
    await onboarding.says(onboarding.applicant.application().model_copy(update=nothing_else))
    view = await onboarding.reaches("reviewing")
    assert view.data["papers"] == {"business_licence": "cd" * 32}
    assert view.data["categories"] == ["service/consulting"]
    rounds = [requirement(view, name)["round"] for name in ("application", "business_licence")]
    assert rounds == [1, 2]
    await onboarding.decides(APPROVE)
    assert {onboarding.checklist()[name] for name in ("application", "business_licence")} == {"accepted"}


async def test_after_so_many_corrections_it_is_approved_or_rejected(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(under(bench, "aliyun", review=TWICE), "aliyun", "reviewing")
    for _ in range(2):
        await onboarding.decides(correct(("application", "contact")))
        await onboarding.says(onboarding.applicant.application())
        await onboarding.reaches("reviewing")
    [task] = (await onboarding.case.on_record()).tasks
    [decisions] = [each.decisions for each in task.accepts if each.event == "decided"]
    assert decisions == ("approve", "reject", "in_stead")
    again = correct(("application", "contact"))
    reason = await onboarding.case.refuses(again, actor=OPERATOR)
    assert reason == "nothing here is decided by decided: correct"
    assert (await onboarding.decides(APPROVE)).stage == "signing"


async def test_what_was_corrected_often_enough_is_not_when_it_is_escalated(bench: Bench) -> None:
    once = TWICE.model_copy(update={"corrections": 1})
    onboarding = await Onboarding.in_stage(under(bench, "aliyun", review=once), "aliyun", "reviewing")
    await onboarding.decides(correct(("application", "contact")))
    await onboarding.says(onboarding.applicant.application())
    await onboarding.reaches("reviewing")
    await bench.advance_to(await onboarding.case.due() + SECOND)
    [task] = (await onboarding.case.stands("review_overdue")).tasks
    [decisions] = [each.decisions for each in task.accepts if each.event == "decided"]
    assert (task.name, decisions) == ("escalated_review", ("approve", "reject", "in_stead"))
    assert (await onboarding.decides(APPROVE)).stage == "signing"


async def test_a_paper_that_is_waived_leaves_the_form_to_be_reviewed(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "preparing")
    view = await onboarding.decides(waive("business_licence"))
    assert view.stage == "preparing"
    await onboarding.says(onboarding.applicant.application().model_copy(update={"papers": ()}))
    await onboarding.reaches("reviewing")
    view = await onboarding.decides(APPROVE)
    assert requirement(view, "business_licence")["state"] == "waived"


async def test_a_form_that_is_waived_after_a_correction_leaves_the_paper_to_be_reviewed(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "reviewing")
    await onboarding.decides(correct(("application", "contact")))
    await onboarding.decides(waive("application"))
    view = await onboarding.reaches("reviewing")
    states = [requirement(view, name)["state"] for name in ("application", "business_licence")]
    assert states == ["waived", "in_review"]
    assert (await onboarding.decides(APPROVE)).stage == "depositing"


async def test_all_of_the_form_waived_is_a_review_less(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    assert (await onboarding.decides(waive("application"))).stage == "signing"
