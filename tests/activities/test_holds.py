"""What a case needs for itself alone: all of it or none, until it closes, and nobody waits for nobody."""

import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session, select

from activities.records import Records
from models.admitting import Admitted, Hold
from models.cases import SYSTEM
from models.process import Process
from models.processes import TEMPLATE_ORDERS
from models.tables import AdmissionRow, HoldRow
from models.tables.admissions import Admission, Admissions, HoldTaken
from models.tables.migrate import config
from tests.activities.batches import AT, batch, closing
from tests.bench import place_order


def new(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex}"


def needing(*names: str, before: Callable[[], Any] = lambda: None) -> Process:
    """Orders that need these for themselves alone, each said in a field of the same name."""
    holds = tuple(Hold(name=name, field=name.partition("-")[0], rule="AMP-ORD-06") for name in names)

    def admit(*asked: Any) -> Admitted:
        before()
        return TEMPLATE_ORDERS.admit(*asked).model_copy(update={"holds": holds})

    return replace(TEMPLATE_ORDERS, admit=admit)


def admit(admissions: Admissions, process: Process, market: str = "alipay", **changes: Any) -> Admission:
    return admissions.admit(process, market, place_order(**changes), SYSTEM, AT)


def attempt(admissions: Admissions, process: Process) -> Admission | HoldTaken:
    try:
        return admit(admissions, process)
    except HoldTaken as taken:
        return taken


def refused(admissions: Admissions, process: Process, **changes: Any) -> list[tuple[str, str | None]]:
    """The fields that are refused, and which case has what they ask for."""
    with pytest.raises(HoldTaken) as no:
        admit(admissions, process, **changes)
    return [(taken.finding.field, taken.case_id) for taken in no.value.taken]


def held(engine: Engine, *names: str) -> dict[str, str]:
    with Session(engine) as session:
        found = session.exec(select(HoldRow)).all()
    return {row.hold: row.case_id for row in found if row.hold in names}


def test_two_holds_taken_by_two_cases_are_both_named_with_their_holders(
    admissions: Admissions, engine: Engine
) -> None:
    company, account = new("company"), new("account")
    one = admit(admissions, needing(company))
    other = admit(admissions, needing(account), provider_id="isv-2")
    both = [("account", other.case_id), ("company", one.case_id)]
    assert refused(admissions, needing(account, company)) == both
    with pytest.raises(HoldTaken) as no:
        admit(admissions, needing(account, company))
    assert no.value.case_id == other.case_id
    assert [taken.provider_id for taken in no.value.taken] == ["isv-2", "isv-1"]
    assert {(each.code, each.rule) for each in no.value.findings} == {("busy", "AMP-ORD-06")}


def test_who_is_refused_one_hold_keeps_none_of_the_others(admissions: Admissions, engine: Engine) -> None:
    company, account = new("company"), new("account")
    holder, order = admit(admissions, needing(company)), place_order()
    assert refused(admissions, needing(account, company), id=order.id) == [("company", holder.case_id)]
    assert held(engine, account, company) == {company: holder.case_id}
    with Session(engine) as session:
        assert session.get(AdmissionRow, f"template-orders:alipay:{order.id}") is None
    assert admit(admissions, needing(account)).is_new


def test_all_holds_are_free_once_the_end_of_their_case_is_on_record(
    admissions: Admissions, engine: Engine
) -> None:
    process, records = needing(new("company"), new("account")), Records(engine)
    first = admit(admissions, process)
    records.record(batch(first.case_id, 1))
    assert len(refused(admissions, process)) == 2
    records.record(closing(first.case_id, 2))
    second = admit(admissions, process)
    records.record(closing(first.case_id, 2))  # an activity runs at least once
    assert refused(admissions, process) == [(each, second.case_id) for each in ("company", "account")]


