"""What tests place and move cases with: the same admission, workflows and record as in production."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.calendar import Calendar
from activities.gateways.simulated import outside as simulated_outside
from activities.gateways.simulated.payments import SimulatedPayments
from models.calendars import load as load_calendar
from models.cases import Actor
from models.orders import OrderTerms, VersionApproved, VersionSubmitted
from models.payments import Payment
from models.process import Process
from models.processes import PAYMENT_RECEIPTS, TEMPLATE_ORDERS, TellOfPayment
from models.tables.admissions import Admission, Admissions
from models.tables.simulated import SimulatedRefund
from temporal import start_case
from tests.bodies import BUYER, order_body, place_order
from tests.opened import MINUTE, SECOND, SOMEBODY, Opened, until
from tests.pictures import documents_of
from tests.temporal_state import is_busy
from worker import build_worker

__all__ = ["BUYER", "MINUTE", "SECOND", "SOMEBODY", "Opened", "order_body", "place_order", "until"]

OPERATOR = Actor(role="operator", subject="olga")
SECOND_OPERATOR = Actor(role="operator", subject="oskar")
BUILT, APPROVED = VersionSubmitted(version="1.0.0"), VersionApproved()
CALENDAR = Calendar(load_calendar())
DAY = timedelta(days=1)


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

    def terms(self, version: str = "2026-01-01", market: str = "alipay", **changes: Any) -> OrderTerms:
        """What a version of a market's policy says of orders, with these changes."""
        versions = self.admissions.policies[market].template_orders
        [found] = [each.terms for each in versions if each.version == version]
        return OrderTerms.model_validate({**dict(found), **changes})

    def under(self, version: str = "2026-01-01", market: str = "alipay", **changes: Any) -> "Bench":
        """The same bench, where a market's orders are placed by this version, with these changes."""
        policy = self.admissions.policies[market]
        terms = {"terms": self.terms(version, market, **changes)}
        chosen = [each for each in policy.template_orders if each.version == version]
        placed_by = tuple(each.model_copy(update=terms) for each in chosen)
        policy = policy.model_copy(update={"template_orders": placed_by})
        markets = {**self.admissions.policies, market: policy}
        return replace(self, admissions=replace(self.admissions, policies=markets))

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def advance(self, by: timedelta) -> None:
        """Let time pass, on the server's own clock. It stands while anything is under way, and nobody waits
        longer than half a minute for it: what is left is asked for again."""
        instant = await self.now() + by
        while (left := instant - await self.now()) > timedelta():
            try:
                await self.env.sleep(left)
            except RPCError as error:
                if error.status is not RPCStatusCode.CANCELLED:
                    raise

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
        async with asyncio.timeout(60):
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
        async with asyncio.timeout(60):
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
