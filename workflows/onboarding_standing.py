"""What a provider puts down and keeps: its deposit, its bank account, a fee; and what follows if it goes."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.other_cases import OtherCases
from models.categories import CategoryKey
from models.ledger import fee_paid, received
from models.onboarding_tasks import BANK_ACCOUNT, CERTIFICATION_FEE, DEPOSIT
from models.onboardings import Onboarding, OnboardingOutcome, OnboardingStage
from models.payments import Paid
from models.tasks import TaskKind
from models.telling import (
    AccountChanged,
    AskedToOpen,
    CooperationEnded,
    DepositChanged,
    ListenerAdded,
    Telling,
)
from workflows.calls import UNDECIDED, call
from workflows.onboarding_progress import Progress, outcome_of
from workflows.paying import paid_or_closed
from workflows.record import cause_of

DEPOSITS, ACCOUNTS = "deposit-accounts", "bank-accounts"
ASKED_AGAIN_EVERY = timedelta(days=1)
"""How often one that another case holds is asked for again."""


class Standing:
    """Deposit and bank account are cases of their own, which live on: here we open them and are told."""

    def __init__(self, progress: Progress, onboarding: Onboarding) -> None:
        self.progress, self.case = progress, progress.case
        self.onboarding = onboarding
        self.begun: dict[str, dict[str, JsonValue]] = {}
        """What was asked for, by process: the body that opens it."""
        self.opened: dict[str, str] = {}
        self.fees_asked = 0

    async def deposit(self, categories: Sequence[CategoryKey]) -> OnboardingOutcome | None:
        """What the market asks for in deposit is there, to the fen (ALI-ONB-08)."""
        asked: dict[str, JsonValue] = {
            "categories": [*categories],
            "onboarding": self.onboarding.opening.case_id,
        }
        return await self._kept(DEPOSITS, asked, DEPOSIT)

    async def bank_account(self) -> OnboardingOutcome | None:
        """The provider's account is proven to be its own (TCM-TEN-15)."""
        return await self._kept(ACCOUNTS, {"onboarding": self.onboarding.opening.id}, BANK_ACCOUNT)

    async def certification_fee(self) -> OnboardingOutcome | None:
        """A fee paid once, before anything can be published (TCM-ONB-21)."""
        self.fees_asked += 1
        charge = self.onboarding.charge(part=self.fees_asked)
        self.case.show(amount_fen=charge.amount_fen)
        ended = await paid_or_closed(
            self.case,
            charge,
            CERTIFICATION_FEE,
            self.progress.time_for(CERTIFICATION_FEE),
            closing=OnboardingStage.CLOSING_PAYMENT,
            found_in=OnboardingStage.CLOSING_PAYMENT,
        )
        if isinstance(ended, Paid):
            market = self.onboarding.opening.market
            self.case.show(payment_id=ended.payment_id)
            self.case.post(received(market, ended.payment_id, ended.amount_fen))
            self.case.post(fee_paid(market, ended.payment_id, ended.amount_fen))
            self.progress.now(self.progress.checklist.accepted("certification_fee"))
        return self.progress.ending(ended)

    def deposit_changed(self, told: DepositChanged) -> None:
        self.case.show(
            deposit={
                "case_id": told.deposit,
                "required_fen": told.required_fen,
                "held_fen": told.held_fen,
            }
        )
        self._stands("deposit", told.covers)

    def account_changed(self, told: AccountChanged) -> None:
        self.case.show(
            bank_account={
                "case_id": told.account,
                "verified": told.verified,
                "account_version": told.account_version,
            }
        )
        self._stands("bank_account", told.proves(self.case.view.data.get("company_name")))

    async def wound_up(self, outcome: OnboardingOutcome) -> OnboardingOutcome:
        """What was opened for this onboarding alone is told that it came to nothing: money goes back."""
        self.case.enter(OnboardingStage.WINDING_UP)
        for process in self.begun:
            if (case_id := await self._opened_after_all(process)) == self._own(process):
                await self._tell(case_id, CooperationEnded(why=outcome))
        self.case.note("wound_up", permission=False)
        return outcome

    async def _kept(
        self, process: str, asked: dict[str, JsonValue], kind: TaskKind
    ) -> OnboardingOutcome | None:
        """Open what keeps it, and wait until it says that all is there."""
        opening = self.onboarding.opening
        self.begun[process] = {"id": opening.id, "provider_id": opening.provider_id, **asked}
        asking = asyncio.create_task(self._show_opened(process))
        ended = await self.progress.of_provider(kind, done_when=lambda: self.progress.is_met(kind.name))
        asking.cancel()
        return outcome_of(ended)

    async def _show_opened(self, process: str) -> None:
        """One that another case holds is that case's: once it has ended we open our own."""
        own, shown = self._own(process), ""
        while shown != own:
            if shown:
                await workflow.sleep(ASKED_AGAIN_EVERY, summary=f"until {process} is asked for again")
            found = self.opened.get(process)
            if found != own:
                found = await self.case.insist(lambda: self._open(process))
            if found != shown:
                self.case.note("case_opened", told={"case_id": found})
                await self._listen_to(process, found)
            self.opened[process] = shown = found

    async def _listen_to(self, process: str, found: str) -> None:
        """An account that another case opened tells us, too. What was under way before could not ask."""
        if process == ACCOUNTS and found != self._own(process) and workflow.patched("account-listeners"):
            await self._tell(found, ListenerAdded(case_id=self.onboarding.opening.case_id))

    async def _opened_after_all(self, process: str) -> str | None:
        """What was asked for and perhaps not answered yet. What is refused was never opened."""

        async def opened() -> str | None:
            try:
                return await self._open(process)
            except ActivityError as error:
                if cause_of(error)[0] == "Refused":
                    return None
                raise

        own = self._own(process)
        return own if self.opened.get(process) == own else await self.case.insist(opened)

    async def _open(self, process: str) -> str:
        market, body = self.onboarding.opening.market, self.begun[process]
        asked = AskedToOpen(process=process, market=market, body=body, at=workflow.now())
        return (await call(OtherCases.open, asked, UNDECIDED, summary=process)).case_id

    async def _tell(self, case_id: str, message: CooperationEnded | ListenerAdded) -> None:
        telling = Telling(
            case_id=case_id,
            message=message,
            key=f"{message.event}:{self.onboarding.opening.case_id}",
            at=workflow.now(),
        )
        await self.case.insist(lambda: call(OtherCases.tell, telling, UNDECIDED, summary=case_id))

    def _own(self, process: str) -> str:
        opening = self.onboarding.opening
        return f"{process}:{opening.market}:{opening.id}"

    def _stands(self, name: str, there: bool) -> None:
        found = self.progress.checklist.find(name)
        if found is not None:
            checklist = self.progress.checklist
            self.progress.now(checklist.accepted(name) if there else checklist.missing(name))
