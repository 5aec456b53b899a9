"""Killed with -9 while an onboarding opens what it needs, and its provider gives up: nothing is left over."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests.bench import Bench, until
from tests.faults.conftest import Mortal
from tests.onboardings import WITHDRAW, Onboarding

DEPOSITS = "deposit-accounts"


@contextmanager
def nothing_let_in(engine: Engine) -> Iterator[None]:
    """While this lasts no case is admitted."""
    with engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE admissions IN EXCLUSIVE MODE"))
        yield


async def is_opening(onboarding: Onboarding) -> None:
    """The activity that opens its deposit account has begun."""
    async with asyncio.timeout(60):
        while True:
            description = await onboarding.case.handle.describe()
            pending = description.raw_description.pending_activities
            if any(each.activity_type.name == "open_case" and each.attempt for each in pending):
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("killed", ["worker", "server", "both"])
async def test_whoever_gives_up_while_its_account_is_being_opened_leaves_no_account_behind(
    mortal: Mortal, mortal_bench: Bench, engine: Engine, killed: str
) -> None:
    onboarding = await Onboarding.in_stage(mortal_bench, "aliyun", "signing")
    with nothing_let_in(engine):
        signed = asyncio.create_task(onboarding.says(onboarding.signs()))
        await is_opening(onboarding)
        await signed
        if killed in ("worker", "both"):
            mortal.kill_worker()
        if killed in ("server", "both"):
            mortal.kill_server()
            mortal.server.start()
        withdrawn = asyncio.create_task(onboarding.says(WITHDRAW, key="withdrawn"))
        await asyncio.sleep(0.5)
    if killed in ("worker", "both"):
        mortal.start_worker()
    async with asyncio.timeout(60):
        await withdrawn

    def closed() -> bool:
        case, account = onboarding.case.case(), onboarding.kept(DEPOSITS).case()
        return bool(case and case.closed_at and (account is None or account.closed_at))

    await until(closed, 60)
    case = onboarding.case.case()
    assert case is not None
    assert case.outcome == "withdrawn"
    account = onboarding.kept(DEPOSITS).case()
    assert account is None or account.outcome == "released"
    assert timedelta(0) <= (case.closed_at or case.opened_at) - case.opened_at


@pytest.mark.parametrize("killed", ["worker", "both"])
async def test_a_deposit_paid_and_released_in_the_moment_of_a_kill_comes_back_once(
    mortal: Mortal, mortal_bench: Bench, engine: Engine, killed: str
) -> None:
    onboarding = await Onboarding.in_stage(mortal_bench, "aliyun", "depositing")
    await until(lambda: "case_opened" in onboarding.case.path())
    account = onboarding.kept(DEPOSITS)
    receipts = [await onboarding.puts_down(1_000_000) for _ in range(3)]
    withdrawn = asyncio.create_task(onboarding.says(WITHDRAW, key="withdrawn"))
    await asyncio.sleep(0.3)
    mortal.kill_worker()
    if killed == "both":
        mortal.kill_server()
        mortal.server.start()
    mortal.start_worker()
    async with asyncio.timeout(60):
        await withdrawn

    def closed() -> bool:
        found = [account.case(), onboarding.case.case(), *(receipt.case() for receipt in receipts)]
        return all(each is not None and each.closed_at is not None for each in found)

    await until(closed, 90)
