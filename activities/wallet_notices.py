"""Telling a merchant account what the wallet says of its application, after a notice of it."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.applyments import Applyments
from activities.reporting import is_on_record, reported
from models.applyments import AskedApplyment, SeenApplyment
from models.cases import WALLET, CaseView, Report
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import ApplymentChanged, Number
from models.private import Sealed
from models.rules.wallet_notices import facts_of, verdict_on
from models.tables import CaseRow
from models.wallet_notices import ForApplication, ToldOfApplyment, WalletNoticeOutcome

IS_NO_MATTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class WalletNotices:
    engine: Engine
    client: Client
    applyments: Applyments

    @activity.defn(name="tell_of_applyment")
    async def tell(self, told: ForApplication) -> ToldOfApplyment:
        """Ask the wallet, and tell the case what is new: nothing that a notice says is (TCM-WX-01, -02).

        `NotConfirmed` while no case has that reference, or the wallet knows none; `Undecided` while the case
        itself is: asked again. It may have taken the news although its answer was lost: the record decides.
        """
        view = await asyncio.to_thread(self._applicant, told)
        seen = await asyncio.to_thread(self.applyments.look, _asked(told, view))
        key = _key(told, seen)
        decided = await asyncio.to_thread(self._on_record, view.case_id, key, seen)
        if decided is None:
            news, at = ApplymentChanged(seen=seen), self.applyments.now()
            report = Report[ApplymentChanged](event=news, actor=WALLET, key=key, digest=key, occurred_at=at)
            await reported(self.client, view.case_id, report)
            decided = _became(view.case_id, seen, WalletNoticeOutcome.TOLD)
        return decided

    def _applicant(self, told: ForApplication) -> CaseView:
        """The merchant account that applied under that reference, in that market."""
        reference: Any = col(CaseRow.view)["data"][Number.WALLET]["reference"]  # there is an index of it
        applied = select(CaseRow).where(
            CaseRow.market == told.market,
            CaseRow.process == MERCHANT_ACCOUNTS.name,
            reference.astext == told.reference,
        )
        with Session(self.engine) as session:
            row = session.exec(applied).first()
            if row is None:
                raise ApplicationError(f"nobody applied as {told.reference}", type="NotConfirmed")
            return CaseView.model_validate(row.view)

    def _on_record(self, case_id: str, key: str, seen: SeenApplyment) -> ToldOfApplyment | None:
        """What has become of it; None where the case itself has to be told."""
        with Session(self.engine) as session:
            if is_on_record(session, case_id, key):
                return _became(case_id, seen, WalletNoticeOutcome.TOLD)
            row = session.get_one(CaseRow, case_id)
        verdict = verdict_on(seen.facts, CaseView.model_validate(row.view))
        if verdict is None:
            return None
        outcome = WalletNoticeOutcome.KNOWN if verdict.taken else WalletNoticeOutcome.NOT_WANTED
        return _became(case_id, seen, outcome, verdict.reason)


def _asked(told: ForApplication, view: CaseView) -> AskedApplyment:
    """Only for what is so. Whether that is stale is the case's to say: it knows when it submitted."""
    wallet: Any = view.data[Number.WALLET]
    account = wallet.get("account")
    return AskedApplyment(
        market=told.market,
        case_id=view.case_id,
        reference=told.reference,
        known=facts_of(view),
        submitted_at=view.changed_at,
        stale_for=IS_NO_MATTER,
        account=Sealed.model_validate(account) if account else None,
    )


def _key(told: ForApplication, seen: SeenApplyment) -> str:
    """One for what is new in a notice: told again, it is told once."""
    news = hashlib.sha256(seen.facts.model_dump_json().encode()).hexdigest()[:16]
    return f"applyment:{told.notice_id}:{news}"


def _became(
    case_id: str, seen: SeenApplyment, outcome: WalletNoticeOutcome, reason: str | None = None
) -> ToldOfApplyment:
    return ToldOfApplyment(case_id=case_id, outcome=outcome, state=seen.facts.state, reason=reason)
