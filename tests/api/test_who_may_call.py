"""Every route x role x (own, another provider's, another market's, unknown). A new route needs its row."""

from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from activities.records import Records
from api.app import create_app
from api.strict_json import StrictRoute
from models.cases import Batch
from models.ledger import completed, owed_to
from models.process import Process
from models.processes import PROCESSES
from settings import Settings
from tests.activities.batches import batch, change, new_case, view
from tests.api.caller import FREE, Api, new_key, refusal, token
from tests.api.conftest import settings_for
from tests.api.routes import (
    BEGUN,
    BODIES,
    EMBEDDED,
    FIGURES,
    HAND_IN,
    KINDS,
    LISTS,
    OF_PROVIDERS,
    OPEN,
    REVIEWS,
    ROLES,
    SIGNED,
    STREAM,
    TABLE,
)
from tests.bench import order_body
from tests.pictures import png, stored

PICTURE = png()


def routes_of(app: FastAPI) -> set[str]:
    found = iter_route_contexts(app.routes)
    return {
        f"{method} {route.path}" for route in found for method in (route.methods or ()) if method != "HEAD"
    }


def test_every_route_stands_in_the_table(app: FastAPI) -> None:
    assert routes_of(app) == {*TABLE, *LISTS, STREAM, FIGURES, *OPEN, *SIGNED, *EMBEDDED}


def test_every_process_stands_in_the_table() -> None:
    rooms = {route.split("/")[4] for route in TABLE if route.count("/") >= 4}
    asides = {"agreements", "catalogue", "categories", "ledger", "policies", "providers", "services"}
    assert rooms == {*PROCESSES, *asides}


def test_the_simulated_world_is_on_the_embedded_stack_alone() -> None:
    without = create_app(settings_for("postgresql+psycopg2://nowhere/none", "nowhere:1", simulator=False))
    assert routes_of(without) == {*TABLE, *LISTS, STREAM, FIGURES, *OPEN, *SIGNED}


def test_every_route_that_takes_a_body_reads_it_strictly(app: FastAPI) -> None:
    takers = {
        f"{method} {route.path}": route.original_route
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or ())
        if method not in ("GET", "HEAD")
    }
    assert takers
    assert {name for name, route in takers.items() if not isinstance(route, StrictRoute)} == set()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def objects(api: Api, app: FastAPI) -> dict[str, tuple[str, str, str]]:
    """A market, an order and a receipt: one's own, another provider's, another market's, and none.

    Each provider is owed something, too, and has handed in a picture.
    """

    async def made(market: str, isv: str) -> tuple[str, str, str]:
        order = await api.placed(market, provider_id=isv)
        body = {"id": f"p-{new_key()}"}
        receipt = await api.call("POST", f"/v1/markets/{market}/payment-receipts", json=body)
        await api.unmoved(market, move_of(order.rpartition("/")[2]))
        sale = completed(case := new_case(), market, isv, 9_900, Decimal("0.10"))
        Records(api.engine).record(batch(case, 1, ledger=(sale,)))
        app.state.office.documents.put_new(market, isv, stored(PICTURE), PICTURE)
        for name in BEGUN:
            whose = isv if name in OF_PROVIDERS else None
            Records(api.engine).record(begun(PROCESSES[name], market, order.rpartition("/")[2], whose))
        return market, order.rpartition("/")[2], receipt.json()["id"]

    return {
        "own": await made("alipay", "isv-1"),
        "another's": await made("alipay", "isv-2"),
        "elsewhere": await made("rehearsal", "isv-1"),
        "unknown": ("nowhere", "o-unknown", "p-unknown"),
    }


def begun(process: Process, market: str, id: str, provider_id: str | None) -> Batch:
    """A case in its first stage, as its workflow would write it."""
    stage = process.tasks[0].stage if process.tasks else process.steps[0].stage
    case_id, facts = f"{process.name}:{market}:{id}", {"process": process.name, "market": market}
    told = [change(1, event="opened", stage_after=stage)]
    if process.name in REVIEWS:
        lane = {"lane": "revision", "stage_before": "drafting", "stage_after": "checking"}
        content = {"version": 1, "content": {"kind": KINDS[process.name]}, **lane}
        told.append(change(2, event="submitted", data=content, stage_before=stage, stage_after=stage))
    seen = view(case_id, len(told), stage=stage, provider_id=provider_id, tasks=(), **facts)
    return batch(case_id, *told, view=seen)


