"""Bank checks, and what the simulated bank keeps

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_checks",
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("direction", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("proof", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("account_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("attempts_allowed", sa.Integer(), nullable=False),
        sa.Column("attempts_used", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_because", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_because IS NULL)", name=op.f("ck_bank_checks_voided_has_reason")
        ),
        sa.CheckConstraint(
            "attempts_used BETWEEN 0 AND attempts_allowed", name=op.f("ck_bank_checks_attempts_are_limited")
        ),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_bank_checks_lasts")),
        sa.CheckConstraint(
            "verified_at IS NULL OR failed_at IS NULL", name=op.f("ck_bank_checks_verified_or_failed")
        ),
        sa.PrimaryKeyConstraint("case_id", "round", name=op.f("pk_bank_checks")),
    )
    op.create_index("ix_bank_checks_account", "bank_checks", ["market", "account_digest"], unique=False)
    op.create_index("ix_bank_checks_provider", "bank_checks", ["market", "provider_id"], unique=False)
    op.create_table(
        "bank_remittances",
        sa.Column("remittance_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payer_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint(
            "(case_id IS NULL) = (reason IS NOT NULL)", name=op.f("ck_bank_remittances_matched_or_why_not")
        ),
        sa.CheckConstraint(
            "(case_id IS NULL) = (round IS NULL)", name=op.f("ck_bank_remittances_matched_to_a_round")
        ),
        sa.PrimaryKeyConstraint("remittance_id", name=op.f("pk_bank_remittances")),
    )
    op.create_index(op.f("ix_bank_remittances_at"), "bank_remittances", ["at"], unique=False)
    op.create_table(
        "simulated_bank_accounts",
        sa.Column("number_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last_four", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("number_digest", name=op.f("pk_simulated_bank_accounts")),
    )
    op.create_table(
        "simulated_bank_transfers",
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("number_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("remark", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_simulated_bank_transfers_positive")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_simulated_bank_transfers")),
    )
    op.create_index(op.f("ix_simulated_bank_transfers_at"), "simulated_bank_transfers", ["at"], unique=False)
    op.create_index(
        op.f("ix_simulated_bank_transfers_number_digest"),
        "simulated_bank_transfers",
        ["number_digest"],
        unique=False,
    )
    op.create_index(
        "uq_simulated_bank_transfers_payout",
        "simulated_bank_transfers",
        ["key"],
        unique=True,
        postgresql_where=sa.text("kind = 'paid_out'"),
    )
    op.create_index(
        "uq_simulated_bank_transfers_return",
        "simulated_bank_transfers",
        ["key"],
        unique=True,
        postgresql_where=sa.text("kind = 'returned'"),
    )
    op.create_table(
        "bank_guesses",
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "round"], ["bank_checks.case_id", "bank_checks.round"], name="fk_bank_guesses_check"
        ),
        sa.PrimaryKeyConstraint("case_id", "round", "key", name=op.f("pk_bank_guesses")),
    )
    op.create_index("uq_bank_guesses_attempt", "bank_guesses", ["case_id", "round", "attempt"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_bank_guesses_attempt", table_name="bank_guesses")
    op.drop_table("bank_guesses")
    op.drop_index(
        "uq_simulated_bank_transfers_return",
        table_name="simulated_bank_transfers",
        postgresql_where=sa.text("kind = 'returned'"),
    )
    op.drop_index(
        "uq_simulated_bank_transfers_payout",
        table_name="simulated_bank_transfers",
        postgresql_where=sa.text("kind = 'paid_out'"),
    )
    op.drop_index(op.f("ix_simulated_bank_transfers_number_digest"), table_name="simulated_bank_transfers")
    op.drop_index(op.f("ix_simulated_bank_transfers_at"), table_name="simulated_bank_transfers")
    op.drop_table("simulated_bank_transfers")
    op.drop_table("simulated_bank_accounts")
    op.drop_index(op.f("ix_bank_remittances_at"), table_name="bank_remittances")
    op.drop_table("bank_remittances")
    op.drop_index("ix_bank_checks_provider", table_name="bank_checks")
    op.drop_index("ix_bank_checks_account", table_name="bank_checks")
    op.drop_table("bank_checks")
