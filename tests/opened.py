"""A case under test: what it is sent, what it is waited for, and who waits how."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from sqlmodel import Session, col, select
from temporalio.client import WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from models.cases import Actor, Answer, CaseView, Event, Report
from models.search_attributes import next_due
from models.tables import CaseRow, ChangeRow
from tests.bodies import BUYER
from tests.temporal_state import is_held

if TYPE_CHECKING:
    from tests.bench import Bench

T = TypeVar("T")
SOMEBODY = Actor(role="service", subject="tests", on_behalf_of=BUYER)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
"""Longer than a busy machine takes for the next step, and shorter than anything that a policy counts."""


async def until(
    what: Callable[[], T | None], within_s: float = 60, meanwhile: Callable[[], Awaitable[None]] | None = None
) -> T:
    """Ask until there is an answer; a bound on patience, never a pause that a test relies on."""
    async with asyncio.timeout(within_s):
        while not (found := await asyncio.to_thread(what)):
            await asyncio.sleep(0.01)
            if meanwhile is not None:
                await meanwhile()
    return found


def ended(happened: Sequence[str], path: Sequence[str], since: int) -> int | None:
    """The version with which what happened ends like this: that of now, or an earlier one from `since` on."""
    ends = (*range(since, len(happened)), len(happened))
    return next((end for end in ends if [*happened[:end]][-len(path) :] == [*path]), None)


@dataclass
class Opened:
    """A case under test, and what its test has seen of it: which event was answered last, and how far it was
    waited for."""

    bench: "Bench"
    handle: WorkflowHandle[Any, Any]
    answered: str | None = None
    waited_for: int = 0

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
                    "report", report, id=key, result_type=Answer, rpc_timeout=timedelta(seconds=60)
                )
                break
            except RPCError as error:
                if last or not self._goes_on(error):
                    raise
        self.answered = key
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
        async with asyncio.timeout(60):
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
        async with asyncio.timeout(60):
            return await self.handle.fetch_history()

    async def page(self) -> str:
        """The account of the case that the Temporal UI shows."""
        told = await self.handle.query("__temporal_workflow_metadata", rpc_timeout=MINUTE)
        return str(told.current_details)

    async def on_record(self, version: int = 1) -> CaseView:
        def there() -> CaseView | None:
            case = self.case()
            return case if case and case.version >= version else None

        return await until(there, meanwhile=self.bench.tick)

    async def stands(self, *path: str) -> CaseView:
        """Wait until what happened, in order, ends like this, or did so since the test last looked: the next
        change may follow by itself in a moment. The view is that of now."""

        def there() -> int | None:
            rows = self.changes()
            last = [row.version for row in rows if self.answered and row.key == self.answered]
            return ended([row.event for row in rows], path, max([self.waited_for + 1, *last]))

        self.waited_for = await until(there, meanwhile=self.bench.tick)
        return await self.on_record(len(self.path()))
