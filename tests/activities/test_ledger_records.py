"""Money goes on record with the change that moved it: once, in balance, and for ever."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from activities.records import Records
from models.cases import Batch
from models.ledger import LedgerTransaction, applied, completed, received
from models.tables.database import connect
from models.tables.ledger import EntryRow, TransactionRow
from tests.activities.batches import (
    AT,
    batch,
    case,
    changes,
    new_case,
    refusal,
    transactions,
    until_one_waits,
    versions,
)

RESTRICTED, CHECKED = "23001", "23514"


@pytest.fixture
def records(engine: Engine) -> Records:
    return Records(engine)


@pytest.fixture
def payment() -> str:
    return f"p-{uuid.uuid4().hex[:12]}"


def posted(engine: Engine, *postings: LedgerTransaction) -> list[TransactionRow]:
    """What stands in the ledger under these keys."""
    keys = [posting.key for posting in postings]
    with Session(engine) as session:
        found = select(TransactionRow).where(col(TransactionRow.key).in_(keys))
        return list(session.exec(found.order_by(col(TransactionRow.id))))


def entries(engine: Engine, row: TransactionRow) -> list[tuple[str, str, int]]:
    with Session(engine) as session:
        mine = select(EntryRow).where(EntryRow.transaction_id == row.id).order_by(col(EntryRow.id))
        return [(each.market, each.account, each.amount_fen) for each in session.exec(mine)]


def test_postings_go_on_record_in_the_transaction_of_the_change(
    engine: Engine, records: Records, payment: str
) -> None:
    case_id = new_case()
    came, taken = received("alipay", payment, 9_900), applied("alipay", payment, 9_900)
    records.record(batch(case_id, 1, 2, ledger=(came, taken)))
    first, second = posted(engine, came, taken)
    assert (first.what, first.case_id, first.version, first.at) == ("payment_received", case_id, 2, AT)
    assert (second.what, second.market, second.currency) == ("payment_applied", "alipay", "CNY")
    assert entries(engine, first) == [("alipay", "gateway", 9_900), ("alipay", "unapplied", -9_900)]
    assert entries(engine, second) == [("alipay", "unapplied", 9_900), ("alipay", "escrow", -9_900)]
    (wrote,) = transactions(engine, case_id, "cases", "ledger_transactions")
    assert {row.xact_id for row in changes(engine, case_id)} == {wrote}


@pytest.mark.parametrize("further", [(), (2,)])
def test_the_same_batch_again_posts_nothing_again(
    engine: Engine, records: Records, payment: str, further: tuple[int, ...]
) -> None:
    case_id, came = new_case(), received("alipay", payment, 9_900)
    first = batch(case_id, 1, ledger=(came,))
    for sent in (first, *(batch(case_id, version) for version in further), first):
        records.record(sent)
    (row,) = posted(engine, came)
    assert len(entries(engine, row)) == 2


def test_two_cases_may_say_that_the_same_payment_came(engine: Engine, records: Records, payment: str) -> None:
    first, other = new_case(), new_case()
    came, taken = received("alipay", payment, 9_900), applied("alipay", payment, 9_900)
    records.record(batch(first, 1, ledger=(came,)))
    records.record(batch(other, 1, ledger=(came, taken)))
    assert [row.case_id for row in posted(engine, came, taken)] == [first, other]
    assert versions(engine, other) == [1]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"market": "rehearsal"}, id="market"),
        pytest.param({"what": "gift_received"}, id="what"),
        pytest.param({"currency": "USD"}, id="currency"),
        pytest.param({"entries": received("m", "p", 9_901).entries}, id="amount"),
        pytest.param({"entries": applied("m", "p", 9_900).entries}, id="accounts"),
        pytest.param(
            {"entries": completed("c", "m", "isv-1", 9_900, Decimal("0.10")).entries}, id="one account more"
        ),
    ],
)
def test_other_figures_under_a_known_key_are_unrecordable_and_leave_nothing(
    engine: Engine, records: Records, payment: str, changed: dict[str, object]
) -> None:
    case_id, came = new_case(), received("alipay", payment, 9_900)
    records.record(batch(new_case(), 1, ledger=(came,)))
    (before,) = posted(engine, came)
    with_it, other = applied("alipay", payment, 9_900), came.model_copy(update=changed)
    assert refusal(records, batch(case_id, 1, ledger=(with_it, other))) == "Unrecordable"
    assert (case(engine, case_id), changes(engine, case_id)) == (None, [])
    (row,) = posted(engine, came, with_it)
    assert row == before
    assert entries(engine, row) == [("alipay", "gateway", 9_900), ("alipay", "unapplied", -9_900)]


def test_what_postgresql_refuses_at_commit_is_unrecordable_and_leaves_nothing(
    engine: Engine, records: Records, payment: str
) -> None:
    """A workflow with a mistake in it cannot put the ledger out of balance."""
    case_id, came = new_case(), received("alipay", payment, 9_900)
    unsound = came.model_copy(update={"entries": (came.entries[0], came.entries[0])})
    sent = batch(case_id, 1).model_copy(update={"ledger": (unsound,)})
    assert refusal(records, sent) == "Unrecordable"
    assert (case(engine, case_id), posted(engine, came)) == (None, [])


TRANSACTION = """
INSERT INTO ledger_transactions (key, market, case_id, version, what, currency, entries, at)
VALUES (:key, 'm', 'c', 1, 'w', 'CNY', :entries, now()) RETURNING id
"""
ENTRY = (
    "INSERT INTO ledger_entries (transaction_id, market, account, amount_fen) VALUES (:id, :market, :a, :fen)"
)


def plant(
    connection: Connection, key: str, *sides: tuple[str, int], said: int = 2, market: str = "m"
) -> None:
    id = connection.scalar(text(TRANSACTION), {"key": key, "entries": said})
    for account, fen in sides:
        connection.execute(text(ENTRY), {"id": id, "market": market, "a": account, "fen": fen})


def refused(engine: Engine, key: str, *sides: tuple[str, int], **how: object) -> str | None:
    """PostgreSQL's own reason not to commit."""
    with pytest.raises(DBAPIError) as no, engine.begin() as connection:
        plant(connection, key, *sides, **how)  # type: ignore[arg-type]
    return getattr(no.value.orig, "pgcode", None)


