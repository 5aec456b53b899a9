"""What the bank tells us of finds the check that it proves or voids, or none.

asking ──the bank confirms──▶ applying ──its case takes it──▶ closed: matched, voided
  │ never confirmed             │ its case has no use for it
  │ matches no check            ▼
  ▼                           closed: unmatched
closed: unconfirmed, unmatched
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.bank_checks import BankChecks
from activities.bank_notices import BankNotices
from models.bank import Matched, RemittanceNotice, Remitted, Returned, Unmatched
from models.bank_notices import BankNotice, ForAccount, NoticeEvent, NoticeOutcome, NoticeStage
from models.cases import Answer, CaseView, Report
from workflows.calls import PATIENT, UNDECIDED, call
from workflows.case import Case
from workflows.record import cause_of


@workflow.defn(name="BankNotice")
class BanksNotice:
    @workflow.init
    def __init__(self, notice: BankNotice) -> None:
        self.notice = notice
        self.case = Case(notice.opening, worry_after=lambda: notice.terms.worry_after)

    @workflow.run
    async def run(self, _: BankNotice) -> str:
        return await self.case.tell(self.story())

    async def story(self) -> NoticeOutcome:
        self.case.enter(NoticeStage.ASKING)
        match await self.case.insist(self._ask):
            case Unmatched(reason=reason, at=at):
                self.case.show(reason=reason, at=at.isoformat())
                self.case.note("not_matched")
                return NoticeOutcome.UNMATCHED
            case Matched() | Returned() as found:
                return await self._apply(found)
        self.case.note("never_confirmed")
        return NoticeOutcome.UNCONFIRMED

    async def _apply(self, found: Matched | Returned) -> NoticeOutcome:
        """The case hears of it, unless it has no use for it any more."""
        case, returned = self.case, isinstance(found, Returned)
        case.about(found.case_id)
        case.enter(NoticeStage.APPLYING, "confirmed", at=found.at, kind=found.kind, round=found.round)
        told = ForAccount(
            entry_id=self.notice.opening.id,
            case_id=found.case_id,
            round=found.round,
            returned=returned,
            at=found.at,
        )
        verdict = await case.insist(lambda: call(BankNotices.apply, told, UNDECIDED, summary=told.case_id))
        if not verdict.taken:
            case.show(reason=verdict.reason)
            case.note("not_wanted")
            return NoticeOutcome.UNMATCHED
        outcome = NoticeOutcome.VOIDED if returned else NoticeOutcome.MATCHED
        case.note(outcome)
        return outcome

    @workflow.update
    async def report(self, report: Report[NoticeEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[NoticeEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _ask(self) -> Remitted | None:
        opening, terms = self.notice.opening, self.notice.terms
        asked = RemittanceNotice(market=opening.market, entry_id=opening.id)
        try:
            return await call(
                BankChecks.remitted, asked, PATIENT, summary=asked.entry_id, within=terms.ask_within
            )
        except ActivityError as error:
            if cause_of(error)[0] == "NotConfirmed":
                return None
            raise
