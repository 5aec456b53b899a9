"""How a case takes events: whether they are in turn, what they do, and what they are answered with."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.cases import Answer, Event, Report
from models.interventions import DESK, OperatorEvent, Resumed
from workflows.operators import Operators
from workflows.record import Record, Row
from workflows.tasks import OpenTask

MOST_WAITING = 8
"""How many may wait for the record of a stuck case. Temporal lets 10 in: who resumes it must get in, too."""


class Aside(NamedTuple):
    """An event that ends no task: what it does, and what stands against it."""

    apply: Callable[[Any], None]
    against: Callable[[Any], str | None]
    needs_task: bool = True
    """Whether an open task has to take it, as with any other event."""
    moves: bool = False
    """Whether the story goes on with it: a case takes it however long it has become."""
    lane: str = ""
    """Whose story it is, where a case tells several side by side."""


class Inbox:
    """`endings` are the rows that tell how tasks ended, until whoever ended them is answered."""

    def __init__(
        self,
        record: Record,
        open_tasks: Sequence[OpenTask],
        operators: Operators,
        asides: Mapping[type[Event], Aside],
    ) -> None:
        self._record, self._open, self._operators, self._asides = record, open_tasks, operators, asides
        self.endings: dict[OpenTask, Row] = {}
        self._waiting = 0

    def refuse_out_of_turn(self, report: Report[Any]) -> None:
        """Raise unless an open task, or an operator, has a use for the event."""
        stuck = self._record.stuck
        if stuck and self._waiting >= MOST_WAITING and not isinstance(report.event, Resumed):
            raise self._operators.refusal("Blocked", f"the record is blocked by {stuck}")
        self._refuse(report)

    def _refuse(self, report: Report[Any]) -> None:
        event, record = report.event, self._record
        if record.stuck and isinstance(event, Resumed):
            return  # there is no version on record that could have been seen
        if not record.begun:
            return  # kept until it can be told
        if workflow.info().is_continue_as_new_suggested() and self._only_adds(event):
            raise self._operators.refusal("OutOfTurn", "this case is too long for more than what moves it")
        if isinstance(event, OperatorEvent):
            self._operators.refuse(report, event)
        elif reason := self._against(report, event):
            raise self._operators.refusal("OutOfTurn", reason)

    async def take(self, report: Report[Any]) -> Answer:
        """Apply the event, and answer when its consequence is on record."""
        self._waiting += 1
        try:
            return await self._take(report)
        except ApplicationError:
            # Only once all that came in the same moment are accepted: in a run that has just begun Temporal
            # may give the story its turn before them or after them, and a history must not depend on that.
            await asyncio.sleep(0)
            raise
        finally:
            self._waiting -= 1

    async def _take(self, report: Report[Any]) -> Answer:
        record, unblocks = self._record, isinstance(report.event, Resumed)
        while not record.begun and not (unblocks and record.stuck):
            # Only then: whoever waits lets a validator accept what is refused later, and kept as refused.
            await workflow.wait_condition(lambda: record.begun or (unblocks and bool(record.stuck)))
        if self._operators.looked_ahead(report):
            await workflow.wait_condition(lambda: not self._operators.looked_ahead(report))
        self._refuse(report)  # again: another event may have won since the validator looked
        done = self._apply(report, report.event)
        row = done if isinstance(done, Row) else await self._ending(done)
        await workflow.wait_condition(lambda: row.view is not None)
        return Answer(view=row.view or record.view, digest=report.digest)

    async def _ending(self, task: OpenTask) -> Row:
        await workflow.wait_condition(lambda: task in self.endings)
        return self.endings.pop(task)

    def _only_adds(self, event: Event) -> bool:
        """Whether it moves nothing. Temporal takes 2,000 updates of a case: those that move it must fit."""
        aside = self._asides.get(type(event))
        return isinstance(event, DESK) or (aside is not None and not aside.moves)

    def _against(self, report: Report[Any], event: Event) -> str | None:
        if self._record.outcome is not None:
            return "the case is closed"
        aside = self._asides.get(type(event))
        if (aside and not aside.needs_task) or self._operators.task_for(report):
            return aside.against(event) if aside else None
        listening = next((task for task in self._open if task.listens_to(event)), None)
        if listening is None:
            return f"{self._record.view.stage} does not take {event.event}"
        if listening.countdown.clock.is_late(report.occurred_at):
            return f"{event.event} came after the deadline"
        return f"{event.event} is not taken before {listening.gates[type(event)].clock.deadline_at}"

    def _apply(self, report: Report[Any], event: Event) -> Row | OpenTask:
        """The row that tells of the event, or the task that it ended and that will tell."""
        if isinstance(event, OperatorEvent):
            return self._operators.obey(report, event)
        if aside := self._asides.get(type(event)):
            aside.apply(event)
            return self._record.add_reported(report, {}, lane=aside.lane)
        task = self._operators.task_for(report)
        assert task is not None  # refused otherwise
        task.end_with(event, report)
        return task
