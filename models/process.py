"""What a process is: how it starts, what moves it, and what it publishes of itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel

from models.admitting import Admit, Check, nothing
from models.cases import Event, Role
from models.tasks import Leads, Step, TaskKind


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

    route: Callable[[Any], Mapping[str, Leads]] | None = None
    """Where each stage leads on to by a policy's terms, if these say the order of steps."""

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
