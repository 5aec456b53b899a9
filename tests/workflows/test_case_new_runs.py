"""Events that reach a run which has just begun: whoever replays it finds the same."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.worker._workflow_instance import _WorkflowLogicFlag  # how the next SDK may give turns

from models.bank_accounts import AccountGiven, PaymentReturned
from models.cases import SYSTEM, Actor, CaseView, Event
from models.interventions import Noted, Resumed
from models.telling import ListenerAdded
from tests import settlement_accounts
from tests.bank_accounts import GRANT, PLATFORM_PAYS, VOID, Account, details, where
from tests.bench import OPERATOR, SECOND_OPERATOR, Bench, Opened
from tests.listings import LIFT as LET_PASS
from tests.listings import OUTDATED, PROVIDER, Bazaar, Item
from tests.sealing import sealed_for
from tests.settlement_accounts import AUTHORISED, END, MYBANK, REVOKED, Settlement, asked
from tests.workflows.depositing import DEPOSITS, HOLD, LIFT, TARIFF, body, paid, return_excess

ALL_AT_ONCE = _WorkflowLogicFlag.PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH
JUST_BEGUN = 6
"""A history shorter than this holds no event yet."""
FULL = 3_000_000
NOTE, RESUMED = Noted(reason="looked at it"), Resumed(reason="again")


class Meets(NamedTuple):
    """An event that meets others, and what its sender saw: so many versions ahead of what is on record."""

    event: Event
    actor: Actor
    ahead: int | None = None


class Moment(NamedTuple):
    case: Opened
    events: list[Meets]


async def of_a_deposit_account(bench: Bench) -> Moment:
    admitted = await bench.admit(DEPOSITS, body(), "aliyun")
    admitted.input["events_a_run"] = 1
    case = await bench.begin(admitted)
    await paid(case, FULL + 500)
    events = [
        Meets(HOLD, OPERATOR),
        Meets(LIFT, OPERATOR, ahead=0),
        Meets(RESUMED, OPERATOR),
        Meets(TARIFF, SYSTEM),
        Meets(return_excess(400), SECOND_OPERATOR),
        Meets(NOTE, OPERATOR, ahead=1),
        Meets(NOTE, OPERATOR),
    ]
    return Moment(case, events)


async def of_a_bank_account(bench: Bench) -> Moment:
    account = await Account.opened(where(bench, PLATFORM_PAYS, events_a_run=20), PLATFORM_PAYS)
    view = await account.verified()
    events = [
        Meets(PaymentReturned(round=view.data["first_round"]), SYSTEM),
        Meets(PaymentReturned(round=view.data["first_round"]), SYSTEM),
        Meets(VOID, OPERATOR, ahead=0),
        Meets(ListenerAdded(case_id="provider-onboardings:tencent-cloud:nobody"), SYSTEM),
        Meets(sealed_for(account.case, AccountGiven(account=details())), PROVIDER),
        Meets(sealed_for(account.case, AccountGiven(account=details())), PROVIDER),
        Meets(RESUMED, OPERATOR),
        Meets(NOTE, OPERATOR, ahead=1),
        Meets(GRANT, OPERATOR),
        Meets(NOTE, OPERATOR),
    ]
    return Moment(account.case, events)


async def of_a_settlement_account(bench: Bench) -> Moment:
    settlement = await Settlement.active(settlement_accounts.where(bench, events_a_run=20))
    recovery = asked()
    events = [
        Meets(REVOKED, PROVIDER),
        Meets(AUTHORISED, PROVIDER),
        Meets(recovery, SYSTEM),
        Meets(recovery, SYSTEM),
        Meets(END, OPERATOR, ahead=0),
        Meets(MYBANK, PROVIDER),
        Meets(MYBANK, PROVIDER),
        Meets(RESUMED, OPERATOR),
        Meets(NOTE, OPERATOR, ahead=1),
        Meets(NOTE, OPERATOR),
    ]
    return Moment(settlement.case, events)


async def of_a_product(bench: Bench) -> Moment:
    bazaar = Bazaar(bench)
    bazaar.opens(events_a_run=20)
    item = await Item.begun(bazaar)
    events = [
        Meets(item.draft(), PROVIDER),
        Meets(item.draft(), PROVIDER),
        Meets(LET_PASS, OPERATOR, ahead=0),
        Meets(item.submission(item.written()), PROVIDER),
        Meets(OUTDATED, SYSTEM),
        Meets(RESUMED, OPERATOR),
        Meets(NOTE, OPERATOR, ahead=1),
        Meets(NOTE, OPERATOR),
    ]
    return Moment(item.case, events)


MOMENTS: dict[str, Callable[[Bench], Awaitable[Moment]]] = {
    "deposit account": of_a_deposit_account,
    "bank account": of_a_bank_account,
    "settlement account": of_a_settlement_account,
    "product": of_a_product,
}


async def until_a_run_has_just_begun(case: Opened) -> None:
    """Notes, until the case goes on in a run that holds no event yet."""
    handle = case.bench.client.get_workflow_handle(case.case_id)
    while True:
        await case.bench.settle(case)
        events = (await handle.fetch_history()).events
        continues = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if continues and len(events) < JUST_BEGUN:
            return
        await case.report(NOTE, actor=OPERATOR)


def answer(found: CaseView | BaseException) -> str:
    """That an event was taken, or how it was refused."""
    if isinstance(found, CaseView):
        return "taken"
    assert isinstance(found, WorkflowUpdateFailedError)
    assert isinstance(found.cause, ApplicationError)
    return str(found.cause.type)


@pytest.mark.parametrize("at_once", [False, True], ids=["events first", "all at once"])
@pytest.mark.parametrize("of", [*MOMENTS])
async def test_events_that_meet_there_leave_it_as_its_history_says(
    lone_bench: Bench, of: str, *, at_once: bool
) -> None:
    async with lone_bench.working(cached_workflows=0):
        case, events = await MOMENTS[of](lone_bench)
        await until_a_run_has_just_begun(case)
    now = (await case.on_record()).version
    sent = [
        await case.sent(
            meets.event,
            key=uuid.uuid4().hex,
            actor=meets.actor,
            seen_version=None if meets.ahead is None else now + meets.ahead,
        )
        for meets in events
    ]
    worker = lone_bench.working(cached_workflows=0)
    worker._set_default_workflow_logic_flag(ALL_AT_ONCE, enabled=at_once)
    async with worker, asyncio.timeout(60):
        answers = await asyncio.gather(*sent, return_exceptions=True)
        await lone_bench.settle(case)
    assert {*map(answer, answers)} == {"taken", "OutOfTurn", "Stale"}
    async with lone_bench.working(cached_workflows=0):
        async with asyncio.timeout(60):
            await case.report(NOTE, actor=OPERATOR)
        await lone_bench.clear()
