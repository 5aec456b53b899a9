"""Which days people work in China: a library's data, ours over them, the operator's over both (CV-2)."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import chinese_calendar
from pydantic import Field

from models.base import Flag, Frozen, Text
from models.periods import Day
from models.policies import CALENDAR
from models.policies.files import broken, parsed
from models.rules.working_days import SATURDAY, IsWorkday

CHINA = Path(__file__).parent / "china.toml"


class KnownDay(Frozen):
    date: Day
    is_workday: Flag
    source: Text


class KnownYear(Frozen):
    """A year of which every holiday and make-up day is written down."""

    year: Annotated[int, Field(strict=True, ge=2004, le=9998)]
    source: Text


class CalendarFile(Frozen):
    days: tuple[KnownDay, ...] = ()
    years: tuple[KnownYear, ...] = ()


def load(extra: Path | None = None) -> IsWorkday:
    """The calendar, with `calendar.toml` in `extra` over it. Raises BrokenPolicy for a broken file."""
    files = [CHINA, *([extra / CALENDAR] if extra and (extra / CALENDAR).is_file() else [])]
    tables = [read(file) for file in files]
    days = {day.date: day.is_workday for table in tables for day in table.days}
    years = {known.year for table in tables for known in table.years}

    def is_workday(day: date) -> bool | None:
        if day in days:
            return days[day]
        in_library = _in_library(day)
        return day.weekday() < SATURDAY if in_library is None and day.year in years else in_library

    return is_workday


def read(file: Path) -> CalendarFile:
    """One file's days. Refuses a broken file with its line and field, and a day that it has twice."""
    table, text = parsed(file, CalendarFile)
    counted = Counter(day.date for day in table.days)
    for place, day in enumerate(table.days):
        if counted[day.date] > 1:
            raise broken(file, text, ("days", place, "date"), "has a day twice")
    return table


def _in_library(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
