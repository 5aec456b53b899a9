"""What both paths of a settlement account have in common: whose account it is, and the right to deduct."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from temporalio import workflow

from activities.settlements import Settlements
from models.cases import Event
from models.private import Sealed
from models.settlement_accounts import AskedHolder, HolderMatch, SettlementAccount, SettlementStanding
from models.settlement_terms import Path
from models.tasks import TaskKind
from workflows.calls import OUTSIDE, call
from workflows.case import Lane
from workflows.known import Known

OPEN, REJECTED = "open", "rejected"


class SettlementPath:
    """One path, from where it stands to its end: open, or rejected."""

    path: ClassVar[Path]
    first: ClassVar[StrEnum]
    match: ClassVar[TaskKind]
    deduction: ClassVar[TaskKind]

    def __init__(self, lane: Lane, account: SettlementAccount, known: Known[SettlementStanding]) -> None:
        self.lane, self.account, self.known = lane, account, known

    @property
    @abstractmethod
    def steps(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What is done in which stage; nothing in those where it ends."""

    @property
    def is_open(self) -> bool:
        return self.lane.stage == OPEN

    @property
    def may_begin(self) -> bool:
        """It never has, or it was rejected (AMB-25, AMB-26)."""
        return self.lane.stage in (None, REJECTED)

    @property
    def goes_on(self) -> bool:
        return not (self.may_begin or self.is_open)

    @property
    def opened_at(self) -> datetime:
        """Once it is open: when that came about."""
        return self.lane.since

    async def run(self) -> None:
        if self.may_begin:
            self.lane.enter(self.first, None if self.lane.stage is None else "begun_again", reasons=[])
        while not self.known.over and (step := self.steps.get(self.lane.stage or "")) is not None:
            await step()

    async def event(self, kind: TaskKind) -> Event | None:
        """Wait for what ends the task; None where the case winds up."""
        return await self.lane.wait_for(kind, done_when=lambda: self.known.over)

    async def matches(self, account: Sealed) -> HolderMatch | None:
        """Whether the account's company is the provider's (ALI-SET-11); None where the case winds up."""
        asked = AskedHolder(
            market=self.account.opening.market,
            case_id=self.account.opening.case_id,
            path=self.path,
            account=account,
            company_name=self.known.now.company_name,
        )
        asking = asyncio.create_task(
            self.lane.insist(lambda: call(Settlements.match, asked, OUTSIDE, summary=self.path))
        )
        await self.lane.wait_for(self.match, done_when=lambda: asking.done() or self.known.over)
        if self.known.over:
            asking.cancel()
            return None
        return asking.result()

    async def deducted_from(self) -> None:
        """The last step. One right serves both paths: given for one, it opens the other (ALI-SET-13, -19)."""
        known = self.known
        event = await self.lane.wait_for(self.deduction, done_when=lambda: known.now.deduction or known.over)
        if event is None and known.over:
            return
        known.change(deduction=not known.over)
        opened_at = self.lane.since if event else workflow.now()
        step = None if event else "deduction_shared"
        self.lane.enter(OPEN, step, at=opened_at, opened_at=opened_at.isoformat())

    def keep(self, account: Sealed) -> None:
        """Remember an account, and show it: to operators and its provider alone."""
        self.known.change(accounts={**self.known.now.accounts, self.path: account})
        self.lane.show(account=account.model_dump(mode="json"), reasons=[])
