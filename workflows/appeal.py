"""An appeal: an operator decides what two sides could not settle. Their clocks stand meanwhile."""

import asyncio

from models.appeals import (
    DECISIONS,
    AppealTerms,
    DecidedToGiveDays,
    Hearing,
)
from models.cases import Event
from models.clocks import Clock
from workflows.case import Case
from workflows.desk import desk_time
from workflows.tasks import Countdown


async def heard(case: Case, hearing: Hearing, interrupted: Countdown, terms: AppealTerms) -> Event | None:
    """What ends the appeal: a decision, or what a side did meanwhile. The clock keeps its time."""
    interrupted.clock = interrupted.clock.paused_at(case.since)
    meanwhile = asyncio.create_task(
        case.wait_for(hearing.held, clock=interrupted, settles=(*hearing.held.moves,))
    )
    async with desk_time(case, hearing.desk.name, terms.decide_within, terms.replan_every) as desk:
        ended = await _decided(case, hearing, desk, meanwhile)
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
