"""Bodies that nobody thought of: never a mistake of ours, and every refusal says what is wrong."""

import copy
import json
from typing import Any

import httpx
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.caller import FREE, ORDERS, Api, Json, new_key, refusal
from tests.api.test_process_table import BODIES
from tests.bench import order_body

bounded = settings(
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "",
        " ",
        "\u0000",
        "\u202e",
        "é",
        "１",
        "9" * 30,
        "P1Y",
        "2020-01-01",
        "true",
        "isv-1",
        "alipay",
        "a" * 600,
    ]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 2**31, 2**63, 10**15, 10**400])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FULL: Json = {
    **order_body(template={**FREE, "account_types": ["enterprise"]}, ends=["alipay"]),
    "mini_program": {"id": "mp", "authorised_to": "isv-1", "has_version": True},
    "contact": {"name": "A", "phone": "13800138000", "email": "a@example.org"},
    "overwrite_accepted": True,
    "running_service": {"ends_on": "2026-01-01", "version_submitted": True},
}


def places(body: Json, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The way to every field of a body, however deep."""
    found = []
    for name, value in body.items():
        found.append((*above, name))
        if isinstance(value, dict):
            found += places(value, (*above, name))
    return found


def changed(body: Json, place: tuple[str, ...], value: Any) -> Json:
    body = copy.deepcopy(body)
    inner = body
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return body


def written(body: Any) -> bytes:
    """As JSON, with whatever a writer that does not look would put there."""
    return json.dumps(body).encode()


def answered_well(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 300:
        kind = answer.json()["type"]
        assert kind in ("invalid", "already-exists", "out-of-turn", "forbidden", "key-reused")
        problem = refusal(answer, answer.status_code, kind)
        assert kind != "invalid" or problem["errors"]


JSON = {"content-type": "application/json"}


@bounded
@given(place=st.sampled_from(places(FULL)), value=VALUES)
async def test_an_order_with_anything_in_one_of_its_fields(
    api: Api, place: tuple[str, ...], value: Any
) -> None:
    body = {**FULL, "id": f"o-{new_key()[:12]}", "mini_program": {**FULL["mini_program"], "id": new_key()}}
    answered_well(await api.call("POST", ORDERS, content=written(changed(body, place, value)), headers=JSON))


@bounded
@given(body=VALUES)
async def test_an_order_of_anything(api: Api, body: Any) -> None:
    answered_well(await api.call("POST", ORDERS, content=written(body), headers=JSON))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def order(api: Api) -> str:
    return await api.placed()


@bounded
@given(
    event=st.sampled_from(sorted(BODIES)),
    role=st.sampled_from(["service", "provider", "operator"]),
    data=st.data(),
)
async def test_an_event_with_anything_in_one_of_its_fields(
    api: Api, order: str, event: str, role: str, data: st.DataObject
) -> None:
    whole = {"event": event, **BODIES[event]}
    place = data.draw(st.sampled_from([*places(whole), ("more",)]))
    headers = {**JSON, "Idempotency-Key": new_key(), "If-Match": "1"}
    raw = written(changed(whole, place, data.draw(VALUES)))
    answered_well(await api.call("POST", f"{order}/events", role, content=raw, headers=headers))


@bounded
@given(raw=st.binary(max_size=200))
async def test_a_body_of_any_bytes(api: Api, order: str, raw: bytes) -> None:
    headers = {**JSON, "Idempotency-Key": new_key()}
    for path in (ORDERS, f"{order}/events"):
        answer = await api.call("POST", path, content=raw, headers=headers)
        answered_well(answer)
        assert answer.status_code == 422


@bounded
@given(
    name=st.sampled_from(
        [
            "market",
            "process",
            "stage",
            "waiting_on",
            "provider_id",
            "due_before",
            "closed",
            "blocked",
            "cursor",
            "limit",
        ]
    ),
    value=TEXTS | NUMBERS.map(str),
)
async def test_a_worklist_of_anything(api: Api, name: str, value: str) -> None:
    answer = await api.get("/v1/cases", "operator", **{name: value.encode("utf-8", "ignore")})
    answered_well(answer)
