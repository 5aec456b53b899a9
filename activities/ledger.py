"""Posting to the ledger, inside the transaction that records the changes."""

from sqlmodel import Session, func, select

from models.cases import Batch
from models.ledger import LedgerTransaction
from models.tables.ledger import EntryRow, TransactionRow


class OtherFigures(ValueError):
    """The key stands in the ledger already, for something else."""


def post(session: Session, batch: Batch) -> None:
    """Add a batch's postings. A key that is there with the same figures is no news.

    Raises OtherFigures. Postings of a market take turns until they commit: only so can a statement be
    read in the order of ids without missing one that commits late.
    """
    for market in sorted({posting.market for posting in batch.ledger}):
        turn = func.hashtextextended(f"ledger:{market}", 0)
        session.execute(select(func.pg_advisory_xact_lock(turn)))
    for posting in batch.ledger:
        if not _is_posted(session, posting):
            _add(session, posting, batch)


def _is_posted(session: Session, posting: LedgerTransaction) -> bool:
    row = session.exec(select(TransactionRow).where(TransactionRow.key == posting.key)).one_or_none()
    if row is None:
        return False
    entries = session.exec(
        select(EntryRow.account, EntryRow.amount_fen).where(EntryRow.transaction_id == row.id)
    )
    there = (row.market, row.what, row.currency, sorted(tuple(entry) for entry in entries))
    ours = sorted((entry.account, entry.amount_fen) for entry in posting.entries)
    if there != (posting.market, posting.what, posting.currency, ours):
        raise OtherFigures(f"{posting.key} is in the ledger with other figures")
    return True


def _add(session: Session, posting: LedgerTransaction, batch: Batch) -> None:
    last = batch.changes[-1]
    row = TransactionRow(
        **posting.model_dump(exclude={"entries"}),
        case_id=batch.view.case_id,
        version=last.version,
        entries=len(posting.entries),
        at=last.at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    session.add_all(
        EntryRow(transaction_id=row.id, market=posting.market, **entry.model_dump())
        for entry in posting.entries
    )
    session.flush()
