"""The bank account of a corporate merchant number: it is proven in a case of its own (TCM-TEN-08..13).

What is proven there is what money is withdrawn to (TCM-TEN-10).
"""

import asyncio
from datetime import timedelta

from pydantic import JsonValue
from temporalio import workflow

from activities.other_cases import OtherCases
from models.b2b_numbers import AgreementSigned, B2BStage, CollectionStarted, account_id
from models.cases import Event
from models.merchant_accounts import MerchantAccount
from models.telling import AccountChanged, AskedToOpen, Heard, ListenerAdded, Telling
from workflows.calls import UNDECIDED, call
from workflows.lane import Lane

ACCOUNTS = "bank-accounts"
ASKED_AGAIN_AFTER = timedelta(days=1)
"""Until another case is opened where one had closed before it could hear us."""
ONLY_PROVEN: tuple[type[Event], ...] = (AgreementSigned, CollectionStarted)
"""What is done for an account that was checked, and for no other (TCM-TEN-16)."""


class WithdrawalAccount:
    """The provider's account, whoever opened its case. Where that ends, another one is opened."""

    def __init__(self, lane: Lane, account: MerchantAccount) -> None:
        self.lane, self.account = lane, account
        self.proven = False
        self.keeps_back: set[type[Event]] = {*ONLY_PROVEN}
        """What is not taken at this moment: also of what comes together with the news."""
        self._case_id, self._has_closed, self._asked = "", False, 0
        self._following: asyncio.Task[None] | None = None

    def follow(self) -> None:
        """From now on we are told how it stands."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow())

    def let_go(self) -> None:
        if self._following is not None:
            self._following.cancel()

    def hear(self, told: AccountChanged) -> None:
        """What the account says of itself. One that we had before has nothing more to say."""
        if told.account != self._case_id:
            return
        company = self.lane.view.data.get("company_name")
        self.proven, self._has_closed = told.proves(company), told.closed
        self.keeps_back.clear()
        if not self.proven:
            self.keeps_back.update(ONLY_PROVEN)
        other = told.verified and not self.proven
        self._show(told.account_version, "other_company" if other else told.why)

    async def _follow(self) -> None:
        opened = 1
        while True:
            found = await self.lane.insist(lambda number=opened: self._open(number))  # type: ignore[misc]
            await workflow.wait_condition(self._is_awaited)
            if found != self._case_id:  # one that is about to close may be found once more
                self.lane.note("case_opened", told={"case_id": found})
            self._case_id, self._has_closed = found, False
            self._asked += 1
            heard = await self.lane.insist(self._ask)
            is_ours = found == self._ours(opened)
            if heard.taken:
                await workflow.wait_condition(lambda: self._has_closed and self._is_awaited())
            elif is_ours:
                await workflow.sleep(ASKED_AGAIN_AFTER, summary="until another bank account is asked for")
            opened += 1 if is_ours else 0

    def _is_awaited(self) -> bool:
        """Not while the number begins again from its form."""
        return self.lane.stage == B2BStage.PROVING_ACCOUNT

    async def _open(self, number: int) -> str:
        """Ours, or the one that the provider has: it has one at a time."""
        opening = self.account.opening
        body: dict[str, JsonValue] = {
            "id": account_id(opening.case_id, number),
            "provider_id": self.account.provider_id,
            "onboarding": self.account.onboarding.rpartition(":")[2],
        }
        asked = AskedToOpen(process=ACCOUNTS, market=opening.market, body=body, at=workflow.now())
        return (await call(OtherCases.open, asked, UNDECIDED, summary=ACCOUNTS)).case_id

    async def _ask(self) -> Heard:
        """Each time anew: what was taken once is no answer for an account that has closed since."""
        us = self.account.opening.case_id
        telling = Telling(
            case_id=self._case_id,
            message=ListenerAdded(case_id=us),
            key=f"listener_added:{us}:{self._asked}",
            at=workflow.now(),
        )
        return await call(OtherCases.tell, telling, UNDECIDED, summary=self._case_id)

    def _ours(self, number: int) -> str:
        opening = self.account.opening
        return f"{ACCOUNTS}:{opening.market}:{account_id(opening.case_id, number)}"

    def _show(self, version: int, why: str | None) -> None:
        self.lane.show(
            bank_account={
                "case_id": self._case_id,
                "verified": self.proven,
                "account_version": version,
                "why": why,
            }
        )
