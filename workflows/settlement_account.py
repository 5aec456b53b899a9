"""The life of a provider's settlement account, which has no end of its own.

opening ──a path is open, and we may deduct──▶ active ◀──authorised, or revoked──▶ suspended
  │ two paths side by side: workflows/alipay_path.py, workflows/mybank_path.py; one may come later, too
  └ the last day passes: the old account is out of use
from anywhere: ended, or the cooperation is over ──▶ winding up ──▶ closed
"""

from temporalio import workflow

from activities.onboarded import Onboarded
from models.cases import Answer, CaseView, Event, Report
from models.clocks import Clock
from models.onboarded import AskedCompany
from models.rules.settlement import blocks, cut_over_at, old_account_serves
from models.settlement_accounts import (
    SettlementAccount,
    SettlementOutcome,
    SettlementStage,
    SettlementStanding,
)
from models.settlement_events import (
    DecidedToEnd,
    DeductionAuthorised,
    DeductionRevoked,
    PathChosen,
    RecoveryAsked,
    SettlementEvent,
)
from models.settlement_tasks import LATE_PATH, PATH, REAUTHORISATION, STANDING
from models.telling import CooperationEnded
from workflows.calls import RECORD, call
from workflows.case import Case, Rest
from workflows.inbox import Aside
from workflows.known import Known
from workflows.settlement_paths import Paths
from workflows.settlement_recovery import Recoveries
from workflows.tasks import Countdown


@workflow.defn(name="SettlementAccount")
class ProvidersSettlementAccount:
    @workflow.init
    def __init__(self, account: SettlementAccount) -> None:
        self.account, self.terms = account, account.terms
        self.known = Known(account.standing or SettlementStanding())
        self.case = Case(
            account.opening,
            account.carried,
            remind_before=lambda: self.terms.remind_before,
            needs_approval=lambda *_: False,
            worry_after=lambda: self.terms.worry_after,
            asides={
                PathChosen: Aside(self._choose, self._against_path, needs_task=False, moves=True),
                RecoveryAsked: Aside(self._recover, self._against_recovery, needs_task=False),
            },
        )
        self.paths = Paths(self.case, account, self.known)
        self.recoveries = Recoveries(self.case, account, self.known, self.paths.source)
        last_day = Clock(deadline_at=cut_over_at(self.terms))
        self.last_day = Countdown(last_day, reminded_at=self.known.now.reminded_at)

    @workflow.run
    async def run(self, _: SettlementAccount) -> str:
        return await self.case.tell(self.story())

    async def story(self) -> SettlementOutcome:
        if self.account.carried is None and not await self._has_onboarding():
            return SettlementOutcome.NO_ONBOARDING
        self.recoveries.begin()
        self.paths.go_on()
        while (outcome := self._follow(await self._next())) is None:
            self._take_in()
        await self._wound_up()
        return outcome

    def _follow(self, event: Event | Rest | None) -> SettlementOutcome | None:
        """What an event comes to: an end, or nothing but a change."""
        match event:
            case Rest():
                self._continue_as_new()
            case DeductionRevoked() | DeductionAuthorised():
                self.known.change(deduction=isinstance(event, DeductionAuthorised))
            case DecidedToEnd():
                return SettlementOutcome.ENDED
            case CooperationEnded():
                return SettlementOutcome.COOPERATION_ENDED
        return None

    @workflow.update
    async def report(self, report: Report[SettlementEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[SettlementEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    # --- waiting

    async def _next(self) -> Event | Rest | None:
        """None: a path has begun, or come to its end, or the last day is over (ALI-SET-05)."""
        now, forever = self.known.now, Countdown(Clock())
        if now.activated_at is None:
            kind, clock = (LATE_PATH, forever) if now.cut_over else (PATH, self.last_day)
        else:
            kind, clock = (STANDING if now.deduction else REAUTHORISATION), forever
        event = await self.case.wait_or_rest(
            kind,
            clock=clock,
            rest_when=self._may_rest,
            closed_to=() if self.paths.may_choose else (PathChosen,),
            done_when=lambda: self.paths.has_news or self.recoveries.broke,
        )
        if kind is PATH and event is None and self.case.since == cut_over_at(self.terms):
            self.known.change(cut_over=True)  # the silence was told: its time is the last thing that happened
        return event

    def _take_in(self) -> None:
        """Activated when the first path is open: from then on money goes to the new account (ALI-SET-04)."""
        self.paths.take_in()
        self.recoveries.take_in()
        if self.known.now.activated_at is None and (opened_at := self.paths.opened_at):
            self.known.change(activated_at=opened_at)
            self.case.enter(SettlementStage.ACTIVE, "activated", at=opened_at)
        self._show()

    def _may_rest(self) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() > self.terms.events_a_run
        idle = self.recoveries.idle and self.paths.may_rest
        return idle and (long or info.is_continue_as_new_suggested())

    def _continue_as_new(self) -> None:
        standing = self.known.now.model_copy(update={"reminded_at": self.last_day.reminded_at})
        going_on = {"standing": standing, "carried": self.case.carried()}
        workflow.continue_as_new(self.account.model_copy(update=going_on))

    # --- beginning and end

    async def _has_onboarding(self) -> bool:
        """The account has to be the company's that was onboarded, whose name is shown (ALI-SET-10, -11)."""
        account, opening = self.account, self.account.opening
        asked = AskedCompany(
            market=opening.market, provider_id=account.provider_id, onboarding=account.onboarding
        )
        company = await call(Onboarded.company, asked, RECORD, summary=asked.onboarding)
        self.case.show(**account.facts())
        self.case.enter(SettlementStage.OPENING)
        if company.name is None or not company.onboarded:
            self.case.note("no_onboarding")
            return False
        cut_over = not old_account_serves(opening.opened_at, self.terms)
        self.known.change(company_name=company.name, cut_over=cut_over)
        self.case.show(company_name=company.name, licence_number=company.licence_number)
        return True

    async def _wound_up(self) -> None:
        """A deduction under way is waited for, and goes on record. What is owed stays owed (AMB-26)."""
        self.known.over = True
        self.case.enter(SettlementStage.WINDING_UP)
        await self.recoveries.finished()
        none_left = blocks(workflow.now(), None, self.terms, deduction=False)
        self.case.note("wound_up", deduction=False, blocks=[*none_left])

    def _show(self) -> None:
        now = self.known.now
        barred = blocks(workflow.now(), now.activated_at, self.terms, deduction=now.deduction)
        self.case.show(
            activated_at=now.activated_at.isoformat() if now.activated_at else None,
            deduction=now.deduction,
            blocks=[*barred],
        )

    # --- what comes beside the story

    def _choose(self, event: PathChosen) -> None:
        self.paths.choose(event)

    def _against_path(self, event: PathChosen) -> str | None:
        return self.paths.against(event)

    def _recover(self, event: RecoveryAsked) -> None:
        self.recoveries.ask(event)

    def _against_recovery(self, event: RecoveryAsked) -> str | None:
        return self.recoveries.against(event)
