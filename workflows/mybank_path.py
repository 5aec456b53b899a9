"""The MYbank path of a settlement account: five steps, strictly one after the other (ALI-SET-15..18).

awaiting authorisation ──scanned──▶ awaiting details ──given──▶ matching
                                          ▲                        │ │ its own
                                          └──────another's─────────┘ ▼
            open ◀──scanned── awaiting deduction ◀──scanned── awaiting agreement
"""

from collections.abc import Awaitable, Callable, Mapping

from models.base import as_facts
from models.checklists import Reason
from models.private import Sealed
from models.settlement_accounts import MybankStage
from models.settlement_events import MybankDetailsGiven
from models.settlement_tasks import (
    MYBANK_AUTHORISATION,
    MYBANK_DEDUCTION,
    MYBANK_DETAILS,
    MYBANK_MATCH,
    PAYOUT_AGREEMENT,
)
from models.settlement_terms import Path
from workflows.settlement_path import SettlementPath


class MybankPath(SettlementPath):
    path, first = Path.MYBANK, MybankStage.AWAITING_AUTHORISATION
    match, deduction = MYBANK_MATCH, MYBANK_DEDUCTION

    @property
    def steps(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            MybankStage.AWAITING_AUTHORISATION: self._authorisation,
            MybankStage.AWAITING_DETAILS: self._details,
            MybankStage.MATCHING: self._match,
            MybankStage.AWAITING_AGREEMENT: self._agreement,
            MybankStage.AWAITING_DEDUCTION: self.deducted_from,
        }

    async def _authorisation(self) -> None:
        if await self.event(MYBANK_AUTHORISATION):
            self.lane.enter(MybankStage.AWAITING_DETAILS)

    async def _details(self) -> None:
        given = await self.event(MYBANK_DETAILS)
        if isinstance(given, MybankDetailsGiven) and isinstance(given.details, Sealed):
            self.keep(given.details)
            self.lane.enter(MybankStage.MATCHING)

    async def _match(self) -> None:
        """The sub-account is open then, and of no use before the agreement is signed (ALI-SET-17, -18)."""
        found = await self.matches(self.known.now.accounts[Path.MYBANK])
        if found is None:
            return
        if found.ok:
            self.lane.show(sub_account_opened=True, payout_agreement_signed=False)
            self.lane.enter(MybankStage.AWAITING_AGREEMENT, "account_matched")
        else:
            why = as_facts([Reason(field="details.alipay_account", code=found.code or "holder_mismatch")])
            self.lane.enter(MybankStage.AWAITING_DETAILS, "account_mismatched", reasons=why)

    async def _agreement(self) -> None:
        if await self.event(PAYOUT_AGREEMENT):
            self.lane.enter(MybankStage.AWAITING_DEDUCTION, payout_agreement_signed=True)
