"""An appeal: an operator decides what two sides could not settle. Their clocks stand meanwhile."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from activities.calendar import Calendar
from models.appeals import (
    AppealTerms,
    BuyerStated,
    DecidedToAccept,
    DecidedToGiveDays,
    DecidedToRefund,
    DecidedToResume,
    Hearing,
    ProviderStated,
)
from models.cases import Event
from models.clocks import Clock
from models.working_days import WorkingDays, WorkingTime
from workflows.calls import RECORD, call
from workflows.case import Case
from workflows.tasks import Countdown

DECISIONS = (DecidedToResume, DecidedToGiveDays, DecidedToRefund, DecidedToAccept)


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
        match await case.wait_for(kind, clock=desk, settles=DECISIONS):
            case BuyerStated() | ProviderStated():
                continue
            case None if meanwhile.done():
                return meanwhile.result()
            case None:
                kind, desk = hearing.escalated, Countdown(Clock())
            case decision:
                return decision


async def _plan(case: Case, task: str, desk: Countdown, terms: AppealTerms) -> None:
    """Working days end when the calendar says, and are planned again until it has data for them (AMB-54)."""
    if not isinstance(terms.decide_within, WorkingDays):
        return
    time = WorkingTime(since=case.since, working_days=terms.decide_within.working_days)
    planned = None
    while True:
        due = await call(Calendar.due, time, RECORD, summary=f"{time.working_days} working days")
        now_due = desk.clock.deadline_at
        if planned is None:
            case.replan(task, due.until)
        elif now_due is not None and due.until != planned:
            case.replan(task, due.until + (now_due - planned))  # what an operator added stays
        planned = due.until
        if not due.provisional:
            return
        await workflow.sleep(terms.replan_every, summary="until the date is planned again")
