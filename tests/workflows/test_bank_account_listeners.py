"""Who is told how a bank account stands, beside the onboarding it was opened for: TCM-TEN-10, -15."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.worker import Worker

from activities.other_cases import OtherCases
from models.bank_accounts import BankAccount, OpenBankAccount, Standing
from models.bank_process import BANK_ACCOUNTS
from models.cases import SYSTEM, CaseView
from models.telling import AccountChanged, ListenerAdded, Telling
from tests.bank_accounts import COMPANY, END, VOID, Account, onboarded, where
from tests.bench import DAY, Bench
from tests.onboardings import WITHDRAW, Onboarding
from tests.workflows.listening import ListeningToAccount
from worker import RUNNER
from workflows.account_telling import MOST_LISTENERS

LISTENING = "listening-to-accounts"
Told = list[tuple[bool, int, str | None, bool]]


def new_listener() -> str:
    return f"merchant-accounts:tencent-cloud:m-{uuid.uuid4().hex[:12]}"


class Listener:
    """A case that hears of an account."""

    def __init__(self, bench: Bench, case_id: str) -> None:
        self.bench, self.handle = bench, bench.client.get_workflow_handle(case_id)

    async def begin(self) -> None:
        run = ListeningToAccount.run
        await self.bench.client.start_workflow(run, id=self.handle.id, task_queue=LISTENING)

    async def heard(self, times: int) -> Told:
        """What it was told, once that was so often: verified, version, why, closed."""
        async with asyncio.timeout(60):
            while True:
                found = await self.handle.query(ListeningToAccount.all_heard)
                if len(found) >= times:
                    return [(each.verified, each.account_version, each.why, each.closed) for each in found]
                await self.bench.tick()


@asynccontextmanager
async def listening(bench: Bench, *case_ids: str, late: str | None = None) -> AsyncIterator[list[Listener]]:
    """Cases that listen; one may begin to later."""
    workflows = [ListeningToAccount]
    async with Worker(bench.client, task_queue=LISTENING, workflows=workflows, workflow_runner=RUNNER):
        listeners = [Listener(bench, case_id) for case_id in case_ids]
        for listener in listeners:
            if listener.handle.id != late:
                await listener.begin()
        yield listeners
        for listener in listeners:
            await listener.handle.signal(ListeningToAccount.end)
            with bench.env.auto_time_skipping_disabled():
                await listener.handle.result()


async def asks(account: Account, listener: str) -> CaseView:
    return await account.case.report(ListenerAdded(case_id=listener), actor=SYSTEM)


async def standing(account: Account) -> Standing:
    """What a proven account took along into the run that it is in."""
    handle = account.bench.client.get_workflow_handle(account.case.case_id)
    converter = account.bench.client.data_converter
    async with asyncio.timeout(60):
        while True:
            begun = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
            [started] = await converter.decode(begun.input.payloads, [BankAccount])
            if started.standing is not None and started.standing.verified:
                return Standing.model_validate(started.standing)
            await account.bench.tick()


async def test_whoever_asks_is_told_at_once_and_of_each_change(bench: Bench) -> None:
    """Asked while the account is checked: that it is not proven again is another message than the first."""
    account, case_id = await Account.opened(bench), new_listener()
    async with listening(bench, case_id) as [listener]:
        await account.given()
        view = await asks(account, case_id)
        assert (view.stage, account.case.path()[-1]) == ("awaiting_amounts", "listener_added")
        assert await listener.heard(1) == [(False, 1, None, False)]
        await account.enters(await account.received())
        await account.decides(VOID)
        assert (await listener.heard(3))[1:] == [(True, 1, None, False), (False, 1, "void", False)]


async def test_an_account_that_was_proven_before_is_told_as_proven(bench: Bench) -> None:
    account, case_id = await Account.opened(bench), new_listener()
    await account.verified()
    async with listening(bench, case_id) as [listener]:
        await asks(account, case_id)
        assert await listener.heard(1) == [(True, 1, None, False)]
        [told] = await listener.handle.query(ListeningToAccount.all_heard)
        assert (told.account, told.company) == (account.case.case_id, COMPANY)


async def test_whoever_asks_again_is_told_again_and_of_each_change_once(bench: Bench) -> None:
    account, case_id = await Account.opened(bench), new_listener()
    async with listening(bench, case_id) as [listener]:
        await asks(account, case_id)
        await asks(account, case_id)
        assert len(await listener.heard(2)) == 2
        await account.verified()
        await account.decides(END)
        assert (await listener.heard(5))[2:] == [
            (True, 1, None, False),
            (False, 1, "ended", False),
            (False, 1, "ended", True),
        ]
        assert await account.case.ends() == "ended"
        assert len(await listener.heard(5)) == 5


async def test_the_end_of_an_account_that_was_never_proven_is_told_too(bench: Bench) -> None:
    account, case_id = await Account.opened(bench), new_listener()
    async with listening(bench, case_id) as [listener]:
        await asks(account, case_id)
        await account.decides(END)
        assert await listener.heard(2) == [(False, 0, None, False), (False, 0, "ended", True)]


async def test_one_who_does_not_answer_keeps_nobody_else_waiting(bench: Bench) -> None:
    account, late, other = await Account.opened(bench), new_listener(), new_listener()
    async with listening(bench, other, late, late=late) as [listener, too]:
        await asks(account, late)
        await asks(account, other)
        await account.verified()
        assert (await listener.heard(2))[-1] == (True, 1, None, False)
        await too.begin()
        assert await too.heard(2) == [(False, 0, None, False), (True, 1, None, False)]


async def test_an_account_that_has_closed_takes_no_listener(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.decides(END)
    await account.case.ends()
    message, key = ListenerAdded(case_id=new_listener()), uuid.uuid4().hex
    telling = Telling(case_id=account.case.case_id, message=message, key=key, at=await bench.now())
    heard = await OtherCases(bench.engine, bench.client, bench.admissions).tell(telling)
    assert heard.taken is False


# --- from run to run


async def test_listeners_go_along_into_later_runs(bench: Bench) -> None:
    account, case_id = await Account.opened(where(bench, events_a_run=30)), new_listener()
    async with listening(bench, case_id) as [listener]:
        await asks(account, case_id)
        await account.verified()
        kept = await standing(account)
        assert (kept.listeners, kept.asked) == ((case_id,), 1)
        await account.decides(VOID)
        assert (await listener.heard(3))[-1] == (False, 1, "void", False)
        await asks(account, case_id)  # told anew: no earlier key has been used up for it
        assert len(await listener.heard(4)) == 4


async def test_whoever_has_closed_is_told_no_more(bench: Bench) -> None:
    account, case_id = await Account.opened(where(bench, events_a_run=30)), new_listener()
    gone = f"provider-onboardings:tencent-cloud:{onboarded(bench, 'tencent-cloud')}"
    async with listening(bench, case_id):
        for listener in (gone, case_id):
            await asks(account, listener)
        await account.verified()
        assert (await standing(account)).listeners == (case_id,)


async def test_of_more_than_can_be_open_the_first_is_told_no_more(bench: Bench) -> None:
    account = await Account.opened(where(bench, events_a_run=30))
    cases = [new_listener() for _ in range(MOST_LISTENERS + 1)]
    async with listening(bench, *cases) as listeners:
        for case_id in cases:
            await asks(account, case_id)
        await account.verified()
        for listener in listeners[1:]:
            assert (await listener.heard(2))[-1] == (True, 1, None, False)
        assert len(await listeners[0].heard(1)) == 1
        assert (await standing(account)).listeners == (*cases[1:],)


async def test_whoever_asks_often_takes_nobody_elses_place(bench: Bench) -> None:
    account, often, once = await Account.opened(bench), new_listener(), new_listener()
    async with listening(bench, often, once) as [_, listener]:
        await asks(account, once)
        for _ in range(MOST_LISTENERS):
            await asks(account, often)
        await account.verified()
        assert (await listener.heard(2))[-1] == (True, 1, None, False)


# --- an onboarding whose account another case opened


async def of_another_case(bench: Bench, onboarding: Onboarding, company: str) -> Account:
    """An account that the same provider has already, of a company that it was onboarded as before."""
    market, provider_id = onboarding.applicant.market, onboarding.applicant.provider_id
    name = onboarded(bench, market, provider_id=provider_id, data={"company_name": company})
    body = OpenBankAccount(id=name, provider_id=provider_id, onboarding=name)
    case = await bench.start(BANK_ACCOUNTS, body, market)
    await case.on_record()
    return Account(bench, case, market)


async def proving(bench: Bench, company: str | None = None) -> tuple[Onboarding, Account]:
    """An onboarding that has come to its bank account, where its provider has one."""
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "depositing")
    account = await of_another_case(bench, onboarding, company or onboarding.applicant.name)
    await onboarding.puts_down()
    await onboarding.reaches("proving_account")
    return onboarding, account


async def test_an_onboarding_is_told_of_an_account_that_another_one_opened(bench: Bench) -> None:
    onboarding, account = await proving(bench)
    await account.case.stands("opened", "listener_added")
    await account.given(holder=onboarding.applicant.name)
    await account.enters(await account.received())
    view = await onboarding.reaches("closed")
    assert (view.outcome, view.data["bank_account"]) == (
        "onboarded",
        {"case_id": account.case.case_id, "verified": True, "account_version": 1},
    )


async def test_an_account_of_another_company_proves_nothing_for_this_one(bench: Bench) -> None:
    """ALI-SET-11: the same provider, onboarded as another company before."""
    onboarding, account = await proving(bench, COMPANY)
    await account.case.stands("opened", "listener_added")
    await account.verified()
    view = await onboarding.case.stands("account_changed", "account_changed")
    assert (view.stage, onboarding.checklist()["bank_account"]) == ("proving_account", "missing")
    await account.decides(END)
    await onboarding.case.stands("account_changed", "account_changed", "account_changed")
    await bench.advance(DAY)
    await onboarding.case.stands("case_opened")
    assert onboarding.case.changes()[-1].data == {"case_id": onboarding.kept("bank-accounts").case_id}
    await onboarding.says(WITHDRAW)
    await onboarding.reaches("closed")


@pytest.mark.parametrize("told_company", [None, "Sample Stars Ltd"])
async def test_a_message_that_names_no_company_or_ours_counts(bench: Bench, told_company: str | None) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "signing")
    message = AccountChanged(account="b", verified=True, account_version=1, company=told_company)
    await onboarding.hears(message)
    assert onboarding.checklist()["bank_account"] == "accepted"
