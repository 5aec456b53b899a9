"""A task while it is open: whose move it is, its clock, and what ended it."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from pydantic import JsonValue
from temporalio import workflow

from models.cases import Accepts, Event, Report, Role, Task
from models.clocks import Clock
from models.interventions import (
    INTERVENTIONS,
    RULINGS,
    Claimed,
    Decision,
    Extended,
    InStead,
    Paused,
    Released,
    Resumed,
    Ruling,
)
from models.tasks import TaskKind, accepts


class Countdown:
    """A clock that one task keeps, or several in turn share: what a ruling does to it, it does for all."""

    def __init__(self, clock: Clock, *, reminded_at: datetime | None = None) -> None:
        self.clock = clock
        self.reminded_at = reminded_at or workflow.now()
        """No reminder before this instant is due any more."""

    def after(self, ruling: Ruling, now: datetime) -> Clock:
        """The clock as the ruling would leave it: unchanged where the ruling has nothing to do."""
        match ruling:
            case Paused():
                return self.clock.paused_at(now)
            case Resumed():
                return self.clock.resumed_at(now)
            case Extended():
                return self.clock.extended(ruling.by)
            case _:
                return self.clock


class OpenTask:
    """Ended by an event that was in time, by its deadline, or because another task settled everything."""

    def __init__(
        self,
        kind: TaskKind,
        countdown: Countdown,
        *,
        attempts_left: int | None = None,
        closed_to: Collection[type[Event]] = (),
        gates: Mapping[type[Event], Countdown] | None = None,
        remind_before: tuple[timedelta, ...] = (),
        remind: Callable[["OpenTask"], None] = lambda _: None,
        done_when: Callable[[], bool] = lambda: False,
    ) -> None:
        self.kind = kind
        self.countdown = countdown
        self.attempts_left = attempts_left
        self.closed_to = closed_to
        self.gates = gates or {}
        """Events that are taken once a countdown of their own has ended."""
        self.event: Event | None = None
        """What the story is told."""
        self.report: Report[Event] | None = None
        """What goes on record as its end, and `told` with it."""
        self.told: dict[str, JsonValue] = {}
        self.overdue = False
        self.withdrawn = False
        self.rested = False
        self.resting: Callable[[], bool] = lambda: False
        self.settle: Callable[[Event | None], None] = lambda _: None
        self._remind_before, self._remind = remind_before, remind
        self._done_when = done_when

    @property
    def is_over(self) -> bool:
        return self.report is not None or self.overdue or self.withdrawn or self.rested

    @property
    def hands_on(self) -> bool:
        """What waits for a second operator waits on: its end leaves the story in the stage that it is in."""
        if not self.kind.hands_on:
            return False
        if self.event is None:
            leads = self.kind.silence if self.overdue else None
        else:
            leads = self.kind.moves.get(type(self.event))
        return leads is not None and leads.stage == self.kind.stage

    def ruled_by(self, ruling: Ruling) -> tuple[Countdown, ...]:
        """The clocks that a ruling moves. Time that keeps an event back can be stopped, not extended."""
        return (self.countdown,) if isinstance(ruling, Extended) else (self.countdown, *self.gates.values())

    @property
    def kinds(self) -> tuple[type[Event], ...]:
        kinds = self.kind.even_paused if self.countdown.clock.paused else tuple(self.kind.moves)
        return tuple(kind for kind in kinds if kind not in self.closed_to)

    def listens_to(self, event: Event) -> bool:
        return not self.is_over and isinstance(event, self.kinds)

    def accepts(self, event: Event, at: datetime) -> bool:
        """An event counts by its own time: at the deadline it is late, also while nobody noticed yet."""
        if not self.listens_to(event) or self.countdown.clock.is_late(at):
            return False
        gate = self.gates.get(type(event))
        return gate is None or gate.clock.is_late(at)

    def end_with(self, event: Event, report: Report[Event]) -> None:
        self.event, self.report = event, report
        self.settle(event)

    def seen(self, *, claimed: bool, in_stead: bool) -> Task:
        clock = self.countdown.clock
        return Task(
            name=self.kind.name,
            waiting_on=self.kind.waiting_on,
            accepts=(*self._accepts(in_stead), *self._steps_in(claimed)),
            deadline_at=clock.deadline_at,
            paused=clock.paused,
            left=clock.left,
            on_deadline=str(self.kind.silence) if self.kind.silence else None,
            attempts_left=self.attempts_left,
        )

    def _accepts(self, in_stead: bool) -> list[Accepts]:
        decisions = tuple(kind.decision_name() for kind in self.kinds if issubclass(kind, Decision))
        people = [kind for kind in self.kinds if not issubclass(kind, Decision)]
        if in_stead and any(kind.party.spoken_for_by and not kind.personal for kind in people):
            decisions += (InStead.decision_name(),)
        found = [accepts(kind, self._opens_at(kind)) for kind in people]
        if decisions:
            found.append(Accepts(event=Decision.tag(), by=(Role.OPERATOR,), decisions=decisions))
        return found

    def _steps_in(self, claimed: bool) -> list[Accepts]:
        clock = self.countdown.clock
        idle: set[type[Event]] = {Claimed if claimed else Released, Paused if clock.paused else Resumed}
        if self.kind.held:
            idle |= {*RULINGS}
        return [accepts(kind) for kind in INTERVENTIONS if kind not in idle]

    def _opens_at(self, kind: type[Event]) -> datetime | None:
        gate = self.gates.get(kind)
        return gate.clock.deadline_at if gate else None

    # --- its end

    async def end(self) -> None:
        """Wait for whatever ends the task, following its clock wherever rulings move it."""
        while not self.is_over:
            if self._done_when():
                self.withdrawn = True
                return
            if self.resting():
                self.rested = True
                return
            clock = self.countdown.clock
            reminder = self._next_reminder()
            wake = reminder or clock.deadline_at
            try:
                await workflow.wait_condition(
                    lambda seen=clock: (  # type: ignore[misc]
                        self.is_over or self._done_when() or self.resting() or self.countdown.clock != seen
                    ),
                    timeout=wake - workflow.now() if wake else None,
                    timeout_summary=self._summary(clock, reminder),
                )
            except TimeoutError:
                # What was accepted together with the timer was in time, and wins.
                await workflow.wait_condition(lambda: True)
                now = workflow.now()
                self.overdue = not (self.is_over or self._done_when()) and self.countdown.clock.is_late(now)
                if reminder and not self.is_over and self._next_reminder() == reminder:
                    self.countdown.reminded_at = now
                    self._remind(self)

    def _next_reminder(self) -> datetime | None:
        return self.countdown.clock.next_reminder(self._remind_before, self.countdown.reminded_at)

    def _summary(self, clock: Clock, reminder: datetime | None) -> str | None:
        if clock.deadline_at is None:
            return None
        until = f"{self.kind.name} until {clock.deadline_at:%Y-%m-%d %H:%M:%S}Z"
        return f"reminder: {until}" if reminder else until
