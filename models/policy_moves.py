"""Moving open cases to another version of their policy, case by case, and back."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from models.base import Frozen, Id
from models.cases import Actor, Opening
from models.interventions import Intervention
from models.periods import Span
from models.rules.masking import Said
from models.tasks import Leads, Step


class MoveStage(StrEnum):
    MOVING = "moving"
    CLOSED = "closed"


class MoveOutcome(StrEnum):
    MOVED = "moved"
    PARTLY_MOVED = "partly_moved"
    NOTHING_MOVED = "nothing_moved"


class OrderMove(Frozen):
    """Which open cases are to run by which version; or an earlier move that is to be undone."""

    id: Id
    process: Id
    to: Id | None = None
    undoes: Id | None = None
    """The id of an earlier move. Each of its cases goes back to the version that it came from; the id of no
    move of this market moves nothing."""
    reason: Said

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.to is None) == (self.undoes is None):
            raise ValueError("say either `to` or `undoes`")
        return self


class MoveTerms(Frozen):
    at_once: Annotated[int, Field(strict=True, ge=1, le=100)]
    """How many cases are moved before the move itself goes on record again."""
    worry_after: Span | None = None
    """How long one step may take before operators are told; None: for ever."""


class PolicyMove(Frozen):
    """A move as its workflow starts with it."""

    opening: Opening
    terms: MoveTerms
    process: Id
    to: Id | None
    undoes: Id | None
    reason: Said

    def facts(self) -> dict[str, JsonValue]:
        asked = {"process", "to", "undoes", "reason"}
        return {**self.model_dump(mode="json", include=asked, exclude_none=True), "moved": 0, "not_moved": 0}

    def page(self, after: str) -> "MovePage":
        return MovePage(
            **self.model_dump(include={"process", "to", "undoes", "reason"}),
            id=self.opening.id,
            market=self.opening.market,
            by=self.opening.opened_by,
            at=self.opening.opened_at,
            after=after,
            at_once=self.terms.at_once,
        )


class MovePage(Frozen):
    """The next cases of a move, after the one that came last."""

    id: Id
    market: str
    process: Id
    to: Id | None
    undoes: Id | None
    reason: Said
    by: Actor
    at: AwareDatetime
    after: str
    at_once: int

    @property
    def key(self) -> str:
        """What this move's events carry. Ids are unique within a market only."""
        return key_of(self.market, self.id)

    def covers(self, case_id: str) -> bool:
        return case_id.startswith(f"{self.process}:{self.market}:")


class NotMoved(Frozen):
    case_id: str
    why: str


class MovedPage(Frozen):
    moved: tuple[str, ...]
    not_moved: tuple[NotMoved, ...]
    last: str | None
    """The last case that was looked at; None when there was none."""


def key_of(market: str, move: str) -> str:
    return f"policy-move:{market}:{move}"


def outcome_of(moved: int, not_moved: int) -> MoveOutcome:
    if not moved:
        return MoveOutcome.NOTHING_MOVED
    return MoveOutcome.PARTLY_MOVED if not_moved else MoveOutcome.MOVED


MoveEvent = Annotated[Intervention, Field(discriminator="event")]

MOVE_STEPS = (
    Step("cases_moved", MoveStage.MOVING, Leads(MoveStage.MOVING)),
    *(Step("finished", MoveStage.MOVING, Leads(MoveStage.CLOSED, outcome)) for outcome in MoveOutcome),
)
