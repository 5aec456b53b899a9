"""The life of one onboarding. Which steps there are, and in what order, is the policy's.

identifying ◀─▶ checking identity        the registers contradict, or agree
preparing ──▶ checking application ──▶ reviewing ──corrected──▶ preparing
signing                                  one by one, or all together
permitting
depositing, proving account              kept in cases of their own, which live on
paying fee
whatever is unmet on the checklist is next ──nothing──▶ closed: onboarded
from anywhere: withdrawn, rejected, or left alone for too long ──▶ winding up ──▶ closed
"""

from collections.abc import Awaitable, Callable

from temporalio import workflow

from models.cases import Answer, CaseView, Event, Report
from models.onboarding_tasks import checklist_of
from models.onboardings import (
    DecidedToWaive,
    Onboarding,
    OnboardingEvent,
    OnboardingOutcome,
    OnboardingStage,
    OnboardingStep,
)
from models.tasks import Leads
from models.telling import AccountChanged, DepositChanged
from workflows.case import Case
from workflows.inbox import Aside
from workflows.onboarding_papers import Papers
from workflows.onboarding_progress import Progress
from workflows.onboarding_standing import Standing


@workflow.defn
class ProviderOnboarding:
    @workflow.init
    def __init__(self, onboarding: Onboarding) -> None:
        self.onboarding, self.terms = onboarding, onboarding.terms
        self.case = Case(
            onboarding.opening,
            remind_before=lambda: self.terms.remind_before,
            needs_approval=self._needs_approval,
            worry_after=lambda: self.terms.worry_after,
            asides={
                DepositChanged: Aside(self._deposit_changed, _always, needs_task=False, moves=True),
                AccountChanged: Aside(self._account_changed, _always, needs_task=False, moves=True),
            },
        )
        self.progress = Progress(self.case, self.terms, checklist_of(onboarding))
        self.papers = Papers(self.progress, onboarding)
        self.standing = Standing(self.progress, onboarding)

    @workflow.run
    async def run(self, onboarding: Onboarding) -> str:
        self.case.show(**onboarding.facts())
        self.progress.now(self.progress.checklist)
        return await self.case.tell(self.story())

    async def story(self) -> OnboardingOutcome:
        steps: dict[str, Callable[[], Awaitable[OnboardingOutcome | None]]] = {
            OnboardingStep.IDENTITY: self.papers.identity,
            OnboardingStep.APPLICATION: self.papers.application,
            OnboardingStep.AGREEMENTS: self.papers.agreements,
            OnboardingStep.PERMISSION: self._permission,
            OnboardingStep.DEPOSIT: lambda: self.standing.deposit(self.papers.categories),
            OnboardingStep.BANK_ACCOUNT: self.standing.bank_account,
            OnboardingStep.CERTIFICATION_FEE: self.standing.certification_fee,
        }
        while (step := self.progress.checklist.next_step()) is not None:
            if (ended := await steps[step]()) is not None:
                return await self.standing.wound_up(ended)
        self.case.show(partner=self.papers.is_partner)
        return OnboardingOutcome.ONBOARDED

    @workflow.update
    async def report(self, report: Report[OnboardingEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[OnboardingEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _permission(self) -> None:
        """The account may be used for selling from now on (TCM-ONB-02)."""
        self.case.enter(OnboardingStage.PERMITTING)
        self.progress.now(self.progress.checklist.accepted("permission"))
        self.case.note("permission_opened", permission=True)

    def _deposit_changed(self, told: DepositChanged) -> None:
        self.standing.deposit_changed(told)

    def _account_changed(self, told: AccountChanged) -> None:
        self.standing.account_changed(told)

    def _needs_approval(self, _: Leads, act: Event) -> bool:
        """Money that the market would do without needs a second operator."""
        return isinstance(act, DecidedToWaive) and act.requirement in self.terms.second_operator_waives


def _always(_: object) -> None:
    """Nothing stands against it: other cases of ours may tell at any time."""
