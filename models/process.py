"""What a process is: how it starts, what moves it, and what it publishes of itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel, JsonValue

from models.admitting import Admit, Check, nothing
from models.cases import Event, Role
from models.deposits import Block
from models.rules.blocks import Why
from models.selling import Selling
from models.tasks import Leads, Step, TaskKind

Guard = Callable[[Mapping[Block, tuple[Why, ...]]], tuple[Why, ...]]
"""Of everything that a provider is barred from, what counts."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as the API, the docs and the pictures are made from it."""

    name: str
    title: str
    title_zh: str
    workflow: str
    started_by: frozenset[Role]
    start: type[BaseModel]
    event: Any
    tasks: tuple[TaskKind, ...]
    steps: tuple[Step, ...]
    stages: type[StrEnum]
    outcomes: type[StrEnum]
    admit: Admit
    ready: Callable[[dict[str, Any]], bool] = lambda _: True
    """Whether the data a caller waits for at the start are there; waited for briefly, never insisted on."""
    check: Check = nothing
    """What stands against an event, given the case on record."""

    guarded_by: Block | None = None
    """What its provider must be free to do: where a market bars that, nothing new is let in."""
    event_guards: Mapping[type[Event], Guard] = field(default_factory=dict)
    """What must not stand against its provider when one of these is reported, whoever reports it."""
    product: tuple[str, Callable[[Any], str]] | None = None
    """What a request is for: a product of its market, by its id, and the field that names it."""
    keeps: Callable[[Selling], dict[str, JsonValue]] = lambda _: {}
    """What a case keeps of how its provider sells on the day it is let in, where it is guarded."""
    lanes: Mapping[str, type[StrEnum]] = field(default_factory=dict)
    """The stages of the stories that a case tells side by side, by their names."""
    route: Callable[[Any], Mapping[str, Leads]] | None = None
    """Where each stage leads on to by a policy's terms, if these say the order of steps."""

    def case_id(self, market: str, id: str) -> str:
        """Of the case, and of its workflow."""
        return f"{self.name}:{market}:{id}"

    @property
    def stories(self) -> dict[str, type[StrEnum]]:
        """The stages of the case's own story, which has no name, and of every lane."""
        return {"": self.stages, **self.lanes}

    @property
    def events(self) -> tuple[type[Event], ...]:
        """Every event that its workflow knows; several of one tag where an operator decides."""
        return tuple(_members(self.event))


def _members(union: Any) -> Iterator[type[Event]]:
    for each in get_args(getattr(union, "__value__", union)):
        if isinstance(each, type) and issubclass(each, Event):
            yield each
        else:
            yield from _members(each)
