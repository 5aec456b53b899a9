"""What goes on record, once, and what is refused because it does not follow."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from activities.records import Records
from models.cases import Batch
from tests.activities.batches import (
    WAITS,
    batch,
    case,
    change,
    changes,
    new_case,
    refusal,
    stands,
    transactions,
    versions,
    view,
)


@pytest.fixture
def records(engine: Engine) -> Records:
    return Records(engine)


def test_the_first_batch_writes_the_case_and_its_changes_in_one_transaction(
    engine: Engine, records: Records
) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1, 2))
    row = stands(engine, case_id)
    assert (row.version, row.run_id, row.stage, row.outcome) == (2, "run-1", "stage_2", None)
    assert (row.waiting_on, row.due_at, row.blocked_by) == (["buyer"], WAITS.deadline_at, [])
    assert row.view == view(case_id, 2).model_dump(mode="json")
    (wrote,) = transactions(engine, case_id, "cases", "case_changes")
    assert {row.xact_id for row in changes(engine, case_id)} == {wrote}


def test_several_changes_in_a_batch_are_rows_of_their_own_with_the_stage_before_and_after(
    engine: Engine, records: Records
) -> None:
    case_id = new_case()
    paid = change(2, event="paid", key="k-2", digest="d-2", data={"amount_fen": 9900})
    records.record(batch(case_id, 1, paid, 3))
    rows = changes(engine, case_id)
    assert [(row.version, row.event) for row in rows] == [(1, "step_1"), (2, "paid"), (3, "step_3")]
    assert [(row.stage_before, row.stage_after) for row in rows] == [
        *((None, "stage_1"), ("stage_1", "stage_2"), ("stage_2", "stage_3"))
    ]
    assert [(row.key, row.digest) for row in rows] == [(None, None), ("k-2", "d-2"), (None, None)]
    assert rows[1].data == {"amount_fen": 9900}
    assert all(row.answer == view(case_id, 3).model_dump(mode="json") for row in rows)


def test_the_next_batch_follows_and_the_case_is_what_its_view_says(engine: Engine, records: Records) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1))
    records.record(batch(case_id, 2, 3, view=view(case_id, 3, tasks=(), data={"pay_url": "x"})))
    row = stands(engine, case_id)
    assert (row.version, row.waiting_on, row.due_at) == (3, [], None)
    assert row.view["data"] == {"pay_url": "x"}
    assert versions(engine, case_id) == [1, 2, 3]


@pytest.mark.parametrize("further", [(), (3,), (3, 4)])
def test_the_same_batch_again_is_no_news(engine: Engine, records: Records, further: tuple[int, ...]) -> None:
    """Also when the case has gone on since: it stays as it is."""
    case_id = new_case()
    first = batch(case_id, 1, 2)
    for sent in (first, *(batch(case_id, version) for version in further), first):
        records.record(sent)
    assert versions(engine, case_id) == [1, 2, *further]
    assert stands(engine, case_id).version == 2 + len(further)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda it: batch(it, change(2, event="else")), id="the same version, another change"),
        pytest.param(lambda it: batch(it, 2, 3), id="a batch that is on record in part"),
        pytest.param(lambda it: batch(it, change(1), change(2, data={"a": 1})), id="another second change"),
        pytest.param(lambda it: batch(it, 4), id="a gap"),
        pytest.param(lambda it: batch(it, 1, 2, run_id="run-2"), id="another run from the beginning"),
        pytest.param(lambda it: batch(it, 3, run_id="run-2"), id="another run goes on"),
        pytest.param(lambda it: batch(it, 3, run_id="run-3", continues="run-2"), id="after an unknown run"),
        pytest.param(lambda it: batch(it, 4, run_id="run-2", takes_over=True), id="taking over with a gap"),
        pytest.param(lambda it: batch(it, 2, run_id="run-2", takes_over=True), id="taking over again"),
    ],
)
def test_what_is_not_the_next_diverges_and_changes_nothing(
    engine: Engine, records: Records, sent: Callable[[str], Batch]
) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1, 2))
    before = stands(engine, case_id).model_dump()
    assert refusal(records, sent(case_id)) == "Diverged"
    assert stands(engine, case_id).model_dump() == before
    assert versions(engine, case_id) == [1, 2]


def test_a_case_does_not_begin_with_its_second_version(engine: Engine, records: Records) -> None:
    case_id = new_case()
    assert refusal(records, batch(case_id, 2)) == "Diverged"
    assert case(engine, case_id) is None


@pytest.mark.parametrize(
    "allowed",
    [
        pytest.param({"takes_over": True}, id="an operator lets it take over"),
        pytest.param({"continues": "run-1"}, id="it is the next run of a case without end"),
    ],
)
def test_another_run_goes_on_where_the_one_before_stopped(
    engine: Engine, records: Records, allowed: dict[str, object]
) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1, 2))
    assert refusal(records, batch(case_id, 3, run_id="run-2")) == "Diverged"
    records.record(batch(case_id, 3, run_id="run-2", **allowed))
    records.record(batch(case_id, 4, run_id="run-2"))
    assert stands(engine, case_id).run_id == "run-2"
    assert [(row.version, row.run_id) for row in changes(engine, case_id)] == [
        *((1, "run-1"), (2, "run-1"), (3, "run-2"), (4, "run-2"))
    ]
    assert refusal(records, batch(case_id, 5)) == "Diverged"
