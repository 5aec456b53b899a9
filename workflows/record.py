"""How a case puts what happened on record: in order, each accepted event or ruling as a row of its own."""

from collections.abc import Callable
from typing import Any

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.records import Records
from models.cases import SYSTEM, Actor, Alarm, Batch, Carried, CaseView, Change, Opening, Report, Task
from models.ledger import LedgerTransaction
from workflows.calls import RECORD, call
from workflows.shown import account, show


class Row:
    """A change on its way to the record, and the view that shows its consequence once it is there."""

    def __init__(self, event: str, actor: Actor, stage_before: str | None) -> None:
        self.event, self.actor, self.stage_before = event, actor, stage_before
        self.key: str | None = None
        self.digest: str | None = None
        self.data: dict[str, JsonValue] = {}
        self.at = workflow.now()
        self.view: CaseView | None = None
        self.internal = False
        self.lane = ""
        self.lane_before: str | None = None
        """Where the lane stood that the change is part of."""

    def change(self, version: int, stage_after: str, lane_after: str | None) -> Change:
        lane: dict[str, JsonValue] = {
            "lane": self.lane,
            "stage_before": self.lane_before,
            "stage_after": lane_after,
        }
        return Change(
            version=version,
            at=self.at,
            event=self.event,
            actor=self.actor,
            key=self.key,
            digest=self.digest,
            data=self.data | (lane if self.lane else {}),
            stage_before=self.stage_before,
            stage_after=stage_after,
            internal=self.internal,
        )


class Record:
    """What a case is about to be, and `view`: what it is on record."""

    def __init__(
        self, opening: Opening, open_tasks: Callable[[], tuple[Task, ...]], carried: Carried | None = None
    ) -> None:
        blank = CaseView(
            **opening.model_dump(exclude={"opened_by", "digest"}),
            stage="opening",
            changed_at=opening.opened_at,
        )
        self.view = carried.view if carried else blank
        self.stage: str | None = carried.view.stage if carried else None
        self.outcome: str | None = None
        self.blocks: dict[object, str] = {}
        """What operators have to look at, by whoever waits for them."""
        self.claimed_by = self.view.claimed_by
        self.policy_version = self.view.policy_version
        self.ledger: list[LedgerTransaction] = []
        """What is posted with the next record."""
        self.regarding: str | None = self.view.regarding
        self.data: dict[str, JsonValue] = dict(self.view.data)
        self.stuck: str | None = None
        """Why our own database refuses the next change: shown, and kept until an operator resumes."""
        self.has_begun = False
        self.continued = carried is not None
        self._continues = carried.run_id if carried else None
        self._open_tasks = open_tasks
        self._writing = False
        self._rows: list[Row] = []

    @property
    def blocked_by(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.blocks.values()))

    @property
    def begun(self) -> bool:
        """An update can arrive with the start, before `run` has opened anything."""
        return self.has_begun and self.view.version > 0

    @property
    def pending(self) -> bool:
        """Something has happened that the next record will tell."""
        return bool(self._rows)

    @property
    def settled(self) -> bool:
        """All that happened is on record."""
        return not self._rows and not self._writing

    # --- where its stories stand: the case's own has no name

    def stage_of(self, lane: str) -> str | None:
        if not lane:
            return self.stage
        stage = self._facts(lane).get("stage")
        return None if stage is None else str(stage)

    def now_at(self, lane: str, stage: str) -> None:
        if lane:
            self.show(lane, {"stage": stage})
        else:
            self.stage = stage

    def show(self, lane: str, facts: dict[str, JsonValue]) -> None:
        self.data |= {lane: self._facts(lane) | facts} if lane else facts

    def tells_of(self, lane: str, *, moves: bool) -> bool:
        """Whether something has happened that the next record will tell; where a lane moves, in that lane."""
        return any(row.lane == lane for row in self._rows) if lane and moves else self.pending

    def _facts(self, lane: str) -> dict[str, JsonValue]:
        facts = self.data.get(lane)
        return facts if isinstance(facts, dict) else {}

    # --- what happened

    def add(self, event: str, data: dict[str, JsonValue], actor: Actor = SYSTEM, *, lane: str = "") -> Row:
        row = Row(event, actor, self.stage)
        row.data, row.lane, row.lane_before = data, lane, self.stage_of(lane)
        self._rows.append(row)
        return row

    def add_reported(
        self, report: Report[Any], told: dict[str, JsonValue], *, internal: bool = False, lane: str = ""
    ) -> Row:
        """An accepted event, with everything that its sender said, and what else is told of it."""
        data = report.event.model_dump(mode="json", exclude={"event", "on_behalf_of"}, exclude_none=True)
        data["occurred_at"] = report.occurred_at.isoformat()
        row = self.add(report.event.event, data | told, report.actor, lane=lane)
        row.key, row.digest, row.internal = report.key, report.digest, internal
        return row

    async def keep(self) -> None:
        """Until all is told: write what happened whenever the workflow has gone as far as it can."""
        while self.view.closed_at is None or self.pending:
            await workflow.wait_condition(lambda: self.pending)
            await workflow.wait_condition(lambda: True)  # waits that were just settled end one round later
            rows, self._rows, self._writing = self._rows, [], True
            ledger, self.ledger = tuple(self.ledger), []
            view = self._as_it_is(len(rows))
            show(view, self.view)
            await self._write(rows, view, ledger)
            self.view, self._writing = view, False
            for row in rows:
                row.view = view

    def _as_it_is(self, changes: int) -> CaseView:
        now = workflow.now()
        return self.view.model_copy(
            update={
                "stage": self.stage,
                "outcome": self.outcome,
                "version": self.view.version + changes,
                "changed_at": now,
                "closed_at": self.view.closed_at or (now if self.outcome else None),
                "tasks": self._open_tasks(),
                "blocked_by": self.blocked_by,
                "claimed_by": self.claimed_by,
                "policy_version": self.policy_version,
                "regarding": self.regarding,
                "data": dict(self.data),
            }
        )

    async def _write(self, rows: list[Row], view: CaseView, ledger: tuple[LedgerTransaction, ...]) -> None:
        """A change that can never be recorded blocks its case, loudly, and does not end it."""
        afterwards = [row.stage_before for row in rows[1:]] + [view.stage]
        changes = tuple(
            row.change(self.view.version + number, after or view.stage, self._lane_after(row, rows[number:]))
            for number, (row, after) in enumerate(zip(rows, afterwards, strict=True), 1)
        )
        run_id = workflow.info().run_id
        batch = Batch(run_id=run_id, changes=changes, view=view, continues=self._continues, ledger=ledger)
        while True:
            try:
                await call(Records.record, batch, RECORD, summary=", ".join(row.event for row in rows))
            except ActivityError as error:
                self.stuck, detail = cause_of(error)
                workflow.set_current_details(account(view.model_copy(update={"blocked_by": (self.stuck,)})))
                alarm = Alarm(view=view, kind=self.stuck, detail=detail)
                await call(Records.alarm, alarm, RECORD, summary=self.stuck)
                await workflow.wait_condition(lambda: self.stuck is None)
                batch = batch.model_copy(update={"takes_over": True})
            else:
                return

    def _lane_after(self, row: Row, later: list[Row]) -> str | None:
        """Where a row's lane stood after it: before the lane's next row, or now."""
        following = (each.lane_before for each in later if each.lane == row.lane)
        return next(following, self.stage_of(row.lane))


def cause_of(error: ActivityError) -> tuple[str, str]:
    """The type and text of what made an activity give up."""
    cause = error.cause
    kind = cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause).__name__
    return kind, str(cause)
