"""Answers that nothing follows: another worker that takes a case over finds them where they were."""

import asyncio
import uuid

from temporalio.worker import Worker

from models.cases import GATEWAY, Actor, Event
from models.interventions import Noted
from models.payments import Paid
from tests.bank_accounts import GRANT, PROVIDER_REMITS, Account, where
from tests.bench import OPERATOR, Bench, Opened
from tests.workflows.depositing import EACH, LISTENING, Onboarding, new_onboarding, opened_by
from tests.workflows.listening import Listening
from worker import RUNNER


async def meets_another_worker(case: Opened, event: Event, actor: Actor) -> None:
    """An event is the first that a worker hears of the case, and the next worker finds the same."""
    sent = await case.sent(event, key=uuid.uuid4().hex, actor=actor)
    for another in (event, Noted(reason="looked at it")):
        async with case.bench.working(cached_workflows=0), asyncio.timeout(60):
            await (sent if another is event else case.report(another, actor=OPERATOR))
            await case.bench.settle(case)


async def test_rounds_that_lapsed_are_void_before_another_one_is_granted(lone_bench: Bench) -> None:
    bench = where(lone_bench, PROVIDER_REMITS, grants_need_approval=False)
    async with bench.working(cached_workflows=0):
        account = await Account.opened(bench, PROVIDER_REMITS)
        await account.given("instructed")
        await account.lapses()
        await bench.settle(account.case)
    await meets_another_worker(account.case, GRANT, OPERATOR)
    assert account.case.path()[-3:] == ["decided", "instructed", "noted"]


async def test_an_onboarding_has_heard_of_its_deposit_before_more_is_paid(lone_bench: Bench) -> None:
    """It hears late: whatever opened the account is on record long before."""
    name, client = new_onboarding(), lone_bench.client
    handle = await client.start_workflow(Listening.run, id=name, task_queue=LISTENING)
    listener = Worker(client, task_queue=LISTENING, workflows=[Listening], workflow_runner=RUNNER)
    worker = lone_bench.working(cached_workflows=0)
    async with worker:
        account = await opened_by(name, lone_bench)
        listening = asyncio.create_task(listener.run())
        await Onboarding(lone_bench, handle).heard(EACH, 0)
        await lone_bench.settle(account)
    await meets_another_worker(account, Paid(payment_id="p-1", amount_fen=100), GATEWAY)
    assert [held for _, _, held in await Onboarding(lone_bench, handle).heard(EACH, 100)] == [0, 100]
    await listener.shutdown()
    await listening
