"""Cases of a process by when they changed, open ones by their provider, and the versions that changes came with

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_of_process",
        "cases",
        ["market", "process", sa.text("changed_at DESC"), sa.text("case_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_cases_open_of_provider",
        "cases",
        ["process", "market", "provider_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_case_changes_contents",
        "case_changes",
        ["case_id", sa.text("((data ->> 'version'::text)::integer)")],
        unique=False,
        postgresql_where=sa.text("event IN ('draft_saved', 'submitted') AND data ? 'version'"),
    )


def downgrade() -> None:
    op.drop_index("ix_case_changes_contents", table_name="case_changes")
    op.drop_index("ix_cases_open_of_provider", table_name="cases")
    op.drop_index("ix_cases_of_process", table_name="cases")
