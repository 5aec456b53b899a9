"""Calendar periods in ISO 8601, for what is agreed in years, months and days (AMB-46)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Annotated

import isodate
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

CHINA = timezone(timedelta(hours=8), "+08:00")
"""Asia/Shanghai. It has known no daylight saving since 1991, and local dates are decided in it (CV-1)."""


def local_date(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def after(day: date, period: str) -> date:
    """The day a calendar period later; where that month is shorter, its last day (AMB-62)."""
    end: date = day + isodate.parse_duration(period)
    return end


def _lasting(period: str) -> str:
    start = date(2020, 1, 1)
    if period == "P" or after(start, period) <= start:
        raise ValueError("must last at least a day")
    return period


Period = Annotated[
    str,
    StringConstraints(pattern=r"^P([0-9]{1,2}Y)?([0-9]{1,3}M)?([0-9]{1,4}D)?$"),
    AfterValidator(_lasting),
]
"""A calendar period such as P1Y, P6M or P30D, kept as it was written."""


def _as_written(span: object) -> object:
    if isinstance(span, timedelta) or (isinstance(span, str) and span.startswith("P")):
        return span
    raise ValueError("must be an ISO 8601 period such as P3D")


Span = Annotated[timedelta, BeforeValidator(_as_written), Field(gt=timedelta())]
"""A length of time such as P3D or PT6S. A bare number is refused: nobody knows what it counts."""


Reminders = Mapping[str, tuple[Span, ...]]
"""How long before the end of which period, by its name in the policy, its party is reminded."""


def of_periods(*known: str) -> AfterValidator:
    """Refuses reminders of any other period: nobody would ever get them."""

    def checked(reminders: Reminders) -> Reminders:
        if unknown := sorted({*reminders} - {*known}):
            raise ValueError(f"{unknown[0]} is none of {', '.join(known)}")
        return reminders

    return AfterValidator(checked)


def _as_day(day: object) -> object:
    if isinstance(day, date | str):
        return day
    raise ValueError("must be a day such as 2020-12-28")


Day = Annotated[date, BeforeValidator(_as_day)]
"""A calendar day. A number, which would be taken for seconds since 1970, is refused."""
