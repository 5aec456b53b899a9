"""How a workflow keeps its case: it opens tasks, waits for their outcome, and tells what follows.

A workflow holds a Case and tells its story with `wait_for`, `enter` and `insist`. All that one step of the
workflow caused goes on record together, and an event is answered once its own row is there: nobody waits
for a branch, or an outside system, that is not done yet.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import JsonValue
from temporalio import workflow

from models.cases import TEMPORAL, Answer, Carried, CaseView, Event, Opening, Report, Task
from models.clocks import Clock
from models.ledger import LedgerTransaction
from models.tasks import TaskKind, desk
from workflows.inbox import Aside, Inbox
from workflows.insisting import insisted
from workflows.operators import NeedsApproval, Operators
from workflows.record import Record
from workflows.tasks import Countdown, OpenTask

T = TypeVar("T")
Weighed = Callable[[Report[Any]], Awaitable[dict[str, JsonValue]]]
CLOSED = "closed"


class Rest:
    """Nothing happened, and it is time to continue as new."""


class Case:
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
        remind_before: Callable[[], Mapping[str, tuple[timedelta, ...]]] = dict,
        needs_approval: NeedsApproval | None = None,
        asides: Mapping[type[Event], Aside] | None = None,
        worry_after: Callable[[], timedelta | None] = lambda: None,
    ) -> None:
        self._opening = opening
        self._record = Record(opening, self._open_tasks, carried)
        self._open: list[OpenTask] = []
        self._operators = Operators(self._record, self._open, needs_approval)
        self._inbox = Inbox(self._record, self._open, self._operators, asides or {})
        self._remind_before, self._worry_after = remind_before, worry_after
        self._since = carried.since if carried else opening.opened_at

    @property
    def view(self) -> CaseView:
        """The case as it is on record."""
        return self._record.view

    @property
    def since(self) -> datetime:
        """The own time of what happened last: periods that follow run from there (CV-4)."""
        return self._since

    @property
    def policy_version(self) -> str:
        return self._record.policy_version

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

    def countdown(self, within: timedelta) -> Countdown:
        """A clock that several tasks share. It runs from the own time of what happened last (CV-4)."""
        return Countdown(Clock.starting(self._since, within), reminded_at=self._since)

    async def wait_for(
        self,
        kind: TaskKind,
        *,
        within: timedelta | None = None,
        until: datetime | None = None,
        clock: Countdown | None = None,
        attempts_left: int | None = None,
        closed_to: Collection[type[Event]] = (),
        gates: Mapping[type[Event], Countdown] | None = None,
        settles: tuple[type[Event] | None, ...] = (),
        done_when: Callable[[], bool] = lambda: False,
        weighed: Weighed | None = None,
    ) -> Event | None:
        """Open a task and wait: the event that ended it, or None when its time ran out.

        Its time is a period, an instant, or a clock it shares; without any it may take for ever.
        Events in `closed_to` are not taken this time, those in `gates` once their own countdown has ended.
        An outcome in `settles` (None is silence) ends the wait for everything else that is open, at once:
        every wait is told it. `done_when` ends this wait alone, with None and without a change of its own:
        what was waited for came about otherwise, and is told already. `weighed` finds out what its event
        comes to: it goes on record, and is answered, together with that.
        """
        own = self.countdown(within) if within is not None else Countdown(Clock(deadline_at=until))
        task = OpenTask(
            kind,
            clock or own,
            attempts_left=attempts_left,
            closed_to=closed_to,
            gates=gates,
            remind_before=self._remind_before().get(kind.within or "", ()),
            remind=self._remind,
            done_when=done_when,
        )
        task.settle = lambda event: self._settle(event, settles)
        event = await self._wait(task, weighed)
        if task.overdue:
            task.settle(None)
        return event

    async def wait_or_rest(
        self,
        kind: TaskKind,
        *,
        clock: Countdown,
        rest_when: Callable[[], bool],
        closed_to: Collection[type[Event]] = (),
        done_when: Callable[[], bool] = lambda: False,
    ) -> Event | Rest | None:
        """For a case without end: wait, or be ready to continue as new with the task still open.

        It rests only when everything is on record and nobody waits for an answer.
        """
        task = OpenTask(
            *(kind, clock),
            closed_to=closed_to,
            remind_before=self._remind_before().get(kind.within or "", ()),
            remind=self._remind,
            done_when=done_when,
        )
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
        self._record.has_begun = True
        self._since = at or self._since
        if self._record.stage is None:
            opened = self._record.add("opened", {}, self._opening.opened_by)
            opened.digest = self._opening.digest
        elif event or not self._record.pending:
            self._record.add(event or "went_on", facts)
        self._record.stage = str(stage)

    def note(self, event: str, told: dict[str, JsonValue] | None = None, **facts: JsonValue) -> None:
        """Facts that came by themselves, such as a link from a gateway: a change of its own.

        What is `told` stands in the change alone.
        """
        self.show(**facts)
        self._record.add(event, facts | (told or {}))

    def show(self, **facts: JsonValue) -> None:
        """Put facts into the case's data. They go on record with the change under way, or the next."""
        self._record.data |= facts

    def post(self, transaction: LedgerTransaction) -> None:
        """Put money on record together with the change under way, or the next."""
        self._record.ledger.append(transaction)

    def about(self, case_id: str) -> None:
        """This case turned out to be about another one."""
        self._record.regarding = case_id

    def replan(self, task: str, until: datetime) -> None:
        """Move the instant that a task waits for, because better calendar data have come (AMB-54)."""
        for countdown in self._clocks_of(lambda kind: kind.name == task):
            clock = countdown.clock.replanned(until)
            if clock != countdown.clock:
                countdown.clock = clock
                self._record.add("replanned", {"task": task, "until": until.isoformat()})

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

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Do what the story cannot go on without: a refusal blocks the case until an operator resumes it."""
        return await insisted(self._record, call, self._worry_after())

    # --- taking events

    def refuse_out_of_turn(self, report: Report[Any]) -> None:
        """For update validators: raise unless an open task, or an operator, has a use for the event."""
        self._inbox.refuse_out_of_turn(report)

    async def take(self, report: Report[Any]) -> Answer:
        """For update handlers: apply the event, and answer when its consequence is on record."""
        return await self._inbox.take(report)

    # --- what goes on record

    def _put_ending(self, task: OpenTask) -> None:
        if task.report:
            self._since = task.report.occurred_at
            self._inbox.endings[task] = self._record.add_reported(task.report, task.told)
        else:
            self._since = task.countdown.clock.deadline_at or workflow.now()
            self._record.add(f"{task.kind.name}_overdue", {"deadline_at": self._since.isoformat()})

    def _settle(self, event: Event | None, settles: tuple[type[Event] | None, ...]) -> None:
        if any(event is None if outcome is None else isinstance(event, outcome) for outcome in settles):
            for other in self._open:
                if not other.is_over:  # what was accepted before keeps its row
                    other.withdrawn, other.event = True, event

    def _remind(self, task: OpenTask) -> None:
        due = task.countdown.clock.deadline_at or workflow.now()
        told = {"task": task.kind.name, "waiting_on": task.kind.waiting_on, "deadline_at": due.isoformat()}
        self._record.add("reminded", {**told})

    def _clocks_of(self, chosen: Callable[[TaskKind], bool]) -> list[Countdown]:
        return [*dict.fromkeys(task.countdown for task in self._open if chosen(task.kind))]

    def _open_tasks(self) -> tuple[Task, ...]:
        claimed, in_stead = self._record.claimed_by is not None, self._operators.decide
        tasks = [task.seen(claimed=claimed, in_stead=in_stead) for task in self._open if not task.is_over]
        blocked = [desk()] if self._record.blocked_by else []
        return (*tasks, *self._operators.awaited, *blocked)

    async def _wait(self, task: OpenTask, weighed: Weighed | None = None) -> Event | None:
        self._open.append(task)
        if self._record.continued and not self._record.begun:
            self._record.has_begun = True  # on record as it is: the run before left it open
        else:
            self.enter(task.kind.stage)
        await task.end()
        if weighed and task.report:
            task.told |= await weighed(task.report)
        self._open.remove(task)
        if not (task.withdrawn or task.rested):
            self._put_ending(task)
        return task.event

    async def _to_its_end(self, story: Coroutine[Any, Any, str]) -> str:
        outcome = await story
        self._record.outcome = str(outcome)
        self.enter(CLOSED)
        return outcome

    async def _follow(self, *branches: asyncio.Task[Any]) -> None:
        done, _ = await workflow.wait(branches, return_when=asyncio.FIRST_EXCEPTION)
        for branch in done:
            branch.result()
