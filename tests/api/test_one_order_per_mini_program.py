"""One open order for each mini-program (AMP-ORD-06), also when fifty ask at once."""

import asyncio
from typing import Any

from sqlmodel import Session, col, func, select

from models.tables import AdmissionRow, CaseRow
from tests.api.caller import FREE, ON_BEHALF, ORDERS, Api, Json, new_key, refusal
from tests.bench import order_body

CANCELLED = {"event": "cancelled", **ON_BEHALF}


def body_for(mini_program: str, **changes: Any) -> Json:
    return order_body(mini_program={"id": mini_program}, **changes)


async def place(api: Api, body: Json, market: str = "alipay") -> Any:
    return await api.call("POST", f"/v1/markets/{market}/template-orders", json=body)


def rows(api: Api, bodies: list[Json]) -> tuple[int, int]:
    """Admissions and cases of all these orders."""
    ids = [f"template-orders:alipay:{body['id']}" for body in bodies]
    counts = [
        select(func.count()).where(col(AdmissionRow.case_id).in_(ids)),
        select(func.count()).where(col(CaseRow.case_id).in_(ids)),
    ]
    with Session(api.engine) as session:
        admitted, opened = [session.exec(count).one() for count in counts]
    return admitted, opened


async def test_of_fifty_orders_at_once_for_one_mini_program_one_is_placed(api: Api) -> None:
    mini_program = f"mp-{new_key()}"
    bodies = [body_for(mini_program) for _ in range(50)]
    answers = await asyncio.gather(*(place(api, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    for answer in answers:
        if answer.status_code == 409:
            (error,) = refusal(answer, 409, "already-exists")["errors"]
            assert (error["field"], error["rule"]) == ("mini_program.id", "AMP-ORD-06")
            assert error["next"]
    assert rows(api, bodies) == (1, 1)


async def test_the_id_of_a_refused_order_works_with_another_mini_program_and_once_the_other_has_ended(
    api: Api,
) -> None:
    mini_program = f"mp-{new_key()}"
    holder, early, late = (body_for(mini_program) for _ in range(3))
    assert (await place(api, holder)).status_code == 201
    for body in (early, late):
        refusal(await place(api, body), 409, "already-exists")
    assert rows(api, [early, late]) == (0, 0)
    assert (await place(api, {**early, "mini_program": {"id": f"mp-{new_key()}"}})).status_code == 201
    await api.moved(f"{ORDERS}/{holder['id']}", (CANCELLED, "service"))
    await api.until(f"{ORDERS}/{holder['id']}", lambda case: case["closed_at"] is not None)
    assert (await place(api, late)).status_code == 201


async def test_an_order_holds_its_mini_program_until_its_end_is_on_record(api: Api) -> None:
    mini_program = f"mp-{new_key()}"
    holder = body_for(mini_program, template=FREE)
    await place(api, holder)
    path = f"{ORDERS}/{holder['id']}"
    submitted, approved = {"event": "version_submitted", "version": "1"}, {"event": "version_approved"}
    for event, role in ((submitted, "provider"), (approved, "service")):
        await api.moved(path, (event, role))
        refusal(await place(api, body_for(mini_program)), 409, "already-exists")
    await api.moved(path, ({"event": "accepted", **ON_BEHALF}, "service"))
    assert (await place(api, body_for(mini_program))).status_code == 201


async def test_another_markets_order_is_another_matter(api: Api) -> None:
    mini_program = f"mp-{new_key()}"
    assert (await place(api, body_for(mini_program))).status_code == 201
    assert (await place(api, body_for(mini_program), "rehearsal")).status_code == 201


async def test_who_is_refused_is_told_of_the_open_order(api: Api) -> None:
    """A backend service sees every order of its market."""
    mini_program = f"mp-{new_key()}"
    holder = body_for(mini_program)
    await place(api, holder)
    answer = await place(api, body_for(mini_program))
    assert refusal(answer, 409, "already-exists")["case_id"] == f"template-orders:alipay:{holder['id']}"


async def test_a_repeat_of_the_holder_is_no_second_order(api: Api) -> None:
    body = body_for(f"mp-{new_key()}")
    answers = await asyncio.gather(*(place(api, body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]


async def test_mini_programs_differ_by_every_letter(api: Api) -> None:
    mini_program = f"mp-{new_key()}"
    for name in (mini_program, mini_program.upper(), f"{mini_program}.", f"{mini_program}-"):
        assert (await place(api, body_for(name))).status_code == 201
