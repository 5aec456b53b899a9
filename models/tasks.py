"""What a process publishes of itself: one table of stages, tasks and events.

The API offers what it lists, workflows wait for what it lists, and the pictures are drawn from it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from models.cases import Accepts, Event, Party, Task
from models.interventions import SECOND_APPROVAL, Approved, Disapproved, Resumed


class Onwards(StrEnum):
    """Where a policy says the order of steps: on to whichever is next, which may be the end."""

    NEXT = "next"


NEXT = Onwards.NEXT


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a move goes: to a stage, or to the end with an outcome."""

    stage: StrEnum
    outcome: StrEnum | None = None

    def __str__(self) -> str:
        return f"{self.stage}: {self.outcome}" if self.outcome else str(self.stage)


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One thing that a process waits for. `even_paused` are the events that a pause does not hold up."""

    name: str
    stage: StrEnum
    waiting_on: Party
    moves: dict[type[Event], Leads]
    silence: Leads | None = None
    within: str | None = None
    """The policy's name for the time it may take."""
    even_paused: tuple[type[Event], ...] = ()
    rules: dict[str, str] | None = None
    """Rule ids, by event tag or "silence"."""
    held: bool = False
    """Its clock was stopped by the story itself: no ruling moves it."""
    lane: str = ""
    """Where a case tells several stories side by side: whose stage it is."""
    hands_on: bool = False
    """A decision that waits for a second operator goes on waiting with the task that follows in its stage.
    Otherwise it is void when its task ends by itself."""

    def held_in(self, stage: StrEnum, *events: type[Event]) -> Self:
        """The task while something else is decided: its clock stands, and these events it still takes."""
        moves = {event: self.moves[event] for event in events}
        return replace(
            self, stage=stage, moves=moves, even_paused=events, silence=None, within=None, held=True
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What a case does by itself: `event` is how the audit names it."""

    event: str
    stage: StrEnum
    leads: Leads
    rule: str = ""
    lane: str = ""


def accepts(kind: type[Event], not_before: datetime | None = None) -> Accepts:
    return Accepts(event=kind.tag(), by=tuple(sorted(kind.party.spoken_for_by)), not_before=not_before)


def desk() -> Task:
    """What a blocked case waits for: an operator who lets it try again."""
    return _for_operators("desk", Resumed)


def second_approval() -> Task:
    """What a decision that moves money waits for: another operator."""
    return _for_operators(SECOND_APPROVAL, Approved, Disapproved)


def _for_operators(name: str, *kinds: type[Event]) -> Task:
    return Task(name=name, waiting_on=Party.OPERATOR, accepts=tuple(map(accepts, kinds)))
