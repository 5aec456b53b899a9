"""Who is let in: each id once for ever, and one open order for each mini-program (AMP-ORD-06)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from activities.records import Records
from models.admitting import Admitted
from models.cases import SYSTEM, Opening
from models.placing import PlaceOrder
from models.policies import MarketPolicy, ProcessPolicy
from models.process import Process
from models.processes import TEMPLATE_ORDERS
from models.rules.findings import Refused
from models.tables import AdmissionRow, HoldRow
from models.tables.admissions import Admission, Admissions, HoldTaken, IdTaken, NotOffered
from models.tables.privacy import Cipher
from tests.activities.batches import AT, closing
from tests.bench import order_body, place_order
from tests.conftest import SECRET

BEFORE_ALL_POLICIES = datetime(1999, 1, 1, tzinfo=UTC)


def admit(
    admissions: Admissions,
    order: PlaceOrder,
    market: str = "alipay",
    at: datetime = AT,
    process: Process = TEMPLATE_ORDERS,
) -> Admission:
    return admissions.admit(process, market, order, SYSTEM, at)


def rows(engine: Engine, order: PlaceOrder) -> list[AdmissionRow]:
    """What is kept of an order's id, in whatever market."""
    mine = select(AdmissionRow).where(AdmissionRow.input["opening"]["id"].astext == order.id)
    with Session(engine) as session:
        return list(session.exec(mine))


def held(engine: Engine, admitted: Admission) -> list[str]:
    with Session(engine) as session:
        return list(session.exec(select(HoldRow.hold).where(HoldRow.case_id == admitted.case_id)))


def together(count: int) -> Process:
    """Orders that look for each other's id before any of them is written."""
    looked = Barrier(count, timeout=60)

    def wait_for_all(body: Any, policy: ProcessPolicy, opening: Opening, market: MarketPolicy) -> Admitted:
        looked.wait()
        return TEMPLATE_ORDERS.admit(body, policy, opening, market)

    return replace(TEMPLATE_ORDERS, admit=wait_for_all)


def test_a_case_is_let_in_with_what_its_workflow_starts_with(admissions: Admissions, engine: Engine) -> None:
    order = place_order()
    admitted = admit(admissions, order)
    assert (admitted.is_new, admitted.workflow) == (True, "TemplateOrder")
    assert admitted.case_id == f"template-orders:alipay:{order.id}"
    opening = Opening.model_validate(admitted.input["opening"])
    assert (opening.case_id, opening.opened_at, opening.opened_by) == (admitted.case_id, AT, SYSTEM)
    assert order.mini_program is not None
    (row,) = rows(engine, order)
    assert (row.open, row.admitted_at) == (True, AT)
    assert held(engine, admitted) == [f"mini-program:{order.mini_program.id}"]
    assert row.input == admitted.input


