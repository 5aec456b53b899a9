from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.calendars import CHINA as OURS
from models.calendars import load, read
from models.periods import CHINA, local_date
from models.policies import BrokenPolicy
from models.policies import load as load_policies
from models.rules.working_days import due
from models.working_days import Due, WorkingDays, WorkingTime

CALENDAR = load()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SOURCE = "the State Council's notice"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=CHINA)  # type: ignore[misc, arg-type]


def last_day(since: date, working_days: int) -> date:
    """The last day on which it is in time."""
    return local_date(due(at(*since.timetuple()[:3], 12), working_days, CALENDAR).until - SECOND)


def a_calendar(folder: Path, *lines: str) -> Path:
    (folder / "calendar.toml").write_text("\n".join(lines), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("since", "working_days", "last"),
    [
        pytest.param(date(2026, 1, 12), 5, date(2026, 1, 19), id="over a weekend"),
        pytest.param(date(2026, 2, 13), 1, date(2026, 2, 14), id="a Saturday made up before Spring Festival"),
        pytest.param(date(2026, 2, 14), 1, date(2026, 2, 24), id="nine days of Spring Festival"),
        pytest.param(date(2026, 2, 27), 1, date(2026, 2, 28), id="the Saturday made up after it"),
        pytest.param(date(2026, 2, 13), 6, date(2026, 2, 28), id="both of them"),
        pytest.param(date(2026, 9, 30), 1, date(2026, 10, 8), id="National Day"),
        pytest.param(date(2026, 10, 8), 2, date(2026, 10, 10), id="the Saturday made up after it"),
        pytest.param(date(2026, 9, 18), 1, date(2026, 9, 20), id="the Sunday made up before it"),
        pytest.param(date(2025, 12, 31), 1, date(2026, 1, 4), id="New Year, and its Sunday made up"),
    ],
)
def test_holidays_are_left_out_and_days_made_up_count(since: date, working_days: int, last: date) -> None:
    """CV-2."""
    assert last_day(since, working_days) == last
    assert not due(at(*since.timetuple()[:3]), working_days, CALENDAR).provisional


def test_the_day_itself_does_not_count_from_its_first_second_to_its_last() -> None:
    """CV-5."""
    monday = [at(2026, 1, 12), at(2026, 1, 12, 23, 59, 59)]
    assert {due(since, 1, CALENDAR).until for since in monday} == {at(2026, 1, 14)}
    assert due(at(2026, 1, 13), 1, CALENDAR).until == at(2026, 1, 15)


def test_the_day_is_the_one_in_shanghai() -> None:
    """CV-1: 16:00 UTC is the next day there."""
    before, after = (datetime.fromisoformat(f"2026-01-12T{time}+00:00") for time in ("15:59:59", "16:00:00"))
    assert due(before, 1, CALENDAR).until == at(2026, 1, 14)
    assert due(after, 1, CALENDAR).until == at(2026, 1, 15)


def test_it_is_late_from_midnight_in_shanghai_after_the_last_day() -> None:
    """CV-5, AMB-54."""
    until = due(at(2026, 1, 12), 1, CALENDAR).until
    assert until.isoformat() == "2026-01-14T00:00:00+08:00"


def test_days_of_a_year_without_data_count_monday_to_friday_for_the_time_being() -> None:
    """AMB-54: 2026-12-31 is a Thursday, and New Year 2027 is not known."""
    assert due(at(2026, 12, 30), 1, CALENDAR) == Due(until=at(2027, 1, 1), provisional=False)
    assert due(at(2026, 12, 31), 1, CALENDAR) == Due(until=at(2027, 1, 2), provisional=True)
    assert due(at(2026, 12, 30), 3, CALENDAR) == Due(until=at(2027, 1, 5), provisional=True)


def test_what_we_write_down_wins_over_the_library(tmp_path: Path) -> None:
    a_calendar(tmp_path, "[[days]]", "date = 2026-01-13", "is_workday = false", f'source = "{SOURCE}"')
    assert due(at(2026, 1, 12), 1, load(tmp_path)).until == at(2026, 1, 15)
    assert due(at(2026, 1, 12), 1, CALENDAR).until == at(2026, 1, 14)


def test_a_file_of_ones_own_wins_over_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = f'date = 2026-01-13\nis_workday = %s\nsource = "{SOURCE}"\n'
    (tmp_path / "china.toml").write_text("[[days]]\n" + day % "false")
    monkeypatch.setattr("models.calendars.CHINA", tmp_path / "china.toml")
    assert load()(date(2026, 1, 13)) is False
    assert load(a_calendar(tmp_path, "[[days]]", day % "true"))(date(2026, 1, 13)) is True


