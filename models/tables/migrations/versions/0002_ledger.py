"""The ledger

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SOUND = """
CREATE FUNCTION refuse_unsound_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    posted ledger_transactions;
    found bigint;
    balance numeric;
    abroad bigint;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entries' THEN
        SELECT * INTO posted FROM ledger_transactions WHERE id = NEW.transaction_id;
    ELSE
        posted := NEW;
    END IF;
    SELECT count(*), coalesce(sum(amount_fen), 0), count(*) FILTER (WHERE market <> posted.market)
    INTO found, balance, abroad FROM ledger_entries WHERE transaction_id = posted.id;
    IF found <> posted.entries THEN
        RAISE EXCEPTION 'ledger transaction % has % entries and not %', posted.key, found, posted.entries
        USING ERRCODE = 'check_violation';
    ELSIF balance <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % is out of balance by % fen', posted.key, balance
        USING ERRCODE = 'check_violation';
    ELSIF abroad <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % has entries of another market', posted.key
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
GUARDS = """
CREATE CONSTRAINT TRIGGER sound AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_unsound_transaction();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_history();
"""


def upgrade() -> None:
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("case_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("entries >= 2", name=op.f("ck_ledger_transactions_two_sides")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transactions")),
    )
    op.create_index("ix_ledger_transactions_case_id", "ledger_transactions", ["case_id"], unique=False)
    op.create_index("uq_ledger_transactions_key", "ledger_transactions", ["key"], unique=True)
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_ledger_entries_not_zero")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transactions.id"], name="fk_ledger_entries_transaction_id"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_account", "ledger_entries", ["market", "account", "id"], unique=False)
    op.create_index("ix_ledger_entries_transaction_id", "ledger_entries", ["transaction_id"], unique=False)
    op.execute(SOUND)
    for table in ("ledger_transactions", "ledger_entries"):
        op.execute(GUARDS.format(table=table))


def downgrade() -> None:
    op.drop_index("ix_ledger_entries_transaction_id", table_name="ledger_entries")
    op.drop_index("ix_ledger_entries_account", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index("uq_ledger_transactions_key", table_name="ledger_transactions")
    op.drop_index("ix_ledger_transactions_case_id", table_name="ledger_transactions")
    op.drop_table("ledger_transactions")
    op.execute("DROP FUNCTION refuse_unsound_transaction")
