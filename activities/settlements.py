"""What a settlement account asks of enterprise Alipay. Names of accounts stay here: no payload has them."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.effects import Json, once
from activities.gateways.enterprise import EnterpriseAccounts
from activities.gateways.refusals import refusals, refused
from models.private import Sealed
from models.rules.bank import same_holder
from models.settlement_accounts import (
    AskedHolder,
    AskedRecovery,
    HolderMatch,
    Recovery,
    RecoveryState,
)
from models.settlement_events import AlipayAccount, MybankDetails
from models.settlement_terms import Path
from models.tables import EffectRow
from models.tables.privacy import Vault

MODELS: dict[Path, type[AlipayAccount]] = {Path.ALIPAY: AlipayAccount, Path.MYBANK: MybankDetails}


class _NothingTaken(Exception):
    """The key is not used up: under the same one it is tried again."""


@dataclass(frozen=True, slots=True)
class Settlements:
    engine: Engine
    enterprise: EnterpriseAccounts
    vault: Vault

    @activity.defn(name="match_enterprise_account")
    def match(self, asked: AskedHolder) -> HolderMatch:
        """Whether the account is the provider's own company's: the whole name, to the letter (ALI-SET-11)."""
        account = self._opened(asked.account, asked.case_id, asked.path)
        with refusals():
            holder = self.enterprise.holder_of(account)
        if holder is None:
            return HolderMatch(ok=False, code="unknown_account")
        ok = same_holder(holder, asked.company_name)
        return HolderMatch(ok=ok, code=None if ok else "holder_mismatch")

    @activity.defn(name="recover_after_split")
    def recover(self, asked: AskedRecovery) -> Recovery:
        """Take back what a refunded buyer's provider had got, once for a payment (ALI-SET-20).

        Whoever asks for the same payment a second time takes nothing. Nor is anything taken where not enough
        is there: asked again under the same key, it may be (ALI-SET-21).
        """
        debt = asked.debt
        key = f"recovery:{asked.market}:{debt.payment_id}"
        request = {"case_id": asked.case_id, "number": debt.number, "amount_fen": debt.amount_fen}
        with Session(self.engine) as session:
            known = session.get(EffectRow, key)
        if known is not None and known.request != request:
            return Recovery(state=RecoveryState.ASKED_BEFORE)
        account = self._opened(asked.account, asked.case_id, asked.path)

        def deducted() -> Json:
            if not self.enterprise.deduct(asked.market, key, account, debt.amount_fen):
                raise _NothingTaken
            return {"taken": True}

        try:
            with refusals():
                once(self.engine, key, request, deducted)
        except _NothingTaken:
            return Recovery(state=RecoveryState.NOTHING_TAKEN)
        return Recovery(state=RecoveryState.RECOVERED)

    def _opened(self, sealed: Sealed, case_id: str, path: Path) -> str:
        """What does not open will not open later."""
        try:
            said = self.vault.open(sealed, case_id, MODELS[path]).alipay_account
        except (InvalidTag, ValueError):
            raise refused("the sealed account is not this case's, or not an account") from None
        if said is None:
            raise refused("the sealed details name no account")
        return said