def test_a_day_alone_makes_no_year_known_and_a_year_written_down_does(tmp_path: Path) -> None:
    new_year = "[[days]]", "date = 2027-01-01", "is_workday = false", f'source = "{SOURCE}"'
    assert due(at(2026, 12, 31), 1, load(a_calendar(tmp_path, *new_year))) == Due(
        until=at(2027, 1, 5), provisional=True
    )
    known = *new_year, "[[years]]", "year = 2027", f'source = "{SOURCE}"'
    assert due(at(2026, 12, 31), 1, load(a_calendar(tmp_path, *known))) == Due(
        until=at(2027, 1, 5), provisional=False
    )


def test_our_own_file_loads() -> None:
    assert read(OURS)


def test_the_calendar_is_no_market(tmp_path: Path) -> None:
    assert load_policies(a_calendar(tmp_path)) == load_policies()


DAY_OF_REST = ["[[days]]", "date = 2026-01-13", "is_workday = false", f'source = "{SOURCE}"']


@pytest.mark.parametrize(
    ("lines", "line", "field"),
    [
        pytest.param(["[[days]]", "date = 13.1.2026"], 2, "-", id="no TOML"),
        pytest.param([*DAY_OF_REST[:1], 'date = "13.1."', *DAY_OF_REST[2:]], 2, "days.0.date", id="no day"),
        pytest.param(
            [*DAY_OF_REST[:1], "date = 20260113", *DAY_OF_REST[2:]], 2, "days.0.date", id="a number"
        ),
        pytest.param([*DAY_OF_REST[:2], "is_workday = 0", *DAY_OF_REST[3:]], 3, "days.0.is_workday", id="0"),
        pytest.param(DAY_OF_REST[:3], 1, "days.0.source", id="no source"),
        pytest.param([*DAY_OF_REST, "note = 1"], 5, "days.0.note", id="unknown"),
        pytest.param([*DAY_OF_REST, *DAY_OF_REST], 2, "days.0.date", id="a day twice"),
        pytest.param(["[[years]]", "year = 27", f'source = "{SOURCE}"'], 2, "years.0.year", id="no year"),
        pytest.param(["[[holidays]]"], 1, "holidays", id="no table of ours"),
    ],
)
def test_a_broken_file_is_told_by_name_line_and_field(
    tmp_path: Path, lines: list[str], line: int, field: str
) -> None:
    with pytest.raises(BrokenPolicy) as broken:
        load(a_calendar(tmp_path, *lines))
    assert str(broken.value).startswith(f"calendar.toml, line {line}, {field}: ")


def test_working_days_are_whole_and_few() -> None:
    assert WorkingDays.model_validate({"working_days": 250}).working_days == 250
    for wrong in (0, 251, -1, 1.0, "5", True, None):
        with pytest.raises(ValidationError):
            WorkingDays.model_validate({"working_days": wrong})


def test_working_time_begins_at_an_instant() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WorkingTime).validate_python({"since": datetime(2026, 1, 1), "working_days": 1})  # noqa: DTZ001


INSTANTS = st.datetimes(datetime(2004, 1, 1), datetime(2027, 6, 1), timezones=st.just(CHINA))  # noqa: DTZ001
COUNTS = st.integers(1, 60)


@given(INSTANTS, COUNTS)
def test_one_working_day_more_is_always_later(since: datetime, working_days: int) -> None:
    one_more = due(since, working_days + 1, CALENDAR)
    assert due(since, working_days, CALENDAR).until < one_more.until


@given(INSTANTS, st.timedeltas(timedelta(), timedelta(days=30)), COUNTS)
def test_who_begins_later_is_never_due_earlier(since: datetime, later: timedelta, working_days: int) -> None:
    assert due(since, working_days, CALENDAR).until <= due(since + later, working_days, CALENDAR).until


@given(INSTANTS, COUNTS)
def test_the_last_day_is_a_working_day_and_that_many_lie_between(since: datetime, working_days: int) -> None:
    last = local_date(due(since, working_days, CALENDAR).until - SECOND)
    days = [local_date(since) + DAY * n for n in range(1, (last - local_date(since)).days + 1)]

    def worked(day: date) -> bool:
        known = CALENDAR(day)
        return day.weekday() < 5 if known is None else known

    assert worked(last)
    assert sum(map(worked, days)) == working_days
