"""A task while it is open: whose move it is, its clock, and what ended it."""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow

from models.cases import RULINGS, Accepts, Event, Extended, Party, Paused, Report, Resumed, Role, Ruling, Task
from models.clocks import Clock
from models.tasks import TaskKind


class Countdown:
    """A clock that one task keeps, or several in turn share: what a ruling does to it, it does for all."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

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

    def __init__(self, kind: TaskKind, countdown: Countdown, attempts_left: int | None = None) -> None:
        self.kind = kind
        self.countdown = countdown
        self.attempts_left = attempts_left
        self.report: Report[Event] | None = None
        self.overdue = False
        self.withdrawn = False
        self.rested = False
        self.resting: Callable[[], bool] = lambda: False

    @property
    def is_over(self) -> bool:
        return self.report is not None or self.overdue or self.withdrawn or self.rested

    @property
    def kinds(self) -> tuple[type[Event], ...]:
        return self.kind.even_paused if self.countdown.clock.paused else tuple(self.kind.moves)

    def listens_to(self, event: Event) -> bool:
        return not self.is_over and isinstance(event, self.kinds)

    def accepts(self, report: Report[Event]) -> bool:
        """An event counts by its own time: at the deadline it is late, also while nobody noticed yet."""
        return self.listens_to(report.event) and not self.countdown.clock.is_late(report.occurred_at)

    def seen(self) -> Task:
        clock = self.countdown.clock
        rulings = [kind for kind in RULINGS if kind is not (Paused if clock.paused else Resumed)]
        return Task(
            name=self.kind.name,
            waiting_on=self.kind.waiting_on,
            accepts=tuple(accepts(kind) for kind in (*self.kinds, *rulings)),
            deadline_at=clock.deadline_at,
            paused=clock.paused,
            left=clock.left,
            on_deadline=str(self.kind.silence) if self.kind.silence else None,
            attempts_left=self.attempts_left,
        )

    async def end(self) -> None:
        """Wait for whatever ends the task, following its clock wherever rulings move it."""
        while not self.is_over:
            if self.resting():
                self.rested = True
                return
            deadline = self.countdown.clock.deadline_at
            try:
                await workflow.wait_condition(
                    lambda due=deadline: (  # type: ignore[misc]
                        self.is_over or self.resting() or self.countdown.clock.deadline_at != due
                    ),
                    timeout=deadline - workflow.now() if deadline else None,
                    timeout_summary=f"{self.kind.name} until {deadline:%Y-%m-%d %H:%M:%S}Z"
                    if deadline
                    else None,
                )
            except TimeoutError:
                # What was accepted together with the timer was in time, and wins.
                await workflow.wait_condition(lambda: True)
                self.overdue = not self.is_over and self.countdown.clock.is_late(workflow.now())


def accepts(kind: type[Event]) -> Accepts:
    return Accepts(event=kind.tag(), by=tuple(sorted(kind.party.spoken_for_by)))


def desk() -> Task:
    """What a blocked case waits for: an operator who lets it try again."""
    return Task(
        name="desk",
        waiting_on=Party.OPERATOR,
        accepts=(Accepts(event=Resumed.tag(), by=(Role.OPERATOR,)),),
    )
