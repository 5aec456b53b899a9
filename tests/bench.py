"""What tests place and move cases with: the same admission, workflows and record as in production."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.calendar import Calendar
from activities.gateways.simulated import outside as simulated_outside
from activities.gateways.simulated.payments import SimulatedPayments
from models.calendars import load as load_calendar
from models.cases import Actor, Answer, CaseView, Event, Report
from models.orders import OrderTerms, VersionApproved, VersionSubmitted
from models.payments import Payment
from models.process import Process
from models.processes import PAYMENT_RECEIPTS, TEMPLATE_ORDERS, TellOfPayment
from models.search_attributes import next_due
from models.tables import CaseRow, ChangeRow
from models.tables.admissions import Admission, Admissions
from models.tables.simulated import SimulatedRefund
from temporal import start_case
from tests.bodies import BUYER, order_body, place_order
from tests.pictures import documents_of
from tests.temporal_state import is_busy, is_held
from worker import build_worker

__all__ = ["BUYER", "order_body", "place_order"]

T = TypeVar("T")
SOMEBODY = Actor(role="service", subject="tests", on_behalf_of=BUYER)
OPERATOR = Actor(role="operator", subject="olga")
SECOND_OPERATOR = Actor(role="operator", subject="oskar")
BUILT, APPROVED = VersionSubmitted(version="1.0.0"), VersionApproved()
CALENDAR = Calendar(load_calendar())
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def until(
    what: Callable[[], T | None], within_s: float = 15, meanwhile: Callable[[], Awaitable[None]] | None = None
) -> T:
    """Ask until there is an answer; a bound on patience, never a pause that a test relies on."""
    async with asyncio.timeout(within_s):
        while not (found := await asyncio.to_thread(what)):
            await asyncio.sleep(0.01)
            if meanwhile is not None:
                await meanwhile()
    return found


@dataclass
class Opened:
    """A case under test."""

    bench: "Bench"
    handle: WorkflowHandle[Any, Any]

    @property
    def case_id(self) -> str:
        return self.handle.id

    async def report(
        self,
        event: Event,
        *,
        at: datetime | None = None,
        key: str | None = None,
        actor: Actor = SOMEBODY,
        seen_version: int | None = None,
    ) -> CaseView:
        """Send an event that happened `at` (now, unless told), and give the view it was answered with."""
        key = key or uuid.uuid4().hex
        report = Report[Any](
            event=event,
            actor=actor,
            key=key,
            digest=event.model_dump_json(),
            occurred_at=at or await self.bench.now(),
            seen_version=seen_version,
        )
        for last in (False, True):
            try:
                answer = await self.handle.execute_update(
                    "report", report, id=key, result_type=Answer, rpc_timeout=timedelta(seconds=20)
                )
                break
            except RPCError as error:
                if last or not self._goes_on(error):
                    raise
        return Answer.model_validate(answer).view

    def _goes_on(self, error: RPCError) -> bool:
        """The run that an event was for has just ended, and the case goes on in another one."""
        case = self.case()
        return error.status is RPCStatusCode.NOT_FOUND and case is not None and case.closed_at is None

    async def refuses(self, event: Event, kind: str = "OutOfTurn", **how: Any) -> str:
        """Send an event that must be refused, and give the reason. The case goes on as it was."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.report(event, **how)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == kind
        return refused.value.cause.message

    async def sent(self, event: Event, *, key: str, **how: Any) -> asyncio.Task[CaseView]:
        """Send an event while no worker is up: back as soon as the server holds it."""
        sending = asyncio.create_task(self.report(event, key=key, **how))
        async with asyncio.timeout(10):
            while not await is_held(self.bench.client, self.case_id, key):
                await asyncio.sleep(0.01)
        return sending

    async def due(self) -> datetime:
        """The next deadline on record."""
        task = next_due(await self.on_record())
        assert task is not None
        assert task.deadline_at is not None
        return task.deadline_at

    async def ends(self) -> str:
        """Let time pass, from deadline to deadline, until the case is closed: its outcome."""
        while (case := await self.on_record()).closed_at is None:
            due = next_due(case)
            if due and due.deadline_at:
                await self.bench.advance_to(due.deadline_at + SECOND)
            await self.on_record(case.version + 1)
        with self.bench.env.auto_time_skipping_disabled():
            await self.handle.result()
        return str(case.outcome)

    def case(self) -> CaseView | None:
        row = self.row()
        return CaseView.model_validate(row.view) if row else None

    def row(self) -> CaseRow | None:
        with Session(self.bench.engine) as session:
            return session.get(CaseRow, self.case_id)

    def changes(self) -> list[ChangeRow]:
        with Session(self.bench.engine) as session:
            mine = select(ChangeRow).where(ChangeRow.case_id == self.case_id)
            return list(session.exec(mine.order_by(col(ChangeRow.version))))

    def path(self) -> list[str]:
        return [change.event for change in self.changes()]

    async def history(self) -> WorkflowHistory:
        async with asyncio.timeout(20):
            return await self.handle.fetch_history()

    async def page(self) -> str:
        """The account of the case that the Temporal UI shows."""
        told = await self.handle.query("__temporal_workflow_metadata", rpc_timeout=10 * SECOND)
        return str(told.current_details)

    async def on_record(self, version: int = 1) -> CaseView:
        def there() -> CaseView | None:
            case = self.case()
            return case if case and case.version >= version else None

        return await until(there, meanwhile=self.bench.tick)

    async def stands(self, *path: str) -> CaseView:
        """Wait until what happened, in order, ends like this."""
        await until(lambda: self.path()[-len(path) :] == list(path), meanwhile=self.bench.tick)
        return await self.on_record(len(self.path()))


