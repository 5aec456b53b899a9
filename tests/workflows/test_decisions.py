"""What operators decide: in a party's stead, alone up to an amount, and above it only if another agrees."""

from datetime import timedelta

import pytest

from models.cases import Actor, Event, Role
from models.interventions import Extended, Paused
from models.orders import (
    Accepted,
    BusinessCertified,
    Cancelled,
    Declined,
    RefundRequested,
    VersionRejected,
)
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, SECOND, SECOND_OPERATOR, Bench
from tests.workflows.disputes import (
    ACCEPT,
    AGREED,
    ALONE,
    BUYER_SAYS,
    FIVE_DAYS,
    NO_REWORK,
    NOT_AGREED,
    PROVIDER_SAYS,
    REFUND,
    RESUME,
    SENT_BACK,
    appealed,
    decided,
    in_stead,
    task,
)
from tests.workflows.test_template_order import CERTIFIES

HOUR = timedelta(hours=1)
ACCEPTED, MONEY_BACK = Accepted(on_behalf_of=BUYER), RefundRequested(on_behalf_of=BUYER)
DECLINED, REJECTED = Declined(reason="no capacity"), VersionRejected(reason="no address")
WAITS = "a decision waits for a second operator already"

# --- in a party's stead


@pytest.mark.parametrize(
    ("kind", "act", "stage"),
    [
        ("payment", Cancelled(on_behalf_of=BUYER), "closing_payment"),
        ("implementation", BUILT, "implementing"),
        ("implementation", DECLINED, "refunding"),
        ("version_review", REJECTED, "implementing"),
        ("version_review", APPROVED, "confirming"),
        ("version_review", MONEY_BACK, "refunding"),
        ("confirmation", SENT_BACK, "implementing"),
        ("confirmation", ACCEPTED, "closed"),
    ],
)
async def test_what_an_operator_does_in_a_partys_stead_counts_as_its_act(
    bench: Bench, kind: str, act: Event, stage: str
) -> None:
    order = await bench.under(**ALONE).place_in(kind)
    offered = task(await order.on_record(), kind).accepts
    [decisions] = [each for each in offered if each.event == "decided"]
    assert (decisions.by, decisions.decisions) == ((Role.OPERATOR,), ("in_stead",))
    at = await bench.now()
    view = await order.report(in_stead(act), actor=OPERATOR, at=at)
    row = next(row for row in order.changes() if row.event == "decided")
    assert (view.stage, row.actor["subject"], row.internal) == (stage, "olga", False)
    assert row.data == {
        "decision": "in_stead",
        "act": act.model_dump(mode="json", exclude_none=True),
        "reason": "they phoned",
        "occurred_at": at.isoformat(),
    }
    assert act.event not in order.path()[3:]


