"""A story as a case tells it: its stage, its time, and what it waits for. Several may run side by side.

A case is the first of its stories. Another one is a lane: its stage and facts stand in the case's data, under
its name, and its rows say where it stood before and after. It has its own time, and no stage of the case.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import JsonValue
from temporalio import workflow

from models.cases import CaseView, Event, Opening, Report
from models.clocks import Clock
from models.ledger import LedgerTransaction
from models.tasks import TaskKind
from workflows.insisting import insisted
from workflows.record import Record, Row
from workflows.tasks import Countdown, OpenTask

T = TypeVar("T")
Weighed = Callable[[Report[Any]], Awaitable[dict[str, JsonValue]]]
RemindBefore = Callable[[], Mapping[str, tuple[timedelta, ...]]]


class Rest:
    """Nothing happened, and it is time to continue as new."""


class Lane:
    """`endings` are the rows that tell how tasks ended, until whoever ended them is answered."""

    def __init__(
        self,
        opening: Opening,
        record: Record,
        open_tasks: list[OpenTask],
        endings: dict[OpenTask, Row],
        *,
        name: str = "",
        since: datetime,
        remind_before: RemindBefore,
        worry_after: Callable[[], timedelta | None],
    ) -> None:
        self.name = name
        self._opening, self._record, self._open, self._endings = opening, record, open_tasks, endings
        self._since = since
        self._remind_before, self._worry_after = remind_before, worry_after
        self._goes_on = record.continued and self.stage is not None
        """What it waits for first is on record as it is: the run before left it open."""

    @property
    def view(self) -> CaseView:
        """The case as it is on record."""
        return self._record.view

    @property
    def since(self) -> datetime:
        """The own time of what happened last in this story: periods that follow run from there (CV-4)."""
        return self._since

    @property
    def stage(self) -> str | None:
        """Where the story stands; None before it has begun."""
        return self._record.stage_of(self.name)

    def beside(self, name: str) -> "Lane":
        """Another story of the same case. It has its time from now on, and goes on where it stood."""
        return Lane(
            *(self._opening, self._record, self._open, self._endings),
            name=name,
            since=self._since,
            remind_before=self._remind_before,
            worry_after=self._worry_after,
        )

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
        An outcome in `settles` (None is silence) ends the wait for everything else that is open in this
        story, and in every other where this is the case's own: at once, and every wait is told it.
        `done_when` ends this wait alone, with None and without a change of its own: what was waited for came
        about otherwise, and is told already. `weighed` finds out what its event comes to: it goes on record,
        and is answered, together with that.
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

    def enter(
        self, stage: str, event: str | None = None, *, at: datetime | None = None, **facts: JsonValue
    ) -> None:
        """Go to a stage. `event` names a step of our own; without one it is part of what caused it.

        `at` is the step's own time, where the outside world set it: periods that follow run from there.
        """
        self.show(**facts)
        self._record.has_begun, self._goes_on = True, False
        self._since = at or self._since
        if self._record.stage is None:
            opened = self._record.add("opened", {}, self._opening.opened_by)
            opened.digest = self._opening.digest
        elif event or not self._record.tells_of(self.name, moves=self.stage not in (None, stage)):
            self._add(event or "went_on", facts)
        self._record.now_at(self.name, str(stage))

    def note(self, event: str, told: dict[str, JsonValue] | None = None, **facts: JsonValue) -> None:
        """Facts that came by themselves, such as a link from a gateway: a change of its own.

        What is `told` stands in the change alone.
        """
        self.show(**facts)
        self._add(event, facts | (told or {}))

    def show(self, **facts: JsonValue) -> None:
        """Put facts into the story's data. They go on record with the change under way, or the next."""
        self._record.show(self.name, facts)

    def post(self, transaction: LedgerTransaction) -> None:
        """Put money on record together with the change under way, or the next."""
        self._record.ledger.append(transaction)

    def replan(self, task: str, until: datetime) -> None:
        """Move the instant that a task waits for, because better calendar data have come (AMB-54)."""
        for countdown in self._clocks_of(lambda kind: kind.name == task):
            clock = countdown.clock.replanned(until)
            if clock != countdown.clock:
                countdown.clock = clock
                self._add("replanned", {"task": task, "until": until.isoformat()})

    async def insist(self, call: Callable[[], Awaitable[T]], *, worry: bool = True) -> T:
        """Do what the story cannot go on without: a refusal blocks the case until an operator resumes it.

        Without `worry` silence is no reason to look at it: there is nothing new yet.
        """
        return await insisted(self._record, call, self._worry_after() if worry else None)

    # --- what goes on record

    def _add(self, event: str, data: dict[str, JsonValue]) -> Row:
        return self._record.add(event, data, lane=self.name)

    def _put_ending(self, task: OpenTask) -> None:
        if task.report:
            self._since = task.report.occurred_at
            self._endings[task] = self._record.add_reported(task.report, task.told, lane=self.name)
        else:
            self._since = task.countdown.clock.deadline_at or workflow.now()
            self._add(f"{task.kind.name}_overdue", {"deadline_at": self._since.isoformat()})

    def _settle(self, event: Event | None, settles: tuple[type[Event] | None, ...]) -> None:
        if any(event is None if outcome is None else isinstance(event, outcome) for outcome in settles):
            for other in self._open:
                # What was accepted before keeps its row.
                if not other.is_over and self.name in ("", other.kind.lane):
                    other.withdrawn, other.event = True, event

    def _remind(self, task: OpenTask) -> None:
        due = task.countdown.clock.deadline_at or workflow.now()
        told = {"task": task.kind.name, "waiting_on": task.kind.waiting_on, "deadline_at": due.isoformat()}
        self._add("reminded", {**told})

    def _clocks_of(self, chosen: Callable[[TaskKind], bool]) -> list[Countdown]:
        return [*dict.fromkeys(task.countdown for task in self._open if chosen(task.kind))]

    async def _wait(self, task: OpenTask, weighed: Weighed | None = None) -> Event | None:
        self._open.append(task)
        if self._goes_on:
            self._record.has_begun, self._goes_on = True, False
        else:
            self.enter(task.kind.stage)
        await task.end()
        if weighed and task.report:
            task.told |= await weighed(task.report)
        self._open.remove(task)
        if not (task.withdrawn or task.rested):
            self._put_ending(task)
        return task.event
