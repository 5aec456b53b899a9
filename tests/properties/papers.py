"""What the documents say of a template order, as a table, and the values that its model is told and tells."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]
Reply = tuple[str, Any]
"""("refused", its kind) or ("answered", the last row of the record that answers)."""
SYSTEM = {"role": "system", "subject": "back-office", "on_behalf_of": None}
TEMPORAL = {**SYSTEM, "subject": "temporal"}
RULINGS = ("extended", "paused", "resumed")
AT_THE_DESK = ("claimed", "released", "noted")
OPERATORS_EVENTS = (*RULINGS, *AT_THE_DESK, "decided", "approved", "disapproved")
DECISIONS = ("decided: resume", "decided: give_days", "decided: refund", "decided: accept")
APPEALS = ("buyer_appealed", "provider_appealed")
STATEMENTS = ("buyer_stated", "provider_stated")
PERSONAL = (*APPEALS, *STATEMENTS, *DECISIONS, "paid")
"""What nobody does in a party's stead."""


@dataclass(frozen=True)
class Kind:
    """A task: its stage, whom it waits for, what it takes running and paused, and what follows silence."""

    name: str
    stage: str
    waiting_on: str
    takes: tuple[str, ...]
    even_paused: tuple[str, ...]
    silence: str | None = None
    within: str = ""
    held: bool = False


def _implementing(name: str, waiting_on: str, *takes: str) -> Kind:
    takes = (*takes, "declined", "refund_requested")
    silence = "refunding: not_implemented"
    return Kind(name, "implementing", waiting_on, takes, ("refund_requested",), silence, "implement_within")


def _held(name: str, waiting_on: str, *takes: str) -> Kind:
    return Kind(name, "appealing", waiting_on, takes, takes, held=True)


_PAYS = ("paid", "cancelled")
_HEARS = (*DECISIONS, *STATEMENTS)
PAYMENT = Kind("payment", "unpaid", "buyer", _PAYS, _PAYS, "closing_payment: unpaid", "pay_within")
CERTIFICATION = _implementing("certification", "provider", "business_certified")
IMPLEMENTATION = _implementing("implementation", "provider", "version_submitted", *APPEALS)
VERSION_REVIEW = _implementing("version_review", "review", "version_approved", "version_rejected")
CONFIRMATION = Kind(
    "confirmation",
    "confirming",
    "buyer",
    ("accepted", "refund_requested", "rework_requested", *APPEALS),
    ("refund_requested",),
    "closed: accepted_by_silence",
    "confirm_within",
)
HELD = {
    "implementation": _held("implementation", "provider", "declined", "refund_requested"),
    "confirmation": _held("confirmation", "buyer", "accepted", "refund_requested"),
}
APPEAL = Kind("appeal", "appealing", "operator", _HEARS, _HEARS, "appealing", "decide_within")
ESCALATED = Kind("escalated_appeal", "appealing", "operator", _HEARS, _HEARS)
TASKS = (PAYMENT, CERTIFICATION, IMPLEMENTATION, VERSION_REVIEW, CONFIRMATION, APPEAL, *HELD.values())
MOVES_MONEY = ("accepted", "declined", "refund_requested", "decided: refund", "decided: accept")
"""What a second operator has to agree with, above the amount of the terms."""


@dataclass(frozen=True)
class Sent:
    """An event as it reaches its case."""

    body: Json
    key: str
    digest: str
    actor: Json
    at: datetime
    seen: int | None = None

    @property
    def event(self) -> str:
        return str(self.body["event"])

    @property
    def act(self) -> Json:
        """What it comes to: a decision in somebody's stead is that party's own event."""
        return dict(self.body["act"]) if "act" in self.body else self.body


def name_of(act: Json) -> str:
    return f"decided: {act['decision']}" if act["event"] == "decided" else str(act["event"])