def test_the_same_request_again_finds_the_admission_there_was(admissions: Admissions, engine: Engine) -> None:
    """Also later, and whoever asks: its time is the first one's."""
    order = place_order()
    first, again = admit(admissions, order), admit(admissions, order, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert again == replace(first, is_new=False)
    assert len(rows(engine, order)) == 1


def test_an_id_is_taken_by_its_first_body(admissions: Admissions, engine: Engine) -> None:
    order = place_order()
    first = admit(admissions, order)
    for changes in ({"agreement_accepted": True, "service_for": "P6M"}, {"provider_id": "isv-2"}):
        with pytest.raises(IdTaken) as taken:
            admit(admissions, place_order(**{**order.model_dump(mode="json"), **changes}))
        assert taken.value.case_id == first.case_id
    assert [row.input for row in rows(engine, order)] == [first.input]


def test_an_id_belongs_to_one_market(admissions: Admissions, engine: Engine) -> None:
    order = place_order()
    assert admit(admissions, order).is_new
    assert admit(admissions, order, "rehearsal").is_new
    assert len(rows(engine, order)) == 2


@pytest.mark.parametrize(
    ("market", "at", "process"),
    [
        pytest.param("nowhere", AT, TEMPLATE_ORDERS, id="an unknown market"),
        pytest.param("alipay", BEFORE_ALL_POLICIES, TEMPLATE_ORDERS, id="before its policy begins"),
        pytest.param("alipay", AT, replace(TEMPLATE_ORDERS, name="deposits"), id="a process it does not run"),
    ],
)
def test_what_a_market_does_not_offer_is_not_let_in(
    admissions: Admissions, engine: Engine, market: str, at: datetime, process: Process
) -> None:
    order = place_order()
    with pytest.raises(NotOffered):
        admit(admissions, order, market, at, process)
    assert rows(engine, order) == []


def test_a_refused_order_names_every_finding_and_leaves_nothing(
    admissions: Admissions, engine: Engine
) -> None:
    refused = place_order(agreement_accepted=False, contact=None)
    with pytest.raises(Refused) as no:
        admit(admissions, refused)
    assert {finding.rule for finding in no.value.findings} == {"AMP-ORD-11", "AMP-ORD-12"}
    assert rows(engine, refused) == []
    mended = refused.model_copy(update={"agreement_accepted": True, "contact": place_order().contact})
    assert admit(admissions, mended).is_new


def test_of_fifty_orders_at_once_for_one_mini_program_one_is_let_in(
    admissions: Admissions, engine: Engine
) -> None:
    """AMP-ORD-06."""
    mini_program = {"id": f"mp-{uuid.uuid4().hex}"}
    orders = [place_order(mini_program=mini_program) for _ in range(50)]
    process = together(50)

    def attempt(order: PlaceOrder) -> Admission | HoldTaken:
        try:
            return admit(admissions, order, process=process)
        except HoldTaken as taken:
            return taken

    with ThreadPoolExecutor(50) as threads:
        results = dict(zip(orders, threads.map(attempt, orders), strict=True))
    (winner,) = [result for result in results.values() if isinstance(result, Admission)]
    losers = {order: taken for order, taken in results.items() if isinstance(taken, HoldTaken)}
    assert (winner.is_new, len(losers)) == (True, 49)
    for order, taken in losers.items():
        assert taken.case_id == winner.case_id
        assert [(no.field, no.rule) for no in taken.findings] == [("mini_program.id", "AMP-ORD-06")]
        assert rows(engine, order) == []
    late = next(iter(losers))
    with pytest.raises(HoldTaken):
        admit(admissions, late)
    Records(engine).record(closing(winner.case_id, 1))
    assert admit(admissions, late).is_new


def test_two_equal_requests_at_once_are_one_admission_and_both_are_answered(
    admissions: Admissions, engine: Engine
) -> None:
    order, process = place_order(), together(2)
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: admit(admissions, order, process=process), range(2)))
    assert sorted(admitted.is_new for admitted in both) == [False, True]
    assert both[0].input == both[1].input
    assert len(rows(engine, order)) == 1


def test_of_two_bodies_at_once_with_one_id_one_is_told_that_it_is_taken(
    admissions: Admissions, engine: Engine
) -> None:
    order, process = place_order(), together(2)
    other = order.model_copy(update={"provider_id": "isv-2"})

    def attempt(order: PlaceOrder) -> type:
        try:
            return type(admit(admissions, order, process=process))
        except IdTaken as taken:
            return type(taken)

    with ThreadPoolExecutor(2) as threads:
        assert set(threads.map(attempt, (order, other))) == {Admission, IdTaken}
    assert len(rows(engine, order)) == 1


def test_personal_data_are_kept_sealed_and_out_of_the_workflow(
    admissions: Admissions, engine: Engine
) -> None:
    body = order_body()
    order = PlaceOrder.model_validate(body)
    admitted = admit(admissions, order)
    (row,) = rows(engine, order)
    assert row.private is not None
    for secret in body["contact"].values():
        assert secret.encode() not in row.private
        assert secret not in row.model_dump_json(exclude={"private"})
    assert Cipher(SECRET).open(row.private, admitted.case_id) == {"contact": body["contact"]}
