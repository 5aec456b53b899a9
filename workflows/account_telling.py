"""Who hears how a bank account stands: its onboarding, and every case that asked. Nobody waits for that."""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from activities.other_cases import OtherCases
from models.bank_accounts import BankAccount, Standing
from models.telling import AccountChanged, Telling
from workflows.calls import UNDECIDED, call
from workflows.errands import Errands

MOST_LISTENERS = 8
"""Of one provider far fewer are open at a time: the first of more has closed long ago."""


class AccountTelling:
    """Each of them hears in its own time, and in order. Whoever has closed is told no more."""

    def __init__(self, account: BankAccount) -> None:
        known = account.standing or Standing()
        self._account, self._onboarding = account.opening.case_id, account.onboarding
        self.listeners, self.asked = known.listeners, known.asked
        self._errands: dict[str, Errands] = {}

    @property
    def done(self) -> bool:
        return all(errands.done for errands in self._errands.values())

    async def finished(self, within: timedelta) -> None:
        """Until everybody has heard, or for so long."""
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.done, timeout=within)

    def add(self, listener: str, now: Standing) -> None:
        """Tell it how the account stands, and each change from now on."""
        self.asked += 1
        if listener != self._onboarding:
            others = (each for each in self.listeners if each != listener)
            self.listeners = (*others, listener)[-MOST_LISTENERS:]
        self._tell(listener, self._standing(now, None), f"{self._account}:asked:{self.asked}")

    def changed(self, now: Standing, round: int, why: str | None) -> None:
        what = "verified" if now.verified else "unverified"
        for each in (self._onboarding, *self.listeners):
            key = f"{self._account}:{now.account_version}:{round}:{what}"
            self._tell(each, self._standing(now, why), key)

    def closed(self, now: Standing, why: str) -> None:
        """The last word, also for those who never heard that it was proven."""
        message = self._standing(now, why).model_copy(update={"closed": True})
        for each in self.listeners:
            self._tell(each, message, f"{self._account}:closed")

    def _standing(self, now: Standing, why: str | None) -> AccountChanged:
        return AccountChanged(
            account=self._account,
            verified=now.verified,
            account_version=now.account_version,
            why=why,
            company=now.company_name or None,
        )

    def _tell(self, listener: str, message: AccountChanged, key: str) -> None:
        telling = Telling(case_id=listener, message=message, key=key, at=workflow.now())
        self._errands.setdefault(listener, Errands()).add(lambda: self._told(telling))

    async def _told(self, telling: Telling) -> None:
        heard = await call(OtherCases.tell, telling, UNDECIDED, summary=telling.key)
        if not heard.taken:
            self.listeners = tuple(each for each in self.listeners if each != telling.case_id)