def test_an_end_that_cannot_be_recorded_frees_nothing(admissions: Admissions, engine: Engine) -> None:
    company = new("company")
    first = admit(admissions, needing(company))
    broken = closing(first.case_id, 1)
    with pytest.raises(Exception, match="closed_has_outcome"):
        Records(engine).record(
            broken.model_copy(update={"view": broken.view.model_copy(update={"outcome": None})})
        )
    assert held(engine, company) == {company: first.case_id}


def test_another_market_is_another_matter_and_a_repeat_is_none(admissions: Admissions) -> None:
    process, order = needing(new("company")), place_order()
    first = admissions.admit(process, "alipay", order, SYSTEM, AT)
    assert admissions.admit(process, "alipay", order, SYSTEM, AT) == replace(first, is_new=False)
    assert admit(admissions, process, "rehearsal").is_new


def test_a_hold_that_is_named_twice_is_held_once(admissions: Admissions, engine: Engine) -> None:
    company = new("company")
    first = admit(admissions, needing(company, company))
    assert held(engine, company) == {company: first.case_id}


def test_of_twenty_at_once_that_need_the_same_two_one_gets_both(
    admissions: Admissions, engine: Engine
) -> None:
    """Half of them ask in the opposite order: a deadlock would end one with an error."""
    for _ in range(5):
        names, ready = [new("company"), new("account")], Barrier(20, timeout=60)
        ways = [needing(*names, before=ready.wait), needing(*reversed(names), before=ready.wait)] * 10
        with ThreadPoolExecutor(20) as threads:
            results = list(threads.map(partial(attempt, admissions), ways))
        (winner,) = [result for result in results if isinstance(result, Admission)]
        losers = [result for result in results if isinstance(result, HoldTaken)]
        assert held(engine, *names) == dict.fromkeys(names, winner.case_id)
        assert {len(taken.findings) for taken in losers} == {2}
        assert {taken.case_id for taken in losers} == {winner.case_id}


def test_admissions_and_ends_at_once_leave_no_hold_behind(admissions: Admissions, engine: Engine) -> None:
    names, records, seed = [new("company"), new("account")], Records(engine), random.Random(7)
    orders = [seed.sample(names, 2) for _ in range(20)]

    def come_and_go(order: list[str]) -> bool:
        admitted = attempt(admissions, needing(*order))
        if isinstance(admitted, HoldTaken):
            return False
        records.record(closing(admitted.case_id, 1))
        return True

    with ThreadPoolExecutor(10) as threads:
        assert any(threads.map(come_and_go, orders))
    assert held(engine, *names) == {}
    assert come_and_go(names)


OLD = """
INSERT INTO admissions (case_id, market, process, workflow, digest, input, open, admitted_at, hold)
VALUES ('o:a:1', 'a', 'o', 'O', 'd', '{}', true, now(), 'open'),
       ('o:a:2', 'a', 'o', 'O', 'd', '{}', true, now(), NULL),
       ('o:a:3', 'a', 'o', 'O', 'd', '{}', false, now(), 'ended'),
       ('o:b:1', 'b', 'o', 'O', 'd', '{}', true, now(), 'open')
"""
HELD = "SELECT market, hold, case_id FROM {} ORDER BY 1"


def test_open_holds_move_to_their_table_and_back(own_engine: Engine) -> None:
    url = own_engine.url.render_as_string(hide_password=False)
    command.downgrade(config(url), "0003")
    engine = create_engine(url)

    def held_in(table: str) -> list[tuple[str, str, str]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(HELD.format(table)))]

    with engine.begin() as connection:
        connection.execute(text(OLD))
    command.upgrade(config(url), "0004")
    expected = [("a", "open", "o:a:1"), ("b", "open", "o:b:1")]
    assert held_in("admission_holds") == expected
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO admission_holds VALUES ('b', 'more', 'o:b:1')"))
    command.downgrade(config(url), "0003")
    assert held_in("admissions WHERE hold IS NOT NULL") == [
        ("a", "open", "o:a:1"),
        ("b", "more", "o:b:1"),  # one each: there is no room for more
    ]
    engine.dispose()
