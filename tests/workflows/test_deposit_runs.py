"""An account lives on from run to run, and nobody who looks at it can tell."""

from datetime import timedelta
from typing import Any

from activities.gateways.simulated.payments import Behaviour
from models.deposits import PaymentRequested, ReleaseRequested
from models.interventions import Approved, Paused, Resumed
from models.payments import PaymentMethod
from tests.bench import DAY, OPERATOR, SECOND_OPERATOR, Bench, Opened
from tests.workflows.depositing import (
    DEPOSITS,
    HOLD,
    LIFT,
    RELEASE,
    back,
    body,
    decided,
    figures,
    forfeit,
    new_onboarding,
    onboarding,
    opened_by,
    paid,
    payments_of,
    return_excess,
)

MILLION = 1_000_000
FULL = 3 * MILLION


async def resting(bench: Bench, market: str = "aliyun", **changes: Any) -> Opened:
    """An account that continues as new after every second event."""
    admitted = await bench.admit(DEPOSITS, body(**changes), market)
    admitted.input["events_a_run"] = 2
    account = await bench.begin(admitted)
    await account.on_record()
    return account


def runs(account: Opened) -> int:
    return len({change.run_id for change in account.changes()})


async def test_payments_clock_and_version_go_along(bench: Bench) -> None:
    account = await resting(bench)
    due = await account.due()
    await bench.advance(2 * DAY)
    view = await paid(account, *[MILLION // 10] * 7)
    assert runs(account) >= 3
    assert [change.version for change in account.changes()] == [*range(1, view.version + 1)]
    assert view.tasks[0].deadline_at == due
    assert figures(view, "held", "due") == (700_000, FULL - 700_000)
    receipts = [each["receipt"] for each in payments_of(view)]
    assert receipts == [f"{view.id}-{n:03d}" for n in range(1, 8)]
    assert account.path() == ["opened", "paid", "partly_covered", *["paid"] * 6]


async def test_reminders_and_the_end_of_the_notice_come_in_a_later_run(bench: Bench) -> None:
    account = await resting(bench)
    due = await account.due()
    await paid(account, 1, 1, 1, 1, 1)
    await bench.advance_to(due + timedelta(seconds=1))
    view = await account.stands("reminded", "reminded", "top_up_overdue")
    assert (runs(account) >= 2, view.data["blocks"]) == (True, ["listing"])
    view = await paid(account, 1, 1, 1)
    assert view.data["blocks"] == ["listing"]
    assert account.path().count("top_up_overdue") == 1


async def test_a_paused_notice_stays_paused(bench: Bench) -> None:
    account = await resting(bench)
    await bench.advance(10 * DAY)
    view = await account.report(Paused(reason="a dispute"), actor=OPERATOR)
    left = view.tasks[0].left
    view = await paid(account, 1, 1, 1, 1, 1)
    assert (view.tasks[0].paused, view.tasks[0].left, runs(account) >= 2) == (True, left, True)
    await bench.advance(90 * DAY)
    view = await account.report(Resumed(reason="settled"), actor=OPERATOR)
    assert left is not None
    due = await account.due()
    assert timedelta() <= await bench.now() + left - due < timedelta(minutes=1)
    assert view.data["blocks"] == []


async def test_forfeits_holds_and_refunds_of_earlier_runs_count(bench: Bench) -> None:
    """Keys stay unique: nothing is given back twice, and nothing is forgotten."""
    account = await resting(bench)
    await paid(account, 2 * MILLION, 2 * MILLION)
    await decided(account, return_excess(300_000))
    await account.stands("given_back")
    await decided(account, forfeit(100_000))
    await account.report(HOLD, actor=OPERATOR)
    await account.report(LIFT, actor=OPERATOR)
    await paid(account, 1, 1)
    await decided(account, return_excess(200_000))
    await account.stands("given_back")
    await decided(account, forfeit(50_000))
    assert runs(account) >= 4
    view = await account.report(ReleaseRequested())
    assert [task.name for task in view.tasks] == ["release_decision"]
    await decided(account, RELEASE)
    assert await account.ends() == "released"
    view = await account.on_record()
    assert figures(view, "paid", "returned", "forfeited") == (4_000_002, 3_850_002, 150_000)
    assert sum(back(account).values()) == 3_850_002


async def test_each_page_has_a_number_of_its_own_in_every_run(bench: Bench) -> None:
    account = await resting(bench)
    for fen in (100, 200, 300, 400):
        await account.report(PaymentRequested(method=PaymentMethod.ALIPAY, amount_fen=fen))
        await account.stands("payment_requested", "payment_opened")
        payment, receipt = await bench.pay(account)
        assert payment.amount_fen == fen
        assert await receipt.ends() == "applied"
    assert runs(account) >= 3


async def test_it_rests_only_when_nothing_is_under_way(bench: Bench) -> None:
    account = await resting(bench)
    await paid(account, FULL, 500)
    bench.gateway.misbehave("refund", Behaviour.UNAVAILABLE, 4)
    await account.report(HOLD, actor=OPERATOR)
    await decided(account, return_excess(500))
    run = account.changes()[-1].run_id
    await account.report(LIFT, actor=OPERATOR)
    assert account.changes()[-1].run_id == run
    await account.stands("given_back")
    await account.report(HOLD, actor=OPERATOR)
    assert [*back(account).values()] == [500]


async def test_a_decision_that_waits_for_a_second_operator_is_not_lost_between_two_runs(bench: Bench) -> None:
    account = await resting(bench)
    await paid(account, FULL, 500)
    bench.gateway.misbehave("refund", Behaviour.UNAVAILABLE, 4)
    await account.report(HOLD, actor=OPERATOR)
    await decided(account, return_excess(500))  # by now it would rest, if it could
    await account.report(forfeit(100), actor=OPERATOR)
    view = await account.stands("decided", "given_back")
    assert [task.name for task in view.tasks] == ["deposit_held", "second_approval"]
    view = await account.report(Approved(reason="I agree"), actor=SECOND_OPERATOR)
    assert figures(view, "held", "forfeited") == (FULL - 100, 100)
    run = account.changes()[-1].run_id
    await account.report(LIFT, actor=OPERATOR)
    assert account.changes()[-1].run_id != run


async def test_what_the_onboarding_was_told_is_not_told_again(bench: Bench) -> None:
    asked, events = new_onboarding("aliyun"), 5
    async with onboarding(bench, asked) as told:
        account = await opened_by(asked, bench, events_a_run=2)
        for n in range(1, events + 1):
            await paid(account, 1)
            await told.heard(FULL, n)
        heard = await told.heard(FULL, events)
        assert len({key for key, _, _ in heard}) == len(heard)
        assert [held for _, _, held in heard] == [*range(events + 1)]
        assert runs(account) >= 2
