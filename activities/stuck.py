"""Cases whose workflow cannot go on: its code fails again and again, and every event is answered 503."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Engine, or_
from sqlmodel import Session, col, func, select
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from activities.alarms import lift_alarm, raise_alarm
from models.cases import Party
from models.tables import CaseRow

log = structlog.get_logger()
STUCK = "Stuck"
"""The alarm of such a case."""
PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
"""Temporal sets it after some workflow tasks in a row that failed, and unsets it after one that worked."""
RUNNING = "ExecutionStatus = 'Running'"

Problems = Mapping[str, Sequence[str]]
"""By workflow, what Temporal says of it."""


@dataclass(frozen=True, slots=True)
class StuckCases:
    engine: Engine
    client: Client

    async def look(self, at_most: int, within: timedelta) -> tuple[int, int]:
        """Put cases that cannot go on on the operators' desk, and take those off it that go on again: how
        many of each, and at most so many.

        A case whose workflow was ended from outside stays there, for it cannot go on either. Where Temporal
        does not say what runs `within` that time nothing changes, and it is asked again next time.
        """
        try:
            async with asyncio.timeout(within.total_seconds()):
                reported = await self._listed(f"{RUNNING} AND {PROBLEMS.name} IS NOT NULL", at_most)
                known = await asyncio.to_thread(self._on_desk, reported, at_most)
                running = await self._going_on([case_id for case_id, is_open in known if is_open])
        except (RPCError, TimeoutError) as error:
            log.warning("stuck_unknown", error=str(error) or type(error).__name__)
            return 0, 0
        over = [case_id for case_id, is_open in known if not is_open]
        return await asyncio.to_thread(self._tell, reported, [*running, *over])

    async def _listed(self, query: str, at_most: int) -> Problems:
        found = self.client.list_workflows(query, limit=at_most)
        return {each.id: each.typed_search_attributes.get(PROBLEMS) or [] async for each in found}

    async def _going_on(self, case_ids: Collection[str]) -> Collection[str]:
        if not case_ids:
            return ()
        ids = ", ".join(f"'{case_id}'" for case_id in case_ids)
        well = f"{RUNNING} AND {PROBLEMS.name} IS NULL AND WorkflowId IN ({ids})"
        return await self._listed(well, len(case_ids))

    def _on_desk(self, reported: Problems, at_most: int) -> list[tuple[str, bool]]:
        """Cases that are on the desk for what is not reported any more, and whether each is open. By chance:
        those that stay there keep no others waiting."""
        known = (
            select(CaseRow.case_id, col(CaseRow.closed_at).is_(None))
            .where(col(CaseRow.waiting_on).contains([str(Party.OPERATOR)]))
            .where(col(CaseRow.blocked_by).contains([STUCK]), col(CaseRow.case_id).not_in([*reported]))
            .order_by(func.random())
            .limit(at_most)
        )
        with Session(self.engine) as session:
            return [(case_id, is_open) for case_id, is_open in session.exec(known)]

    def _tell(self, reported: Problems, mended: Collection[str]) -> tuple[int, int]:
        """Rows that are being written now are left: their workflow goes on."""
        is_on_desk = col(CaseRow.blocked_by).contains([STUCK])
        news = or_(
            col(CaseRow.case_id).in_([*reported]) & ~is_on_desk,
            col(CaseRow.case_id).in_(mended) & is_on_desk,
        )
        stuck, mended_now = 0, 0
        with Session(self.engine) as session, session.begin():
            for row in session.exec(select(CaseRow).where(news).with_for_update(skip_locked=True)):
                if row.case_id in reported:
                    raise_alarm(row, STUCK)
                    stuck += 1
                    log.error("case_stuck", case_id=row.case_id, problems=[*reported[row.case_id]])
                else:
                    lift_alarm(row, STUCK)
                    mended_now += 1
                    log.warning("case_goes_on", case_id=row.case_id)
            begun = set(session.exec(select(CaseRow.case_id).where(col(CaseRow.case_id).in_([*reported]))))
        if others := sorted(set(reported) - begun):
            log.error("stuck_without_case", workflow_ids=others)
        return stuck, mended_now