async def test_a_deadline_after_an_act_in_stead_runs_from_its_own_time(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    await bench.advance(DAY)
    at = await bench.now() - HOUR
    view = await order.report(in_stead(APPROVED), actor=OPERATOR, at=at)
    assert view.tasks[0].deadline_at == at + 7 * DAY


async def test_a_buyer_is_certified_in_the_providers_stead(bench: Bench) -> None:
    """AMP-ORD-14."""
    order = await bench.place_paid(**CERTIFIES)
    view = await order.report(in_stead(BusinessCertified()), actor=OPERATOR)
    assert view.tasks[0].name == "implementation"


@pytest.mark.parametrize(
    ("kind", "act"), [("implementation", APPROVED), ("payment", BUILT), ("version_review", ACCEPTED)]
)
async def test_what_the_party_could_not_do_nobody_does_in_its_stead(
    bench: Bench, kind: str, act: Event
) -> None:
    order = await bench.place_in(kind)
    refused = await order.refuses(in_stead(act), actor=OPERATOR)
    assert refused == "nothing here is decided by decided: in_stead"


async def test_no_act_in_stead_after_the_deadline_or_while_it_is_paused(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    due = await order.due()
    await bench.advance_to(due - HOUR)
    await order.refuses(in_stead(BUILT), actor=OPERATOR, at=due)
    await order.report(Paused(reason="talks"), actor=OPERATOR)
    await order.refuses(in_stead(BUILT), actor=OPERATOR)


async def test_no_act_in_stead_that_the_terms_do_not_leave(bench: Bench) -> None:
    order = await bench.under(**NO_REWORK).place_in("confirmation")
    await order.refuses(in_stead(SENT_BACK), actor=OPERATOR)


async def test_a_side_gives_in_through_an_operator_too(bench: Bench) -> None:
    order = await appealed(bench.under(**ALONE))
    await order.report(in_stead(DECLINED), actor=OPERATOR)
    assert await order.ends() == "declined"


@pytest.mark.parametrize("decision", [RESUME, FIVE_DAYS, REFUND, ACCEPT], ids=lambda each: each.decision)
async def test_without_an_appeal_there_is_none_to_decide(bench: Bench, decision: Event) -> None:
    order = await bench.place_in("implementation")
    refused = await order.refuses(decision, actor=OPERATOR)
    assert refused == f"nothing here is decided by {decision.label()}"


# --- a second operator


@pytest.mark.parametrize(
    ("above_fen", "waits"), [pytest.param(9899, True, id="above"), pytest.param(9900, False, id="the amount")]
)
@pytest.mark.parametrize(("decision", "stage"), [(REFUND, "refunding"), (ACCEPT, "closed")])
async def test_what_moves_more_than_the_amount_waits(
    bench: Bench, decision: Event, stage: str, above_fen: int, waits: bool
) -> None:
    order = await appealed(bench.under(approval_above_fen=above_fen))
    view = await order.report(decision, actor=OPERATOR)
    assert view.stage == ("appealing" if waits else stage)
    assert ("second_approval" in {task.name for task in view.tasks}) is waits


@pytest.mark.parametrize("decision", [RESUME, FIVE_DAYS], ids=lambda each: each.decision)
async def test_what_moves_no_money_takes_effect_at_once(bench: Bench, decision: Event) -> None:
    order = await appealed(bench)
    assert (await order.report(decision, actor=OPERATOR)).stage == "implementing"


async def test_a_decision_that_waits_changes_nothing_but_who_is_waited_for(bench: Bench) -> None:
    order = await appealed(bench)
    before = await order.stands("replanned")
    view = await order.report(REFUND, actor=OPERATOR)
    *others, second = view.tasks
    assert (tuple(others), view.stage) == (before.tasks, "appealing")
    assert (second.name, second.waiting_on, second.deadline_at) == ("second_approval", "operator", None)
    assert {each.event: each.by for each in second.accepts} == dict.fromkeys(
        ("approved", "disapproved"), (Role.OPERATOR,)
    )
    assert await order.refuses(ACCEPT, actor=OPERATOR) == WAITS
    assert await order.refuses(RESUME, actor=SECOND_OPERATOR) == WAITS


async def test_what_another_operator_agrees_with_takes_effect(bench: Bench) -> None:
    order = await appealed(bench)
    await order.report(REFUND, actor=OPERATOR)
    refused = await order.refuses(AGREED, actor=OPERATOR)
    assert refused == "a second operator has to agree: you decided yourself"
    at = await bench.now()
    view = await order.report(AGREED, actor=SECOND_OPERATOR, at=at)
    assert (view.stage, view.tasks) == ("refunding", ())
    assert await order.ends() == "appeal_refunded"
    decision, approval = [row for row in order.changes() if row.event in ("decided", "approved")]
    assert (decision.internal, decision.stage_after) == (True, "appealing")
    assert (approval.internal, approval.stage_before, approval.stage_after) == (
        *(False, "appealing"),
        "refunding",
    )
    assert approval.actor == SECOND_OPERATOR.model_dump(mode="json")
    assert approval.data == {
        "reason": "looked at it",
        "occurred_at": at.isoformat(),
        "decided": REFUND.model_dump(mode="json"),
    }


async def test_an_act_in_stead_that_moves_money_waits_too(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    view = await order.report(in_stead(ACCEPTED), actor=OPERATOR)
    assert [task.name for task in view.tasks] == ["confirmation", "second_approval"]
    view = await order.report(AGREED, actor=SECOND_OPERATOR)
    assert view.outcome == "completed"
    await order.ends()


async def test_a_free_order_moves_no_money(bench: Bench) -> None:
    free = {"id": "bakery", "kind": "industry", "published_on": "2020-12-01", "price_fen": 0}
    template = {**free, "longest_service": "P2Y", "ends": ["alipay"]}
    order = await bench.place(template=template)
    view = await order.report(in_stead(DECLINED), actor=OPERATOR)
    assert (view.stage, view.outcome) == ("closed", "declined")
    await order.ends()


@pytest.mark.parametrize("by", [OPERATOR, SECOND_OPERATOR], ids=["the same", "another"])
async def test_a_decision_that_somebody_drops_was_none(bench: Bench, by: Actor) -> None:
    order = await appealed(bench)
    before = await order.stands("replanned")
    await order.report(REFUND, actor=OPERATOR)
    view = await order.report(NOT_AGREED, actor=by)
    assert view.tasks == before.tasks
    for late in (AGREED, NOT_AGREED):
        refused = await order.refuses(late, actor=SECOND_OPERATOR)
        assert refused == "no decision waits for a second operator"
    await decided(order, ACCEPT, AGREED)
    assert await order.ends() == "appeal_accepted"


async def test_a_decision_that_waits_outlives_statements_and_rulings(bench: Bench) -> None:
    order = await appealed(bench)
    await order.report(REFUND, actor=OPERATOR)
    for said in (BUYER_SAYS, PROVIDER_SAYS):
        await order.report(said)
    view = await order.report(Extended(reason="ill", by=DAY), actor=OPERATOR)
    assert view.tasks[-1].name == "second_approval"
    await order.report(AGREED, actor=SECOND_OPERATOR)
    assert await order.ends() == "appeal_refunded"


async def test_a_buyer_who_takes_the_money_back_leaves_nothing_to_agree_with(bench: Bench) -> None:
    order = await appealed(bench)
    await order.report(ACCEPT, actor=OPERATOR)
    view = await order.report(MONEY_BACK)
    assert (view.stage, view.tasks) == ("refunding", ())
    assert await order.ends() == "refund_requested"


async def test_a_party_that_acts_itself_leaves_nothing_to_agree_with(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    await order.report(in_stead(DECLINED), actor=OPERATOR)
    view = await order.report(BUILT)
    assert [task.name for task in view.tasks] == ["version_review"]
    for _ in range(2):
        assert await order.refuses(AGREED, actor=SECOND_OPERATOR) == "no decision waits for a second operator"
        await order.report(REJECTED)
        await order.report(BUILT)


async def test_the_decided_task_keeps_its_clock_and_an_approval_after_it_is_late(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    due = await order.due()
    await order.report(in_stead(MONEY_BACK), actor=OPERATOR)
    assert await order.due() == due
    await bench.advance_to(due - HOUR)
    for at in (due, due + SECOND):
        refused = await order.refuses(AGREED, actor=SECOND_OPERATOR, at=at)
        assert refused == "its task does not take the decision any more"
    assert await order.ends() == "accepted_by_silence"
    assert "approved" not in order.path()


async def test_a_pause_holds_up_an_approval_as_it_holds_up_the_act(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    await order.report(in_stead(ACCEPTED), actor=OPERATOR)
    await order.report(Paused(reason="talks"), actor=OPERATOR)
    await order.refuses(AGREED, actor=SECOND_OPERATOR)
