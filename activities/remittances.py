"""Entries of the bank against the checks on record: each is decided once, and stays so."""

from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from activities.bank_rounds import in_turn
from models.bank import Direction, Matched, Remitted, Returned, Unmatched, WhyUnmatched
from models.bank_entries import BankEntry, EntryKind, check_of_payout
from models.rules.bank import OpenCheck, verdict_on
from models.tables.bank import BankCheckRow, BankRemittanceRow, account_digest, instruction_of
from models.tables.privacy import Cipher

KEPT: TypeAdapter[Remitted] = TypeAdapter(Remitted)


def decide(session: Session, cipher: Cipher, entry: BankEntry) -> Remitted:
    """Match an entry, or record why it matches nothing. A wrong or late one leaves its check open."""
    in_turn(session, entry.market)
    known = session.get(BankRemittanceRow, entry.entry_id)
    if known is not None:
        said = known.model_dump(include={"kind", "at", "case_id", "round", "reason"}, exclude_none=True)
        return KEPT.validate_python(said)
    payer = account_digest(cipher, entry.payer_number)
    came_back = entry.kind is EntryKind.RETURNED
    outcome = _returned(session, entry) if came_back else _received(session, cipher, entry, payer)
    session.add(
        BankRemittanceRow(
            remittance_id=entry.entry_id,
            market=entry.market,
            payer_digest=None if came_back else payer,
            entry=cipher.seal(entry.model_dump(mode="json"), entry.entry_id),
            recorded_at=datetime.now(UTC),
            **{"case_id": None, "round": None, "reason": None, **outcome.model_dump()},
        )
    )
    return outcome


def _returned(session: Session, entry: BankEntry) -> Returned | Unmatched:
    """The account did not keep what was paid into it: whatever its check proved is void."""
    case_id, round = check_of_payout(entry.payout_key or "")
    row = session.get(BankCheckRow, (case_id, round), with_for_update=True)
    if row is None or row.market != entry.market:
        return Unmatched(reason=WhyUnmatched.UNKNOWN_PAYOUT, at=entry.at)
    if row.voided_at is None:
        row.voided_at, row.voided_because = entry.at, "returned"
    return Returned(case_id=row.case_id, round=row.round, at=entry.at)


def _received(session: Session, cipher: Cipher, entry: BankEntry, payer: str) -> Matched | Unmatched:
    """The newest check of the account that paid says why, where none is proved."""
    asked = select(BankCheckRow).where(
        BankCheckRow.market == entry.market,
        BankCheckRow.account_digest == payer,
        BankCheckRow.direction == Direction.PROVIDER_REMITS,
    )
    newest_first = (col(BankCheckRow.issued_at).desc(), col(BankCheckRow.round).desc())
    rows = session.exec(asked.order_by(*newest_first).with_for_update()).all()
    verdicts = [verdict_on(entry, _open(row, cipher)) for row in rows]
    if None in verdicts:
        row = rows[verdicts.index(None)]
        row.verified_at = entry.at
        return Matched(case_id=row.case_id, round=row.round, at=entry.at)
    reason = verdicts[0] if verdicts else verdict_on(entry, None)
    return Unmatched(reason=reason or WhyUnmatched.NO_OPEN_CHECK, at=entry.at)


def _open(row: BankCheckRow, cipher: Cipher) -> OpenCheck:
    return OpenCheck(asked=instruction_of(row, cipher), since=row.issued_at, ended=row.has_ended)
