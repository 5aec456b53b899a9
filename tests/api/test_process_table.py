"""Every event x task x role: what the published table lists leads where it says, all else is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.api.caller import APPROVED, FREE, ON_BEHALF, SUBMITTED, Api, Json, refusal

PRICED = {**FREE, "price_fen": 9900}
ROLES = ("service", "provider", "operator")
TO_CERTIFY: Json = {
    "template": {**FREE, "account_types": ["individually_owned_business"]},
    "buyer": {"account_type": "individual", "is_legal_person": True},
}
BODIES: dict[str, Json] = {
    "paid": {"payment_id": "p-forged", "amount_fen": 9900},
    "cancelled": ON_BEHALF,
    "business_certified": {},
    "version_submitted": {"version": "1.0.0"},
    "version_rejected": {"reason": "blurred"},
    "version_approved": {},
    "declined": {"reason": "too busy"},
    "refund_requested": ON_BEHALF,
    "accepted": ON_BEHALF,
    "extended": {"reason": "agreed", "by": "P1D"},
    "paused": {"reason": "agreed"},
    "resumed": {"reason": "agreed"},
}
RULINGS = ("extended", "paused", "resumed")
SPEAKERS = {
    "paid": None,
    **dict.fromkeys(("business_certified", "version_submitted", "declined"), "provider"),
    **dict.fromkeys(RULINGS, "operator"),
}
"""Who reports it, where that is not a service."""
WAYS: dict[str, tuple[Json, list[tuple[Json, str]]]] = {
    "payment": ({"template": PRICED}, []),
    "certification": (TO_CERTIFY, []),
    "implementation": ({}, []),
    "version_review": ({}, [(SUBMITTED, "provider")]),
    "confirmation": ({}, [(SUBMITTED, "provider"), (APPROVED, "service")]),
}
"""How an order comes to each task."""


async def waiting_for(api: Api, task: str) -> str:
    changes, steps = WAYS[task]
    path = await api.placed(**changes)
    if steps:
        await api.moved(path, *steps)
    return path


async def send(api: Api, path: str, event: str, role: str) -> Any:
    version = (await api.case(path, "operator"))["version"]
    return await api.send(path, {"event": event, **BODIES[event]}, role, headers={"If-Match": str(version)})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def table(api: Api) -> list[Json]:
    market = (await api.get("/v1/markets/alipay")).json()
    return list(market["processes"]["template-orders"]["moves"])


async def test_every_event_and_every_task_is_tried_here(api: Api, table: list[Json]) -> None:
    document = (await api.get("/openapi.json", None)).json()
    post = document["paths"]["/v1/markets/{market}/template-orders/{id}/events"]["post"]
    known = post["requestBody"]["content"]["application/json"]["schema"]["discriminator"]["mapping"]
    assert BODIES.keys() == known.keys()
    assert WAYS.keys() == {row["task"] for row in table if row["task"]}


@pytest.mark.parametrize("task", WAYS)
async def test_what_the_table_lists_leads_where_it_says(api: Api, table: list[Json], task: str) -> None:
    rows = [
        (row, role)
        for row in table
        if row["task"] == task and row["event"] in BODIES
        for role in row["by"]
        if role in ROLES
    ]
    assert rows

    async def tried(row: Json, role: str) -> None:
        path = await waiting_for(api, task)
        answer = await send(api, path, row["event"], role)
        assert answer.status_code == 200, (row, answer.text)
        stage, _, outcome = row["to"].partition(": ")
        (change,) = [c for c in await api.timeline(path) if c["event"] == row["event"]]
        # What costs nothing is not refunded: the case goes on to its end in the same step.
        ends = "closed" if stage == "refunding" else stage
        assert (change["stage_before"], change["stage_after"]) == (row["stage"], ends)
        if outcome:
            case = await api.until(path, lambda case: case["closed_at"] is not None)
            assert case["outcome"] == outcome

    await asyncio.gather(*(tried(row, role) for row, role in rows))


@pytest.mark.parametrize("task", WAYS)
async def test_everything_else_is_refused_and_changes_nothing(api: Api, table: list[Json], task: str) -> None:
    path = await waiting_for(api, task)
    before = await api.timeline(path)
    listed = {(row["event"], role) for row in table if row["task"] == task for role in row["by"]}

    async def tried(event: str, role: str) -> None:
        answer = await send(api, path, event, role)
        if role == SPEAKERS.get(event, "service"):
            assert refusal(answer, 409, "out-of-turn")["case"]["version"] == before[-1]["version"]
        else:
            refusal(answer, 403, "forbidden")

    others = [(e, r) for e in BODIES for r in ROLES if (e, r) not in listed]
    rulings = [("extended", "operator"), ("paused", "operator")]
    await asyncio.gather(*(tried(event, role) for event, role in others if (event, role) not in rulings))
    assert await api.timeline(path) == before
    for event, role in rulings:  # a clock can always be ruled
        assert (await send(api, path, event, role)).status_code == 200


async def test_a_case_that_has_ended_takes_nothing_from_anybody(api: Api) -> None:
    path = await waiting_for(api, "implementation")
    await api.moved(path, ({"event": "declined", "reason": "too busy"}, "provider"))
    for event in BODIES:
        for role in ROLES:
            answer = await send(api, path, event, role)
            if role == SPEAKERS.get(event, "service"):
                assert refusal(answer, 409, "out-of-turn")["detail"] == "the case is closed"
            else:
                refusal(answer, 403, "forbidden")
    assert len(await api.timeline(path)) == 2


@pytest_asyncio.fixture(loop_scope="session")
async def gateway_down(api: Api) -> AsyncIterator[None]:
    """Refunds and closings hang, so that a case stays where nothing is waited for."""

    async def tell(times: int) -> None:
        for operation in ("refund", "close"):
            told = {"operation": operation, "behaviour": "unavailable", "times": times}
            assert (await api.http.post("/simulator/misbehave", json=told)).status_code == 204

    await tell(1000)
    yield
    await tell(0)


@pytest.mark.usefixtures("gateway_down")
@pytest.mark.parametrize("stage", ["closing_payment", "refunding"])
async def test_while_the_outside_world_is_awaited_nothing_is_taken(api: Api, stage: str) -> None:
    path = await waiting_for(api, "payment")
    if stage == "refunding":
        await api.pay(path)
        await api.until(path, lambda case: case["stage"] == "implementing")
    event = "cancelled" if stage == "closing_payment" else "refund_requested"
    answer = await send(api, path, event, "service")
    assert (answer.json()["stage"], answer.json()["tasks"]) == (stage, [])
    for other in BODIES:
        role = SPEAKERS.get(other, "service")
        if role:
            refusal(await send(api, path, other, role), 409, "out-of-turn")
    assert (await api.case(path))["stage"] == stage
