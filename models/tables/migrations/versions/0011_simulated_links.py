"""What the simulated web was told of its links

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulated_links",
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slow_ms", sa.Integer(), nullable=False),
        sa.Column("times_left", sa.Integer(), nullable=True),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.CheckConstraint("slow_ms >= 0", name=op.f("ck_simulated_links_takes_time")),
        sa.CheckConstraint("times_left >= 0", name=op.f("ck_simulated_links_times_count")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_simulated_links")),
    )


def downgrade() -> None:
    op.drop_table("simulated_links")