def move_of(order: str) -> str:
    return f"m-{order}"


def asked(route: str, role: str, whose: str, objects: dict[str, tuple[str, str, str]]) -> dict[str, Any]:
    """The request that a route is tried with."""
    method, _, path = route.partition(" ")
    market, order, receipt = objects[whose]
    if whose == "unknown" and any(name in path for name in ("{id}", "{account}", "{document_id}")):
        market = "alipay"
    isv = {"another's": "isv-2", "unknown": "isv-unknown"}.get(whose, "isv-1")
    process = next((name for name in BODIES if name in path), "template-orders")
    id = {"payment-receipts": receipt, "policy-moves": move_of(order)}.get(process, order)
    names = {"account": owed_to(isv), "provider_id": isv, "kind": stored(PICTURE).kind}
    names["document_id"] = stored(PICTURE).document_id
    path = path.format(market=market, id=id, name="access", version="2026-01-01", number=1, **names)
    row, how = TABLE[route], {"method": method, "path": path}
    if route == HAND_IN:
        fields = {"market": market, "kind": "no-such-kind", "provider_id": isv}
        return {**how, "data": fields, "files": {"file": PICTURE}}
    if path.endswith(f"{process}/dry-run"):
        return {**how, "json": {"content": {"kind": KINDS[process]}, "provider_id": isv}}
    if row.bodies is not None:
        return {**how, "json": row.bodies[role], "headers": {"Idempotency-Key": new_key(), "If-Match": "1"}}
    if method == "POST":
        body = {"id": f"x-{new_key()}", **BODIES[process]} if process in BODIES else None
        return {**how, "json": body or order_body(template=FREE, provider_id=isv)}
    return how


@pytest.mark.parametrize("whose", ["own", "another's", "elsewhere", "unknown"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TABLE)
async def test_the_table(
    api: Api, objects: dict[str, tuple[str, str, str]], route: str, role: str, whose: str
) -> None:
    caller = api.speaking(market="alipay")
    answer = await caller.call(role=role, **asked(route, role, whose, objects))
    expected = TABLE[route].expected(role, whose)
    assert answer.status_code == expected, answer.text
    if expected == 404:
        unknown = await caller.get("/v1/markets/alipay/template-orders/o-unknown", "operator")
        assert answer.content == unknown.content


@pytest.mark.parametrize("route", [*TABLE, *LISTS, STREAM, FIGURES])
async def test_anonymous_gets_nothing(api: Api, objects: dict[str, tuple[str, str, str]], route: str) -> None:
    request = (
        asked(route, "service", "own", objects) if route in TABLE else {"method": "GET", "path": route[4:]}
    )
    answer = await api.call(role=None, **request)
    refusal(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", sorted(LISTS))
@pytest.mark.parametrize("role", ROLES)
async def test_lists_are_for_everybody_who_is_known(api: Api, route: str, role: str) -> None:
    assert (await api.get(route[4:], role)).status_code == 200


@pytest.mark.parametrize("role", ROLES)
async def test_the_stream_is_for_everybody_who_is_known(api: Api, role: str) -> None:
    bearer = {"Authorization": f"Bearer {token(role)}"}
    async with api.http.stream("GET", STREAM[4:], headers=bearer) as answer:
        assert answer.status_code == 200


async def test_figures_are_for_operators_of_all_markets(api: Api) -> None:
    assert (await api.get(FIGURES[4:], "operator")).status_code == 200
    for caller, role in ((api, "service"), (api, "provider"), (api.speaking(market="alipay"), "operator")):
        refusal(await caller.get(FIGURES[4:], role), 403, "forbidden")


@pytest.mark.parametrize("route", sorted(OPEN))
async def test_anonymous_gets_health_and_docs(api: Api, route: str) -> None:
    assert (await api.get(route[4:], None)).status_code == 200


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_a_token_is_no_signature(api: Api, role: str | None) -> None:
    wallet = {"notice_id": "n-1", "reference": "ma-1"}
    told_of = {"payments": {"payment_id": "p-1"}, "bank": {"entry_id": "r-1"}, "wallet": wallet}
    for path, told in told_of.items():
        answer = await api.call("POST", f"/v1/callbacks/{path}/alipay", role, json=told)
        refusal(answer, 401, "unauthenticated")


def test_the_simulator_is_off_unless_somebody_says_so() -> None:
    assert Settings.model_fields["simulator"].default is False
