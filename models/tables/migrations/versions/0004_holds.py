"""What a case needs for itself alone, however much that is

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN_HOLDS = """
INSERT INTO admission_holds (market, hold, case_id)
SELECT market, hold, case_id FROM admissions WHERE open AND hold IS NOT NULL
"""
# There is room for one of a case only. Others would be lost, and with them what they guard.
ONE_EACH = """
UPDATE admissions SET hold = held.hold
FROM (SELECT case_id, min(hold) AS hold FROM admission_holds GROUP BY case_id) AS held
WHERE held.case_id = admissions.case_id
"""


def upgrade() -> None:
    op.create_table(
        "admission_holds",
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hold", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("market", "hold", name=op.f("pk_admission_holds")),
    )
    op.create_index(op.f("ix_admission_holds_case_id"), "admission_holds", ["case_id"], unique=False)
    op.execute(OPEN_HOLDS)
    op.drop_index("uq_admissions_hold", table_name="admissions", postgresql_where=sa.text("open"))
    op.drop_column("admissions", "hold")
    op.add_column("simulated_charges", sa.Column("part", sa.Integer(), nullable=True))
    op.add_column("simulated_charges", _method())
    op.add_column("simulated_payments", _method())


def _method() -> sa.Column:
    return sa.Column("method", sqlmodel.sql.sqltypes.AutoString(), nullable=True)


def downgrade() -> None:
    op.drop_column("simulated_payments", "method")
    op.drop_column("simulated_charges", "method")
    op.drop_column("simulated_charges", "part")
    op.add_column("admissions", sa.Column("hold", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index(
        "uq_admissions_hold", "admissions", ["market", "hold"], unique=True, postgresql_where=sa.text("open")
    )
    op.execute(ONE_EACH)
    op.drop_index(op.f("ix_admission_holds_case_id"), table_name="admission_holds")
    op.drop_table("admission_holds")
