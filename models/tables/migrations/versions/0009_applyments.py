"""Merchant accounts by the reference of their application

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFERENCE = "(((view -> 'data'::text) -> 'wallet'::text) ->> 'reference'::text)"


def upgrade() -> None:
    op.create_index("ix_cases_applyment", "cases", ["market", sa.text(REFERENCE)])


def downgrade() -> None:
    op.drop_index("ix_cases_applyment", table_name="cases")
