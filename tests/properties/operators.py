"""What operators may do to a case, as the documents say: claim, note, rule, decide, and agree."""

from datetime import datetime
from typing import Any

from tests.properties.papers import DECISIONS, RULINGS, Clock, Json, Open, Sent, name_of, shown


class Operators:
    """A case's tasks and clocks, and its operators. What is told of it is for the case to write."""

    def __init__(self) -> None:
        self.now: datetime
        self.tasks: list[Open] = []
        self.blocked: str | None = None
        self.stuck: str | None = None
        self.claimed_by: str | None = None
        self.outcome: str | None = None
        self.undecided: tuple[Open, Sent] | None = None
        self.asks: set[str] = set()

    def needs_approval(self, act: Json) -> bool:
        raise NotImplementedError

    def tell(self, sent: Sent, *, internal: bool = False, **told: Any) -> None:
        raise NotImplementedError

    def waits(self, task: Open) -> None:
        raise NotImplementedError

    def awaited(self) -> list[Json]:
        """The second operator's task, while a decision waits for one."""
        task = shown("second_approval", "operator", {"approved", "disapproved"}, Clock())
        return [task] if self.awaiting() else []

    def task_for(self, sent: Sent) -> Open | None:
        return next((task for task in self.tasks if task.accepts(sent.act, sent.at)), None)

    def against(self, sent: Sent) -> bool:
        """Whether something stands against what an operator wants."""
        me = sent.actor["subject"]
        if self.outcome is not None:
            return True
        match sent.event:
            case "noted":
                return False
            case "claimed":
                return self.claimed_by is not None
            case "released":
                return self.claimed_by is None
            case "disapproved":
                return self.awaiting() is None
            case "approved":
                waiting = self.awaiting()
                if waiting is None or waiting[1].actor["subject"] == me:
                    return True
                return not waiting[0].accepts(waiting[1].act, sent.at)
        if self.claimed_by not in (None, me):
            return True
        if sent.event in RULINGS:
            return not (sent.event == "resumed" and self.blocked) and not self._ruled(sent)
        return self.awaiting() is not None or self.task_for(sent) is None

    def obey(self, sent: Sent) -> None:
        match sent.event:
            case "claimed":
                self.claimed_by = str(sent.actor["subject"])
            case "released":
                self.claimed_by = None
            case "disapproved":
                self.undecided = None
            case "approved":
                assert self.undecided is not None
                (task, decided), self.undecided = self.undecided, None
                self.end_with(task, sent, decided.act, decided={**decided.body})
                return
            case "decided":
                meant = self.task_for(sent)
                assert meant is not None
                if not self.needs_approval(sent.act):
                    self.end_with(meant, sent, sent.act)
                    return
                self.undecided = meant, sent
            case event if event in RULINGS:
                self._rule(sent)
                self.tell(sent)
                return
        self.tell(sent, internal=True)

    def end_with(self, task: Open, sent: Sent, act: Json, **told: Any) -> None:
        """The task has ended, and where that settles an appeal, so has everything else that is open."""
        task.ending, task.act, task.told = sent, act, told
        if sent.event in ("decided", "approved"):
            self.claimed_by = None
        if task.kind.held or name_of(act) in DECISIONS:
            for other in self.tasks:
                other.withdrawn = other is not task

    def _rule(self, sent: Sent) -> None:
        if sent.event == "resumed" and (self.stuck or self.blocked):
            if self.stuck and "alarm" not in self.asks:
                self.asks.add("record")
            if self.blocked:
                self.asks.add(self.blocked)
            self.stuck = self.blocked = None
            return
        for task in self._ruled(sent):
            clocks = [task.watch] if sent.event == "extended" else [task.watch, *task.gates.values()]
            for watch in clocks:
                if not watch.clock.is_late(sent.at):
                    watch.clock = watch.clock.ruled(sent.body, sent.at)
            self.waits(task)

    def _ruled(self, sent: Sent) -> list[Open]:
        """The tasks whose clock a ruling changes. One that had run out when it was given stays run out."""
        return [
            task
            for task in self.tasks
            if sent.body.get("task") in (None, task.kind.name)
            and not (task.is_over or task.kind.held or task.watch.clock.is_late(sent.at))
            and task.watch.clock.ruled(sent.body, sent.at) != task.watch.clock
        ]

    def awaiting(self) -> tuple[Open, Sent] | None:
        """The decision that waits, unless its task has ended by itself."""
        if self.undecided and (self.undecided[0].is_over or self.undecided[0] not in self.tasks):
            self.undecided = None
        return self.undecided
