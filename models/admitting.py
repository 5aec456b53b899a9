"""What lets a case in, and what stands against an event of it: each process says so for itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, JsonValue

from models.base import Frozen
from models.cases import CaseView, Event, Opening
from models.rules.findings import Finding

if TYPE_CHECKING:
    from models.documents import DocumentRef, StoredDocument
    from models.policies import MarketPolicy  # which knows the terms that all of this is about

M = TypeVar("M", bound=BaseModel)


class Hold(Frozen):
    """What a case needs for itself alone while it is open, in its market."""

    name: str
    field: str
    """Where the request says it."""
    rule: str | None = None


class Admitted(Frozen):
    """A case that may begin: what its workflow starts with, and what nobody else may hold meanwhile."""

    input: dict[str, JsonValue]
    holds: tuple[Hold, ...] = ()
    private: dict[str, JsonValue] | None = None


Admit = Callable[[Any, Any, Opening, "MarketPolicy"], Admitted]


class Reveal(Protocol):
    def __call__(self, sealed: JsonValue, model: type[M], /) -> M:
        """A fact of the case, in clear."""


def _nothing_sealed(_: JsonValue, model: type[M]) -> M:
    raise LookupError(model.__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What an event is checked against."""

    view: CaseView
    """The case on record."""
    input: Mapping[str, JsonValue]
    """What the case was admitted with, its terms included."""
    market: "MarketPolicy"
    at: datetime
    """The event's own time."""
    reveal: "Reveal" = _nothing_sealed
    """Opens what the case keeps sealed, to compare with. Nothing of it may show in a finding."""
    document: Callable[["DocumentRef"], "StoredDocument | None"] = lambda _: None
    """What is known of a picture that the case's provider handed in."""


Check = Callable[[Event, Checked], Sequence[Finding]]
"""What stands against an event beyond its shape: everything at once, nothing where it may be reported."""


def nothing(_: Event, __: Checked) -> Sequence[Finding]:
    return ()
