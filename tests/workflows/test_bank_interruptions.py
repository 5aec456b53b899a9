"""Whatever a check is waiting for, it can be interrupted: by another account, by operators, by its end."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from activities.other_cases import OtherCases
from models.bank_accounts import AccountGiven
from models.cases import CaseView, Event
from models.telling import CooperationEnded, Telling
from tests.bank_accounts import END, PLATFORM_PAYS, PROVIDER_REMITS, VOID, Account, details
from tests.bench import DAY, SECOND, Bench

Held = Callable[[Account], Awaitable[None]]


@asynccontextmanager
async def unanswering(account: Account, operation: str) -> AsyncIterator[None]:
    account.bank.misbehave(operation, Behaviour.UNAVAILABLE, 1000)
    try:
        yield
    finally:
        account.bank.misbehave(operation, Behaviour.UNAVAILABLE, 0)


@asynccontextmanager
async def standing_in(bench: Bench, stage: str) -> AsyncIterator[Account]:
    """An account whose check stands in a stage, and stays there."""
    remits = stage in ("awaiting_remittance", "asking_bank")
    account = await Account.opened(bench, PROVIDER_REMITS if remits else PLATFORM_PAYS)
    async with AsyncExitStack() as held:
        operation = {"checking_details": "bank_check", "paying_in": "bank_pay_out"}.get(stage)
        if operation:
            await held.enter_async_context(unanswering(account, operation))
        await account.says(AccountGiven(account=details(number=account.number)))
        if stage == "asking_bank":
            await account.case.stands("instructed")
            await held.enter_async_context(unanswering(account, "bank_entries_since"))
            await bench.advance_to((await account.instruction()).until + SECOND)
            await account.case.stands("remittance_overdue")
        elif stage == "cooling_down":
            await account.case.stands("paid_in")
            await account.uses_up()
        elif stage != "checking_details":
            last = {"awaiting_amounts": "paid_in", "awaiting_remittance": "instructed"}
            await account.case.stands(last.get(stage, "data_in_order"))
        assert (await account.case.on_record()).stage == stage
        yield account


STAGES = (
    *("checking_details", "paying_in", "awaiting_amounts", "cooling_down"),
    *("awaiting_remittance", "asking_bank"),
)
in_every_stage = pytest.mark.parametrize("stage", STAGES)


async def cooperation_ends(account: Account) -> None:
    bench, key = account.bench, uuid.uuid4().hex
    others = OtherCases(bench.engine, bench.client, bench.admissions)
    message = CooperationEnded(why="withdrawn")
    telling = Telling(case_id=account.case.case_id, message=message, key=key, at=await bench.now())
    assert (await others.tell(telling)).taken


@in_every_stage
async def test_another_account_starts_another_check(bench: Bench, stage: str) -> None:
    async with standing_in(bench, stage) as account:
        view = await account.says(AccountGiven(account=details()))
        assert (view.stage, view.data["account_version"]) == ("checking_details", 2)
    last = "instructed" if account.market == PROVIDER_REMITS else "paid_in"
    view = await account.case.stands("account_given", "data_in_order", last)
    assert (view.data["verified"], view.data["first_round"]) == (False, view.data["round"])


@in_every_stage
async def test_operators_void_a_check(bench: Bench, stage: str) -> None:
    async with standing_in(bench, stage) as account:
        view = await account.decides(VOID)
    assert (view.stage, view.data["why"]) == ("awaiting_details", "void")


@in_every_stage
@pytest.mark.parametrize("event", [END, None], ids=["operators", "onboarding"])
async def test_an_account_is_ended_whatever_it_waits_for(
    bench: Bench, stage: str, event: Event | None
) -> None:
    async with standing_in(bench, stage) as account:
        if event is not None:
            await account.decides(event)
        else:
            await cooperation_ends(account)
        closed: CaseView = await account.case.on_record()
        assert closed.stage == "closed"
    outcome = "ended" if event is not None else "cooperation_ended"
    assert await account.case.ends() == outcome


async def test_while_another_round_is_paid_what_was_paid_before_may_come_back(bench: Bench) -> None:
    async with standing_in(bench, "cooling_down") as account:
        back = await account.sends_back()
        async with unanswering(account, "bank_pay_out"):
            await bench.advance(DAY + SECOND)
            assert (await account.case.stands("cooling_down_overdue")).stage == "paying_in"
            assert await (await account.told(back)).ends() == "voided"
            view = await account.case.stands("cooling_down_overdue", "payment_returned")
    assert (view.stage, view.data["why"]) == ("awaiting_details", "payment_returned")
