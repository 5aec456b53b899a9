"""What the simulated enterprise accounts keep

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulated_enterprise_accounts",
        sa.Column("account_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("deductible", sa.Boolean(), nullable=False),
        sa.CheckConstraint("balance_fen >= 0", name=op.f("ck_simulated_enterprise_accounts_not_overdrawn")),
        sa.PrimaryKeyConstraint("account_digest", name=op.f("pk_simulated_enterprise_accounts")),
    )
    op.create_table(
        "simulated_deductions",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_simulated_deductions_positive")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_simulated_deductions")),
    )
    op.create_index(
        op.f("ix_simulated_deductions_account_digest"),
        "simulated_deductions",
        ["account_digest"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_simulated_deductions_account_digest"), table_name="simulated_deductions")
    op.drop_table("simulated_deductions")
    op.drop_table("simulated_enterprise_accounts")
