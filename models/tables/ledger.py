"""The ledger's rows. They are only ever added, and triggers see to it that each transaction is sound."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.tables import _at


class TransactionRow(SQLModel, table=True):
    """One business step in money. At commit its entries sum to zero and are as many as `entries` says."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        Index("uq_ledger_transactions_key", "key", unique=True),
        Index("ix_ledger_transactions_case_id", "case_id"),
        CheckConstraint("entries >= 2", name="two_sides"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    key: str
    market: str
    case_id: str
    version: int
    """The version of the last change of the batch that it came with."""
    what: str
    currency: str
    entries: int
    """None can be added to a transaction later."""
    at: datetime = _at()
    recorded_at: datetime | None = Field(
        default=None,
        sa_column=Column(DateTime(timezone=True), server_default=text("clock_timestamp()"), nullable=False),
    )


class EntryRow(SQLModel, table=True):
    """Debit positive, credit negative. In a market, the order of ids is the order of commits."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_account", "market", "account", "id"),
        Index("ix_ledger_entries_transaction_id", "transaction_id"),
        CheckConstraint("amount_fen <> 0", name="not_zero"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    transaction_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("ledger_transactions.id", name="fk_ledger_entries_transaction_id"),
            nullable=False,
        )
    )
    market: str
    account: str
    amount_fen: int = Field(sa_type=BigInteger)
