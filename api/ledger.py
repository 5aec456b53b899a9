"""What is in the ledger, as far as a caller may see it: balances and statements, never changed from here."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, and_, false, func, or_, tuple_
from sqlmodel import Session, col, select

from api.auth import Caller, Identified
from api.cursors import Limit, decoded, encoded
from api.office import TheOffice
from api.problems import not_found
from api.reading import market_of
from models.base import Frozen, Instant
from models.cases import Role
from models.ledger import ARREARS, CNY, DEPOSIT, KINDS, PROVIDER, AccountKind, kind_of, of_provider
from models.tables.ledger import EntryRow, TransactionRow

routes = APIRouter(prefix="/v1/markets/{market}/ledger", tags=["Ledger 账簿"])
Currency = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]
From = Annotated[Instant | None, Query(alias="from", description="Lines recorded then or later.")]
Until = Annotated[Instant | None, Query(description="Lines recorded before.")]


class Balance(Frozen):
    account: str
    kind: AccountKind
    currency: str
    balance_fen: int = Field(description="In the account's normal side: debit for assets, else credit.")


class Balances(Frozen):
    accounts: list[Balance]
    next: str | None = Field(description="Send it as `cursor` for the rest; null when this was all.")


class Line(Frozen):
    at: AwareDatetime
    recorded_at: AwareDatetime
    what: str
    key: str
    case_id: str
    amount_fen: int = Field(description="In the account's normal side.")
    balance_fen: int = Field(description="After this line.")
    contra: list[str] = Field(description="The accounts on the other side.")


class Statement(Frozen):
    account: str
    kind: AccountKind
    currency: str
    opening_balance_fen: int
    lines: list[Line] = Field(description="In the order in which they were recorded.")
    closing_balance_fen: int
    next: str | None = Field(description="Send it as `after` for what follows, now or later.")


@routes.get("/accounts", summary="Balances")
def balances(
    market: str,
    office: TheOffice,
    caller: Identified,
    kind: AccountKind | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Balances:
    """What stands in each account that you may see. Providers see what they are owed, owe, and put down."""
    market_of(office, caller, market)
    account, currency = col(EntryRow.account), col(TransactionRow.currency)
    query = _entries(account, currency, func.sum(EntryRow.amount_fen)).where(EntryRow.market == market)
    if caller.role is Role.PROVIDER:
        query = query.where(account.in_(of_provider(str(caller.provider_id))))
    if kind is not None:
        query = query.where(_of_kind(kind))
    if cursor is not None:
        query = query.where(tuple_(account, currency) > tuple(decoded(cursor, "cursor", str, str)))
    grouped = query.group_by(account, currency).order_by(account, currency)
    with Session(office.engine) as session:
        rows = session.execute(grouped.limit(limit + 1)).all()
    found = [
        Balance(account=name, kind=kind_of(name), currency=of, balance_fen=kind_of(name).sign * int(fen))
        for name, of, fen in rows[:limit]
    ]
    more = len(rows) > limit
    return Balances(accounts=found, next=encoded(found[-1].account, found[-1].currency) if more else None)


@routes.get("/accounts/{account}", summary="Statement")
def statement(
    market: str,
    account: str,
    office: TheOffice,
    caller: Identified,
    currency: Currency = CNY,
    after: str | None = None,
    limit: Limit = 50,
    since: From = None,
    until: Until = None,
) -> Statement:
    """An account's lines, oldest first, between the balance before them and the balance after them.

    `from` and `until` go by when a line was recorded: what was told of a time that is past stays as it was.
    """
    market_of(office, caller, market)
    kind = _kind_for(caller, account)
    entry, recorded_at = col(EntryRow.id), col(TransactionRow.recorded_at)
    mine = EntryRow.market == market, EntryRow.account == account, TransactionRow.currency == currency
    inside = [recorded_at >= since] if since else []
    inside += [recorded_at < until] if until else []
    before = [recorded_at < since] if since else []
    shown = list(inside)
    if after is not None:
        (last,) = decoded(after, "after", int)
        before.append(and_(entry <= last, *inside))
        shown.append(entry > last)
    sum_before = _entries(func.coalesce(func.sum(EntryRow.amount_fen), 0)).where(*mine)
    page = _entries(EntryRow, TransactionRow).where(*mine, *shown).order_by(entry).limit(limit)
    with Session(office.engine) as session:
        if not _exists(session, caller, market, account):
            raise not_found()
        opening = kind.sign * int(session.execute(sum_before.where(or_(false(), *before))).scalar_one())
        rows = session.execute(page).all()
        contra = _contra(session, [row.id for _, row in rows], account)
    lines, balance = [], opening
    for each, row in rows:
        balance += kind.sign * each.amount_fen
        facts = row.model_dump(include={"at", "recorded_at", "what", "key", "case_id"})
        figures = {"amount_fen": kind.sign * each.amount_fen, "balance_fen": balance}
        lines.append(Line(**facts, **figures, contra=contra[row.id]))
    return Statement(
        account=account,
        kind=kind,
        currency=currency,
        opening_balance_fen=opening,
        lines=lines,
        closing_balance_fen=balance,
        next=encoded(rows[-1][0].id) if rows else after,
    )


def _entries(*what: Any) -> Any:
    joined = col(TransactionRow.id) == col(EntryRow.transaction_id)
    return select(*what).join_from(EntryRow, TransactionRow, joined)


def _of_kind(kind: AccountKind) -> ColumnElement[bool]:
    of_all_markets = col(EntryRow.account).in_([name for name, its in KINDS.items() if its is kind])
    account = col(EntryRow.account)
    of_one = {
        AccountKind.LIABILITY: (account.startswith(PROVIDER), account.startswith(DEPOSIT)),
        AccountKind.ASSET: (account.startswith(ARREARS),),
    }
    return or_(of_all_markets, *of_one.get(kind, ()))


def _kind_for(caller: Caller, account: str) -> AccountKind:
    """The kind of an account that there can be, and that the caller may see."""
    foreign = caller.role is Role.PROVIDER and account not in of_provider(str(caller.provider_id))
    if foreign or not (account.isascii() and account.isprintable()):
        raise not_found()
    try:
        return kind_of(account)
    except ValueError:
        raise not_found() from None


def _exists(session: Session, caller: Caller, market: str, account: str) -> bool:
    """A market's own accounts are there from the beginning, and a provider's for itself; else by an entry."""
    if account in KINDS or caller.role is Role.PROVIDER:
        return True
    first = select(EntryRow.id).where(EntryRow.market == market, EntryRow.account == account)
    return session.exec(first.limit(1)).first() is not None


def _contra(session: Session, transactions: list[int], account: str) -> dict[int, list[str]]:
    """Of each transaction, the accounts other than this one."""
    query = select(EntryRow.transaction_id, EntryRow.account).where(
        col(EntryRow.transaction_id).in_(transactions), EntryRow.account != account
    )
    found: dict[int, list[str]] = {id: [] for id in transactions}
    for id, other in session.exec(query.order_by(col(EntryRow.id))):
        found[id].append(other)
    return found
