"""The operators' desk: how long they have, in working days where the policy counts so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import workflow

from activities.calendar import Calendar
from models.clocks import Clock
from models.working_days import WorkingDays, WorkingTime
from workflows.calls import RECORD, call
from workflows.lane import Lane
from workflows.tasks import Countdown


@asynccontextmanager
async def desk_time(
    case: Lane, task: str, within: WorkingDays | timedelta, replan_every: timedelta
) -> AsyncIterator[Countdown]:
    """The clock of a task of theirs. Working days are planned meanwhile, and planned again (AMB-54)."""
    clock = case.countdown(within) if isinstance(within, timedelta) else Countdown(Clock())
    planning = asyncio.create_task(_plan(case, task, clock, within, replan_every))
    try:
        yield clock
    finally:
        planning.cancel()


async def _plan(
    case: Lane, task: str, desk: Countdown, within: WorkingDays | timedelta, replan_every: timedelta
) -> None:
    """Working days end when the calendar says, and are planned again until it has data for them (AMB-54)."""
    if not isinstance(within, WorkingDays):
        return
    time = WorkingTime(since=case.since, working_days=within.working_days)
    planned = None
    while not desk.clock.is_late(workflow.now()):
        due = await call(Calendar.due, time, RECORD, summary=f"{time.working_days} working days")
        await workflow.wait_condition(lambda: not desk.clock.paused)
        by = due.until - (planned or due.until)
        case.replan(task, (desk.clock.deadline_at or due.until) + by)  # what operators moved stays moved
        planned = due.until
        if not due.provisional:
            return
        await workflow.sleep(replan_every, summary="until the date is planned again")