@dataclass
class Bench:
    env: WorkflowEnvironment
    engine: Engine
    gateway: SimulatedPayments
    admissions: Admissions
    calendar: Calendar = CALENDAR
    opened: list[Opened] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return self.env.client

    def working(self, cached_workflows: int = 500) -> Worker:
        """A worker, for as long as the block lasts. Without a cache no task waits for it when it has gone."""
        return build_worker(
            *(self.client, self.engine, simulated_outside(self.engine, self.gateway)),
            *(self.admissions, self.calendar),
            documents=documents_of(self.admissions.cipher),
            cached_workflows=cached_workflows,
        )

    def terms(self, version: str = "2026-01-01", **changes: Any) -> OrderTerms:
        """What a version of alipay's policy says of orders, with these changes."""
        versions = self.admissions.policies["alipay"].template_orders
        [found] = [each.terms for each in versions if each.version == version]
        return OrderTerms.model_validate({**dict(found), **changes})

    def under(self, version: str = "2026-01-01", **changes: Any) -> "Bench":
        """The same bench, where alipay's orders are placed by this version, with these changes."""
        alipay = self.admissions.policies["alipay"]
        terms = {"terms": self.terms(version, **changes)}
        chosen = [each for each in alipay.template_orders if each.version == version]
        placed_by = tuple(each.model_copy(update=terms) for each in chosen)
        alipay = alipay.model_copy(update={"template_orders": placed_by})
        markets = {**self.admissions.policies, "alipay": alipay}
        return replace(self, admissions=replace(self.admissions, policies=markets))

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def advance(self, by: timedelta) -> None:
        """Let time pass, on the server's own clock."""
        if by > timedelta():
            await self.env.sleep(by)

    async def tick(self) -> None:
        """While we wait the server's clock goes on a little faster than ours: a next try soon comes."""
        if self.env.supports_time_skipping:
            await self.advance(SECOND / 20)

    async def advance_to(self, instant: datetime) -> None:
        await self.advance(instant - await self.now())

    @asynccontextmanager
    async def passing(self, instant: datetime) -> AsyncIterator[None]:
        """An instant that passes while no worker is up; the clock goes on once one is."""
        advancing = asyncio.create_task(self.advance_to(instant))
        async with asyncio.timeout(10):
            while await self.now() < instant:
                await asyncio.sleep(0.01)
        yield
        await advancing

    async def start(self, process: Process, body: Any, market: str = "alipay") -> Opened:
        return await self.begin(await self.admit(process, body, market))

    async def admit(self, process: Process, body: Any, market: str = "alipay") -> Admission:
        at = await self.now()
        return await asyncio.to_thread(self.admissions.admit, process, market, body, SOMEBODY, at)

    async def begin(self, admitted: Admission) -> Opened:
        opened = Opened(self, await start_case(self.client, admitted.workflow, admitted.input))
        self.opened.append(opened)
        return opened

    async def settle(self, opened: Opened) -> None:
        """Wait until nothing of the case is under way."""
        async with asyncio.timeout(20):
            while await is_busy(self.client, opened.case_id):
                await asyncio.sleep(0.02)

    async def clear(self) -> None:
        """Leave no workflow open. One that ended with an activity under way would stop the clock for ever."""
        for opened in self.opened:
            with suppress(RPCError):
                await self.settle(opened)
                await opened.handle.terminate()

    async def place(self, market: str = "alipay", **changes: Any) -> Opened:
        """An order on record, with its payment page open unless it is free."""
        order = await self.start(TEMPLATE_ORDERS, place_order(**changes), market)
        view = await order.on_record()
        if view.data["amount_fen"]:
            await order.stands("opened", "payment_opened")
        return order

    async def pay(self, order: Opened, **how: Any) -> tuple[Payment, Opened]:
        """The buyer pays now, unless told otherwise, and the gateway's notice opens a receipt."""
        how = {"at": await self.now(), **how}
        payment = await asyncio.to_thread(self.gateway.pay, order.case_id, **how)
        told = TellOfPayment(id=payment.payment_id)
        return payment, await self.start(PAYMENT_RECEIPTS, told, payment.market)

    async def place_paid(self, **changes: Any) -> Opened:
        order = await self.place(**changes)
        await self.pay(order)
        await order.stands("paid")
        return order

    async def place_in(self, task: str, **changes: Any) -> Opened:
        """An order that waits for this task."""
        if task == "payment":
            return await self.place(**changes)
        order = await self.place_paid(**changes)
        way = {"implementation": (), "version_review": (BUILT,), "confirmation": (BUILT, APPROVED)}
        for event in way[task]:
            await order.report(event)
        return order

    def refunds(self, payment: Payment | None = None, order: Opened | None = None) -> list[SimulatedRefund]:
        """What the gateway gave back, for a payment or an order."""
        mine = payment.payment_id if payment else None
        if order is not None:
            case = order.case()
            mine = str(case.data.get("payment_id")) if case else None
        return [row for row in self.all_refunds() if row.payment_id == mine]

    def all_refunds(self) -> list[SimulatedRefund]:
        with Session(self.engine) as session:
            return list(session.exec(select(SimulatedRefund)))
