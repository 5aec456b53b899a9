"""How operators step in: what they may do to any case, always with a reason and a row of its own."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from models.cases import Event, Party
from models.periods import Span
from models.rules.masking import Said


class OperatorEvent(Event):
    """What an operator does to a case, and why."""

    party = Party.OPERATOR
    reason: Said


class Claimed(OperatorEvent):
    """The operator takes the case. Until it is released, or a decision takes effect, nobody else rules or
    decides in it."""

    event: Literal["claimed"] = "claimed"


class Released(OperatorEvent):
    """The case is free for others again. Another operator may release it too."""

    event: Literal["released"] = "released"


class Noted(OperatorEvent):
    """A note that operators alone can read."""

    event: Literal["noted"] = "noted"


class Ruling(OperatorEvent):
    """What an operator does to a case's clocks. `task` alone, or every open one."""

    task: str | None = None


class Extended(Ruling):
    """The clock gets more time, running or paused."""

    event: Literal["extended"] = "extended"
    by: Annotated[Span, Field(le=timedelta(days=366))]
    """More time, as an ISO 8601 period such as P3D."""


class Paused(Ruling):
    """The clock stops, and keeps the time that is left."""

    event: Literal["paused"] = "paused"


class Resumed(Ruling):
    """Clocks run again with the time that was left; a step that was blocked is tried again."""

    event: Literal["resumed"] = "resumed"


class Decision(OperatorEvent):
    """An operator decides. Above the policy's amount, a decision that moves money waits for another one."""

    event: Literal["decided"] = "decided"
    decision: str

    @classmethod
    def decision_name(cls) -> str:
        return str(cls.model_fields["decision"].default)


class InStead(Decision):
    """An operator acts in a party's stead: `act` is the event that the party would have sent."""

    decision: Literal["in_stead"] = "in_stead"
    act: Event


class Approved(OperatorEvent):
    """Another operator agrees with a decision that moves money: it takes effect."""

    event: Literal["approved"] = "approved"


class Disapproved(OperatorEvent):
    """The decision does not take effect, and the case goes on as if it had not been made."""

    event: Literal["disapproved"] = "disapproved"


SECOND_APPROVAL = "second_approval"
"""The task of a decision that waits for another operator. Only operators are shown it."""
RULINGS: tuple[type[Ruling], ...] = (Extended, Paused, Resumed)
DESK: tuple[type[OperatorEvent], ...] = (Claimed, Released, Noted)
"""What changes nothing but who looks after the case, and what is known of it."""
Intervention = Extended | Paused | Resumed | Claimed | Released | Noted
"""What any case takes from operators."""
INTERVENTIONS: tuple[type[OperatorEvent], ...] = (*RULINGS, *DESK)
