"""The mechanism of a case as its documents tell it: a plain machine that shares no code with the workflow.

It is told what reached the workflow together, and says what must follow: replies, rows, calls and a view.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.properties.operators import Operators
from tests.properties.papers import (
    OPERATORS_EVENTS,
    STATEMENTS,
    TEMPORAL,
    Clock,
    Json,
    Kind,
    Open,
    Reply,
    Result,
    Row,
    Sent,
    Watch,
    shown,
)
from tests.properties.rows import Rows

MOST_WAITING = 8
"""So many may wait for a case that is stuck."""


class Case(Rows, Operators):
    """One case. `rows` are those that are due to be written, in order; `asks` the calls under way."""

    def __init__(self, opening: Json) -> None:
        super().__init__()
        self.opened_by, self.opened_digest = opening["opened_by"], opening["digest"]
        self.since = self.now = datetime.fromisoformat(opening["opened_at"])
        self.data: Json = {}
        self.stage: str | None = None
        self.outcome: str | None = None
        self.version = self.recorded = 0
        self.rows: list[Row] = []
        self.writing: list[Row] = []
        self.waiting: list[Sent] = []
        self.accepted: dict[str, Sent] = {}
        self.turned_away: set[str] = set()
        """Who waited for the case to begin, and was refused then, is refused again without being heard."""
        self.replies: dict[str, Reply] = {}
        self.said: Counter[str] = Counter()
        self.unanswered: set[str] = set()
        self._was_asked_to_end = False
        self._turns = itertools.count()

    def start(self) -> None:
        """Open the first task."""
        raise NotImplementedError

    def has_said_enough(self, event: str) -> bool:
        """Whether a side may not add to what it said any more."""
        raise NotImplementedError

    def follow(self, task: Open) -> None:
        """What the end of a task leads to: its act, or silence."""
        raise NotImplementedError

    def hear(self, call: str, gave: Any) -> None:
        """What an outside call's answer leads to."""
        raise NotImplementedError

    @property
    def begun(self) -> bool:
        return self.recorded > 0

    @property
    def settled(self) -> bool:
        return self.recorded == self.version

    @property
    def is_over(self) -> bool:
        return self.outcome is not None and self.settled

    def anchors(self) -> dict[str, datetime]:
        """The instants around which something turns: a deadline, a reminder, the end of being idle."""
        found: dict[str, datetime | None] = {}
        for task in self.tasks:
            found |= {"due": task.watch.clock.due, "wake": task.wakes()} if task.watch.clock.due else {}
            for gate in task.gates.values():
                found["gate"] = gate.clock.due
        return {name: at for name, at in found.items() if at is not None}

    @property
    def is_paused(self) -> bool:
        return any(task.watch.clock.paused and not task.kind.held for task in self.tasks)

    def is_waiting_for(self, name: str) -> bool:
        return any(task.kind.name == name for task in self.tasks)

    def takes(self) -> list[str]:
        """The events that an open task has a use for."""
        return [event for task in self.tasks for event in task.takes()]

    def shows(self) -> Json:
        claimed = self.claimed_by is not None
        tasks = [task.shows(claimed=claimed) for task in self.tasks if not task.is_over]
        if self.blocked:
            tasks.append(shown("desk", "operator", {"resumed"}, Clock()))
        return {
            "stage": self.stage,
            "outcome": self.outcome,
            "tasks": sorted([*tasks, *self.awaited()], key=lambda task: str(task["name"])),
            "blocked_by": ["Refused"] if self.blocked else [],
            "claimed_by": self.claimed_by,
            "data": dict(self.data),
        }

    def begin(self, now: datetime, sent: Sequence[Sent] = ()) -> dict[str, Reply]:
        """The case starts, perhaps with events that came along."""
        self.now, self.replies = now, {}
        self.waiting += sent
        self.unanswered |= {each.key for each in sent}
        self.accepted |= {each.key: each for each in sent}
        self.note("opened", {}, self.opened_by, digest=self.opened_digest)
        self.start()
        self._let_time_pass(fired=False)
        return self.replies

    def step(
        self,
        now: datetime,
        sent: Sequence[Sent] = (),
        results: Sequence[Result] = (),
        *,
        fired: bool = False,
        cancelled: bool = False,
        results_first: bool = False,
    ) -> dict[str, Reply]:
        """What reached the workflow at once. The replies that are due now, by key."""
        self.now, self.replies = now, {}
        stuck = bool(self.stuck)
        for each in sent:
            stuck = stuck and each.event != "resumed"
            if stuck and len(self.unanswered) >= MOST_WAITING:
                self.replies[each.key] = ("refused", "Blocked")
                continue
            self.unanswered.add(each.key)
            if self.begun:
                self._judge(each)
                self.unanswered -= self.replies.keys()
            else:
                self.waiting.append(each)
                self.accepted[each.key] = each
        if not results_first:
            self._judge_waiting()
            self._go_on()
            self._let_time_pass(fired=False)
        if cancelled and not self._was_asked_to_end:
            self._was_asked_to_end = True
            if self.outcome is None:
                self.note("cancellation_refused", {}, TEMPORAL)
        for result in results:
            self._hear(result)
        self._judge_waiting()
        self._go_on()
        self._let_time_pass(fired)
        self.unanswered -= self.replies.keys()
        return self.replies

    def _judge(self, sent: Sent) -> None:
        if kind := self._refusal(sent):
            if self.accepted.pop(sent.key, None):
                self.turned_away.add(sent.key)
            self.replies[sent.key] = ("refused", kind)
            return
        self.accepted[sent.key] = sent
        if sent.event in OPERATORS_EVENTS:
            self.obey(sent)
        elif sent.event in STATEMENTS:
            self.said[sent.event] += 1
            self.tell(sent)
        elif task := self.task_for(sent):
            self.end_with(task, sent, sent.body)

    def _judge_waiting(self) -> None:
        """Who came before the case began is heard when it has; who resumes it, when it is stuck."""
        for each in list(self.waiting):
            if self.begun or (each.event == "resumed" and self.stuck):
                self.waiting.remove(each)
                self._judge(each)

    def _refusal(self, sent: Sent) -> str | None:
        if self.outcome is not None and sent.event not in OPERATORS_EVENTS:
            return "OutOfTurn"
        if sent.event in STATEMENTS and self.has_said_enough(sent.event):
            return "OutOfTurn"
        if sent.event not in OPERATORS_EVENTS:
            return None if self.task_for(sent) else "OutOfTurn"
        if sent.event == "resumed" and self.stuck:
            return None
        if sent.seen is not None and (sent.seen != self.recorded or not self.settled):
            return "Stale"
        return "OutOfTurn" if self.against(sent) else None

    def _go_on(self) -> None:
        self.tasks = [task for task in self.tasks if not task.withdrawn]
        for task in sorted(self.tasks, key=lambda each: (each.wakes() is not None, each.waits_since)):
            if task.ending is not None:
                self.tasks.remove(task)
                self.since = task.ending.at
                self.tell(task.ending, **task.told)
                self.follow(task)

    def _let_time_pass(self, fired: bool) -> None:
        while task := next((each for each in self.tasks if self._is_due(each, fired)), None):
            due = task.watch.clock.due
            if due is not None and due <= self.now:
                self.tasks.remove(task)
                self.since = due
                self.note(f"{task.kind.name}_overdue", {"deadline_at": due.isoformat()})
                self.follow(task)
            elif due is not None:
                task.watch.reminded_at = self.now
                told = {"task": task.kind.name, "waiting_on": task.kind.waiting_on}
                self.note("reminded", {**told, "deadline_at": due.isoformat()})
                self.waits(task)
        for task in self.tasks:
            task.restarted = False

    def _is_due(self, task: Open, fired: bool) -> bool:
        wakes = task.wakes()
        return not task.is_over and wakes is not None and wakes <= self.now and (fired or task.restarted)

    def _hear(self, result: Result) -> None:
        if result.call not in self.asks:
            return  # nobody waits for it any more
        self.asks.remove(result.call)
        match result.call:
            case "record" if result.no:
                self.stuck = result.no[0]
                self.asks.add("alarm")
            case "record":
                self.recorded = self.writing[-1].version
                for row in self.writing:
                    if row.key is not None:
                        self.replies[row.key] = ("answered", self.writing[-1])
                self.writing = []
            case "alarm":
                if self.stuck is None:
                    self.asks.add("record")
            case _ if result.no:
                kind, detail = result.no
                self.blocked = result.call
                self.note("blocked", {"kind": kind, "detail": f"{kind}: {detail}"})
            case call:
                self.hear(call, result.gave)

    def open(self, kind: Kind, watch: Watch, **how: Any) -> Open:
        task = Open(kind, watch, **how)
        self.tasks.append(task)
        self.waits(task)
        self.move(kind.stage)
        return task

    def waits(self, task: Open) -> None:
        task.waits_since, task.restarted = next(self._turns), True

    def watch(self, due: datetime | None) -> Watch:
        return Watch(Clock(due), self.since)

    def end(self, outcome: str) -> None:
        self.outcome = outcome
        self.move("closed")

    def move(self, stage: str) -> None:
        self.stage = stage
        self.refresh()
