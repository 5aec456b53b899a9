"""What the outside world does of itself: the bank, the wallet, holders of Alipay accounts, and the web."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from models.bank_process import BANK_ACCOUNTS
from models.cases import CaseView, Role
from models.merchant_accounts import Number
from rehearsal import forms
from rehearsal.caller import NotTaken
from rehearsal.performance import lane_of
from rehearsal.scene import Scene
from rehearsal.statements import Json
from rehearsal.steps import Link, OpenAlipay, Remit, Review, Sign

APPLYMENTS = "/simulator/wallet/applyments"


@dataclass(frozen=True)
class Outside:
    scene: Scene

    async def do(self, step: Remit | Review | Sign | OpenAlipay | Link) -> None:
        match step:
            case Remit() if self.scene.it.sample.remits_for(step) == BANK_ACCOUNTS.name:
                await self._remit_to_us(step)
            case Remit():
                await self._remit_to_wallet(step)
            case Review():
                told = step.model_dump(mode="json", exclude={"step"})
                await self._at_wallet("reviews", told)
            case Sign():
                await self._sign(step)
            case OpenAlipay():
                await self._open_alipay(step)
            case Link():
                told = step.model_dump(mode="json", exclude={"step"})
                await self.scene.ask("POST", "/simulator/links", json=told)
            case _:
                assert_never(step)

    async def _remit_to_us(self, step: Remit) -> None:
        case = await self.scene.unless_closed(_is_instructed, BANK_ACCOUNTS.name, Role.PROVIDER)
        asked: Any = case.data["instruction"]
        await _once_late(step, asked)
        told = {
            "market": self.scene.it.sample.market,
            "holder": step.payer or asked["payer_name"],
            "number": asked["payer_number"],
            "amount_fen": step.amount_fen or asked["amount_fen"],
            "remark": asked["remark"],
            "notices": step.notices,
        }
        entry = await self.scene.caller.ask_once("/simulator/bank/remittances", json=told)
        self.scene.it.bank.remitted[entry["entry_id"]] = entry["amount_fen"]

    async def _remit_to_wallet(self, step: Remit) -> None:
        there = _was_asked_to_remit if step.late else _is_asked_to_remit
        case = await self.scene.unless_closed(there, role=Role.PROVIDER)
        asked = lane_of(case, Number.WALLET)["instruction"]
        await _once_late(step, asked)
        told = {
            "payer_name": step.payer or asked["payer_name"],
            "payer_number": asked["payer_number"],
            "amount_fen": step.amount_fen or asked["amount_fen"],
            "notices": step.notices,
        }
        await self._at_wallet("remittances", told)

    async def _sign(self, step: Sign) -> None:
        """Nobody but the super administrator can (TCM-WX-09)."""
        applicant = self.scene.it.applicant
        assert applicant is not None
        told = {"name": step.name or forms.administrator(applicant), "notices": step.notices}
        try:
            await self._at_wallet("signatures", told)
        except NotTaken:
            if step.name is None:
                raise
        else:
            if step.name is not None:
                raise NotTaken(f"the wallet let {step.name} sign")

    async def _at_wallet(self, what: str, told: Json) -> None:
        """What the wallet has is known by the reference of the form that was sent to it last."""
        case = await self.scene.reaches(f"{Number.WALLET}.under_review")
        reference = lane_of(case, Number.WALLET)["reference"]
        await self.scene.caller.ask_once(f"{APPLYMENTS}/{reference}/{what}", json=told)

    async def _open_alipay(self, step: OpenAlipay) -> None:
        it = self.scene.it
        assert it.applicant is not None
        it.alipay.append(forms.alipay_account(it.applicant, len(it.alipay) + 1))
        told = {
            "account": it.alipay[-1],
            "holder": step.holder or it.applicant.company.name,
            "balance_fen": step.balance_fen,
        }
        await self.scene.ask("POST", "/simulator/enterprise/accounts", json=told)


async def _once_late(step: Remit, asked: Json) -> None:
    if step.late:
        until = datetime.fromisoformat(asked["until"])
        await asyncio.sleep((until - datetime.now(UTC)).total_seconds())


def _is_instructed(case: CaseView) -> bool:
    return case.stage == "awaiting_remittance" and isinstance(case.data.get("instruction"), dict)


def _was_asked_to_remit(case: CaseView) -> bool:
    """As far as it was seen by somebody who is shown it."""
    asked = lane_of(case, Number.WALLET)
    return asked.get("stage") == "under_review" and isinstance(asked.get("instruction"), dict)


def _is_asked_to_remit(case: CaseView) -> bool:
    """What an instruction that has lapsed asked for is asked for no longer."""
    if not _was_asked_to_remit(case):
        return False
    until = lane_of(case, Number.WALLET)["instruction"]["until"]
    return datetime.fromisoformat(until) > datetime.now(UTC)
