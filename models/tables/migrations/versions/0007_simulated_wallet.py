"""What the simulated wallet keeps

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulated_applyments",
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("applyment_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("form_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payer_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("administrator_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("remit_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("audit_details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("canceled", sa.Boolean(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_simulated_applyments_positive")),
        sa.CheckConstraint("submission > 0 AND times_asked > 0", name=op.f("ck_simulated_applyments_counts")),
        sa.CheckConstraint(
            "review IS NULL OR review IN ('passed', 'rejected')",
            name=op.f("ck_simulated_applyments_review_is_one"),
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_simulated_applyments")),
    )
    op.create_index(
        op.f("ix_simulated_applyments_submitted_at"), "simulated_applyments", ["submitted_at"], unique=False
    )
    op.create_table(
        "simulated_wallet_remittances",
        sa.Column("remittance_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("payer_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payer_last_four", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_because", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_simulated_wallet_remittances_positive")),
        sa.PrimaryKeyConstraint("remittance_id", name=op.f("pk_simulated_wallet_remittances")),
    )
    op.create_index(
        op.f("ix_simulated_wallet_remittances_reference"),
        "simulated_wallet_remittances",
        ["reference"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_simulated_wallet_remittances_reference"), table_name="simulated_wallet_remittances"
    )
    op.drop_table("simulated_wallet_remittances")
    op.drop_index(op.f("ix_simulated_applyments_submitted_at"), table_name="simulated_applyments")
    op.drop_table("simulated_applyments")
