"""How the simulated outside world fails its callers when it is told to."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from models.tables.simulated import SimulatedMisbehaviour


class Behaviour(StrEnum):
    """How a gateway can fail its callers."""

    UNAVAILABLE = "unavailable"
    """Answers nothing, and does nothing."""
    LOST_ANSWER = "lost_answer"
    """Does it, and answers nothing."""
    IN_PROGRESS = "in_progress"
    """Says that a refund is under way."""
    REFUSED = "refused"
    CONTRADICTS = "contradicts"
    """Lies: a register answers with another name."""
    STALE = "stale"
    """Answers what was true before the last change."""


@dataclass(frozen=True, slots=True)
class Behaving:
    """One call of an operation: fails before it or after it, or leaves the rest to the operation."""

    behaviour: Behaviour | None

    def __enter__(self) -> Behaviour | None:
        if self.behaviour is Behaviour.UNAVAILABLE:
            raise GatewayUnavailable
        if self.behaviour is Behaviour.REFUSED:
            raise GatewayRefused("told_to_refuse")
        return self.behaviour

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self.behaviour is Behaviour.LOST_ANSWER:
            raise GatewayUnavailable


def misbehave(engine: Engine, operation: str, behaviour: Behaviour, times: int = 1) -> None:
    """Fail the next calls of an operation."""
    with Session(engine) as session, session.begin():
        row = {"operation": operation, "behaviour": behaviour, "times_left": times}
        told = insert(SimulatedMisbehaviour).values(row)
        session.execute(told.on_conflict_do_update(index_elements=["operation"], set_=row))


def behaving(engine: Engine, operation: str) -> Behaving:
    """How the next call of an operation goes: counted, whatever comes of it."""
    with Session(engine) as session, session.begin():
        told = session.exec(
            select(SimulatedMisbehaviour)
            .where(SimulatedMisbehaviour.operation == operation, SimulatedMisbehaviour.times_left > 0)
            .with_for_update()
        ).one_or_none()
        if told is None:
            return Behaving(None)
        told.times_left -= 1
        return Behaving(Behaviour(told.behaviour))
