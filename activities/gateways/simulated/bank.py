"""A bank that keeps its books in PostgreSQL and can be told to misbehave.

It knows any account but those whose number ends in 0000. One that was opened has that holder and no other.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour, behaving, misbehave
from models.bank import AccountCheck, BankDetails
from models.bank_entries import BankEntry, EntryKind, PaidOut
from models.base import Fen, Frozen
from models.rules.bank import same_holder
from models.tables.simulated_bank import SimulatedBankAccount, SimulatedBankTransfer

UNKNOWN_ENDING = "0000"
PAID_OUT = "paid_out"


class CameIn(Frozen):
    """A line of a provider's statement: what we paid into its account, and whether it sent that back."""

    reference: str
    amount_fen: Fen
    remark: str
    at: datetime
    returned: bool


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SimulatedBank:
    """Asked under `bank_check`, `bank_pay_out`, `bank_entry` and `bank_entries_since`."""

    engine: Engine
    now: Callable[[], datetime] = _now

    def check(self, account: BankDetails) -> AccountCheck:
        with behaving(self.engine, "bank_check") as behaviour, Session(self.engine) as session:
            if behaviour is Behaviour.IN_PROGRESS:
                raise GatewayUnavailable
            if behaviour is Behaviour.CONTRADICTS or account.number.endswith(UNKNOWN_ENDING):
                return AccountCheck(ok=False, code="unknown_account")
            opened = session.get(SimulatedBankAccount, _digest(account.number))
            if opened and not same_holder(opened.holder, account.holder):
                return AccountCheck(ok=False, code="holder_mismatch")
            return AccountCheck(ok=True)

    def pay_out(self, market: str, key: str, account: BankDetails, amount_fen: int, remark: str) -> PaidOut:
        with (
            behaving(self.engine, "bank_pay_out") as behaviour,
            Session(self.engine) as session,
            session.begin(),
        ):
            if behaviour is Behaviour.IN_PROGRESS:
                raise GatewayUnavailable
            if account.number.endswith(UNKNOWN_ENDING):
                raise GatewayRefused("unknown_account")
            row = {
                **_row(PAID_OUT, market, account.holder, account.number, amount_fen, remark, self.now()),
                "number": account.number[-4:],
                "key": key,
            }
            paid = insert(SimulatedBankTransfer).values(row)
            made = session.execute(paid.on_conflict_do_nothing()).rowcount  # type: ignore[attr-defined]
            known = session.exec(_of(key, PAID_OUT).with_for_update()).one()
            if (known.amount_fen, known.number_digest) != (amount_fen, row["number_digest"]):
                raise GatewayRefused("key_of_another_payout")
            known.times_asked += 1 - made
            return PaidOut(reference=known.reference)

    def entry(self, entry_id: str) -> BankEntry | None:
        with behaving(self.engine, "bank_entry") as behaviour, Session(self.engine) as session:
            row = session.get(SimulatedBankTransfer, entry_id)
            if row is None or row.kind == PAID_OUT or behaviour is Behaviour.IN_PROGRESS:
                return None
            entry = _entry(row)
            if behaviour is Behaviour.CONTRADICTS:
                return entry.model_copy(update={"amount_fen": entry.amount_fen + 1})
            return entry

    def entries_since(self, since: datetime) -> list[BankEntry]:
        with behaving(self.engine, "bank_entries_since"), Session(self.engine) as session:
            ours = select(SimulatedBankTransfer).where(
                SimulatedBankTransfer.at >= since, SimulatedBankTransfer.kind != PAID_OUT
            )
            return [_entry(row) for row in session.exec(ours.order_by(col(SimulatedBankTransfer.at)))]

    # --- the provider's side, and the tester's

    def open_account(self, holder: str, number: str) -> None:
        """From now on the account is this holder's and nobody else's."""
        row = {"number_digest": _digest(number), "last_four": _digits(number)[-4:], "holder": holder}
        with Session(self.engine) as session, session.begin():
            opened = insert(SimulatedBankAccount).values(row)
            session.execute(opened.on_conflict_do_update(index_elements=["number_digest"], set_=row))

    def statement(self, number: str) -> list[CameIn]:
        """What came into an account from us, in order."""
        with Session(self.engine) as session:
            mine = select(SimulatedBankTransfer).where(SimulatedBankTransfer.number_digest == _digest(number))
            rows = session.exec(mine.order_by(col(SimulatedBankTransfer.at))).all()
        back = {row.key for row in rows if row.kind == EntryKind.RETURNED}
        return [
            CameIn(**row.model_dump(include={*CameIn.model_fields}), returned=row.key in back)
            for row in rows
            if row.kind == PAID_OUT
        ]

    def remit(
        self,
        market: str,
        holder: str,
        number: str,
        amount_fen: int,
        remark: str,
        at: datetime | None = None,
    ) -> BankEntry:
        """Somebody remits money to us."""
        row = SimulatedBankTransfer(
            **_row(EntryKind.RECEIVED, market, holder, number, amount_fen, remark, at or self.now()), key=None
        )
        return self._added(row)

    def return_payout(self, reference: str, at: datetime | None = None) -> BankEntry:
        """A payout of ours comes back. Told twice, it came back once."""
        with Session(self.engine) as session:
            paid = session.get(SimulatedBankTransfer, reference)
            if paid is None or paid.kind != PAID_OUT or paid.key is None:
                raise GatewayRefused("unknown_payout")
            known = session.exec(_of(paid.key, EntryKind.RETURNED)).one_or_none()
        if known:
            return _entry(known)
        row = paid.model_dump(exclude={"reference", "kind", "at", "times_asked"})
        kind, back_at = EntryKind.RETURNED, at or self.now()
        return self._added(SimulatedBankTransfer(**row, reference=_new(kind), kind=kind, at=back_at))

    def misbehave(self, operation: str, behaviour: Behaviour, times: int = 1) -> None:
        """Fail the next calls of an operation."""
        misbehave(self.engine, operation, behaviour, times)

    def _added(self, row: SimulatedBankTransfer) -> BankEntry:
        with Session(self.engine) as session, session.begin():
            session.add(row)
            session.flush()
            return _entry(row)


def _digits(number: str) -> str:
    return "".join(figure for figure in number if figure.isdigit())


def _digest(number: str) -> str:
    return hashlib.sha256(_digits(number).encode()).hexdigest()


def _new(kind: str) -> str:
    return f"{kind[0]}-{uuid.uuid4().hex[:16]}"


def _row(
    kind: str, market: str, holder: str, number: str, amount_fen: int, remark: str, at: datetime
) -> dict[str, Any]:
    return {
        "reference": _new(kind),
        "kind": kind,
        "market": market,
        "number_digest": _digest(number),
        "holder": holder,
        "number": _digits(number),
        "amount_fen": amount_fen,
        "remark": remark,
        "at": at,
        "times_asked": 1,
    }


def _of(key: str, kind: str) -> SelectOfScalar[SimulatedBankTransfer]:
    return select(SimulatedBankTransfer).where(
        SimulatedBankTransfer.key == key, SimulatedBankTransfer.kind == kind
    )


def _entry(row: SimulatedBankTransfer) -> BankEntry:
    received = row.kind == EntryKind.RECEIVED
    return BankEntry(
        kind=EntryKind(row.kind),
        market=row.market,
        entry_id=row.reference,
        amount_fen=row.amount_fen,
        payer_holder=row.holder if received else "",
        payer_number=row.number if received else "",
        remark=row.remark,
        at=row.at,
        payout_key=row.key,
    )
