"""Placing: an id stands for one body for ever, and a refused placing leaves nothing."""

import asyncio
from typing import Any

import pytest
from sqlmodel import Session, select

from models.processes import PROCESSES
from models.tables import AdmissionRow, CaseRow
from tests.api.caller import FREE, ORDERS, Api, finding, refusal
from tests.bench import order_body


def rows_of(api: Api, id: str) -> tuple[int, int]:
    """Admissions and cases with an id, whatever their process and market."""
    with Session(api.engine) as session:
        admissions = session.exec(select(AdmissionRow).where(AdmissionRow.case_id.endswith(f":{id}"))).all()
        cases = session.exec(select(CaseRow).where(CaseRow.id == id)).all()
    return len(admissions), len(cases)


async def test_a_new_case_is_answered_with_201_and_is_on_record(api: Api) -> None:
    body = order_body(template=FREE)
    answer = await api.call("POST", ORDERS, json=body)
    assert answer.status_code == 201
    case = answer.json()
    assert case["version"] >= 1
    assert case["case_id"] == f"template-orders:alipay:{body['id']}"
    assert case == await api.case(f"{ORDERS}/{body['id']}")


async def test_a_case_has_every_field_and_times_with_an_offset(api: Api) -> None:
    case = (await api.place("alipay")).json()
    assert {
        *("case_id", "process", "market", "id", "provider_id", "stage", "outcome", "version", "opened_at"),
        *("changed_at", "closed_at", "tasks", "blocked_by", "policy_version", "data"),
    } <= case.keys()
    (task,) = case["tasks"]
    assert {"name", "waiting_on", "accepts", "deadline_at", "on_deadline", "attempts_left"} <= task.keys()
    for at in (case["opened_at"], case["changed_at"], task["deadline_at"]):
        assert at.endswith(("Z", "+00:00"))
    assert case["data"]["pay_url"].startswith(str(api.http.base_url))


async def test_the_same_id_with_the_same_body_again_is_200_and_the_same_case(api: Api) -> None:
    body = order_body(template=FREE)
    first = await api.call("POST", ORDERS, json=body)
    again = await api.call("POST", ORDERS, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_a_repeat_is_recognised_however_its_json_is_written(api: Api) -> None:
    body = order_body(template=FREE)
    await api.call("POST", ORDERS, json=body)
    turned = dict(reversed(body.items())) | {"ends": [], "overwrite_accepted": False}
    assert (await api.call("POST", ORDERS, json=turned)).status_code == 200


async def test_a_repeat_after_the_case_has_ended_shows_how_it_ended(api: Api) -> None:
    body = order_body(template=FREE)
    await api.call("POST", ORDERS, json=body)
    await api.moved(f"{ORDERS}/{body['id']}", ({"event": "declined", "reason": "too busy"}, "provider"))
    again = await api.call("POST", ORDERS, json=body)
    assert (again.status_code, again.json()["outcome"]) == (200, "declined")


@pytest.mark.parametrize(
    "change",
    [{"service_for": "P6M"}, {"contact": {"name": "Sample Buyer", "phone": "0571-26883313"}}],
    ids=["a field", "a personal field"],
)
async def test_the_same_id_with_another_body_is_refused(api: Api, change: dict[str, Any]) -> None:
    body = order_body(template=FREE)
    await api.call("POST", ORDERS, json=body)
    problem = refusal(await api.call("POST", ORDERS, json={**body, **change}), 409, "already-exists")
    assert problem["case_id"] == f"template-orders:alipay:{body['id']}"
    assert problem["errors"][0]["field"] == "id"
    assert rows_of(api, body["id"]) == (1, 1)


async def test_an_id_belongs_to_its_market_and_process(api: Api) -> None:
    body = order_body()
    assert (await api.call("POST", ORDERS, json=body)).status_code == 201
    other = "/v1/markets/rehearsal/template-orders"
    assert (await api.call("POST", other, json=body)).status_code == 201
    receipt = await api.call("POST", "/v1/markets/alipay/payment-receipts", json={"id": body["id"]})
    assert receipt.status_code == 201


async def test_a_refused_placing_leaves_nothing_and_burns_no_id(api: Api) -> None:
    body = order_body(template=FREE)
    assert finding(await api.call("POST", ORDERS, json={**body, "agreement_accepted": False}))
    assert rows_of(api, body["id"]) == (0, 0)
    refusal(await api.get(f"{ORDERS}/{body['id']}"), 404, "not-found")
    assert (await api.call("POST", ORDERS, json=body)).status_code == 201


async def test_ten_at_once_with_one_id_and_body_open_one_case(api: Api) -> None:
    body = order_body(template=FREE)
    answers = await asyncio.gather(*(api.call("POST", ORDERS, json=body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert rows_of(api, body["id"]) == (1, 1)


async def test_ten_at_once_with_one_id_and_other_bodies_open_one_case(api: Api) -> None:
    bodies = [{**order_body(template=FREE), "id": "o-contested"} for _ in range(10)]
    answers = await asyncio.gather(*(api.call("POST", ORDERS, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert rows_of(api, "o-contested") == (1, 1)


async def test_a_market_that_does_not_exist_takes_nothing(api: Api) -> None:
    answer = await api.call("POST", "/v1/markets/nowhere/template-orders", json=order_body())
    refusal(answer, 404, "not-found")


async def test_what_a_caller_may_send_stands_in_the_answer_to_placing(api: Api) -> None:
    events = {a["event"] for a in (await api.place("alipay")).json()["tasks"][0]["accepts"]}
    assert events == {"cancelled"}


async def test_every_process_has_its_routes(api: Api) -> None:
    paths = (await api.get("/openapi.json", None)).json()["paths"]
    for process in PROCESSES:
        base = f"/v1/markets/{{market}}/{process}"
        assert {base, f"{base}/{{id}}", f"{base}/{{id}}/events", f"{base}/{{id}}/timeline"} <= paths.keys()
