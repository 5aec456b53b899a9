"""Open cases are moved to another version of their policy, a few at a time.

moving ──some moved──▶ moving ──all looked at──▶ closed
"""

from temporalio import workflow

from activities.policy_moves import PolicyMoves
from models.cases import Answer, CaseView, Report
from models.policy_moves import MovedPage, MoveEvent, MoveOutcome, MoveStage, PolicyMove, outcome_of
from workflows.calls import MANY, call
from workflows.case import Case


@workflow.defn(name="PolicyMove")
class PolicyMoving:
    @workflow.init
    def __init__(self, move: PolicyMove) -> None:
        self.move = move
        self.case = Case(move.opening, worry_after=lambda: move.terms.worry_after)

    @workflow.run
    async def run(self, move: PolicyMove) -> str:
        self.case.show(**move.facts())
        return await self.case.tell(self.story())

    async def story(self) -> MoveOutcome:
        self.case.enter(MoveStage.MOVING)
        last, moved, left = "", 0, 0
        while (done := await self._move_after(last)).last is not None:
            last, moved, left = done.last, moved + len(done.moved), left + len(done.not_moved)
            self.case.show(moved=moved, not_moved=left)
            self.case.note("cases_moved", done.model_dump(mode="json", exclude={"last"}))
        self.case.note("finished")
        return outcome_of(moved, left)

    @workflow.update
    async def report(self, report: Report[MoveEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[MoveEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _move_after(self, last: str) -> MovedPage:
        page = self.move.page(after=last)
        return await self.case.insist(lambda: call(PolicyMoves.move, page, MANY, summary=last or "the first"))
