"""The way to PostgreSQL: bounded waits everywhere, UTC, and a connection that is checked before use."""

from sqlalchemy import Engine, create_engine


def connect(url: str, pool_size: int = 10) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text goes to the log
        connect_args={
            "connect_timeout": 3,
            "options": "-c timezone=UTC -c statement_timeout=10000 -c lock_timeout=5000",
        },
    )
