"""Natural days as values: calendar days, holidays count (CV-3)."""

from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import Field

from models.base import Frozen
from models.periods import CHINA, local_date


class NaturalDays(Frozen):
    """A length of time in calendar days; in a policy `{ natural_days = 30 }`."""

    natural_days: Annotated[int, Field(strict=True, ge=1, le=3660)]

    def until(self, since: datetime) -> datetime:
        """The first instant that is late: 00:00 in Shanghai after the last permitted day. The day of `since`
        does not count (CV-5)."""
        late = local_date(since) + timedelta(days=self.natural_days + 1)
        return datetime.combine(late, time(), CHINA)
