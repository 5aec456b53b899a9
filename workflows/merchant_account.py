"""A provider's merchant account: the numbers that it asked for, each opened by a story of its own (TCM-MCH).

opening ──▶ wallet: workflows/wallet_number.py ──opened, or given up──┬──all ended──▶ closed
        └─▶ b2b:    workflows/b2b_number.py    ──opened, or given up──┘
A number that is open stays so, whatever becomes of the other, and after the case has closed.
"""

import asyncio

from temporalio import workflow

from activities.merchant_accounts import MerchantAccounts
from activities.onboarded import Onboarded
from models.cases import Answer, CaseView, Event, Report
from models.merchant_account_tasks import NUMBERS
from models.merchant_accounts import (
    ApplymentChanged,
    AskedNumbers,
    DecidedToReject,
    DraftSaved,
    MerchantAccount,
    MerchantAccountEvent,
    MerchantAccountStage,
    Number,
    Withdrawn,
)
from models.onboarded import AskedCompany
from models.rules.merchant_accounts import outcome_of
from models.tasks import Leads
from models.telling import AccountChanged
from workflows.b2b_number import B2BNumber
from workflows.calls import RECORD, call
from workflows.case import Case
from workflows.inbox import Aside
from workflows.merchant_company import Company, Ended
from workflows.wallet_number import WalletNumber

WALLET, B2B = str(Number.WALLET), str(Number.B2B)
NOT_HERE = "no such number is opened here"


@workflow.defn(name="MerchantAccount")
class ProvidersMerchantAccount:
    @workflow.init
    def __init__(self, account: MerchantAccount) -> None:
        self.account, terms = account, account.terms
        self.case = Case(
            account.opening,
            remind_before=lambda: terms.remind_before,
            needs_approval=_alone,
            worry_after=lambda: terms.worry_after,
            asides={
                DraftSaved: Aside(self._save, self._against_saving),
                ApplymentChanged: Aside(self._hear_wallet, self._against_wallet, False, True, WALLET),
                AccountChanged: Aside(self._hear_account, self._against_account, False, True, B2B),
            },
        )
        self.lanes = {number: self.case.lane(number) for number in account.scenario.numbers}
        self.company = Company(self.case, account, self.lanes)
        wallet, b2b = self.lanes.get(Number.WALLET), self.lanes.get(Number.B2B)
        self.wallet = WalletNumber(wallet, self.company, terms.wallet) if wallet and terms.wallet else None
        self.b2b = B2BNumber(b2b, self.company, terms.b2b) if b2b and terms.b2b else None
        self.ended: list[Ended] = []

    @workflow.run
    async def run(self, _: MerchantAccount) -> str:
        self.case.show(**self.account.facts())
        return await self.case.tell(self.story())

    async def story(self) -> Ended:
        is_onboarded = await self._is_onboarded()
        before = await self._before() if is_onboarded else ()
        self.case.enter(MerchantAccountStage.OPENING)
        if not is_onboarded:
            self.case.note("no_onboarding")
            return Ended.NO_ONBOARDING
        opening = asyncio.gather(*(self._opened(number) for number in self.lanes if number not in before))
        while not opening.done():
            match await self.case.wait_for(NUMBERS, done_when=opening.done):
                case Withdrawn(number=number):
                    self.company.give_up(number, Ended.WITHDRAWN)
                case DecidedToReject(number=number):
                    self.company.give_up(number, Ended.REJECTED)
        opening.result()
        outcome = outcome_of(self.ended)
        self.case.note("numbers_settled", {"outcome": outcome})
        return outcome

    @workflow.update
    async def report(self, report: Report[MerchantAccountEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[MerchantAccountEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _is_onboarded(self) -> bool:
        """The numbers are the company's that was onboarded, and of no other (TCM-MCH-09)."""
        asked = AskedCompany(
            market=self.account.opening.market,
            provider_id=self.account.provider_id,
            onboarding=self.account.onboarding,
        )
        company = await call(Onboarded.company, asked, RECORD, summary=asked.onboarding)
        if not company.onboarded or company.licence_number is None:
            return False
        self.case.show(company_name=company.name, licence_number=company.licence_number)
        return True

    async def _before(self) -> tuple[Number, ...]:
        """What the provider has open is not opened again, and says which company data count (TCM-MCH-10)."""
        opening = self.account.opening
        asked = AskedNumbers(
            market=opening.market, provider_id=self.account.provider_id, case_id=opening.case_id
        )
        before = await call(MerchantAccounts.before, asked, RECORD, summary=asked.provider_id)
        if before.company is not None:
            self.company.was_opened_with(before.company, before.opened)
        return before.opened

    async def _opened(self, number: Number) -> None:
        """One number, to its end."""
        story = self.wallet if number is Number.WALLET else self.b2b
        assert story is not None  # what a market offers has its terms
        self.ended.append(await story.open())
        self.lanes[number].show(draft=None)  # nobody goes on with it

    # --- what comes by the way

    def _save(self, saved: DraftSaved) -> None:
        self.company.save(saved)

    def _against_saving(self, saved: DraftSaved) -> str | None:
        return self.company.against_saving(saved)

    def _hear_wallet(self, told: ApplymentChanged) -> None:
        assert self.wallet is not None  # refused otherwise
        self.wallet.hear(told)

    def _against_wallet(self, told: ApplymentChanged) -> str | None:
        return self.wallet.against(told) if self.wallet else NOT_HERE

    def _hear_account(self, told: AccountChanged) -> None:
        assert self.b2b is not None  # refused otherwise
        self.b2b.account_changed(told)

    def _against_account(self, _: AccountChanged) -> str | None:
        return None if self.b2b else NOT_HERE


def _alone(_: Leads, __: Event) -> bool:
    """No decision here needs a second operator: none moves money."""
    return False
