"""The calendar is asked by an activity: a workflow that knew its data would not replay once they change."""

import subprocess
import sys
from datetime import UTC, date, datetime

from temporalio.testing import ActivityEnvironment

from activities.calendar import Calendar
from models.calendars import load
from models.periods import CHINA
from models.working_days import Due, WorkingTime
from worker import WORKFLOWS

SINCE = datetime(2026, 9, 30, 4, tzinfo=UTC)


async def test_working_days_are_counted_by_the_calendar_that_the_activity_was_given() -> None:
    time = WorkingTime(since=SINCE, working_days=1)
    asked = [ActivityEnvironment().run(Calendar(known).due, time) for known in (load(), lambda _: True)]
    assert asked == [
        Due(until=datetime(2026, 10, 9, tzinfo=CHINA), provisional=False),
        Due(until=datetime(2026, 10, 2, tzinfo=CHINA), provisional=False),
    ]


def test_where_the_calendar_ends_the_answer_is_provisional() -> None:
    def unknown(_: date) -> None:
        return None

    time = WorkingTime(since=SINCE, working_days=250)
    assert ActivityEnvironment().run(Calendar(unknown).due, time).provisional


def test_an_answer_keeps_its_instant_on_its_way_through_temporal() -> None:
    answer = Calendar(load()).due(WorkingTime(since=SINCE, working_days=1))
    assert Due.model_validate_json(answer.model_dump_json()) == answer


def test_no_workflow_knows_the_calendars_data() -> None:
    modules = {workflow.__module__ for workflow in WORKFLOWS} | {"activities.calendar"}
    code = f"import sys, {', '.join(sorted(modules))}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert modules <= set(loaded.split())
    assert not {"chinese_calendar", "models.calendars"} & set(loaded.split())