def test_plain_sql_may_add_what_is_in_balance(engine: Engine, payment: str) -> None:
    with engine.begin() as connection:
        plant(connection, payment, ("a", 2), ("b", -1), ("c", -1), said=3)
    with engine.connect() as connection:
        assert connection.scalar(
            text("SELECT count(*) FROM ledger_transactions WHERE key = :k"), {"k": payment}
        )


@pytest.mark.parametrize(
    ("sides", "how"),
    [
        pytest.param([("a", 1), ("b", -2)], {}, id="out of balance"),
        pytest.param([("a", 1), ("b", -1), ("c", 1), ("c", -1)], {}, id="more entries than it says"),
        pytest.param([("a", 1), ("b", -1)], {"said": 3}, id="fewer entries than it says"),
        pytest.param([], {}, id="no entries"),
        pytest.param([], {"said": 0}, id="no entries, as it says"),
        pytest.param([("a", 1)], {"said": 1}, id="one entry"),
        pytest.param([("a", 0), ("b", 0)], {}, id="entries of nothing"),
        pytest.param([("a", 1), ("b", -1)], {"market": "n"}, id="another market's entries"),
    ],
)
def test_postgresql_itself_refuses_what_is_no_double_entry(
    engine: Engine, payment: str, sides: list[tuple[str, int]], how: dict[str, object]
) -> None:
    assert refused(engine, payment, *sides, **how) == CHECKED


def test_the_constraint_looks_at_commit_and_not_before(engine: Engine, payment: str) -> None:
    with engine.connect() as connection:
        plant(connection, payment, ("a", 1))
        connection.rollback()


def test_nothing_is_added_to_a_transaction_later_though_it_stays_in_balance(
    engine: Engine, records: Records, payment: str
) -> None:
    came = received("alipay", payment, 9_900)
    records.record(batch(new_case(), 1, ledger=(came,)))
    (row,) = posted(engine, came)
    both = text(ENTRY.strip() + ", (:id, :market, :a, -:fen)")
    with pytest.raises(DBAPIError, match="has 4 entries and not 2"), engine.begin() as connection:
        connection.execute(both, {"id": row.id, "market": "alipay", "a": "gateway", "fen": 1})
    assert len(entries(engine, row)) == 2


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE ledger_transactions SET currency = 'USD'",
        "UPDATE ledger_entries SET amount_fen = -amount_fen",
        "DELETE FROM ledger_transactions",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries",
        "TRUNCATE ledger_transactions CASCADE",
    ],
)
def test_the_ledger_is_only_ever_added_to(own_engine: Engine, payment: str, rewriting: str) -> None:
    came = received("alipay", payment, 9_900)
    Records(own_engine).record(batch(new_case(), 1, ledger=(came,)))
    with pytest.raises(DBAPIError, match="append-only") as no, own_engine.begin() as connection:
        connection.execute(text(rewriting))
    assert getattr(no.value.orig, "pgcode", None) == RESTRICTED
    (row,) = posted(own_engine, came)
    assert entries(own_engine, row) == [("alipay", "gateway", 9_900), ("alipay", "unapplied", -9_900)]


@pytest.mark.parametrize(("other_fen", "expected"), [(9_900, None), (9_901, "Unrecordable")])
def test_of_two_batches_that_race_with_a_key_one_posts_it(
    engine: Engine, database_url: str, payment: str, other_fen: int, expected: str | None
) -> None:
    came, again = received("alipay", payment, 9_900), received("alipay", payment, other_fen)
    first, second = batch(new_case(), 1, ledger=(came,)), batch(new_case(), 1, ledger=(again,))
    assert race(engine, database_url, first, second) == expected
    (row,) = posted(engine, came)
    assert (row.case_id, entries(engine, row)[0][2]) == (first.view.case_id, 9_900)
    assert versions(engine, second.view.case_id) == ([] if expected else [1])


def test_postings_of_a_market_take_turns_until_they_are_committed(
    engine: Engine, database_url: str, payment: str
) -> None:
    """A statement is read by number: no lower one may appear after it was read. `race` sees one wait."""
    early, late = received("alipay", payment, 1), received("alipay", f"{payment}-2", 1)
    sent = (batch(new_case(), 1, ledger=(posting,)) for posting in (early, late))
    assert race(engine, database_url, *sent) is None
    assert [row.key for row in posted(engine, early, late)] == [early.key, late.key]


def race(engine: Engine, database_url: str, first: Batch, second: Batch) -> str | None:
    """Send the second batch while the first one commits, and see it wait: why it was refused, if it was."""
    slow, may_commit, commits = connect(database_url, 1), Event(), Event()

    def commit_late(_: Connection) -> None:
        commits.set()
        assert may_commit.wait(10)

    def send_second() -> str | None:
        try:
            Records(engine).record(second)
        except Exception as no:
            return getattr(no, "type", None) or type(no).__name__
        return None

    event.listen(slow, "commit", commit_late)
    with ThreadPoolExecutor(2) as threads:
        sent = threads.submit(Records(slow).record, first)
        assert commits.wait(10)
        other = threads.submit(send_second)
        until_one_waits(engine)
        may_commit.set()
        sent.result(10)
        refused = other.result(10)
    slow.dispose()
    return refused
