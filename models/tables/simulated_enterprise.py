"""The books of the simulated enterprise accounts, as Alipay would keep them elsewhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.tables import _at
from models.tables.simulated import _fen


class SimulatedEnterpriseAccount(SQLModel, table=True):
    """An account of a company, known by a hash of the name that it signs in with."""

    __tablename__ = "simulated_enterprise_accounts"
    __table_args__ = (CheckConstraint("balance_fen >= 0", name="not_overdrawn"),)

    account_digest: str = Field(primary_key=True)
    holder: str
    balance_fen: int = _fen()
    deductible: bool = True
    """Whether the company lets us deduct."""


class SimulatedDeduction(SQLModel, table=True):
    """What we took. `times_asked` shows callers that repeat themselves; `key` sees to it that it is taken
    once."""

    __tablename__ = "simulated_deductions"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="positive"),)

    key: str = Field(primary_key=True)
    market: str
    account_digest: str = Field(index=True)
    amount_fen: int = _fen()
    at: datetime = _at()
    times_asked: int = 1
