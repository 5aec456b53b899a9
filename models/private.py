"""What only its sender and its readers may know: in clear at the API, sealed in everything behind it."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, Discriminator, StringConstraints, Tag
from pydantic.json_schema import SkipJsonSchema

from models.base import Frozen
from models.cases import Event
from models.interventions import InStead

T = TypeVar("T", bound=BaseModel)
E = TypeVar("E", bound=Event)
PLAIN, SEALED = "plain", "sealed"


class Sealed(Frozen):
    """A personal value, encrypted and bound to its case. Only an activity and the API can open it."""

    sealed: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,}={0,2}$", max_length=65_536)]


def _state(value: object) -> str:
    given = value.keys() if isinstance(value, dict) else ()
    return SEALED if isinstance(value, Sealed) or [*given] == [SEALED] else PLAIN


Private = Annotated[
    Annotated[T, Tag(PLAIN)] | Annotated[SkipJsonSchema[Sealed], Tag(SEALED)], Discriminator(_state)
]
"""A field of an event: callers send the plain value, and we keep it sealed."""


def private_fields(event: Event) -> tuple[str, ...]:
    """The names of an event's private fields."""
    fields = type(event).model_fields.items()
    return tuple(name for name, field in fields if _holds_sealed(field.annotation))


def _holds_sealed(annotation: object) -> bool:
    return annotation is Sealed or any(map(_holds_sealed, get_args(annotation)))


def has_private(event: Event) -> bool:
    return bool(private_fields(event.act if isinstance(event, InStead) else event))


def is_sealed(event: Event) -> bool:
    """Whether a sender tried to hand in what only we can make."""
    act = event.act if isinstance(event, InStead) else event
    return any(isinstance(getattr(act, name), Sealed) for name in private_fields(act))


def sealed(event: E, seal: Callable[[BaseModel], Sealed]) -> E:
    """The event as it is kept."""
    if isinstance(event, InStead):
        return event.model_copy(update={"act": sealed(event.act, seal)})
    kept: dict[str, Any] = {}
    for name in private_fields(event):
        value = getattr(event, name)
        if value is not None:
            kept[name] = seal(value)
    return event.model_copy(update=kept)
