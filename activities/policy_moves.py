"""Moving cases to another version of their policy: each by an event of its own, on its own record."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from models.cases import Report
from models.orders import OrderTerms, TermsChanged
from models.policies import MarketPolicy, OrderPolicy
from models.policy_moves import MovedPage, MovePage, NotMoved, key_of
from models.rules.previews import UNKNOWN
from models.rules.terms import kept
from models.tables import AdmissionRow, CaseRow, ChangeRow

ANSWERS_WITHIN = timedelta(seconds=3)
SIDE_BY_SIDE = 10


class Candidate(NamedTuple):
    """A case with the version that it is to leave, and the one that it is to run by."""

    case_id: str
    before: str
    to: str
    agreed: OrderTerms
    """What it was placed with."""
    last: str | None
    """The key of the event that moved it last."""


@dataclass(frozen=True, slots=True)
class PolicyMoves:
    engine: Engine
    client: Client
    policies: dict[str, MarketPolicy]

    @activity.defn(name="move_cases")
    async def move(self, page: MovePage) -> MovedPage:
        """Move the next cases. One that was moved by an earlier try of ours counts as moved."""
        found = await asyncio.to_thread(self._next, page)
        turns = asyncio.Semaphore(SIDE_BY_SIDE)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = {each.case_id: group.create_task(self._move(page, each, turns)) for each in found}
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        against = {case_id: task.result() for case_id, task in tasks.items()}
        return MovedPage(
            moved=tuple(case_id for case_id, why in against.items() if why is None),
            not_moved=tuple(NotMoved(case_id=case_id, why=why) for case_id, why in against.items() if why),
            last=found[-1].case_id if found else None,
        )

    def _next(self, page: MovePage) -> list[Candidate]:
        moved = aliased(ChangeRow)
        last = (
            select(moved.key)
            .where(moved.case_id == CaseRow.case_id, moved.event == TermsChanged.tag())
            .order_by(col(moved.version).desc())
            .limit(1)
            .correlate(CaseRow)
            .scalar_subquery()
        )
        version, terms = col(CaseRow.view)["policy_version"].astext, col(AdmissionRow.input)["terms"]
        query = (
            select(CaseRow.case_id, version, terms, last)
            .join(AdmissionRow, col(AdmissionRow.case_id) == col(CaseRow.case_id))
            .where(CaseRow.market == page.market, CaseRow.process == page.process)
            .where(CaseRow.case_id > page.after)
            .order_by(col(CaseRow.case_id))
            .limit(page.at_once)
        )
        with Session(self.engine) as session:
            if page.undoes is None:
                to = str(page.to)
                query = query.where(col(CaseRow.closed_at).is_(None), CaseRow.version > 0)
                rows = session.exec(query.where((last == page.key) | (version != to)))
                return [
                    Candidate(case_id, before, to, OrderTerms.model_validate(agreed), key)
                    for case_id, before, agreed, key in rows
                ]
            undone = (
                query.add_columns(col(ChangeRow.data))
                .join(ChangeRow, col(ChangeRow.case_id) == col(CaseRow.case_id))
                .where(col(ChangeRow.key) == key_of(page.market, page.undoes))
                .where(col(ChangeRow.event) == TermsChanged.tag())
            )
            return [
                Candidate(
                    case_id, data["policy_version"], data["before"], OrderTerms.model_validate(agreed), key
                )
                for case_id, _, agreed, key, data in session.execute(undone)
            ]

    async def _move(self, page: MovePage, case: Candidate, turns: asyncio.Semaphore) -> str | None:
        """None when the case runs by the version; otherwise what stands against it."""
        if not page.covers(case.case_id):
            return f"it is no case of {page.market}"
        if case.last == page.key:
            return None
        if page.undoes is not None and case.last != key_of(page.market, page.undoes):
            return "it was moved again since"
        versions = {each.version: each for each in self.policies[page.market].versions(page.process)}
        if page.undoes is None and case.before not in versions:
            return UNKNOWN
        policy = versions.get(case.to)
        if not isinstance(policy, OrderPolicy):
            return f"version {case.to} is not known any more"
        terms = kept(case.agreed, policy.terms)
        changed = TermsChanged(policy_version=case.to, before=case.before, terms=terms, reason=page.reason)
        report = Report[TermsChanged](
            event=changed, actor=page.by, key=page.key, digest=page.key, occurred_at=page.at
        )
        async with turns:
            try:
                await self._tell(case.case_id, report)
            except WorkflowUpdateFailedError as refused:
                cause = refused.cause
                return cause.message if isinstance(cause, ApplicationError) else "refused"
            except (TimeoutError, RPCTimeoutOrCancelledError):
                return await asyncio.to_thread(
                    self._unless_moved, page, case, RPCStatusCode.DEADLINE_EXCEEDED
                )
            except RPCError as error:
                return await asyncio.to_thread(self._unless_moved, page, case, error.status)
        return None

    async def _tell(self, case_id: str, report: Report[TermsChanged]) -> None:
        async with asyncio.timeout(
            ANSWERS_WITHIN.total_seconds()
        ):  # one call may be several, each with a time
            await self.client.get_workflow_handle(case_id).execute_update(
                "report", report, id=report.key, rpc_timeout=ANSWERS_WITHIN
            )

    def _unless_moved(self, page: MovePage, case: Candidate, status: RPCStatusCode) -> str | None:
        """A case that does not answer may have been moved before it closed, or be moved once it answers."""
        with Session(self.engine) as session:
            mine = (ChangeRow.case_id == case.case_id, ChangeRow.key == page.key)
            moved = session.exec(select(ChangeRow.version).where(*mine)).first()
            closed = session.exec(select(CaseRow.closed_at).where(CaseRow.case_id == case.case_id)).first()
        if moved is not None:
            return None
        if closed:
            return "the case is closed"
        gone = status is RPCStatusCode.NOT_FOUND
        return f"no answer ({status.name.lower()})" + ("" if gone else ": it may still take the change later")
