"""What the simulated web was told of its links."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class SimulatedLink(SQLModel, table=True):
    """A link, or a host with all its links, that is not as links are: those nobody told of are reached."""

    __tablename__ = "simulated_links"
    __table_args__ = (
        CheckConstraint("slow_ms >= 0", name="takes_time"),
        CheckConstraint("times_left >= 0", name="times_count"),
    )

    place: str = Field(primary_key=True)
    state: str
    slow_ms: int = 0
    times_left: int | None = None
    """How many more looks it is so; for good where there is none."""
    times_asked: int = 0
