"""What a provider has to give back after its buyers were refunded: taken once, or owed until it can be
(ALI-SET-20, -21, AMB-26). Its deposit is never touched.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from pydantic import JsonValue
from temporalio import workflow

from activities.settlements import Settlements
from models.ledger import claimed, disclaimed, recovered
from models.private import Sealed
from models.settlement_accounts import (
    AskedRecovery,
    Debt,
    RecoveryState,
    SettlementAccount,
    SettlementStanding,
)
from models.settlement_events import RecoveryAsked
from models.settlement_terms import Path
from workflows.calls import OUTSIDE, call
from workflows.case import Case
from workflows.known import Known


class Recoveries:
    """One after the other, beside the story. `source` is the account to deduct from, if we may."""

    def __init__(
        self,
        case: Case,
        account: SettlementAccount,
        known: Known[SettlementStanding],
        source: Callable[[], tuple[Path, Sealed] | None],
    ) -> None:
        self.case, self.account, self.known, self._source = case, account, known, source
        self.idle = True
        """No call is under way."""
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def finished(self) -> None:
        """Until what is under way is on record. Nothing more is taken."""
        await workflow.wait_condition(lambda: self.idle)
        if self._running is not None:
            self._running.cancel()

    @property
    def broke(self) -> bool:
        return self._running is not None and self._running.done()

    def take_in(self) -> None:
        """What broke here breaks the case's story, too."""
        if self.broke and self._running is not None:
            self._running.result()

    def ask(self, asked: RecoveryAsked) -> None:
        """The provider owes it from now on."""
        now = self.known.now
        number, figures = now.recoveries + 1, asked.model_dump(include={"payment_id", "amount_fen"})
        debt = Debt(number=number, next_at=workflow.now(), **figures)
        self._owe(*now.debts, debt, recoveries=number)
        self.case.post(claimed(*self._booked(debt)))

    def against(self, asked: RecoveryAsked) -> str | None:
        if self.known.over or self.known.now.activated_at is None:
            return "nothing is settled to an account of the provider's own"
        debts = self.known.now.debts
        if any(debt.payment_id == asked.payment_id for debt in debts):
            return f"{asked.payment_id} is being recovered already"
        full = len(debts) >= self.account.terms.debts_at_most
        return "the provider owes for too many payments: see to those first" if full else None

    async def _run(self) -> None:
        while True:
            debt, path, account = await self._next_due()
            self.idle = False
            await self._recover(debt, path, account)
            self.idle = True

    async def _next_due(self) -> tuple[Debt, Path, Sealed]:
        """The next one, once its time has come and as soon as we may deduct."""
        while True:
            await self._until_due()
            await workflow.wait_condition(lambda: True)  # a right that goes in the same moment is gone
            if (due := self._due()) is not None:
                return due

    async def _until_due(self) -> None:
        while self._due() is None:
            now, instants = workflow.now(), [debt.next_at for debt in self.known.now.debts]
            wake = min((at for at in instants if at > now), default=None)
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._due() is not None,
                    timeout=wake - now if wake else None,
                    timeout_summary="until a deduction is tried again",
                )

    def _due(self) -> tuple[Debt, Path, Sealed] | None:
        now, source = workflow.now(), self._source()
        debt = next((each for each in self.known.now.debts if each.next_at <= now), None)
        return (debt, *source) if debt and source else None

    async def _recover(self, debt: Debt, path: Path, account: Sealed) -> None:
        opening = self.account.opening
        asked = AskedRecovery(
            market=opening.market, case_id=opening.case_id, path=path, account=account, debt=debt
        )
        answer = await self.case.insist(
            lambda: call(Settlements.recover, asked, OUTSIDE, summary=debt.payment_id)
        )
        told: dict[str, JsonValue] = {"payment_id": debt.payment_id, "amount_fen": debt.amount_fen}
        others = [each for each in self.known.now.debts if each.number != debt.number]
        match answer.state:
            case RecoveryState.RECOVERED:
                self._owe(*others)
                self.case.note("recovered", told)
                self.case.post(recovered(*self._booked(debt)))
            case RecoveryState.ASKED_BEFORE:
                self._owe(*others)
                self.case.note("not_recovered", told | {"why": answer.state})
                self.case.post(disclaimed(*self._booked(debt)))
            case RecoveryState.NOTHING_TAKEN:
                again = workflow.now() + self.account.terms.retry_every
                self._owe(*others, debt.model_copy(update={"next_at": again, "tries": debt.tries + 1}))
                self.case.note("not_recovered", told | {"why": answer.state})

    def _owe(self, *debts: Debt, **facts: object) -> None:
        self.known.change(debts=debts, **facts)
        shown: list[JsonValue] = [
            each.model_dump(mode="json", exclude={"number"}) for each in self.known.now.debts
        ]
        self.case.show(arrears_fen=self.known.now.arrears_fen, arrears=shown)

    def _booked(self, debt: Debt) -> tuple[str, int, str, str, int]:
        opening, provider = self.account.opening, self.account.provider_id
        return opening.case_id, debt.number, opening.market, provider, debt.amount_fen
