"""What operators look after, and what they alone read; a buyer's orders

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("tasks", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("cases", sa.Column("claimed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index(
        "ix_cases_open",
        "cases",
        ["market", "process", "stage"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_cases_tasks", "cases", ["tasks"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_cases_claimed_by"), "cases", ["claimed_by"], unique=False)
    op.create_index(
        "ix_cases_buyer",
        "cases",
        ["market", sa.literal_column("((view -> 'data'::text) ->> 'buyer_id'::text)")],
        unique=False,
    )
    op.add_column(
        "case_changes", sa.Column("internal", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("case_changes", "internal")
    op.drop_index("ix_cases_buyer", table_name="cases")
    op.drop_index(op.f("ix_cases_claimed_by"), table_name="cases")
    op.drop_index("ix_cases_open", table_name="cases", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_cases_tasks", table_name="cases")
    op.drop_column("cases", "claimed_by")
    op.drop_column("cases", "tasks")
