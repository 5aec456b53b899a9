"""The tables that the code speaks of are the tables that the migrations make."""

from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text
from sqlmodel import SQLModel

from models.tables.migrate import config, is_current, upgrade


def test_the_migrations_make_what_the_tables_say(database_url: str, engine: Engine) -> None:
    """`alembic check` finds nothing to add, and everything is applied."""
    command.check(config(database_url))
    assert is_current(engine)


def test_the_migrations_can_be_taken_back_and_applied_again(database_url: str) -> None:
    name = "taken_back"
    url = f"{database_url.rpartition('/')[0]}/{name}"
    with create_engine(database_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        upgrade(url)
        command.downgrade(config(url), "base")
        emptied = create_engine(url)
        assert not set(inspect(emptied).get_table_names()) - {"alembic_version"}
        upgrade(url)
        assert set(SQLModel.metadata.tables) < set(inspect(emptied).get_table_names())
        emptied.dispose()
        connection.execute(text(f"DROP DATABASE {name}"))


def test_no_table_uses_a_native_enum(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_type WHERE typtype = 'e'")).scalar() == 0
