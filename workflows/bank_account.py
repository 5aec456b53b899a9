"""The life of a provider's bank account, which has no end of its own.

awaiting details ──account given──▶ the check (workflows/bank_check.py) ──proven──▶ verified
      ▲    ▲                            │ refused, or used up                          │
      │    └────────────────────────────┘                                              │
      └── returned by the bank, void ◀─────────────────────────────────────────────────┤
the check ◀── another account given ◀──────────────────────────────────────────────────┘
from anywhere: ended, or the cooperation is over ──▶ closed
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.onboarded import Onboarded
from models.bank_account_tasks import CHECK, DETAILS, STANDING
from models.bank_accounts import (
    AccountGiven,
    BankAccount,
    BankAccountEvent,
    BankAccountOutcome,
    BankAccountStage,
    DecidedToEnd,
    DecidedToGrantRound,
    DecidedToVoid,
    PaymentReturned,
    RemittanceMatched,
    Standing,
)
from models.cases import Answer, CaseView, Event, Report
from models.clocks import Clock
from models.onboarded import AskedCompany
from models.private import Sealed
from models.tasks import Leads
from models.telling import CooperationEnded, ListenerAdded
from workflows.account_telling import AccountTelling
from workflows.bank_check import HEARD, BankCheck, Ended, Proven, Unproven
from workflows.calls import RECORD, call
from workflows.case import Case, Rest
from workflows.inbox import Aside
from workflows.tasks import Countdown

LAST_WORD_WITHIN = timedelta(days=1)
"""A case that has closed does not stay for one that never hears."""
OUTCOMES: dict[type[Event], BankAccountOutcome] = {
    DecidedToEnd: BankAccountOutcome.ENDED,
    CooperationEnded: BankAccountOutcome.COOPERATION_ENDED,
}


@workflow.defn(name="BankAccount")
class ProvidersBankAccount:
    @workflow.init
    def __init__(self, account: BankAccount) -> None:
        self.input, self.terms = account, account.terms
        self.now = account.standing or Standing()
        self.case = Case(
            account.opening,
            account.carried,
            remind_before=lambda: self.terms.remind_before,
            needs_approval=self._needs_approval,
            worry_after=self._worry_after,
            asides={
                **dict.fromkeys(HEARD, Aside(self._hear, self._against, moves=True)),
                ListenerAdded: Aside(self._listen, lambda _: None, needs_task=False, moves=True),
            },
        )
        self.check = BankCheck(self.case, self.terms.check, CHECK, lambda: self.now.company_name)
        self.check.first_round, self.check.round = self.now.first_round, self.now.round
        self.tellings = AccountTelling(account)
        self.is_checking = False

    @workflow.run
    async def run(self, _: BankAccount) -> str:
        outcome = await self.case.tell(self.story())
        await self.check.voids.finished(LAST_WORD_WITHIN)
        await self.tellings.finished(LAST_WORD_WITHIN)
        return outcome

    async def story(self) -> BankAccountOutcome:
        if self.input.carried is None and not await self._has_onboarding():
            return BankAccountOutcome.NO_ONBOARDING
        event = await self._at_rest()
        while type(event) not in OUTCOMES:
            match await self._follow(event):
                case Proven():
                    self._change(verified=True)
                case Unproven(why, may_have_another):
                    self._change(verified=False, why=why, may_have_another=may_have_another)
                case interrupted:
                    event = interrupted
                    continue
            event = await self._at_rest()
        outcome = OUTCOMES[type(event)]
        self._change(verified=False, why=outcome)
        self.tellings.closed(self.now, outcome)
        return outcome

    async def _follow(self, event: Event) -> Ended:
        """What an event comes to: a check, or the end of what one had proven."""
        match event:
            case AccountGiven(account=Sealed() as account):
                self._change(verified=False, why=event.event)
                self.check.begin()
                given = {"account": account, "account_version": self.now.account_version + 1}
                self.now = self.now.model_copy(update=given)
                self._show(under_check=True, why=None)
                return await self.check.of(account)
            case DecidedToGrantRound() if self.now.account is not None:
                self.case.enter(BankAccountStage.INSTRUCTING)
                self._show(under_check=True, why=None)
                return await self.check.rounds(self.now.account, granted=True)
        return Unproven("void" if isinstance(event, DecidedToVoid) else event.event)

    @workflow.update
    async def report(self, report: Report[BankAccountEvent]) -> Answer:
        self._refuse_too_many(report.event)
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[BankAccountEvent]) -> None:
        self.case.refuse_out_of_turn(report)
        self._refuse_too_many(report.event)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    def _refuse_too_many(self, event: Event) -> None:
        """Under check a case stays in its run, which takes but so many events."""
        if isinstance(event, AccountGiven) and self.is_checking and self._is_long:
            no = "too many accounts were given: wait until the last one is checked"
            raise ApplicationError(no, self.case.view, type="OutOfTurn", non_retryable=True)

    # --- resting

    async def _at_rest(self) -> Event:
        """Until something happens: in runs that are short enough to be replayed."""
        self.is_checking = False
        kind = STANDING if self.now.verified else DETAILS
        if not self.now.verified:
            self.check.take_heard()  # it came together with what ended the check
        never = () if self.now.may_have_another else (DecidedToGrantRound,)
        event = await self.case.wait_or_rest(
            kind,
            clock=Countdown(Clock()),
            rest_when=self._has_grown_long,
            closed_to=never,
            done_when=lambda: self.check.was_heard,
        )
        if isinstance(event, Rest):
            going_on = {"carried": self.case.carried(), "standing": self._standing()}
            workflow.continue_as_new(self.input.model_copy(update=going_on))
        self.is_checking = True
        event = event or self.check.take_heard()
        assert event is not None  # there is no deadline
        return event

    def _has_grown_long(self) -> bool:
        return self._is_long and self.check.voids.done and self.tellings.done

    @property
    def _is_long(self) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() > self.terms.events_a_run
        return long or info.is_continue_as_new_suggested()

    def _standing(self) -> Standing:
        rounds = {"first_round": self.check.first_round, "round": self.check.round}
        told = {"listeners": self.tellings.listeners, "asked": self.tellings.asked}
        return self.now.model_copy(update={**rounds, **told})

    # --- what the account is now

    async def _has_onboarding(self) -> bool:
        """The account has to be the company's whose onboarding asks for it (ALI-SET-11)."""
        account, opening = self.input, self.input.opening
        asked = AskedCompany(
            market=opening.market, provider_id=account.provider_id, onboarding=account.onboarding
        )
        company = await call(Onboarded.company, asked, RECORD, summary=asked.onboarding)
        self.case.show(**account.facts())
        if company.name is None:
            self.case.enter(BankAccountStage.AWAITING_DETAILS)
            self.case.note("no_onboarding")
            return False
        self.now = self.now.model_copy(update={"company_name": company.name})
        self._show(under_check=False, company_name=company.name)
        return True

    def _change(self, *, verified: bool, why: str | None = None, may_have_another: bool = False) -> None:
        """It is payable while it is verified, in the version that was, and not for a moment longer."""
        was = self.now.verified
        self.now = self.now.model_copy(update={"verified": verified, "may_have_another": may_have_another})
        self._show(under_check=False, why=why)
        if not verified and why is not None:
            self.check.void(why)
        if was != verified:
            self.tellings.changed(self.now, self.check.round, why)

    def _show(self, *, under_check: bool, **facts: str | None) -> None:
        self.case.show(
            verified=self.now.verified,
            blocks=[] if self.now.verified else ["withdrawal"],
            account_version=self.now.account_version,
            first_round=self.check.first_round,
            under_check=under_check,
            **facts,
        )

    def _listen(self, asked: ListenerAdded) -> None:
        self.tellings.add(asked.case_id, self.now)

    def _hear(self, event: Event) -> None:
        self.check.hear(event)

    def _against(self, event: RemittanceMatched | PaymentReturned) -> str | None:
        return self.check.against(event)

    def _needs_approval(self, _: Leads, act: Event) -> bool:
        return isinstance(act, DecidedToGrantRound) and self.terms.grants_need_approval

    def _worry_after(self) -> timedelta | None:
        checking = self.check.checking_data
        return self.terms.check.checked_within if checking else self.terms.worry_after
