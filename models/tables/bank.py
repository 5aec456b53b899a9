"""Bank checks at rest: amounts, codes and accounts are sealed, and found again by a keyed digest alone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary
from sqlmodel import Field, Session, SQLModel, col, select

from models.bank import BankDetails, Direction, Instruction, Secret
from models.rules.bank import REMARK
from models.tables import _at
from models.tables.privacy import Cipher


class BankCheckRow(SQLModel, table=True):
    """One round of checking one account. `rounds` counts these rows, whatever case they belong to."""

    __tablename__ = "bank_checks"
    __table_args__ = (
        CheckConstraint("attempts_used BETWEEN 0 AND attempts_allowed", name="attempts_are_limited"),
        CheckConstraint("verified_at IS NULL OR failed_at IS NULL", name="verified_or_failed"),
        CheckConstraint("(voided_at IS NULL) = (voided_because IS NULL)", name="voided_has_reason"),
        CheckConstraint("expires_at > issued_at", name="lasts"),
        Index("ix_bank_checks_account", "market", "account_digest"),
        Index("ix_bank_checks_provider", "market", "provider_id"),
    )

    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    market: str
    provider_id: str
    direction: str
    proof: str | None
    account_digest: str
    """A keyed hash of the account's number, the same in every case."""
    account: bytes = Field(sa_type=LargeBinary)
    secret: bytes = Field(sa_type=LargeBinary)
    attempts_allowed: int
    attempts_used: int = 0
    issued_at: datetime = _at()
    expires_at: datetime = _at()
    paid_out_at: datetime | None = _at(nullable=True)
    verified_at: datetime | None = _at(nullable=True)
    failed_at: datetime | None = _at(nullable=True)
    voided_at: datetime | None = _at(nullable=True)
    """Also after it was verified: the account is verified while this is empty."""
    voided_because: str | None = None

    @property
    def has_ended(self) -> bool:
        return any((self.verified_at, self.failed_at, self.voided_at))

    @property
    def ended_at(self) -> datetime:
        """When it could be guessed no more."""
        ends = (self.verified_at, self.failed_at, self.voided_at, self.expires_at)
        return min(end for end in ends if end)


class BankGuessRow(SQLModel, table=True):
    """An attempt that was used, by the key of its event: kept before anything was compared."""

    __tablename__ = "bank_guesses"
    __table_args__ = (
        Index("uq_bank_guesses_attempt", "case_id", "round", "attempt", unique=True),
        ForeignKeyConstraint(
            ["case_id", "round"], ["bank_checks.case_id", "bank_checks.round"], name="fk_bank_guesses_check"
        ),
    )

    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    key: str = Field(primary_key=True)
    attempt: int
    at: datetime = _at()
    right: bool | None = None
    """None until it was compared."""


class BankRemittanceRow(SQLModel, table=True):
    """An entry of the bank and what we made of it, once. Without a check it is unmatched (AMB-34)."""

    __tablename__ = "bank_remittances"
    __table_args__ = (
        CheckConstraint("(case_id IS NULL) = (reason IS NOT NULL)", name="matched_or_why_not"),
        CheckConstraint("(case_id IS NULL) = (round IS NULL)", name="matched_to_a_round"),
    )

    remittance_id: str = Field(primary_key=True)
    market: str
    kind: str
    """`matched`, `unmatched` or `returned`."""
    payer_digest: str | None
    entry: bytes = Field(sa_type=LargeBinary)
    """The whole entry as the bank confirmed it, sealed to its id."""
    at: datetime = _at(index=True)
    recorded_at: datetime = _at()
    case_id: str | None
    round: int | None
    reason: str | None


def account_digest(cipher: Cipher, number: str) -> str:
    """What an account is known by: its number alone. No other field of the form makes it a new one."""
    return cipher.digest({"bank_account": number})


def account_of(row: BankCheckRow, cipher: Cipher) -> BankDetails:
    return BankDetails.model_validate(cipher.open(row.account, row.case_id))


def secret_of(row: BankCheckRow, cipher: Cipher) -> Secret:
    return Secret.model_validate(cipher.open(row.secret, row.case_id))


def instruction_of(row: BankCheckRow, cipher: Cipher) -> Instruction:
    """What the provider was asked to remit. Only for `provider_remits`."""
    account, secret = account_of(row, cipher), secret_of(row, cipher)
    assert secret.payee is not None
    return Instruction(
        payer_name=account.holder,
        payer_number=account.number,
        amount_fen=secret.amounts_fen[0],
        payee=secret.payee,
        remark=REMARK,
        until=row.expires_at,
    )


def open_instruction(session: Session, cipher: Cipher, case_id: str) -> Instruction | None:
    """What the case's provider must remit now, for that provider's eyes; None where nothing is asked.

    One whose deadline has passed is still told: the case says that it lapsed, this only what it was.
    """
    newest = (
        select(BankCheckRow).where(BankCheckRow.case_id == case_id).order_by(col(BankCheckRow.round).desc())
    )
    row = session.exec(newest.limit(1)).first()
    if row is None or row.direction != Direction.PROVIDER_REMITS or row.has_ended:
        return None
    return instruction_of(row, cipher)
