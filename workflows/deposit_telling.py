"""What an onboarding hears of its deposit: the latest figures, told until they are heard."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from activities.other_cases import OtherCases
from models.deposits import DepositAccount
from models.telling import DepositChanged, Telling
from workflows.calls import UNDECIDED, call, leave_trace
from workflows.deposit_money import DepositMoney

LAST_WORD_WITHIN = timedelta(days=1)
"""An account without anything left in it does not stay open for one that never hears."""


class DepositTelling:
    """Beside the story: nobody who pays waits for the onboarding."""

    def __init__(self, account: DepositAccount, money: DepositMoney) -> None:
        self._account, self._money = account, money
        self._telling: asyncio.Task[None] | None = None

    @property
    def done(self) -> bool:
        """The onboarding knows how the account stands, or there is none."""
        return self._account.onboarding is None or self._money.deposit.told == self._now

    def begin(self) -> None:
        if self._account.onboarding is not None:
            self._telling = asyncio.create_task(self._tell(self._account.onboarding))

    async def last(self) -> None:
        """The last word, before the account closes."""
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.done, timeout=LAST_WORD_WITHIN)
        if self._telling is not None:
            self._telling.cancel()

    @property
    def _now(self) -> tuple[int, int]:
        deposit = self._money.deposit
        return deposit.required_fen, deposit.held_fen

    async def _tell(self, onboarding: str) -> None:
        account = self._account.opening.case_id
        while True:
            await workflow.wait_condition(lambda: not self.done)
            (required_fen, held_fen), number = self._now, self._money.deposit.tellings + 1
            message = DepositChanged(deposit=account, required_fen=required_fen, held_fen=held_fen)
            telling = Telling(
                case_id=onboarding, message=message, key=f"{account}:{number}", at=workflow.now()
            )
            await call(OtherCases.tell, telling, UNDECIDED, summary=onboarding)
            self._money.change(told=(required_fen, held_fen), tellings=number)
            leave_trace()
