"""A settlement account goes on from run to run, begins with its onboarding, and ends from anywhere."""

from typing import Any

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.cases import SYSTEM
from models.interventions import Noted
from models.settlement_accounts import OpenSettlementAccount
from models.settlement_process import SETTLEMENT_ACCOUNTS
from models.tables.admissions import HoldTaken
from models.telling import CooperationEnded
from tests.bank_accounts import COMPANY, onboarded
from tests.bench import DAY, OPERATOR, SECOND, Bench
from tests.settlement_accounts import (
    AGREEMENT,
    ALIPAY,
    APPROVE,
    AUTHORISED,
    END,
    ENTERPRISE,
    MARKET,
    MYBANK,
    REVOKED,
    Settlement,
    before_the_last_day,
    facts_of,
    given,
    stage_of,
    where,
)

NOTE = Noted(reason="looked at it")


async def runs_on(settlement: Settlement) -> None:
    """Notes until the case goes on in another run."""
    runs = {change.run_id for change in settlement.case.changes()}
    while {change.run_id for change in settlement.case.changes()} == runs:
        await settlement.case.report(NOTE, actor=OPERATOR)


async def test_everything_is_carried_into_the_next_run(bench: Bench) -> None:
    soon = await before_the_last_day(where(bench, events_a_run=60), days=20, events_a_run=60)
    settlement = await Settlement.opened(soon, balance_fen=100)
    await settlement.opens_alipay()
    await settlement.asks(600)
    await settlement.case.stands("not_recovered")
    for event in (MYBANK, ENTERPRISE):
        await settlement.says(event)
    before = await settlement.case.on_record()
    await runs_on(settlement)
    after = await settlement.case.on_record()
    assert (after.stage, after.data) == (before.stage, before.data)
    assert [task.name for task in after.tasks] == [task.name for task in before.tasks]
    assert "went_on" not in settlement.case.path()
    assert await settlement.refuses(ALIPAY)
    assert await settlement.refuses(MYBANK)
    settlement.accounts.open(settlement.account, COMPANY, 1_000)
    await bench.advance(DAY + SECOND)
    view = await settlement.case.stands("recovered")
    assert (view.data["arrears_fen"], settlement.taken()) == (0, [600])
    await settlement.asks(7)
    await settlement.paths(lambda path: path.count("recovered") == 2)
    assert len({change.run_id for change in settlement.case.changes()}) > 1
    assert len(settlement.balances()) == 3


@pytest.mark.parametrize(
    ("stage", "onwards"),
    [
        ("awaiting_authorisation", ENTERPRISE),
        ("awaiting_agreement", AGREEMENT),
        ("awaiting_deduction", AUTHORISED),
    ],
)
async def test_a_path_goes_on_where_it_stood(bench: Bench, stage: str, onwards: Any) -> None:
    settlement = await Settlement.opened(where(bench, events_a_run=60))
    if stage == "awaiting_authorisation":
        await settlement.says(MYBANK)
    else:
        await settlement.fills_in()
    if stage == "awaiting_deduction":
        await settlement.says(AGREEMENT)
    await runs_on(settlement)
    before = await settlement.case.on_record()
    assert stage_of(before, "mybank") == stage
    view = await settlement.says(onwards)
    assert stage_of(view, "mybank") != stage
    assert "went_on" not in settlement.case.path()


async def test_an_alipay_path_goes_on_where_it_stood(bench: Bench) -> None:
    settlement = await Settlement.opened(where(bench, events_a_run=60))
    await settlement.says(ALIPAY)
    await runs_on(settlement)
    await settlement.says(given(settlement.account))
    await settlement.stands(alipay="approving")
    await settlement.decides(APPROVE)
    await runs_on(settlement)
    view = await settlement.says(AUTHORISED)
    assert (view.stage, facts_of(view, "alipay")["stage"]) == ("active", "open")
    assert len(facts_of(view, "alipay")["account"]["sealed"]) > 20


async def test_a_run_does_not_end_while_operators_have_a_clock(bench: Bench) -> None:
    settlement = await Settlement.opened(where(bench, events_a_run=20))
    await settlement.says(ALIPAY)
    await settlement.says(given(settlement.account))
    before = await settlement.case.stands("account_matched", "replanned")
    for _ in range(12):
        after = await settlement.case.report(NOTE, actor=OPERATOR)
    notes = [change for change in settlement.case.changes() if change.event == "noted"]
    assert len({note.run_id for note in notes}) == 1
    assert after.tasks == before.tasks
    await settlement.decides(APPROVE)
    await runs_on(settlement)
    assert (await settlement.says(AUTHORISED)).stage == "active"


