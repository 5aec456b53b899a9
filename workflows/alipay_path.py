"""The Alipay path of a settlement account (ALI-SET-09..14).

awaiting account ──given──▶ matching ──its own──▶ approving ──approved──▶ awaiting deduction ──scanned──▶ open
   ▲  ▲  ▲                     │ another's           │   └ not approved ──▶ rejected
   │  │  └─────────────────────┘           corrected │                         │
   │  └──────────────────────────────────────────────┘           chosen again  │
   └───────────────────────────────────────────────────────────────────────────┘
"""

from collections.abc import Awaitable, Callable, Mapping

from models.base import as_facts
from models.checklists import Reason
from models.private import Sealed
from models.settlement_accounts import AlipayStage
from models.settlement_events import (
    AlipayAccountGiven,
    DecidedToApprove,
    DecidedToCorrect,
    DecidedToReject,
)
from models.settlement_tasks import (
    ALIPAY_ACCOUNT,
    ALIPAY_DEDUCTION,
    ALIPAY_MATCH,
    APPROVAL,
    ESCALATED_APPROVAL,
)
from models.settlement_terms import Path
from workflows.desk import desk_time
from workflows.settlement_path import SettlementPath


class AlipayPath(SettlementPath):
    path, first = Path.ALIPAY, AlipayStage.AWAITING_ACCOUNT
    match, deduction = ALIPAY_MATCH, ALIPAY_DEDUCTION

    @property
    def steps(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            AlipayStage.AWAITING_ACCOUNT: self._account,
            AlipayStage.MATCHING: self._match,
            AlipayStage.APPROVING: self._approval,
            AlipayStage.AWAITING_DEDUCTION: self.deducted_from,
        }

    async def _account(self) -> None:
        """The shown company's own account, with the contract ticked (ALI-SET-10, -12)."""
        given = await self.event(ALIPAY_ACCOUNT)
        if isinstance(given, AlipayAccountGiven) and isinstance(given.account, Sealed):
            self.keep(given.account)
            self.lane.enter(AlipayStage.MATCHING)

    async def _match(self) -> None:
        found = await self.matches(self.known.now.accounts[Path.ALIPAY])
        if found is None:
            return
        if found.ok:
            self.lane.enter(AlipayStage.APPROVING, "account_matched")
        else:
            why = as_facts([Reason(field="account.alipay_account", code=found.code or "holder_mismatch")])
            self.lane.enter(AlipayStage.AWAITING_ACCOUNT, "account_mismatched", reasons=why)

    async def _approval(self) -> None:
        """Operators have two working days, then others are told (ALI-SET-12, -22, AMB-26)."""
        lane, terms = self.lane, self.account.terms.approval
        async with desk_time(lane, APPROVAL.name, terms.approve_within, terms.replan_every) as clock:
            decided = await lane.wait_for(APPROVAL, clock=clock, done_when=lambda: self.known.over)
        match decided or await self.event(ESCALATED_APPROVAL):
            case DecidedToApprove():
                lane.enter(AlipayStage.AWAITING_DEDUCTION)
            case DecidedToCorrect(reasons=reasons):
                lane.enter(AlipayStage.AWAITING_ACCOUNT, reasons=as_facts(reasons))
            case DecidedToReject():
                lane.enter(AlipayStage.REJECTED)
