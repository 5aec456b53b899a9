"""What the wallet pushes finds the merchant account that it is about, which hears what the wallet says now.

asking ──the wallet confirms, and its case hears it──▶ closed: told
  │ its case knows it, or has no use for it          ▶ closed: known, not_wanted
  └ nobody applied under that reference              ▶ closed: unconfirmed
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.wallet_notices import WalletNotices
from models.cases import Answer, CaseView, Report
from models.wallet_notices import (
    ENDINGS,
    ForApplication,
    ToldOfApplyment,
    WalletNotice,
    WalletNoticeEvent,
    WalletNoticeOutcome,
    WalletNoticeStage,
)
from workflows.calls import PATIENT, call
from workflows.case import Case
from workflows.record import cause_of


@workflow.defn(name="WalletNotice")
class WalletsNotice:
    @workflow.init
    def __init__(self, notice: WalletNotice) -> None:
        self.notice = notice
        self.case = Case(notice.opening, worry_after=lambda: notice.terms.worry_after)

    @workflow.run
    async def run(self, _: WalletNotice) -> str:
        return await self.case.tell(self.story())

    async def story(self) -> WalletNoticeOutcome:
        self.case.enter(WalletNoticeStage.ASKING, reference=self.notice.reference)
        told = await self.case.insist(self._tell)
        if told is None:
            self.case.note(ENDINGS[WalletNoticeOutcome.UNCONFIRMED])
            return WalletNoticeOutcome.UNCONFIRMED
        self.case.about(told.case_id)
        self.case.show(**({"reason": told.reason} if told.reason else {}))
        self.case.note(ENDINGS[told.outcome], state=told.state)
        return told.outcome

    @workflow.update
    async def report(self, report: Report[WalletNoticeEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[WalletNoticeEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _tell(self) -> ToldOfApplyment | None:
        opening, reference = self.notice.opening, self.notice.reference
        about = ForApplication(market=opening.market, notice_id=opening.id, reference=reference)
        within = self.notice.terms.ask_within
        try:
            return await call(WalletNotices.tell, about, PATIENT, summary=reference, within=within)
        except ActivityError as error:
            if cause_of(error)[0] == "NotConfirmed":
                return None
            raise
