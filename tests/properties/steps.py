"""What may happen to an order, as values that can be played again, and chance, which favours what breaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.properties.model import Case
from tests.properties.papers import (
    AT_THE_DESK,
    DECISIONS,
    PERSONAL,
    RULINGS,
    TASKS,
)

TICK = timedelta(microseconds=1)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SPANS = {"PT0.000001S": TICK, "PT1S": SECOND, "PT1H": HOUR, "P1D": DAY, "P5D": 5 * DAY}
AROUND = (-TICK, timedelta(), TICK)
EVENTS = sorted({event for kind in TASKS for event in kind.takes} - {"paid", *DECISIONS})
ENDS = ("cancelled", "declined", "refund_requested", "accepted", "decided: refund", "decided: accept")
REFUSED, UNRECORDABLE = ("Refused", "told to refuse"), ("Unrecordable", "a constraint")


@dataclass(frozen=True)
class At:
    """An instant, told from now or from what is due, so that a shorter play still means it."""

    anchor: str
    offset: timedelta = timedelta()

    def instant(self, anchors: Mapping[str, datetime]) -> datetime:
        return anchors.get(self.anchor, anchors["now"]) + self.offset

    def __repr__(self) -> str:
        return f"{self.anchor}{self.offset.total_seconds():+g}s" if self.offset else self.anchor


@dataclass(frozen=True)
class Send:
    event: str
    at: At = At("now")
    by: str = "P1D"
    task: str | None = None
    who: str = "olga"
    seen: int | None = None
    """How far from the version on record the one that was looked at is."""
    repeats: int | None = None
    """Which of the keys sent before is sent again."""
    changed: bool = False
    """The repeat comes with another body."""
    payment: int = 0

    def __repr__(self) -> str:
        told = {name: value for name, value in self.__dict__.items() if value != getattr(Send, name, None)}
        return f"Send({', '.join(f'{name}={value!r}' for name, value in told.items())})"


@dataclass(frozen=True)
class Together:
    """One workflow task: events, answers of calls, due timers and a cancellation."""

    sends: tuple[Send, ...] = ()
    answers: tuple[tuple[str, tuple[str, str] | None], ...] = ()
    fires: bool = False
    cancels: bool = False

    @property
    def counts(self) -> int:
        return max(1, len(self.sends) + len(self.answers) + self.fires + self.cancels)


@dataclass(frozen=True)
class Passes:
    to: At
    counts: int = 1


@dataclass(frozen=True)
class Fails:
    """A try of a call comes to nothing, or does its work and loses the answer."""

    call: str
    does_it: bool
    counts: int = 1


@dataclass(frozen=True)
class Pays:
    at: At
    wrong: bool = False
    counts: int = 1


@dataclass(frozen=True)
class Dies:
    counts: int = 1


Step = Together | Passes | Fails | Pays | Dies


def choose(random: Random, order: Case, now: datetime, keys: int, payments: int) -> Step:
    """What happens next."""
    calls = sorted(order.asks)
    dice, unpaid = random.random(), order.is_waiting_for("payment")
    if dice < 0.2:
        return Passes(_some_time(random, order))
    if dice < 0.25 and calls:
        return Fails(random.choice(calls), random.random() < 0.5)
    if dice < 0.28:
        return Dies()
    if dice < (0.45 if unpaid else 0.29) and payments < 3:
        return Pays(_own_time(random, order, now), wrong=random.random() < 0.25)
    answers = tuple((call, _fate(random, call)) for call in calls if random.random() < 0.6)
    number = random.choice((0, 1, 1, 1, 2, 3))
    sends = tuple(some_event(random, order, now, keys, payments) for _ in range(number))
    return Together(sends, answers, fires=random.random() < 0.7, cancels=random.random() < 0.005)


def first(random: Random) -> tuple[Send, ...]:
    """What comes together with the start of the case."""
    if random.random() < 0.8:
        return ()
    return tuple(Send(random.choice((*EVENTS, *RULINGS, "noted"))) for _ in range(random.choice((1, 2))))


def calm(order: Case, now: datetime, pays: list[int]) -> Step:
    """What brings an order to its end, if nothing else happens any more."""
    if order.asks and not (order.stuck and "alarm" not in order.asks):
        return Together(answers=tuple((call, None) for call in sorted(order.asks)))
    if order.stuck or order.blocked or order.is_paused:
        return Together((Send("released"),) if order.claimed_by else (Send("resumed"),))
    if order.is_waiting_for("escalated_appeal"):
        return Together((Send("released"), Send("disapproved"), Send("decided: resume")))
    wakes = order.anchors().get("wake")
    if wakes and now < wakes:
        return Passes(At("wake"))
    return Together(tuple(Send("paid", payment=each) for each in pays), fires=True)


def _fate(random: Random, call: str) -> tuple[str, str] | None:
    if call == "record":
        return UNRECORDABLE if random.random() < 0.02 else None
    return REFUSED if call != "alarm" and random.random() < 0.1 else None


def _some_time(random: Random, order: Case) -> At:
    anchors = sorted(order.anchors())
    if not anchors or random.random() < 0.3:
        return At("now", random.choice((TICK, SECOND, HOUR, DAY)))
    anchor = random.choice((*anchors, *(each for each in anchors if each != "due")))
    return At(anchor, random.choice((*AROUND, -HOUR, HOUR, DAY)))


def _own_time(random: Random, order: Case, now: datetime) -> At:
    near = [name for name, at in sorted(order.anchors().items()) if abs(at - now) <= HOUR]
    if near and random.random() < 0.6:
        return At(random.choice(near), random.choice(AROUND))
    return At("now", random.choice((timedelta(), timedelta(), timedelta(), -SECOND, -HOUR, -DAY, SECOND)))


def some_event(random: Random, order: Case, now: datetime, keys: int, payments: int) -> Send:
    dice, at = random.random(), _own_time(random, order, now)
    who = random.choice(("olga", "olga", "oskar"))
    if dice < 0.1 and keys:
        return Send("", repeats=random.randrange(keys), changed=random.random() < 0.3)
    if payments and (order.is_waiting_for("payment") or dice > 0.97) and random.random() < 0.7:
        return Send("paid", payment=random.randrange(payments))
    if dice < 0.35 or ((order.blocked or order.stuck or order.undecided) and dice < 0.6):
        seen = random.choice((None, None, 0, 0, 0, -1))
        task = random.choice((None, None, *(each.kind.name for each in order.tasks), "signature"))
        event = _operators_event(random, order)
        return Send(event, at, by=random.choice([*SPANS]), task=task, who=who, seen=seen)
    takes = [event for event in order.takes() if event != "paid"]
    often = [event for event in takes if event not in ENDS]
    if often and dice < 0.88:
        return Send(random.choice(often), at, by=random.choice([*SPANS]), who=who)
    if takes and dice > 0.96:
        return Send(random.choice(takes), at, who=who)
    return Send(random.choice([event for event in EVENTS if event not in takes]), at)


def _operators_event(random: Random, order: Case) -> str:
    if order.blocked or order.stuck or order.is_paused:
        likely = ["resumed"] * 4
    elif order.undecided:
        likely = ["approved"] * 4 + ["disapproved"] * 2
    else:
        acts = [event for event in order.takes() if event not in PERSONAL]
        likely = [f"in stead: {event}" for event in acts if event not in ENDS or random.random() < 0.3]
    if order.claimed_by:
        likely += ["released"] * 2
    others = [*RULINGS, *RULINGS, *AT_THE_DESK, *DECISIONS, "approved", "disapproved", "in stead: accepted"]
    return random.choice(likely) if likely and random.random() < 0.5 else random.choice(others)
