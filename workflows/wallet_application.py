"""What is known of an application at the wallet, however it came to be known: asked for, or pushed."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow

from activities.applyments import Applyments
from models.applyments import ApplymentFacts, AskedApplyment, SeenApplyment
from models.merchant_accounts import ApplymentChanged, WalletStage, WalletTerms
from models.private import Sealed
from models.rules.applyments import is_news, merged
from workflows.calls import OUTSIDE, call, polling
from workflows.lane import Lane
from workflows.merchant_company import Company

T = TypeVar("T")
NOTHING_ASKED: dict[str, None] = {"instruction": None, "signing": None}
"""Where nobody is asked to remit or to sign any more."""
AT_THE_WALLET = (WalletStage.UNDER_REVIEW, WalletStage.FROZEN)


def reference_of(case_id: str) -> str:
    """What the wallet knows an application by, however often it is submitted."""
    return f"ma-{hashlib.sha256(case_id.encode()).hexdigest()[:32]}"


class WalletApplication:
    """Its facts only grow, until the form is submitted again."""

    def __init__(self, lane: Lane, company: Company, terms: WalletTerms) -> None:
        self.lane, self.company, self.terms = lane, company, terms
        self.account: Sealed | None = None
        self.known: ApplymentFacts | None = None
        self._last: ApplymentFacts | None = None
        self._submitted_at: datetime | None = None
        opening = company.account.opening
        self.market, self.case_id = opening.market, opening.case_id
        self.reference = reference_of(self.case_id)

    def submitted(self, seen: SeenApplyment) -> None:
        """What the wallet answered to a submission is where its facts begin."""
        now = workflow.now()
        if self.known is None or seen.facts.submission > self.known.submission:
            self._last, self._submitted_at = self.known, now
        self._learn(seen)

    def against(self, told: ApplymentChanged) -> str | None:
        """Why a notice changes nothing. Whatever it is about, the wallet is asked again soon."""
        if self.lane.stage not in AT_THE_WALLET:
            return "nothing is at the wallet"
        return None if self._is_news(told.seen) else "this is known already"

    def hear(self, told: ApplymentChanged) -> None:
        self._learn(told.seen)

    async def watch(self, done: Callable[[], bool]) -> None:
        """Ask the wallet until there is news, and then again: also when a notice was faster."""
        patience = polling(self.terms.poll.first, self.terms.poll.longest)
        while not done():
            asking = self.lane.insist(lambda: call(Applyments.wait, self._asked, patience), worry=False)
            self.tell(await _unless(asking, self._changed(done)))

    async def look(self, done: Callable[[], bool]) -> None:
        """Ask the wallet what is so by now."""
        asking = self.lane.insist(lambda: call(Applyments.look, self._asked, OUTSIDE))
        self.tell(await _unless(asking, done))

    async def looked_up(self) -> SeenApplyment:
        return await call(Applyments.look, self._asked, OUTSIDE)

    def tell(self, seen: SeenApplyment | None) -> None:
        """What the wallet answered, as a change of its own where it is one."""
        if seen is not None and self._is_news(seen):
            self._learn(seen)
            self.lane.note(ApplymentChanged.tag(), told=seen.facts.model_dump(mode="json"))

    # --- what is known

    def _changed(self, done: Callable[[], bool]) -> Callable[[], bool]:
        before = self.known
        return lambda: done() or self.known != before

    def _is_news(self, seen: SeenApplyment) -> bool:
        return is_news(self._asked, seen.facts, workflow.now())

    def _learn(self, seen: SeenApplyment) -> None:
        self.known = merged(self.known, seen.facts)
        self.lane.show(**self.known.model_dump(mode="json"))
        for name, sealed in (("instruction", seen.instruction), ("signing", seen.signing)):
            if sealed is not None:
                self.lane.show(**{name: sealed.model_dump(mode="json")})

    @property
    def _asked(self) -> AskedApplyment:
        return AskedApplyment(
            market=self.market,
            case_id=self.case_id,
            reference=self.reference,
            known=self.known,
            submitted_at=self._submitted_at or workflow.now(),
            stale_for=self.terms.stale_for,
            last=self._last,
            account=self.account,
        )


async def _unless(asking: Coroutine[Any, Any, T], done: Callable[[], bool]) -> T | None:
    """The answer; None where it was no longer wanted."""
    waiting = asyncio.create_task(asking)
    try:
        await workflow.wait_condition(lambda: waiting.done() or done())
        return waiting.result() if waiting.done() else None
    finally:
        waiting.cancel()
