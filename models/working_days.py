"""Working days as values: how many a policy gives, from when a case counts them, and when they end (CV-2)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from models.base import Frozen

Count = Annotated[int, Field(strict=True, ge=1, le=250)]


class WorkingDays(Frozen):
    """A length of time in working days; in a policy `{ working_days = 5 }`."""

    working_days: Count


class WorkingTime(Frozen):
    """Working days from an instant on. The day of `since` does not count (CV-5)."""

    since: AwareDatetime
    working_days: Count


class Due(Frozen):
    """When working days end."""

    until: AwareDatetime
    """The first instant that is late: 00:00 in Shanghai after the last permitted day (CV-5)."""
    provisional: bool
    """A year without data was counted Monday to Friday: nothing irreversible happens on it (AMB-54)."""