async def test_the_last_day_and_its_reminders_are_carried_too(bench: Bench) -> None:
    soon = await before_the_last_day(bench, events_a_run=40)
    settlement = await Settlement.opened(soon)
    [task] = (await settlement.case.on_record()).tasks
    assert task.deadline_at is not None
    await bench.advance_to(task.deadline_at - 14 * DAY + SECOND)
    await settlement.case.stands("reminded")
    await runs_on(settlement)
    assert (await settlement.case.on_record()).tasks[0].deadline_at == task.deadline_at
    await bench.advance_to(task.deadline_at + SECOND)
    view = await settlement.case.stands("reminded", "path_overdue")
    assert settlement.case.path().count("reminded") == 2
    assert view.data["blocks"] == ["purchase", "withdrawal"]
    await runs_on(settlement)
    assert (await settlement.case.on_record()).tasks[0].name == "late_path"
    assert settlement.case.path().count("path_overdue") == 1


async def test_suspended_stays_suspended(bench: Bench) -> None:
    settlement = await Settlement.active(where(bench, events_a_run=60))
    await settlement.says(REVOKED)
    await runs_on(settlement)
    view = await settlement.case.on_record()
    assert (view.stage, view.data["blocks"]) == ("suspended", ["withdrawal"])
    assert (await settlement.says(AUTHORISED)).stage == "active"


# --- its beginning and its end


@pytest.mark.parametrize(
    "onboarding",
    [{"provider_id": "isv-somebody-else"}, {"outcome": "rejected"}, {"data": {}}, {"case_id": "elsewhere"}],
    ids=["anothers", "rejected", "no name", "unknown"],
)
async def test_without_an_onboarding_of_its_own_there_is_no_account(
    bench: Bench, onboarding: dict[str, Any]
) -> None:
    """ALI-SET-10, -11: the company is the one that was onboarded."""
    settlement = await Settlement.opened(bench, **onboarding)
    view = await settlement.case.stands("opened", "no_onboarding")
    assert (view.stage, view.outcome) == ("closed", "no_onboarding")


async def test_an_onboarding_that_is_under_way_is_none(bench: Bench) -> None:
    settlement = await Settlement.opened(bench, stage="signing", outcome=None, closed_at=None)
    assert (await settlement.case.stands("opened", "no_onboarding")).outcome == "no_onboarding"


async def test_a_provider_has_one_account_at_a_time(bench: Bench) -> None:
    name = onboarded(bench, MARKET)
    body = OpenSettlementAccount(id=name, provider_id=f"isv-{name}", onboarding=name)
    first = await bench.start(SETTLEMENT_ACCOUNTS, body, MARKET)
    await first.on_record()
    second = body.model_copy(update={"id": f"{name}-2"})
    with pytest.raises(HoldTaken):
        await bench.start(SETTLEMENT_ACCOUNTS, second, MARKET)
    await first.report(END, actor=OPERATOR)
    again = await bench.start(SETTLEMENT_ACCOUNTS, second, MARKET)
    assert (await again.on_record()).stage == "opening"


@pytest.mark.parametrize("how", [END, CooperationEnded(why="left")], ids=["decided", "over"])
@pytest.mark.parametrize(
    "stage", ["opening", "both waiting", "matching", "approving", "escalated", "suspended"]
)
async def test_it_ends_from_anywhere(bench: Bench, stage: str, how: Any) -> None:
    approval = {"approve_within": "PT1H", "replan_every": "P1D"}
    settlement = await Settlement.opened(where(bench, approval=approval))
    match stage:
        case "both waiting":
            await settlement.says(ALIPAY)
            await settlement.says(MYBANK)
        case "matching":
            settlement.falls_silent("enterprise_holder")
            await settlement.says(ALIPAY)
            await settlement.says(given(settlement.account))
        case "approving" | "escalated":
            await settlement.matched()
        case "suspended":
            await settlement.opens_alipay()
            await settlement.says(REVOKED)
    if stage == "escalated":
        await bench.advance(3601 * SECOND)
        await settlement.case.stands("approval_overdue")
    view = await settlement.case.report(how, actor=OPERATOR if how is END else SYSTEM)
    outcome = "ended" if how is END else "cooperation_ended"
    assert (view.stage, view.outcome, view.tasks) == ("closed", outcome, ())
    assert settlement.case.path()[-2:] == [how.event, "wound_up"]
    assert "went_on" not in settlement.case.path()
    settlement.accounts.misbehave("enterprise_holder", Behaviour.UNAVAILABLE, 0)
