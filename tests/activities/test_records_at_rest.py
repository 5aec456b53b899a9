"""What the database itself holds on to: history as it was, holds while a case is open, sound figures."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from activities.records import Records
from models.cases import SYSTEM, Batch
from models.processes import TEMPLATE_ORDERS
from models.tables import AdmissionRow
from models.tables.admissions import Admissions
from models.tables.database import connect
from tests.activities.batches import (
    AT,
    batch,
    case,
    change,
    changes,
    closing,
    new_case,
    refusal,
    stands,
    transactions,
    until_one_waits,
    versions,
    view,
)
from tests.bench import place_order

RESTRICTED = "23001"


def test_closing_frees_the_hold_in_the_same_transaction(engine: Engine, admissions: Admissions) -> None:
    records = Records(engine)
    case_id, other = (
        admissions.admit(TEMPLATE_ORDERS, "alipay", place_order(), SYSTEM, AT).case_id for _ in range(2)
    )
    records.record(batch(case_id, 1))
    assert _is_open(engine, case_id)
    records.record(closing(case_id, 2))
    assert not _is_open(engine, case_id)
    assert _is_open(engine, other)
    assert len(transactions(engine, case_id, "admissions", "cases")) == 1
    assert stands(engine, case_id).outcome == "unpaid"


def test_a_closing_that_cannot_be_recorded_keeps_the_hold(engine: Engine, admissions: Admissions) -> None:
    case_id = admissions.admit(TEMPLATE_ORDERS, "alipay", place_order(), SYSTEM, AT).case_id
    without_outcome = view(case_id, 1, stage="closed", closed_at=AT, tasks=())
    assert refusal(Records(engine), batch(case_id, 1, view=without_outcome)) == "Unrecordable"
    assert _is_open(engine, case_id)


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE case_changes SET event = 'never_was' WHERE version = 1",
        "DELETE FROM case_changes WHERE version = 1",
        "TRUNCATE case_changes",
    ],
)
def test_history_is_only_ever_added_to(own_engine: Engine, rewriting: str) -> None:
    case_id = new_case()
    Records(own_engine).record(batch(case_id, 1))
    with pytest.raises(DBAPIError, match="append-only") as refused, own_engine.begin() as connection:
        connection.execute(text(rewriting))
    assert getattr(refused.value.orig, "pgcode", None) == RESTRICTED
    assert [row.event for row in changes(own_engine, case_id)] == ["step_1"]


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"stage": "closed", "outcome": "unpaid"}, id="closed at no time"),
        pytest.param({"stage": "closed", "closed_at": AT}, id="closed without an outcome"),
        pytest.param({"outcome": "unpaid"}, id="an outcome while open"),
        pytest.param({"version": -1}, id="a version below zero"),
        pytest.param({"data": {"note": "\0"}}, id="text that PostgreSQL does not keep"),
    ],
)
def test_what_the_database_will_never_take_is_unrecordable_and_leaves_nothing(
    engine: Engine, how: dict[str, object]
) -> None:
    case_id = new_case()
    seen = view(case_id, 1).model_copy(update=how)
    assert refusal(Records(engine), batch(case_id, 1, view=seen)) == "Unrecordable"
    assert case(engine, case_id) is None
    assert changes(engine, case_id) == []


def test_an_idempotency_key_stands_for_one_change_of_a_case(engine: Engine) -> None:
    records, case_id, other = Records(engine), new_case(), new_case()
    keyed = change(1, key="k")
    records.record(batch(case_id, keyed))
    records.record(batch(other, keyed))
    assert refusal(records, batch(case_id, 2, change(3, key="k"))) == "Unrecordable"
    assert versions(engine, case_id) == [1]
    assert stands(engine, case_id).version == 1


def test_time_on_record_is_an_instant(engine: Engine) -> None:
    case_id = new_case()
    Records(engine).record(batch(case_id, 1))
    (row,) = changes(engine, case_id)
    assert row.at == AT
    assert (row.at.utcoffset(), row.recorded_at.utcoffset()) == (timedelta(), timedelta())


@pytest.mark.parametrize("versions_before", [0, 1])
def test_a_batch_that_comes_again_while_it_is_being_written_is_no_news(
    engine: Engine, database_url: str, versions_before: int
) -> None:
    """An activity that ran out of time is tried again while its first try still commits."""
    case_id = new_case()
    for version in range(1, versions_before + 1):
        Records(engine).record(batch(case_id, version))
    sent = batch(case_id, versions_before + 1)
    first_try, may_commit, commits = connect(database_url, 1), Event(), Event()

    def commit_late(_: Connection) -> None:
        commits.set()
        assert may_commit.wait(10)

    event.listen(first_try, "commit", commit_late)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(_record, first_try, sent)
        assert commits.wait(10)
        again = threads.submit(_record, engine, sent)
        until_one_waits(engine)
        may_commit.set()
        first.result(10)
        again.result(10)
    first_try.dispose()
    assert versions(engine, case_id) == list(range(1, versions_before + 2))


def _record(engine: Engine, sent: Batch) -> None:
    Records(engine).record(sent)


def _is_open(engine: Engine, case_id: str) -> bool:
    with Session(engine) as session:
        row = session.get(AdmissionRow, case_id)
        assert row is not None
        return row.open
