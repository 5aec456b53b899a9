"""The simulated outside world keeps its state here, as a real one would keep it elsewhere."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from models.tables import _at


def _fen() -> int:
    return Field(sa_type=BigInteger)  # type: ignore[no-any-return]


class SimulatedCharge(SQLModel, table=True):
    __tablename__ = "simulated_charges"

    reference: str = Field(primary_key=True)
    market: str
    amount_fen: int = _fen()
    open: bool
    part: int | None = None
    """Of a case that asks several times the latest one counts."""
    method: str | None = None


class SimulatedPayment(SQLModel, table=True):
    __tablename__ = "simulated_payments"

    payment_id: str = Field(primary_key=True)
    market: str
    reference: str = Field(index=True)
    amount_fen: int = _fen()
    currency: str
    paid_at: datetime = _at(index=True)
    method: str | None = None


class SimulatedRefund(SQLModel, table=True):
    """`times_asked` shows callers that repeat themselves; `key` sees to it that one refund is made."""

    __tablename__ = "simulated_refunds"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="positive"),)

    key: str = Field(primary_key=True)
    payment_id: str = Field(index=True)
    amount_fen: int = _fen()
    refunded_at: datetime = _at()
    times_asked: int


class SimulatedMisbehaviour(SQLModel, table=True):
    """How the gateway was told to misbehave, and how many more times."""

    __tablename__ = "simulated_misbehaviours"

    operation: str = Field(primary_key=True)
    behaviour: str
    times_left: int
