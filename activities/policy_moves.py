"""Moving cases to another version of their policy: each by an event of its own, on its own record."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, exists
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from models.cases import Report
from models.orders import TermsChanged
from models.policies import MarketPolicy, OrderPolicy
from models.policy_moves import MovedPage, MovePage, NotMoved
from models.tables import CaseRow, ChangeRow

ANSWERS_WITHIN = timedelta(seconds=3)
SIDE_BY_SIDE = 5


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
        against = await asyncio.gather(*(self._move(page, *each, turns) for each in found))
        cases = [case_id for case_id, _, _ in found]
        return MovedPage(
            moved=tuple(case for case, why in zip(cases, against, strict=True) if why is None),
            not_moved=tuple(
                NotMoved(case_id=case, why=why) for case, why in zip(cases, against, strict=True) if why
            ),
            last=cases[-1] if cases else None,
        )

    def _next(self, page: MovePage) -> list[tuple[str, str, str]]:
        """Each case with the version it is to leave, and the one it is to run by."""
        mine = exists().where(ChangeRow.case_id == CaseRow.case_id, ChangeRow.key == _key(page.id))  # type: ignore[arg-type]
        of_process = (CaseRow.market == page.market, CaseRow.process == page.process)
        open_cases = (
            select(CaseRow.case_id, col(CaseRow.view)["policy_version"].astext)
            .where(*of_process, col(CaseRow.closed_at).is_(None), CaseRow.version > 0)
            .where(CaseRow.case_id > page.after)
            .order_by(col(CaseRow.case_id))
            .limit(page.at_once)
        )
        with Session(self.engine) as session:
            if page.undoes is None:
                to = str(page.to)
                moved_or_else = mine | (col(CaseRow.view)["policy_version"].astext != to)
                return [
                    (case_id, version, to)
                    for case_id, version in session.exec(open_cases.where(moved_or_else))
                ]
            undone = (
                select(ChangeRow.case_id, ChangeRow.data)
                .where(ChangeRow.key == _key(page.undoes), ChangeRow.event == TermsChanged.tag())
                .where(ChangeRow.case_id > page.after)
                .order_by(col(ChangeRow.case_id))
                .limit(page.at_once)
            )
            return [
                (case_id, data["policy_version"], data["before"]) for case_id, data in session.exec(undone)
            ]

    async def _move(
        self, page: MovePage, case_id: str, before: str, to: str, turns: asyncio.Semaphore
    ) -> str | None:
        """None when the case runs by the version; otherwise what stands against it."""
        versions = {each.version: each for each in self.policies[page.market].versions(page.process)}
        policy = versions.get(to)
        if not isinstance(policy, OrderPolicy):
            return f"version {to} is not known any more"
        changed = TermsChanged(policy_version=to, before=before, terms=policy.terms, reason=page.reason)
        key = _key(page.id)
        report = Report[TermsChanged](event=changed, actor=page.by, key=key, digest=key, occurred_at=page.at)
        async with turns:
            try:
                await self.client.get_workflow_handle(case_id).execute_update(
                    "report", report, id=key, rpc_timeout=ANSWERS_WITHIN
                )
            except WorkflowUpdateFailedError as refused:
                cause = refused.cause
                return cause.message if isinstance(cause, ApplicationError) else "refused"
            except RPCError as error:
                return await asyncio.to_thread(self._unless_moved, case_id, key, error)
        return None

    def _unless_moved(self, case_id: str, key: str, error: RPCError) -> str | None:
        """A case that does not answer may have been moved before it closed."""
        with Session(self.engine) as session:
            moved = session.exec(
                select(ChangeRow.version).where(ChangeRow.case_id == case_id, ChangeRow.key == key)
            ).first()
            closed = session.exec(select(CaseRow.closed_at).where(CaseRow.case_id == case_id)).first()
        if moved is not None:
            return None
        return "the case is closed" if closed else f"no answer ({error.status.name.lower()})"


def _key(move_id: str) -> str:
    return f"policy-move:{move_id}"
