"""What the wallet, the company and its administrator do side by side (TCM-WX-01, -02, -11).

under review: data check ▸ review, remittance, signature in any order ──all three there──▶ open
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from temporalio import workflow

from models.applyments import ApplymentFacts, ApplymentState
from models.merchant_account_tasks import (
    ESCALATED_DATA_CHECK,
    REMITTANCE,
    SIGNATURE,
    THAW,
    WALLET_DATA_CHECK,
    WALLET_REVIEW,
)
from models.merchant_accounts import WalletStage
from models.rules.applyments import is_open
from models.tasks import TaskKind
from workflows.merchant_company import Ended
from workflows.wallet_application import NOTHING_ASKED, WalletApplication

CAME_TO_NOTHING = {
    ApplymentState.REJECTED: "applyment_rejected",
    ApplymentState.CANCELED: "applyment_canceled",
}
INTERRUPTING = (*CAME_TO_NOTHING, ApplymentState.FROZEN)


class WalletReview:
    def __init__(self, application: WalletApplication) -> None:
        self.application, self.terms = application, application.terms
        self.lane, self.company = application.lane, application.company
        self.instructions = 0
        """How often this form has asked for a remittance."""
        self._unsigned = self._lapsed = False

    @property
    def instructions_left(self) -> int:
        return self.terms.instructions - self.instructions

    async def until_decided(self) -> WalletStage:
        """Until the wallet has decided, or somebody did not do in time what was asked."""
        self._unsigned = self._lapsed = False
        await asyncio.gather(
            self.application.watch(self._is_settled),
            self._data_check(),
            self._review(),
            self._remittance(),
            self._signature(),
        )
        lane, facts, now = self.lane, self._facts, workflow.now()
        if is_open(facts):
            lane.show(opened_at=now.isoformat(), **NOTHING_ASKED)
            lane.enter(WalletStage.OPEN, "number_opened", at=now, number=facts.number)
            return WalletStage.OPEN
        self.company.stop_if_given_up(lane)
        if facts.state is ApplymentState.FROZEN:
            lane.enter(WalletStage.FROZEN, "applyment_frozen", at=now)
            return WalletStage.FROZEN
        if event := CAME_TO_NOTHING.get(facts.state):
            lane.enter(WalletStage.AWAITING_FORM, event, at=now, **NOTHING_ASKED)
            return WalletStage.AWAITING_FORM
        return self._after_silence(now)

    async def until_thawed(self) -> WalletStage:
        """The wallet says when it goes on. Operators may ask it why it does not."""

        def is_over() -> bool:
            frozen = self._facts.state is ApplymentState.FROZEN
            return not frozen or self.company.is_given_up(self.lane)

        await asyncio.gather(self.application.watch(is_over), self.lane.wait_for(THAW, done_when=is_over))
        self.company.stop_if_given_up(self.lane)
        self.lane.enter(WalletStage.UNDER_REVIEW, "applyment_thawed", at=workflow.now())
        return WalletStage.UNDER_REVIEW

    # --- side by side

    async def _data_check(self) -> None:
        """The provider waits for it, and operators look after it once it takes too long (TCM-WX-12)."""

        def is_checked() -> bool:
            return self._facts.state is not ApplymentState.CHECKING

        if not is_checked() and not await self._came(
            WALLET_DATA_CHECK, is_checked, within=self.terms.checked_within
        ):
            await self._came(ESCALATED_DATA_CHECK, is_checked)

    async def _review(self) -> None:
        await self._came(WALLET_REVIEW, lambda: self._facts.review_passed)

    async def _remittance(self) -> None:
        """As the wallet specified it, until the wallet's own deadline (TCM-WX-03..06)."""
        while not self._has_remitted():
            until = self._facts.remit_by
            if until is None:
                await workflow.wait_condition(
                    lambda: self._has_remitted() or self._facts.remit_by is not None
                )
            elif not await self._came(REMITTANCE, lambda until=until: self._is_past(until), until=until):  # type: ignore[misc]
                await self._ask_before_giving_up(until)

    async def _signature(self) -> None:
        """The super administrator's, at the wallet (TCM-WX-08, -09)."""
        within = self.company.account.terms.lapse_within
        self._unsigned = not await self._came(SIGNATURE, lambda: self._facts.signed, within=within)

    # --- what came of it

    async def _ask_before_giving_up(self, until: datetime) -> None:
        """A remittance in time may be told late: the wallet has a moment, and is asked (AMB-34)."""
        with suppress(TimeoutError):
            await workflow.wait_condition(self._has_remitted, timeout=self.terms.poll.first)
        await self.application.look(self._has_remitted)
        self._lapsed = not self._is_past(until)

    def _after_silence(self, now: datetime) -> WalletStage:
        """Nobody signed, or nobody remitted: another instruction, as often as the terms say (AMB-34)."""
        if self._unsigned:
            self.lane.show(**NOTHING_ASKED)
            self.lane.enter(WalletStage.GIVEN_UP, why=Ended.LAPSED)
            return WalletStage.GIVEN_UP
        if self.instructions_left > 0:
            self.lane.enter(WalletStage.SUBMITTING, "instruction_lapsed", at=now, **NOTHING_ASKED)
            return WalletStage.SUBMITTING
        self.lane.enter(WalletStage.AWAITING_FORM, "instructions_used_up", at=now, **NOTHING_ASKED)
        return WalletStage.AWAITING_FORM

    async def _came(self, kind: TaskKind, came: Callable[[], bool], **how: Any) -> bool:
        """Wait for one of them; False where its time ran out first."""

        def is_over() -> bool:
            return came() or self._is_settled()

        await self.lane.wait_for(kind, done_when=is_over, **how)
        return is_over()

    def _is_settled(self) -> bool:
        """There is no more to wait for, whatever is missing."""
        decided = self._facts.state in INTERRUPTING or is_open(self._facts)
        return decided or self._unsigned or self._lapsed or self.company.is_given_up(self.lane)

    def _has_remitted(self) -> bool:
        return self._facts.account_verified or self._is_settled()

    def _is_past(self, until: datetime) -> bool:
        """The remittance is there, or the wallet waits for another one."""
        return self._has_remitted() or self._facts.remit_by != until

    @property
    def _facts(self) -> ApplymentFacts:
        assert self.application.known is not None
        return self.application.known
