from alembic import context
from sqlalchemy import create_engine, pool, text
from sqlmodel import SQLModel

import models.tables.bank
import models.tables.ledger
import models.tables.simulated
import models.tables.simulated_bank
import models.tables.simulated_enterprise
import models.tables.simulated_links
import models.tables.simulated_registries
import models.tables.simulated_wallet  # noqa: F401  their tables belong to the metadata

ONE_AT_A_TIME = 0x6D61726B


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(
            connection=connection, target_metadata=SQLModel.metadata, compare_server_default=False
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": ONE_AT_A_TIME})
            context.run_migrations()


run()
