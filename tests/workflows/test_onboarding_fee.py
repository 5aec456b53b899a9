"""A certification fee, where a market asks for it: TCM-ONB-21, AMB-31."""

import asyncio

import pytest

from activities.gateways.simulated.payments import Behaviour
from models.cases import Event
from models.interventions import Resumed
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from models.telling import DepositChanged
from tests.bench import SECOND, SECOND_OPERATOR, Bench
from tests.onboardings import AGREED, REJECT, WITHDRAW, WITHDRAW_IN_STEAD, Onboarding, waive
from tests.workflows.money import postings

FEE = 30_000
SHORT = DepositChanged(deposit="d", required_fen=30_000, held_fen=10_000)
COVERED = DepositChanged(deposit="d", required_fen=30_000, held_fen=30_000)


async def asked(bench: Bench) -> Onboarding:
    return await Onboarding.in_stage(bench, "rehearsal", "paying_fee")


async def test_a_fee_that_is_paid_is_ours_and_completes_the_onboarding(bench: Bench) -> None:
    onboarding = await asked(bench)
    payment, receipt = await onboarding.pays()
    view = await onboarding.reaches("closed")
    assert (view.outcome, view.data["payment_id"]) == ("onboarded", payment.payment_id)
    assert onboarding.checklist()["certification_fee"] == "accepted"
    assert await receipt.ends() == "applied"
    assert postings(onboarding.case, receipt) == [
        ("payment_received", "gateway", FEE),
        ("payment_received", "unapplied", -FEE),
        ("fee_paid", "unapplied", FEE),
        ("fee_paid", "fees", -FEE),
    ]


async def test_another_sum_is_not_the_fee_and_goes_back(bench: Bench) -> None:
    onboarding = await asked(bench)
    payment, receipt = await onboarding.pays(amount_fen=FEE - 1)
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1
    assert (await onboarding.case.on_record()).stage == "paying_fee"


async def test_a_fee_paid_twice_goes_back_once(bench: Bench) -> None:
    onboarding = await asked(bench)
    await onboarding.hears(SHORT)
    await onboarding.pays()
    await onboarding.reaches("depositing")
    payment, receipt = await onboarding.pays(in_spite=True)
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1
    await onboarding.hears(COVERED)
    assert (await onboarding.reaches("closed")).outcome == "onboarded"


async def test_a_fee_whose_notice_was_lost_is_found_at_the_deadline(bench: Bench) -> None:
    """AMP-ORD-19: the gateway is asked before it is given up."""
    onboarding = await asked(bench)
    due = await onboarding.case.due()
    await asyncio.to_thread(bench.gateway.pay, onboarding.case.case_id, at=due - SECOND)
    await bench.advance_to(due + SECOND)
    view = await onboarding.reaches("closed")
    assert view.outcome == "onboarded"
    assert onboarding.case.path()[-2:] == ["certification_fee_overdue", "payment_found"]
    assert [what for what, account, _ in postings(onboarding.case) if account == "fees"] == ["fee_paid"]


async def test_a_fee_that_is_not_paid_lets_the_onboarding_lapse(bench: Bench) -> None:
    onboarding = await asked(bench)
    assert await onboarding.case.ends() == "lapsed"
    path = onboarding.case.path()
    assert path[path.index("certification_fee_overdue") + 1] == "payment_closed"


async def test_a_fee_paid_at_the_deadline_is_late_and_goes_back(bench: Bench) -> None:
    onboarding = await asked(bench)
    due = await onboarding.case.due()
    await bench.advance_to(due + SECOND)
    assert (await onboarding.reaches("closed")).outcome == "lapsed"
    payment, receipt = await bench.pay(onboarding.case, at=due, in_spite=True)
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1


@pytest.mark.parametrize(
    ("event", "outcome"),
    [(WITHDRAW, "withdrawn"), (WITHDRAW_IN_STEAD, "withdrawn"), (REJECT, "rejected")],
    ids=lambda each: each if isinstance(each, str) else each.label(),
)
async def test_a_fee_on_its_way_goes_back_when_the_application_is_given_up(
    bench: Bench, event: Event, outcome: str
) -> None:
    onboarding = await asked(bench)
    at = await bench.now()
    payment = await asyncio.to_thread(bench.gateway.pay, onboarding.case.case_id, at=at)
    await (onboarding.says(event) if event is WITHDRAW else onboarding.decides(event))
    view = await onboarding.reaches("closed")
    assert (view.outcome, "payment_id" in view.data) == (outcome, False)
    receipt = await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=payment.payment_id), "rehearsal")
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1


async def test_two_operators_do_without_the_fee_and_the_page_is_closed(bench: Bench) -> None:
    onboarding = await asked(bench)
    await onboarding.both_decide(waive("certification_fee"))
    view = await onboarding.reaches("closed")
    assert (view.outcome, onboarding.checklist()["certification_fee"]) == ("onboarded", "waived")
    assert onboarding.case.path()[-3:] == ["decided", "approved", "payment_closed"]
    payment, receipt = await onboarding.pays(in_spite=True)
    assert await receipt.ends() == "refunded"
    assert len(bench.refunds(payment)) == 1


async def test_a_waiver_that_waits_is_void_once_the_fee_is_paid(bench: Bench) -> None:
    onboarding = await asked(bench)
    await onboarding.decides(waive("certification_fee"))
    await onboarding.hears(SHORT)
    await onboarding.pays()
    view = await onboarding.reaches("depositing")
    assert "second_approval" not in [task.name for task in view.tasks]
    reason = await onboarding.case.refuses(AGREED, actor=SECOND_OPERATOR)
    assert reason == "no decision waits for a second operator"
    assert onboarding.checklist()["certification_fee"] == "accepted"


async def test_waiving_something_else_opens_the_page_anew_for_the_time_that_is_left(bench: Bench) -> None:
    onboarding = await asked(bench)
    due = await onboarding.case.due()
    await onboarding.hears(SHORT)
    await onboarding.both_decide(waive("deposit"))
    await onboarding.case.stands("payment_closed", "payment_opened")
    assert await onboarding.case.due() == due
    _, receipt = await onboarding.pays()
    assert await receipt.ends() == "applied"
    assert (await onboarding.reaches("closed")).outcome == "onboarded"


async def test_a_gateway_that_refuses_to_open_a_page_blocks_and_is_asked_again(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "proving_account")
    await asyncio.to_thread(bench.gateway.misbehave, "open", Behaviour.REFUSED)
    await onboarding.proves()
    view = await onboarding.case.stands("account_changed", "blocked")
    assert (view.stage, view.blocked_by) == ("paying_fee", ("Refused",))
    await onboarding.decides(Resumed(reason="it was wrong"))
    await onboarding.case.stands("resumed", "payment_opened")
    await onboarding.pays()
    assert (await onboarding.reaches("closed")).outcome == "onboarded"
