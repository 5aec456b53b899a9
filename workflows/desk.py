"""The operators' desk: how long they have, in working days where the policy counts so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from temporalio import workflow

from activities.calendar import Calendar
from models.clocks import Clock
from models.working_days import WorkingDays, WorkingTime
from workflows.calls import RECORD, call
from workflows.lane import Lane
from workflows.tasks import Countdown


@asynccontextmanager
async def desk_time(
    case: Lane,
    task: str,
    within: WorkingDays | timedelta,
    replan_every: timedelta,
    *,
    no_later: datetime | None = None,
) -> AsyncIterator[Countdown]:
    """The clock of a task of theirs. Working days are planned meanwhile, and planned again (AMB-54).

    It ends at `no_later` where that comes first.
    """
    if isinstance(within, timedelta) and no_later:
        within = min(within, no_later - case.since)
    clock = case.countdown(within) if isinstance(within, timedelta) else Countdown(Clock())
    planning = asyncio.create_task(_plan(case, task, clock, within, replan_every, no_later))
    try:
        yield clock
    finally:
        planning.cancel()


async def _plan(
    case: Lane,
    task: str,
    desk: Countdown,
    within: WorkingDays | timedelta,
    replan_every: timedelta,
    no_later: datetime | None,
) -> None:
    """Working days end when the calendar says, and are planned again until it has data for them (AMB-54)."""
    if not isinstance(within, WorkingDays):
        return
    time = WorkingTime(since=case.since, working_days=within.working_days)
    planned = None
    while not desk.clock.is_late(workflow.now()):
        due = await call(Calendar.due, time, RECORD, summary=f"{time.working_days} working days")
        await workflow.wait_condition(lambda: not desk.clock.paused)
        until = min(due.until, no_later or due.until)
        by = until - (planned or until)
        case.replan(task, (desk.clock.deadline_at or until) + by)  # what operators moved stays moved
        planned = until
        if not due.provisional:
            return
        await workflow.sleep(replan_every, summary="until the date is planned again")
