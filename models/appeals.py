"""An appeal: what each side says, and what an operator may decide."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints

from models.base import Frozen
from models.cases import BuyerEvent, Event, Party
from models.interventions import Decision
from models.periods import Span
from models.rules.masking import Said, masked
from models.tasks import Leads, TaskKind
from models.working_days import WorkingDays

Statement = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$"),
    AfterValidator(masked),
]
"""What a side says for itself, masked before anybody keeps it."""


class Evidence(Frozen):
    """A file that its sender keeps. Only its hash is on record: enough to prove later which file it was."""

    name: Annotated[Said, Field(max_length=100)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Statement(Event):
    personal = True
    statement: Statement
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()


class BuyerAppealed(_Statement, BuyerEvent):
    """The buyer asks an operator to decide: the provider was idle for long, or no rework is left."""

    event: Literal["buyer_appealed"] = "buyer_appealed"


class ProviderAppealed(_Statement):
    """The provider asks an operator to decide: the buyer was idle for long, or no rework is left."""

    party = Party.PROVIDER
    event: Literal["provider_appealed"] = "provider_appealed"


class BuyerStated(_Statement, BuyerEvent):
    """The buyer adds to what was said in an appeal."""

    event: Literal["buyer_stated"] = "buyer_stated"


class ProviderStated(_Statement):
    """The provider adds to what was said in an appeal."""

    party = Party.PROVIDER
    event: Literal["provider_stated"] = "provider_stated"


class DecidedToResume(Decision):
    """The order goes on where it stopped, with the time that was left."""

    decision: Literal["resume"] = "resume"


class DecidedToGiveDays(Decision):
    """The order goes on where it stopped, with more time than was left."""

    decision: Literal["give_days"] = "give_days"
    by: Annotated[Span, Field(le=timedelta(days=366))]


class DecidedToRefund(Decision):
    """The buyer gets everything back."""

    decision: Literal["refund"] = "refund"


class DecidedToAccept(Decision):
    """What was built counts as accepted, and the provider is owed its part."""

    decision: Literal["accept"] = "accept"


DECISIONS = (DecidedToResume, DecidedToGiveDays, DecidedToRefund, DecidedToAccept)


class AppealTerms(Frozen):
    """When an operator may be asked to decide, and how long that may take."""

    appeals: Annotated[int, Field(strict=True, ge=1, le=20)]
    """How often one case may be appealed."""
    statements: Annotated[int, Field(strict=True, ge=1, le=200)]
    """How often each side may add to what it said, in one case."""
    idle_for: Span
    """How long a side must have been idle before the other may appeal."""
    decide_within: WorkingDays | Span
    """Then the case is escalated."""
    replan_every: Span
    """How soon a date is planned again that was planned without calendar data (AMB-54)."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """The tasks of an appeal: what it interrupted, and the operators' desk, in time and escalated."""

    held: TaskKind
    desk: TaskKind
    escalated: TaskKind

    @property
    def tasks(self) -> tuple[TaskKind, ...]:
        return self.held, self.desk, self.escalated

    @classmethod
    def of(cls, held: TaskKind, *, back_to: StrEnum, refund: Leads, accept: Leads) -> Self:
        """A hearing in the stage that the held task stands in; `back_to` is where the order came from."""
        stays, back = Leads(held.stage), Leads(back_to)
        moves: dict[type[Event], Leads] = {
            DecidedToResume: back,
            DecidedToGiveDays: back,
            DecidedToRefund: refund,
            DecidedToAccept: accept,
            BuyerStated: stays,
            ProviderStated: stays,
        }
        escalated = TaskKind("escalated_appeal", held.stage, Party.OPERATOR, moves, even_paused=(*moves,))
        desk = replace(escalated, name="appeal", silence=stays, within="decide_within")
        return cls(held, desk, escalated)
