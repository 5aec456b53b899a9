"""What operators do to a case while its story waits: they claim, note, rule, decide, and agree."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.exceptions import ApplicationError

from models.cases import Event, Report, Task
from models.interventions import (
    Approved,
    Claimed,
    Decision,
    Disapproved,
    InStead,
    Noted,
    OperatorEvent,
    Released,
    Resumed,
    Ruling,
)
from models.tasks import Leads, second_approval
from workflows.record import Record, Row
from workflows.tasks import Countdown, OpenTask

NeedsApproval = Callable[[Leads, Event], bool]
"""Whether another operator has to agree before an event leads there by a decision."""


class Operators:
    """A case's operators: who looks after it, and what one of them decided that another has to agree with."""

    def __init__(
        self, record: Record, open_tasks: Sequence[OpenTask], needs_approval: NeedsApproval | None
    ) -> None:
        self._record, self._open = record, open_tasks
        self._needs_approval = needs_approval
        self._waiting: tuple[OpenTask, Report[Any]] | None = None

    @property
    def decide(self) -> bool:
        """Whether they may act in a party's stead in this process."""
        return self._needs_approval is not None

    @property
    def awaited(self) -> tuple[Task, ...]:
        """The second operator's task, while a decision waits for one."""
        return (second_approval(),) if self._undecided() else ()

    # --- refusing

    def refuse(self, report: Report[Any], event: OperatorEvent) -> None:
        """Raise unless what the operator wants would change something, and is theirs to do."""
        record = self._record
        if self.looked_ahead(report):
            return
        if report.seen_version not in (None, record.view.version):
            raise self.refusal("Stale", f"the case is at version {record.view.version}")
        if report.seen_version is not None and not record.settled:
            raise self.refusal("Stale", "the case is changing at this moment")
        if reason := self._against(report, event):
            raise self.refusal("OutOfTurn", reason)

    def looked_ahead(self, report: Report[Any]) -> bool:
        """Whether its sender saw a version that is on record, and that we are only about to hear is there."""
        seen, record = report.seen_version, self._record
        return bool(seen and seen > record.view.version and not record.settled and not record.stuck)

    def refusal(self, kind: str, text: str) -> ApplicationError:
        return ApplicationError(text, self._record.view, type=kind, non_retryable=True)

    def _against(self, report: Report[Any], event: OperatorEvent) -> str | None:
        claimed_by, me = self._record.claimed_by, report.actor.subject
        if self._record.outcome is not None:
            return "the case is closed"
        match event:
            case Noted():
                return None
            case Claimed():
                return "the case is claimed: it must be released first" if claimed_by else None
            case Released():
                return None if claimed_by else "nobody has claimed the case"
            case Approved() | Disapproved():
                return self._against_agreeing(report, event)
        if claimed_by not in (None, me):
            return "another operator has claimed the case: it must be released first"
        if isinstance(event, Ruling):
            return self._against_ruling(report, event)
        if isinstance(event, Decision) and self._undecided():
            return "a decision waits for a second operator already"
        return None if self.task_for(report) else f"nothing here is decided by {event.label()}"

    def _against_agreeing(self, report: Report[Any], event: Event) -> str | None:
        if (waiting := self._undecided()) is None:
            return "no decision waits for a second operator"
        task, decided = waiting
        if isinstance(event, Disapproved):
            return None
        if decided.actor.subject == report.actor.subject:
            return "a second operator has to agree: you decided yourself"
        if not task.accepts(_act(decided.event), report.occurred_at):
            return "its task does not take the decision any more"
        return None

    def _against_ruling(self, report: Report[Any], ruling: Ruling) -> str | None:
        if isinstance(ruling, Resumed) and self._record.blocked_by:
            return None
        return None if self._ruled(report, ruling) else f"{ruling.event} would change nothing"

    # --- obeying

    def task_for(self, report: Report[Any]) -> OpenTask | None:
        """The open task that an event, or a decision, is for."""
        act = _act(report.event)
        return next((task for task in self._open if task.accepts(act, report.occurred_at)), None)

    def obey(self, report: Report[Any], event: OperatorEvent) -> Row | OpenTask:
        """Do it: the row that tells of it, or the task that it ended."""
        match event:
            case Claimed():
                self._record.claimed_by = report.actor.subject
                return self._add(report, internal=True)
            case Released():
                self._record.claimed_by = None
                return self._add(report, internal=True)
            case Noted():
                return self._add(report, internal=True)
            case Ruling():
                self._rule(report, event)
                return self._add(report)
            case Disapproved():
                self._waiting = None
                return self._add(report, internal=True)
            case Approved():
                return self._agree(report)
        return self._decide(report)

    def _rule(self, report: Report[Any], ruling: Ruling) -> None:
        record = self._record
        if isinstance(ruling, Resumed) and (record.stuck or record.blocked_by):
            record.stuck = None
            record.blocks.clear()
            return
        for countdown in self._ruled(report, ruling):
            countdown.clock = countdown.after(ruling, report.occurred_at)

    def _ruled(self, report: Report[Any], ruling: Ruling) -> list[Countdown]:
        """The clocks that a ruling moves, at its own time. One that had run out by then stays run out."""
        at = report.occurred_at
        found = {
            clock: None
            for task in self._open
            if ruling.task in (None, task.kind.name) and not task.is_over and not task.kind.held
            if not task.countdown.clock.is_late(at)
            if task.countdown.after(ruling, at) != task.countdown.clock
            for clock in task.ruled_by(ruling)
        }
        return [clock for clock in found if not clock.clock.is_late(at)]

    def _decide(self, report: Report[Any]) -> Row | OpenTask:
        task = self.task_for(report)
        assert task is not None and self._needs_approval is not None  # noqa: PT018  refused otherwise
        act = _act(report.event)
        if self._needs_approval(task.kind.moves[type(act)], act):
            self._waiting = task, report
            return self._add(report, internal=True)
        return self._end(task, act, report)

    def _agree(self, report: Report[Any]) -> OpenTask:
        assert self._waiting is not None
        task, decided = self._waiting
        self._waiting = None
        return self._end(task, _act(decided.event), report, decided=decided.event.model_dump(mode="json"))

    def _end(self, task: OpenTask, act: Event, report: Report[Any], **told: Any) -> OpenTask:
        self._record.claimed_by = None
        task.end_with(act, report)
        task.told = told
        return task

    def _undecided(self) -> tuple[OpenTask, Report[Any]] | None:
        """The decision that waits. When its task has ended by itself it is void, unless the one that follows
        in the same stage takes it over, such as an escalated one."""
        if self._waiting is None or not self._waiting[0].is_over:
            return self._waiting
        ended, decided = self._waiting
        if not ended.hands_on:
            self._waiting = None
            return None
        follows = self.task_for(decided)
        if follows is None or (follows.kind.lane, follows.kind.stage) != (ended.kind.lane, ended.kind.stage):
            return None
        self._waiting = follows, decided
        return self._waiting

    def _add(self, report: Report[Any], *, internal: bool = False) -> Row:
        return self._record.add_reported(report, {}, internal=internal)


def _act(event: Event) -> Event:
    """What a decision comes to for the story: a decision in somebody's stead is that party's own event."""
    return event.act if isinstance(event, InStead) else event
