"""An appeal: an operator decides what two sides could not settle. Their clocks stand meanwhile."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from activities.calendar import Calendar
from models.appeals import (
    DECISIONS,
    AppealTerms,
    DecidedToGiveDays,
    Hearing,
)
from models.cases import Event
from models.clocks import Clock
from models.working_days import WorkingDays, WorkingTime
from workflows.calls import RECORD, call
from workflows.case import Case
from workflows.tasks import Countdown


async def heard(case: Case, hearing: Hearing, interrupted: Countdown, terms: AppealTerms) -> Event | None:
    """What ends the appeal: a decision, or what a side did meanwhile. The clock keeps its time."""
    interrupted.clock = interrupted.clock.paused_at(case.since)
    within = terms.decide_within
    desk = case.countdown(within) if isinstance(within, timedelta) else Countdown(Clock())
    meanwhile = asyncio.create_task(
        case.wait_for(hearing.held, clock=interrupted, settles=(*hearing.held.moves,))
    )
    planning = asyncio.create_task(_plan(case, hearing.desk.name, desk, terms))
    try:
        ended = await _decided(case, hearing, desk, meanwhile)
    finally:
        planning.cancel()
    interrupted.clock = interrupted.clock.resumed_at(case.since)
    if isinstance(ended, DecidedToGiveDays):
        interrupted.clock = interrupted.clock.extended(ended.by)
    return ended


async def _decided(
    case: Case, hearing: Hearing, desk: Countdown, meanwhile: asyncio.Task[Event | None]
) -> Event | None:
    kind = hearing.desk
    while True:
        ended = await case.wait_for(kind, clock=desk, settles=DECISIONS)
        if ended is not None:
            return ended if isinstance(ended, DECISIONS) else await meanwhile
        kind, desk = hearing.escalated, Countdown(Clock())


async def _plan(case: Case, task: str, desk: Countdown, terms: AppealTerms) -> None:
    """Working days end when the calendar says, and are planned again until it has data for them (AMB-54)."""
    if not isinstance(terms.decide_within, WorkingDays):
        return
    time = WorkingTime(since=case.since, working_days=terms.decide_within.working_days)
    planned = None
    while not desk.clock.is_late(workflow.now()):
        due = await call(Calendar.due, time, RECORD, summary=f"{time.working_days} working days")
        await workflow.wait_condition(lambda: not desk.clock.paused)
        by = due.until - (planned or due.until)
        case.replan(task, (desk.clock.deadline_at or due.until) + by)  # what operators moved stays moved
        planned = due.until
        if not due.provisional:
            return
        await workflow.sleep(terms.replan_every, summary="until the date is planned again")
