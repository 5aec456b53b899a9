"""Enterprise Alipay accounts that keep their state in PostgreSQL and can be told to misbehave.

An account that nobody opened is unknown.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour, behaving, misbehave
from models.base import Fen, Flag, Frozen
from models.rules.verification import normalised
from models.tables.simulated_enterprise import SimulatedDeduction, SimulatedEnterpriseAccount

ANOTHER_NAME = "Some Other Company of the Simulated Accounts"


class Held(Frozen):
    """An account as its company sees it."""

    holder: str
    balance_fen: Fen
    deductible: Flag


class Deducted(Frozen):
    """What was taken from an account, and under which key of ours."""

    key: str
    amount_fen: Fen
    at: datetime
    times_asked: int


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SimulatedEnterpriseAccounts:
    """Asked under `enterprise_holder` and `enterprise_deduct`."""

    engine: Engine
    now: Callable[[], datetime] = _now

    def holder_of(self, account: str) -> str | None:
        with behaving(self.engine, "enterprise_holder") as behaviour, Session(self.engine) as session:
            if behaviour is Behaviour.IN_PROGRESS:
                raise GatewayUnavailable
            row = session.get(SimulatedEnterpriseAccount, _digest(account))
            if row is None:
                return None
            return ANOTHER_NAME if behaviour is Behaviour.CONTRADICTS else row.holder

    def deduct(self, market: str, key: str, account: str, amount_fen: Fen) -> bool:
        digest = _digest(account)
        with (
            behaving(self.engine, "enterprise_deduct") as behaviour,
            Session(self.engine) as session,
            session.begin(),
        ):
            if behaviour is Behaviour.IN_PROGRESS:
                raise GatewayUnavailable
            found = select(SimulatedEnterpriseAccount).where(
                SimulatedEnterpriseAccount.account_digest == digest
            )
            row = session.exec(found.with_for_update()).one_or_none()
            if row is None:
                raise GatewayRefused("unknown_account")
            known = session.get(SimulatedDeduction, key)
            if known is not None:
                if (known.market, known.account_digest, known.amount_fen) != (market, digest, amount_fen):
                    raise GatewayRefused("key_of_another_deduction")
                known.times_asked += 1
                return True
            if not row.deductible or row.balance_fen < amount_fen:
                return False
            row.balance_fen -= amount_fen
            session.add(
                SimulatedDeduction(
                    key=key, market=market, account_digest=digest, amount_fen=amount_fen, at=self.now()
                )
            )
            return True

    # --- the company's side, and the tester's

    def open(self, account: str, holder: str, balance_fen: Fen = 0, *, deductible: bool = True) -> None:
        """From now on the account is this company's, with so much in it."""
        row = {
            "account_digest": _digest(account),
            "holder": holder,
            "balance_fen": balance_fen,
            "deductible": deductible,
        }
        opened = insert(SimulatedEnterpriseAccount).values(row)
        with Session(self.engine) as session, session.begin():
            session.execute(opened.on_conflict_do_update(index_elements=["account_digest"], set_=row))

    def held(self, account: str) -> Held | None:
        """Whose the account is, and what is in it; None where there is none."""
        with Session(self.engine) as session:
            row = session.get(SimulatedEnterpriseAccount, _digest(account))
            return Held.model_validate(row.model_dump(exclude={"account_digest"})) if row else None

    def deductions_from(self, account: str) -> list[Deducted]:
        """What was taken from it, the oldest first."""
        mine = select(SimulatedDeduction).where(SimulatedDeduction.account_digest == _digest(account))
        with Session(self.engine) as session:
            rows = session.exec(mine.order_by(col(SimulatedDeduction.at), col(SimulatedDeduction.key)))
            return [Deducted.model_validate(row.model_dump(include={*Deducted.model_fields})) for row in rows]

    def misbehave(self, operation: str, behaviour: Behaviour, times: int = 1) -> None:
        """Fail the next calls of an operation."""
        misbehave(self.engine, operation, behaviour, times)


def _digest(account: str) -> str:
    """Neither cases nor spaces tell two accounts apart."""
    return hashlib.sha256(normalised(account).casefold().encode()).hexdigest()
