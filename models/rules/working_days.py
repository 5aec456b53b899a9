"""Until when working days last (CV-2, CV-5). Which days are worked is told by a calendar (AMB-54)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from models.periods import CHINA, local_date
from models.working_days import Due

IsWorkday = Callable[[date], bool | None]
"""Whether people work on a day; None where nobody has said yet."""

SATURDAY = 5
DAY = timedelta(days=1)


def due(since: datetime, working_days: int, is_workday: IsWorkday) -> Due:
    """Late from the end of the N-th working day after the day of `since`, which does not count (CV-5).

    A day that nobody has said anything of counts Monday to Friday, and makes the end provisional (AMB-54).
    """
    day, left, provisional = local_date(since), working_days, False
    while left:
        day += DAY
        known = is_workday(day)
        provisional |= known is None
        left -= day.weekday() < SATURDAY if known is None else known
    return Due(until=datetime.combine(day + DAY, time(), CHINA), provisional=provisional)
