"""What the simulated registries keep

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulated_companies",
        sa.Column("licence_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("legal_representative", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("registered_capital_fen", sa.BigInteger(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("licence_number", name=op.f("pk_simulated_companies")),
    )
    op.create_table(
        "simulated_people",
        sa.Column("document_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("document_digest", name=op.f("pk_simulated_people")),
    )


def downgrade() -> None:
    op.drop_table("simulated_people")
    op.drop_table("simulated_companies")
