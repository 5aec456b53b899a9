"""Who may ask for which services, and how they are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine, event, text

from api import services
from tests.api.bought import SERVICES, ids, listed, put
from tests.api.caller import Json, finding, new_key, refusal
from tests.api.conftest import Quiet


@pytest.fixture
def buyer() -> str:
    """A buyer that no other test knows."""
    return f"buyer-{new_key()}"


async def test_a_backend_says_whose_services_it_shows(quiet: Quiet) -> None:
    found = finding(await quiet.get(SERVICES))
    assert (found["field"], found["code"]) == ("buyer_id", "missing")


async def test_an_operator_sees_those_of_every_buyer(quiet: Quiet, buyer: str) -> None:
    """A mini-program finds them, too."""
    mini_program = f"mp-{new_key()}"
    mine = put(quiet, buyer, mini_program_id=mini_program)
    theirs = put(quiet, f"{buyer}-2", 1, mini_program_id=mini_program)
    answer = await quiet.get(SERVICES, "operator", mini_program_id=mini_program)
    assert ids(answer.json()["services"]) == [[theirs], [mine]]
    assert ids(await listed(quiet, buyer, mini_program_id=mini_program)) == [[mine]]
    assert await listed(quiet, buyer, mini_program_id="mp-none") == []
    everything = (await quiet.get(SERVICES, "operator", limit=200)).json()
    assert [theirs] in ids(everything["services"])


async def test_an_order_on_record_without_its_facts_hides_nobody_elses(quiet: Quiet, buyer: str) -> None:
    """As an alarm of a case that could not be recorded may leave it."""
    quiet.put(f"o-{new_key()}", data={"buyer_id": buyer})
    whole = put(quiet, buyer)
    assert ids(await listed(quiet, buyer)) == [[whole]]


async def test_the_list_is_of_a_single_moment(
    quiet: Quiet, buyer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that is cancelled while it is being read is left to the next reader."""
    id = put(quiet, buyer)

    def meanwhile(*of: Any) -> Any:
        with quiet.engine.begin() as connection:
            gone = (
                "UPDATE cases SET stage = 'closed', outcome = 'cancelled', closed_at = now() WHERE id = :id"
            )
            connection.execute(text(gone), {"id": id})
        return read(*of)

    read = services._orders
    with monkeypatch.context() as patched:
        patched.setattr(services, "_orders", meanwhile)
        assert ids(await listed(quiet, buyer)) == [[id]]
    assert await listed(quiet, buyer) == []


async def test_a_provider_sees_the_lines_of_its_own_templates(quiet: Quiet, buyer: str) -> None:
    isv = f"isv-{new_key()}"
    mine, _ = put(quiet, buyer, provider_id=isv), put(quiet, buyer, 1)
    caller = quiet.speaking(provider_id=isv)
    assert ids(await listed(caller, buyer, "provider")) == [[mine]]
    assert ids((await caller.get(SERVICES, "provider")).json()["services"]) == [[mine]]


async def test_another_market_and_none_are_not_found(quiet: Quiet, buyer: str) -> None:
    for role in ("service", "operator", "provider"):
        caller = quiet.speaking(market="rehearsal")
        refusal(await caller.get(SERVICES, role, buyer_id=buyer), 404, "not-found")
        refusal(await quiet.get("/v1/markets/nowhere/services", role, buyer_id=buyer), 404, "not-found")


async def test_pages_follow_upon_each_other_and_lose_nothing(quiet: Quiet, buyer: str) -> None:
    for hour in range(5):
        put(quiet, buyer, hour // 2, mini_program_id=f"mp-{hour}")
    put(quiet, buyer, 9, mini_program_id="mp-0")
    whole = ids(await listed(quiet, buyer))
    assert len(whole) == 5
    pages: list[list[list[str]]] = []
    wanted: Json = {"buyer_id": buyer, "limit": 2}
    while len(pages) == 0 or wanted["cursor"]:
        answer = (await quiet.get(SERVICES, **wanted)).json()
        pages.append(ids(answer["services"]))
        wanted["cursor"] = answer["next"]
    assert pages == [whole[:2], whole[2:4], whole[4:]]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WzEsMV0"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"mini_program_id": "a b"}, "mini_program_id"),
        ({"buyer_id": "13800138000 "}, "buyer_id"),
        ({"today": "2020-01-01"}, "today"),
    ],
)
async def test_what_is_no_question_is_refused(quiet: Quiet, wanted: Json, field: str) -> None:
    assert finding(await quiet.get(SERVICES, **{"buyer_id": "buyer-1", **wanted}))["field"] == field


def test_no_route_ends_a_service(app: FastAPI) -> None:
    """AMP-ORD-25: buyer and provider settle that among themselves."""
    routes = {
        (method, str(each.path)) for each in iter_route_contexts(app.routes) for method in each.methods or ()
    }
    assert {method for method, path in routes if "services" in path} <= {"GET", "HEAD"}
    assert ("GET", "/v1/markets/{market}/services") in routes
    assert not [path for _, path in routes if "terminat" in path or path.endswith("/end")]


async def test_a_buyers_services_are_found_by_the_index(quiet: Quiet, buyer: str) -> None:
    """Whatever is asked for them, the first condition of its plan is the buyer."""
    put(quiet, buyer)
    with hearing() as statements:
        await listed(quiet, buyer)
    asked = [each for each in statements if "FROM cases" in each[0]]
    assert asked
    with quiet.engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        for statement, parameters in asked:
            plan = list(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            found_by = [line for line in plan if "Index Cond" in line]
            assert found_by, plan
            assert all("buyer_id" in line for line in found_by), plan


@contextmanager
def hearing() -> Iterator[list[tuple[str, Any]]]:
    """What any database is asked meanwhile."""
    heard: list[tuple[str, Any]] = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    yield heard
    event.remove(Engine, "before_cursor_execute", listen)
