"""How a workflow keeps its case: it opens tasks, waits for their outcome, and tells what follows.

A workflow holds a Case and tells its story with `wait_for`, `enter` and `insist`. All that one step of the
workflow caused goes on record together, and an event is answered once its own row is there: nobody waits
for a branch, or an outside system, that is not done yet.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from temporalio import workflow

from models.cases import TEMPORAL, Answer, Carried, Event, Opening, Report, Task
from models.clocks import Clock
from models.tasks import desk
from workflows.inbox import Aside, Inbox
from workflows.lane import Lane, RemindBefore, Rest
from workflows.operators import NeedsApproval, Operators
from workflows.record import Record
from workflows.tasks import Countdown, OpenTask

__all__ = ["Case", "Lane", "Rest"]
CLOSED = "closed"


class Case(Lane):
    """The open file of one process.

    `remind_before` says, by the policy's name of a period, how long before its end to remind; with
    `needs_approval` operators may decide in a party's stead; `asides` are events that end no task. An outside
    call without an answer for `worry_after` is shown to operators.
    """

    def __init__(
        self,
        opening: Opening,
        carried: Carried | None = None,
        *,
        remind_before: RemindBefore = dict,
        needs_approval: NeedsApproval | None = None,
        asides: Mapping[type[Event], Aside] | None = None,
        worry_after: Callable[[], timedelta | None] = lambda: None,
    ) -> None:
        record, tasks = Record(opening, self._open_tasks, carried), list[OpenTask]()
        self._operators = Operators(record, tasks, needs_approval)
        self._inbox = Inbox(record, tasks, self._operators, asides or {})
        super().__init__(
            *(opening, record, tasks, self._inbox.endings),
            since=carried.since if carried else opening.opened_at,
            remind_before=remind_before,
            worry_after=worry_after,
        )

    @property
    def policy_version(self) -> str:
        return self._record.policy_version

    def lane(self, name: str) -> Lane:
        """A story of its own beside the case's, once the case has entered a stage."""
        return self.beside(name)

    # --- telling the story

    async def tell(self, story: Coroutine[Any, Any, str]) -> str:
        """Run a story to its outcome and close the case. A cancellation is recorded and refused."""
        recording = asyncio.create_task(self._record.keep())
        telling = asyncio.create_task(self._to_its_end(story))
        cancellation_refused = False
        while not (recording.done() and telling.done()):
            try:
                await self._follow(recording, telling)
            except asyncio.CancelledError:
                # The worker cancels too, when it evicts a workflow: that must be let through.
                if cancellation_refused or workflow.cancellation_reason() is None:
                    raise
                cancellation_refused = True
                if self._record.outcome is None:  # nothing is added to a case that has closed
                    self._record.add("cancellation_refused", {}, TEMPORAL)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return telling.result()

    def carried(self, **clocks: Countdown) -> Carried:
        """What the next run of a case without end begins with."""
        return Carried(
            view=self.view,
            run_id=workflow.info().run_id,
            since=self._since,
            clocks={name: countdown.clock for name, countdown in clocks.items()},
        )

    def about(self, case_id: str) -> None:
        """This case turned out to be about another one."""
        self._record.regarding = case_id

    def retime(self, policy_version: str, longer: Mapping[str, timedelta]) -> None:
        """Other terms: open clocks get as much more time, or less, as their periods did."""
        self._record.policy_version = policy_version
        for name, by in longer.items():
            for countdown in self._clocks_of(lambda kind, name=name: kind.within == name):  # type: ignore[misc]
                countdown.clock = countdown.clock.shifted(by)

    def retimed(self, longer: Mapping[str, timedelta]) -> list[Clock]:
        """Clocks that other terms move: as they are, for what has run out stays so, and as they would be."""
        return [
            clock
            for task in self._open
            if (by := longer.get(task.kind.within or "")) and not task.is_over
            for clock in (task.countdown.clock, task.countdown.clock.shifted(by))
        ]

    # --- taking events

    def refuse_out_of_turn(self, report: Report[Any]) -> None:
        """For update validators: raise unless an open task, or an operator, has a use for the event."""
        self._inbox.refuse_out_of_turn(report)

    async def take(self, report: Report[Any]) -> Answer:
        """For update handlers: apply the event, and answer when its consequence is on record."""
        return await self._inbox.take(report)

    # --- what goes on record

    def _open_tasks(self) -> tuple[Task, ...]:
        claimed, in_stead = self._record.claimed_by is not None, self._operators.decide
        tasks = [task.seen(claimed=claimed, in_stead=in_stead) for task in self._open if not task.is_over]
        blocked = [desk()] if self._record.blocked_by else []
        return (*tasks, *self._operators.awaited, *blocked)

    async def _to_its_end(self, story: Coroutine[Any, Any, str]) -> str:
        outcome = await story
        self._record.outcome = str(outcome)
        self.enter(CLOSED)
        return outcome

    async def _follow(self, *branches: asyncio.Task[Any]) -> None:
        done, _ = await workflow.wait(branches, return_when=asyncio.FIRST_EXCEPTION)
        for branch in done:
            branch.result()
