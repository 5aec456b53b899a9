"""The books of the simulated bank, as a real one would keep them elsewhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.tables import _at
from models.tables.simulated import _fen


class SimulatedBankAccount(SQLModel, table=True):
    """An account that somebody opened, known by a hash of its number."""

    __tablename__ = "simulated_bank_accounts"

    number_digest: str = Field(primary_key=True)
    last_four: str
    holder: str


class SimulatedBankTransfer(SQLModel, table=True):
    """Money that we paid out, that came back, or that somebody remitted to us.

    `times_asked` shows callers that repeat themselves; `key` sees to it that one payout is made.
    """

    __tablename__ = "simulated_bank_transfers"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="positive"),
        Index(
            "uq_simulated_bank_transfers_payout",
            "key",
            unique=True,
            postgresql_where=text("kind = 'paid_out'"),
        ),
        Index(
            "uq_simulated_bank_transfers_return",
            "key",
            unique=True,
            postgresql_where=text("kind = 'returned'"),
        ),
    )

    reference: str = Field(primary_key=True)
    kind: str
    """`paid_out`, `returned` or `received`."""
    market: str
    key: str | None
    """Ours, of the payout, and of the same when it comes back."""
    number_digest: str = Field(index=True)
    holder: str
    number: str
    """Of whoever remitted to us, in full; of our payouts the last four digits."""
    amount_fen: int = _fen()
    remark: str
    at: datetime = _at(index=True)
    times_asked: int = 1
