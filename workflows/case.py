"""How a workflow keeps its case: it opens tasks, waits for their outcome, and tells what follows.

A workflow holds a Case and tells its story with `wait_for`, `enter` and `insist`. All that one step of the
workflow caused goes on record together, and an event is answered once its own row is there: nobody waits
for a branch, or an outside system, that is not done yet.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from models.cases import TEMPORAL, Answer, Carried, CaseView, Event, Opening, Report, Resumed, Ruling, Task
from models.clocks import Clock
from models.tasks import TaskKind
from workflows.record import Record, Row, cause_of
from workflows.tasks import Countdown, OpenTask, desk

T = TypeVar("T")
CLOSED = "closed"


class Rest:
    """Nothing happened, and it is time to continue as new."""


class Case:
    """The open file of one process."""

    def __init__(self, opening: Opening, carried: Carried | None = None) -> None:
        self._opening = opening
        self._record = Record(opening, self._open_tasks, carried)
        self._open: list[OpenTask] = []
        self._since = carried.since if carried else opening.opened_at
        self._rows: dict[OpenTask, Row] = {}
        self._has_begun = False

    @property
    def view(self) -> CaseView:
        """The case as it is on record."""
        return self._record.view

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
                self._record.add("cancellation_refused", {}, TEMPORAL)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return telling.result()

    def countdown(self, within: timedelta) -> Countdown:
        """A clock that several tasks share. It runs from the own time of what happened last (CV-4)."""
        return Countdown(Clock.starting(self._since, within))

    async def wait_for(
        self,
        kind: TaskKind,
        *,
        within: timedelta | None = None,
        until: datetime | None = None,
        clock: Countdown | None = None,
        attempts_left: int | None = None,
        settles: tuple[type[Event] | None, ...] = (),
    ) -> Event | None:
        """Open a task and wait: the event that ended it, or None when its time ran out.

        Its time is a period, an instant, or a clock it shares; without any it may take for ever.
        An outcome in `settles` (None is silence) ends the wait for everything else that is open.
        """
        own = self.countdown(within) if within is not None else Countdown(Clock(deadline_at=until))
        task = OpenTask(kind, clock or own, attempts_left)
        event = await self._wait(task)
        if task.withdrawn:
            return None
        if any(event is None if outcome is None else isinstance(event, outcome) for outcome in settles):
            for other in self._open:
                other.withdrawn = not other.is_over  # what was accepted meanwhile keeps its row
        return event

    async def wait_or_rest(
        self, kind: TaskKind, *, clock: Countdown, rest_when: Callable[[], bool]
    ) -> Event | Rest | None:
        """For a case without end: wait, or be ready to continue as new with the task still open.

        It rests only when everything is on record and nobody waits for an answer.
        """
        task = OpenTask(kind, clock)
        task.resting = lambda: rest_when() and self._record.settled and workflow.all_handlers_finished()
        event = await self._wait(task)
        return Rest() if task.rested else event

    def carried(self, **clocks: Countdown) -> Carried:
        """What the next run of a case without end begins with."""
        return Carried(
            view=self.view,
            run_id=workflow.info().run_id,
            since=self._since,
            clocks={name: countdown.clock for name, countdown in clocks.items()},
        )

    def enter(
        self, stage: str, event: str | None = None, *, at: datetime | None = None, **facts: JsonValue
    ) -> None:
        """Go to a stage. `event` names a step of our own; without one it is part of what caused it.

        `at` is the step's own time, where the outside world set it: periods that follow run from there.
        """
        self.show(**facts)
        self._has_begun = True
        self._since = at or self._since
        if self._record.stage is None:
            opened = self._record.add("opened", {}, self._opening.opened_by)
            opened.digest = self._opening.digest
        elif event or not self._record.pending:
            self._record.add(event or "went_on", facts)
        self._record.stage = str(stage)

    def note(self, event: str, **facts: JsonValue) -> None:
        """Facts that came by themselves, such as a link from a gateway: a change of its own."""
        self.show(**facts)
        self._record.add(event, facts)

    def show(self, **facts: JsonValue) -> None:
        """Put facts into the case's data. They go on record with the change under way, or the next."""
        self._record.data |= facts

    def about(self, case_id: str) -> None:
        """This case turned out to be about another one."""
        self._record.regarding = case_id

    def replan(self, task: str, until: datetime) -> None:
        """Move the instant that a task waits for, because better calendar data have come (AMB-54)."""
        for countdown in dict.fromkeys(t.countdown for t in self._open if t.kind.name == task):
            clock = countdown.clock.replanned(until)
            if clock != countdown.clock:
                countdown.clock = clock
                self._record.add("replanned", {"task": task, "until": until.isoformat()})

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Do what the story cannot go on without: a refusal blocks the case until an operator resumes it."""
        while True:
            try:
                return await call()
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise asyncio.CancelledError from error
                kind, detail = cause_of(error)
                self._record.blocked_by = (kind,)
                self._record.add("blocked", {"kind": kind, "detail": detail})
                try:
                    await workflow.wait_condition(lambda: not self._record.blocked_by)
                finally:
                    self._record.blocked_by = ()

    # --- taking events

    def refuse_out_of_turn(self, report: Report[Any]) -> None:
        """For update validators: raise unless an open task, or a clock, has a use for the event."""
        if isinstance(report.event, Ruling):
            self._refuse_ruling(report, report.event)
        elif self._begun and not any(task.accepts(report) for task in self._open):
            name = report.event.event
            late = any(task.listens_to(report.event) for task in self._open)
            text = f"{name} came after the deadline" if late else f"{self.view.stage} does not take {name}"
            raise self._refusal("OutOfTurn", text)

    async def take(self, report: Report[Any]) -> Answer:
        """For update handlers: apply the event, and answer when its consequence is on record."""
        unblocks = isinstance(report.event, Resumed)
        if not self._begun:
            # Only then: whoever waits lets a validator accept what is refused later, and kept as refused.
            await workflow.wait_condition(lambda: self._begun or (unblocks and bool(self._record.stuck)))
        self.refuse_out_of_turn(report)  # again: another event may have won since the validator looked
        if isinstance(report.event, Ruling):
            row = self._obey(report, report.event)
        else:
            task = next(task for task in self._open if task.accepts(report))
            task.report = report
            await workflow.wait_condition(lambda: task in self._rows)
            row = self._rows.pop(task)
        await workflow.wait_condition(lambda: row.view is not None)
        return Answer(view=row.view or self.view, digest=report.digest)

    @property
    def _begun(self) -> bool:
        """An update can arrive with the start, before `run` has opened anything."""
        return self._has_begun and self.view.version > 0

    def _refusal(self, kind: str, text: str) -> ApplicationError:
        return ApplicationError(text, self.view, type=kind, non_retryable=True)

    def _refuse_ruling(self, report: Report[Any], ruling: Ruling) -> None:
        record = self._record
        if isinstance(ruling, Resumed) and record.stuck:
            return  # there is no version on record to have seen
        if not self._begun:
            return
        if report.seen_version not in (None, self.view.version):
            raise self._refusal("Stale", f"the case is at version {self.view.version}")
        if report.seen_version is not None and not record.settled:
            raise self._refusal("Stale", "the case is changing at this moment")
        if isinstance(ruling, Resumed) and record.blocked_by:
            return
        now = workflow.now()
        if all(each.after(ruling, now) == each.clock for each in self._ruled(report, ruling)):
            raise self._refusal("OutOfTurn", f"{ruling.event} would change nothing")

    def _obey(self, report: Report[Any], ruling: Ruling) -> Row:
        now, record = workflow.now(), self._record
        if isinstance(ruling, Resumed) and (record.stuck or record.blocked_by):
            record.stuck, record.blocked_by = None, ()
        else:
            for countdown in self._ruled(report, ruling):
                countdown.clock = countdown.after(ruling, now)
        return self._add_reported(report)

    def _ruled(self, report: Report[Any], ruling: Ruling) -> list[Countdown]:
        """The clocks that a ruling is about. One that had run out when it was given stays run out."""
        named = [t.countdown for t in self._open if ruling.task in (None, t.kind.name) and not t.is_over]
        return [each for each in dict.fromkeys(named) if not each.clock.is_late(report.occurred_at)]

    # --- what goes on record

    def _add_reported(self, report: Report[Any]) -> Row:
        data = report.event.model_dump(mode="json", exclude={"event", "on_behalf_of"}, exclude_none=True)
        data["occurred_at"] = report.occurred_at.isoformat()
        row = self._record.add(report.event.event, data, report.actor)
        row.key, row.digest = report.key, report.digest
        return row

    def _put_ending(self, task: OpenTask) -> None:
        if task.report:
            self._since = task.report.occurred_at
            self._rows[task] = self._add_reported(task.report)
        else:
            self._since = task.countdown.clock.deadline_at or workflow.now()
            self._record.add(f"{task.kind.name}_overdue", {"deadline_at": self._since.isoformat()})

    def _open_tasks(self) -> tuple[Task, ...]:
        tasks = tuple(task.seen() for task in self._open if not task.is_over)
        return (*tasks, desk()) if self._record.blocked_by else tasks

    async def _wait(self, task: OpenTask) -> Event | None:
        self._open.append(task)
        if self._record.continued and not self._begun:
            self._has_begun = True  # on record as it is: the run before left it open
        else:
            self.enter(task.kind.stage)
        await task.end()
        self._open.remove(task)
        if task.withdrawn or task.rested:
            return None
        self._put_ending(task)
        return task.report.event if task.report else None

    async def _to_its_end(self, story: Coroutine[Any, Any, str]) -> str:
        outcome = await story
        self._record.outcome = str(outcome)
        self.enter(CLOSED)
        return outcome

    async def _follow(self, *branches: asyncio.Task[Any]) -> None:
        done, _ = await workflow.wait(branches, return_when=asyncio.FIRST_EXCEPTION)
        for branch in done:
            branch.result()
