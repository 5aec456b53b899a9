"""What the ledger says of one case."""

from collections import Counter

from sqlmodel import Session, col, select

from models.ledger import kind_of
from models.tables.ledger import EntryRow, TransactionRow
from tests.bench import Opened


def postings(*cases: Opened) -> list[tuple[str, str, int]]:
    """Business step, account and amount, in the order they were written."""
    ids = [case.case_id for case in cases]
    mine = (
        select(TransactionRow.what, EntryRow.account, EntryRow.amount_fen)
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(col(TransactionRow.case_id).in_(ids))
        .order_by(col(EntryRow.id))
    )
    with Session(cases[0].bench.engine) as session:
        return [(what, account, fen) for what, account, fen in session.exec(mine)]


def balances(*cases: Opened) -> dict[str, int]:
    """Each account in its normal side, what is even left out."""
    sums: Counter[str] = Counter()
    for _, account, fen in postings(*cases):
        sums[account] += kind_of(account).sign * fen
    return {account: fen for account, fen in sums.items() if fen}
