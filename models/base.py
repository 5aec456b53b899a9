"""The few types that every value here is made of."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)


class Frozen(BaseModel):
    """A value: immutable, and closed to fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def as_facts(values: Iterable[BaseModel]) -> list[JsonValue]:
    """As the data of a case hold them. What was not said is left out."""
    return [each.model_dump(mode="json", exclude_none=True) for each in values]


Fen = Annotated[int, Field(strict=True, ge=0, le=10**15)]
"""An amount of money in fen. Whole and never negative; `true`, "1" and 1e2 are refused (CV-8)."""

Flag = Annotated[bool, Field(strict=True)]

Id = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), Field(examples=["sample-1"])
]
"""An identifier that may stand in a URL and in a workflow id. It must not hold personal data."""

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
    Field(examples=["Some words."]),
]
"""Something to read. NUL is refused: PostgreSQL cannot store it, and its case would be stuck."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment, in UTC. One that its offset puts before the year 1 or after 9999 cannot be held."""
