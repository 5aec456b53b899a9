"""The first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_history();
"""


def upgrade() -> None:
    op.create_table(
        "admissions",
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("process", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("workflow", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("hold", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_admissions")),
    )
    op.create_index(
        "ix_admissions_orphans", "admissions", ["admitted_at"], unique=False, postgresql_where=sa.text("open")
    )
    op.create_index(
        "uq_admissions_hold", "admissions", ["market", "hold"], unique=True, postgresql_where=sa.text("open")
    )
    op.create_table(
        "case_changes",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "xact_id",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("event", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stage_before", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("stage_after", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_changes")),
    )
    op.create_index("ix_case_changes_feed", "case_changes", ["xact_id", "seq"], unique=False)
    op.create_index(
        "uq_case_changes_key",
        "case_changes",
        ["case_id", "key"],
        unique=True,
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_index("uq_case_changes_version", "case_changes", ["case_id", "version"], unique=True)
    op.create_table(
        "cases",
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("process", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("regarding", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_on", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("blocked_by", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("view", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(stage = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_cases_closed_has_time")
        ),
        sa.CheckConstraint(
            "(stage = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_cases_closed_has_outcome")
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_cases_version_counts")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_due_at"), "cases", ["due_at"], unique=False)
    op.create_index(
        "ix_cases_newest",
        "cases",
        [sa.literal_column("changed_at DESC"), sa.literal_column("case_id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_cases_provider_id"), "cases", ["provider_id"], unique=False)
    op.create_index(op.f("ix_cases_regarding"), "cases", ["regarding"], unique=False)
    op.create_index("ix_cases_waiting_on", "cases", ["waiting_on"], unique=False, postgresql_using="gin")
    op.create_table(
        "outside_effects",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outside_effects")),
    )
    op.create_table(
        "simulated_charges",
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_simulated_charges")),
    )
    op.create_table(
        "simulated_misbehaviours",
        sa.Column("operation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("behaviour", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("times_left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("operation", name=op.f("pk_simulated_misbehaviours")),
    )
    op.create_table(
        "simulated_payments",
        sa.Column("payment_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_simulated_payments")),
    )
    op.create_index(op.f("ix_simulated_payments_paid_at"), "simulated_payments", ["paid_at"], unique=False)
    op.create_index(
        op.f("ix_simulated_payments_reference"), "simulated_payments", ["reference"], unique=False
    )
    op.create_table(
        "simulated_refunds",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payment_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_simulated_refunds_positive")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_simulated_refunds")),
    )
    op.create_index(
        op.f("ix_simulated_refunds_payment_id"), "simulated_refunds", ["payment_id"], unique=False
    )
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f("ix_simulated_refunds_payment_id"), table_name="simulated_refunds")
    op.drop_table("simulated_refunds")
    op.drop_index(op.f("ix_simulated_payments_reference"), table_name="simulated_payments")
    op.drop_index(op.f("ix_simulated_payments_paid_at"), table_name="simulated_payments")
    op.drop_table("simulated_payments")
    op.drop_table("simulated_misbehaviours")
    op.drop_table("simulated_charges")
    op.drop_table("outside_effects")
    op.drop_index("ix_cases_waiting_on", table_name="cases", postgresql_using="gin")
    op.drop_index(op.f("ix_cases_regarding"), table_name="cases")
    op.drop_index(op.f("ix_cases_provider_id"), table_name="cases")
    op.drop_index("ix_cases_newest", table_name="cases")
    op.drop_index(op.f("ix_cases_due_at"), table_name="cases")
    op.drop_table("cases")
    op.drop_index("uq_case_changes_version", table_name="case_changes")
    op.drop_index(
        "uq_case_changes_key", table_name="case_changes", postgresql_where=sa.text("key IS NOT NULL")
    )
    op.drop_index("ix_case_changes_feed", table_name="case_changes")
    op.drop_table("case_changes")
    op.execute("DROP FUNCTION refuse_rewriting_history")
    op.drop_index("uq_admissions_hold", table_name="admissions", postgresql_where=sa.text("open"))
    op.drop_index("ix_admissions_orphans", table_name="admissions", postgresql_where=sa.text("open"))
    op.drop_table("admissions")
