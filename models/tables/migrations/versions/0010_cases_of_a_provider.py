"""The few cases that say how a provider stands, among all of its orders

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_of_provider", "cases", ["provider_id", "process"], unique=False)
    op.drop_index(op.f("ix_cases_provider_id"), table_name="cases")


def downgrade() -> None:
    op.create_index(op.f("ix_cases_provider_id"), "cases", ["provider_id"], unique=False)
    op.drop_index("ix_cases_of_provider", table_name="cases")
