"""A case whose record cannot be written lands on an operator's desk, and leaves it again."""

import pytest
from sqlalchemy import Engine

from activities.alarms import lift_alarm, raise_alarm
from activities.records import Records
from models.cases import Alarm, Party
from tests.activities.batches import AT, batch, changes, closing, new_case, stands, versions, view


@pytest.fixture
def records(engine: Engine) -> Records:
    return Records(engine)


def test_an_alarm_waits_for_an_operator_and_leaves_the_record_as_it_was(
    engine: Engine, records: Records
) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1))
    before = stands(engine, case_id)
    for kind in ("Unrecordable", "Diverged", "Unrecordable"):
        records.alarm(Alarm(view=view(case_id, 2), kind=kind, detail="no"))
    row = stands(engine, case_id)
    assert (row.blocked_by, row.waiting_on) == (["Diverged", "Unrecordable"], ["buyer", "operator"])
    assert (row.version, row.stage, row.view) == (1, "stage_1", before.view)
    assert versions(engine, case_id) == [1]


def test_the_next_good_record_takes_a_case_off_the_desk(engine: Engine, records: Records) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1))
    records.alarm(Alarm(view=view(case_id, 2), kind="Diverged", detail="no"))
    records.record(batch(case_id, 2))
    row = stands(engine, case_id)
    assert (row.version, row.blocked_by, row.waiting_on) == (2, [], ["buyer"])


def test_a_case_that_never_got_its_first_version_shows_up_too(engine: Engine, records: Records) -> None:
    """Whatever its first view was: it has no version, no end and no task but the operator's."""
    case_id = new_case()
    ended = view(case_id, 1, stage="closed", outcome="unpaid", closed_at=AT)
    records.alarm(Alarm(view=ended, kind="Unrecordable", detail="no"))
    row = stands(engine, case_id)
    assert (row.version, row.stage, row.outcome, row.closed_at) == (0, "opening", None, None)
    assert (row.blocked_by, row.waiting_on, row.due_at) == (["Unrecordable"], [Party.OPERATOR], None)
    assert changes(engine, case_id) == []
    records.record(batch(case_id, 1))
    row = stands(engine, case_id)
    assert (row.version, row.run_id, row.blocked_by, row.waiting_on) == (1, "run-1", [], ["buyer"])


def test_a_case_that_closes_leaves_the_desk(engine: Engine, records: Records) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1))
    records.alarm(Alarm(view=view(case_id, 2), kind="Unrecordable", detail="no"))
    records.record(closing(case_id, 2))
    row = stands(engine, case_id)
    assert (row.outcome, row.blocked_by, row.waiting_on) == ("unpaid", [], [])


def test_an_alarm_that_cannot_be_written_either_ends_quietly(engine: Engine, records: Records) -> None:
    """It went to the log; failing would only hide what it is about."""
    case_id = new_case()
    records.alarm(Alarm(view=view(case_id, 1, data={"note": "\0"}), kind="Unrecordable", detail="no"))
    records.record(batch(case_id, 1))
    assert stands(engine, case_id).version == 1


def test_an_alarm_that_is_lifted_leaves_what_else_keeps_a_case_on_the_desk(
    engine: Engine, records: Records
) -> None:
    case_id = new_case()
    records.record(batch(case_id, 1, view=view(case_id, 1, blocked_by=("Delayed",))))
    row = stands(engine, case_id)
    for kind in ("Stuck", "Diverged"):
        raise_alarm(row, kind)
    assert (row.blocked_by, row.waiting_on) == (["Delayed", "Diverged", "Stuck"], ["buyer", "operator"])
    lift_alarm(row, "Stuck")
    assert (row.blocked_by, row.waiting_on) == (["Delayed", "Diverged"], ["buyer", "operator"])
    lift_alarm(row, "Diverged")
    assert (row.blocked_by, row.waiting_on) == (["Delayed"], ["buyer"]), "as its workflow wrote it"
