"""The books of the simulated wallet, as a real one would keep them elsewhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.tables import Json, _at, _json
from models.tables.simulated import _fen


class SimulatedApplyment(SQLModel, table=True):
    """An application for a merchant number: three facts, which come in any order (TCM-WX-02, -11).

    `times_asked` shows callers that repeat themselves. Nobody's name is kept but the company's.
    """

    __tablename__ = "simulated_applyments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="positive"),
        CheckConstraint("submission > 0 AND times_asked > 0", name="counts"),
        CheckConstraint("review IS NULL OR review IN ('passed', 'rejected')", name="review_is_one"),
    )

    reference: str = Field(primary_key=True)
    market: str
    applyment_id: str
    submission: int
    form_digest: str
    """Of everything that was submitted: another form needs another submission."""
    times_asked: int = 1
    submitted_at: datetime = _at(index=True)
    company_name: str
    payer_number: str
    administrator_digest: str
    amount_fen: int = _fen()
    remit_by: datetime = _at()
    review: str | None = None
    """`passed` or `rejected`."""
    audit_details: list[Json] = _json()
    verified_at: datetime | None = _at(nullable=True)
    signed_at: datetime | None = _at(nullable=True)
    frozen: bool = False
    canceled: bool = False
    before: Json | None = _json(nullable=True)
    """The row as it was before its last change, for answers that come too late."""


class SimulatedWalletRemittance(SQLModel, table=True):
    """Money that somebody remitted for an application. What does not match goes back (AMB-34)."""

    __tablename__ = "simulated_wallet_remittances"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="positive"),)

    remittance_id: str = Field(primary_key=True)
    reference: str = Field(index=True)
    submission: int
    payer_name: str
    payer_last_four: str
    amount_fen: int = _fen()
    at: datetime = _at()
    returned_because: str | None = None