@dataclass(frozen=True)
class Result:
    """What a call came to: what it gave, or the kind and text of what made it give up."""

    call: str
    gave: Any = None
    no: tuple[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """One row of the audit, as it must be written, what the case shows with it, and what it posts."""

    version: int
    at: datetime
    event: str
    actor: Json
    key: str | None
    digest: str | None
    data: Json
    before: str | None
    after: str
    internal: bool = False
    shows: Json = field(default_factory=dict)
    posts: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Clock:
    """Running until `due`, or stopped with `left` to go; without both it never ends."""

    due: datetime | None = None
    left: timedelta | None = None
    paused: bool = False

    def is_late(self, at: datetime) -> bool:
        return self.due is not None and not at < self.due

    def left_at(self, at: datetime) -> timedelta:
        if self.due is None:
            return self.left or timedelta()
        return max(self.due - at, timedelta())

    def paused_at(self, at: datetime) -> "Clock":
        if self.paused:
            return self
        return Clock(left=self.left_at(at) if self.due else None, paused=True)

    def resumed_at(self, at: datetime) -> "Clock":
        if not self.paused:
            return self
        return Clock(None if self.left is None else at + self.left)

    def extended(self, by: timedelta) -> "Clock":
        left = None if self.left is None else self.left + by
        return Clock(self.due and self.due + by, left, self.paused)

    def ruled(self, body: Json, now: datetime) -> "Clock":
        """As a ruling leaves it: the same, where it has nothing to do."""
        match body["event"]:
            case "paused":
                return self.paused_at(now)
            case "resumed":
                return self.resumed_at(now)
        return self.extended(timedelta(seconds=body["seconds"]))


@dataclass
class Watch:
    """A clock that tasks share, and when it last reminded anybody."""

    clock: Clock
    reminded_at: datetime

    def reminder(self, before: tuple[timedelta, ...]) -> datetime | None:
        due = self.clock.due
        return (
            min((due - each for each in before if due - each > self.reminded_at), default=None)
            if due
            else None
        )


@dataclass
class Open:
    """A task while it is open."""

    kind: Kind
    watch: Watch
    attempts_left: int | None = None
    closed: frozenset[str] = frozenset()
    gates: dict[str, Watch] = field(default_factory=dict)
    reminds: tuple[timedelta, ...] = ()
    ending: Sent | None = None
    act: Json = field(default_factory=dict)
    told: Json = field(default_factory=dict)
    withdrawn: bool = False
    waits_since: int = 0
    """Whoever began to wait first goes on first."""
    restarted: bool = True

    @property
    def is_over(self) -> bool:
        return self.ending is not None or self.withdrawn

    def takes(self) -> tuple[str, ...]:
        takes = self.kind.even_paused if self.watch.clock.paused else self.kind.takes
        return () if self.is_over else tuple(each for each in takes if each not in self.closed)

    def accepts(self, act: Json, at: datetime) -> bool:
        name = name_of(act)
        if name not in self.takes() or self.watch.clock.is_late(at):
            return False
        return name not in self.gates or self.gates[name].clock.is_late(at)

    def wakes(self) -> datetime | None:
        return self.watch.reminder(self.reminds) or self.watch.clock.due

    def shows(self, *, claimed: bool) -> Json:
        clock = self.watch.clock
        idle = {"claimed" if claimed else "released", "paused" if clock.paused else "resumed"}
        idle |= {*RULINGS} if self.kind.held else set()
        people = {each for each in self.takes() if each not in DECISIONS}
        decides = {"decided"} if {*self.takes()} & {*DECISIONS} or people - {*PERSONAL} else set()
        return shown(
            self.kind.name,
            self.kind.waiting_on,
            people | decides | ({*RULINGS, *AT_THE_DESK} - idle),
            clock,
            self.kind.silence,
            self.attempts_left,
        )


def shown(
    name: str,
    waiting_on: str,
    accepts: set[str],
    clock: Clock,
    silence: str | None = None,
    attempts_left: int | None = None,
) -> Json:
    """A task as the case shows it."""
    return {
        "name": name,
        "waiting_on": waiting_on,
        "accepts": accepts,
        "deadline_at": clock.due,
        "paused": clock.paused,
        "left": clock.left,
        "on_deadline": silence,
        "attempts_left": attempts_left,
    }
