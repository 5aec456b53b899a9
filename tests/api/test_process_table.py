"""Every event x task x role: what the published table lists leads where it says, all else is refused."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.api.caller import FREE, ON_BEHALF, Api, Json, refusal

PRICED = {**FREE, "price_fen": 9900}
ROLES = ("service", "provider", "operator")
TO_CERTIFY: Json = {
    "template": {**FREE, "account_types": ["individually_owned_business"]},
    "buyer": {"account_type": "individual", "is_legal_person": True},
}
STATEMENT: Json = {"statement": "see for yourself"}
OF_A_BUYER: Json = {**STATEMENT, **ON_BEHALF}
TERMS: Json = {"pay_within": "P3D", "implement_within": "P30D", "confirm_within": "P7D"}
AGREED: Json = {"reason": "agreed"}
OF_PEOPLE: dict[str, Json] = {
    "cancelled": ON_BEHALF,
    "business_certified": {},
    "version_submitted": {"version": "1.0.0"},
    "version_rejected": {"reason": "blurred"},
    "version_approved": {},
    "declined": {"reason": "too busy"},
    "refund_requested": ON_BEHALF,
    "rework_requested": {"reason": "blurred", **ON_BEHALF},
    "accepted": ON_BEHALF,
}
OF_OPERATORS: dict[str, Json] = {
    **dict.fromkeys(("paused", "resumed", "claimed", "released", "noted"), AGREED),
    "extended": {**AGREED, "by": "P1D"},
    **dict.fromkeys(("approved", "disapproved"), AGREED),
    **{f"decided: {name}": {**AGREED, "decision": name} for name in ("resume", "refund", "accept")},
    "decided: give_days": {**AGREED, "decision": "give_days", "by": "P1D"},
    **{
        f"decided: in_stead: {event}": {**AGREED, "decision": "in_stead", "act": {"event": event, **body}}
        for event, body in OF_PEOPLE.items()
    },
}
BODIES: dict[str, Json] = {
    "paid": {"payment_id": "p-forged", "amount_fen": 9900},
    "terms_changed": {"policy_version": "2", "before": "1", "terms": TERMS, **AGREED},
    **OF_PEOPLE,
    **dict.fromkeys(("buyer_appealed", "buyer_stated"), OF_A_BUYER),
    **dict.fromkeys(("provider_appealed", "provider_stated"), STATEMENT),
    **OF_OPERATORS,
}
"""By the event and, of a decision, which one it is."""
OF_PROVIDERS = ["business_certified", "version_submitted", "declined", "provider_appealed", "provider_stated"]
RULINGS, ALWAYS = ("extended", "paused"), ("noted", "claimed")
"""What operators may do to any task with a clock, and to any case."""


def speaker(event: str) -> str | None:
    """Who reports it. What money and our own office say nobody does."""
    if event in ("paid", "terms_changed"):
        return None
    return "provider" if event in OF_PROVIDERS else "operator" if event in OF_OPERATORS else "service"


@dataclass(frozen=True)
class Way:
    """How an order comes to its tasks, and what the table lists and they do not take yet, or any more."""

    tasks: tuple[str, ...]
    steps: tuple[str, ...] = ()
    stage: str = "implementing"
    closed: tuple[str, ...] = ()
    changes: Json = field(default_factory=dict)
    market: str = "alipay"
    idle: str = ""
    """What the order waits for: until somebody was idle for so long that this event is taken."""
    back_to: str = ""
    """Where an appeal came from."""


BUILT = ("version_submitted", "version_approved")
AGAIN = (*BUILT, "rework_requested")
GATED = "buyer_appealed", "provider_appealed"
BUILDING, CONFIRMING = ("implementation",), ("confirmation",)
WORN, WORN_SOON = 3 * AGAIN, AGAIN
"""All the rework that the market allows."""
BACK = ("implementing", "confirming")
FROM_BUILDING, FROM_CONFIRMING = "provider_appealed", "buyer_appealed"
WAYS = {
    "payment": Way(("payment",), stage="unpaid", changes={"template": PRICED}),
    "certification": Way(("certification",), changes=TO_CERTIFY),
    "implementation": Way(BUILDING, closed=GATED),
    "implementation, worn": Way(BUILDING, WORN, closed=("buyer_appealed",)),
    "implementation, idle": Way(
        BUILDING, closed=("provider_appealed",), market="hurried", idle="buyer_appealed"
    ),
    "version_review": Way(("version_review",), BUILT[:1]),
    "confirmation": Way(CONFIRMING, BUILT, "confirming", GATED),
    "confirmation, worn": Way(
        CONFIRMING, (*WORN, *BUILT), "confirming", ("rework_requested", "provider_appealed")
    ),
    "confirmation, idle": Way(
        CONFIRMING, BUILT, "confirming", ("buyer_appealed",), market="hurried", idle="provider_appealed"
    ),
    "appeal while implementing": Way(
        ("appeal", *BUILDING), (*WORN, FROM_BUILDING), "appealing", back_to="implementing"
    ),
    "appeal while confirming": Way(
        ("appeal", *CONFIRMING), (*WORN, *BUILT, FROM_CONFIRMING), "appealing", back_to="confirming"
    ),
    "escalated while implementing": Way(
        ("escalated_appeal", *BUILDING),
        (*WORN_SOON, FROM_BUILDING),
        "appealing",
        market="hurried",
        back_to="implementing",
    ),
    "escalated while confirming": Way(
        ("escalated_appeal", *CONFIRMING),
        (*WORN_SOON, *BUILT, FROM_CONFIRMING),
        "appealing",
        market="hurried",
        back_to="confirming",
    ),
}


async def come_to(api: Api, way: Way) -> str:
    path = await api.placed(way.market, **way.changes)
    for event in way.steps:
        answer = await send(api, path, event, str(speaker(event)))
        assert answer.status_code == 200, answer.text

    def there(case: Json) -> bool:
        tasks = {task["name"]: task for task in case["tasks"]}
        if tasks.keys() != {*way.tasks} or ("appeal" in tasks and not tasks["appeal"]["deadline_at"]):
            return False
        taken = [a for task in case["tasks"] for a in task["accepts"] if a["event"] == way.idle]
        return all(datetime.fromisoformat(a["not_before"]) <= datetime.now(UTC) for a in taken)

    await api.until(path, there, speaker(way.idle) or "operator")
    return path


async def send(api: Api, path: str, event: str, role: str) -> Any:
    version = (await api.case(path, "operator"))["version"]
    body = {"event": event.partition(":")[0], **BODIES[event]}
    return await api.send(path, body, role, headers={"If-Match": str(version)})


def name(row: Json) -> str:
    return f"{row['event']}: {row['decision']}" if "decision" in row else str(row["event"])


def taken(table: list[Json], way: Way) -> dict[tuple[str, str], Json]:
    """By event and role, the row that an order takes which came this way."""
    here = [row for row in table if row["stage"] == way.stage and row["task"] in way.tasks and row["by"]]
    mine = [row for row in here if way.back_to in ("", row["to"]) or row["to"] not in BACK]
    rows = {(name(row), role): row for row in mine if row["event"] not in way.closed for role in row["by"]}
    in_stead = {f"decided: in_stead: {event}": row for (event, _), row in rows.items() if event in OF_PEOPLE}
    return rows | {(event, "operator"): row for event, row in in_stead.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def table(api: Api) -> list[Json]:
    market = (await api.get("/v1/markets/alipay")).json()
    return list(market["processes"]["template-orders"]["moves"])


async def test_every_event_and_every_row_is_tried_here(api: Api, table: list[Json]) -> None:
    document = (await api.get("/openapi.json", None)).json()
    post = document["paths"]["/v1/markets/{market}/template-orders/{id}/events"]["post"]
    known = post["requestBody"]["content"]["application/json"]["schema"]["discriminator"]["mapping"]
    assert {event.partition(":")[0] for event in BODIES} == known.keys()
    tried = [row for way in WAYS.values() for row in taken(table, way).values()]
    assert [row for row in table if row["task"] and row["by"] and row not in tried] == []
    assert {task for way in WAYS.values() for task in way.tasks} == {r["task"] for r in table if r["task"]}


@pytest.mark.parametrize("way", WAYS)
async def test_what_the_table_lists_leads_where_it_says(api: Api, table: list[Json], way: str) -> None:
    few = asyncio.Semaphore(4)

    async def tried(event: str, role: str, row: Json) -> None:
        async with few:
            path = await come_to(api, WAYS[way])
            answer = await send(api, path, event, role)
        assert answer.status_code == 200, (event, row, answer.text)
        stage, _, outcome = row["to"].partition(": ")
        change = [c for c in await api.timeline(path) if c["event"] == event.partition(":")[0]][-1]
        # What costs nothing is not refunded: the case goes on to its end in the same step.
        ends = "closed" if stage == "refunding" else stage
        assert (change["stage_before"], change["stage_after"]) == (row["stage"], ends)
        if outcome:
            case = await api.until(path, lambda case: case["closed_at"] is not None)
            assert case["outcome"] == outcome

    rows = taken(table, WAYS[way])
    assert rows
    await asyncio.gather(*(tried(event, role, row) for (event, role), row in rows.items()))


@pytest.mark.parametrize("way", WAYS)
async def test_everything_else_is_refused_and_changes_nothing(api: Api, table: list[Json], way: str) -> None:
    path = await come_to(api, WAYS[way])
    before, few = await api.timeline(path), asyncio.Semaphore(6)

    async def tried(event: str, role: str) -> None:
        async with few:  # one case takes them one after the other, and each waits for its answer
            answer = await send(api, path, event, role)
        if role == speaker(event):
            assert refusal(answer, 409, "out-of-turn")["case"]["version"] == before[-1]["version"], event
        else:
            refusal(answer, 403, "forbidden")

    without_clock = "escalated_appeal" in WAYS[way].tasks
    by_operators = (*(RULINGS[1:] if without_clock else RULINGS), *ALWAYS)
    does = {*taken(table, WAYS[way]), *((event, "operator") for event in by_operators)}
    await asyncio.gather(*(tried(e, r) for e in BODIES for r in ROLES if (e, r) not in does))
    assert await api.timeline(path) == before
    for event in by_operators:
        assert (await send(api, path, event, "operator")).status_code == 200, event


async def test_a_case_that_has_ended_takes_nothing_from_anybody(api: Api) -> None:
    path = await come_to(api, WAYS["implementation"])
    await api.moved(path, ({"event": "declined", "reason": "too busy"}, "provider"))
    for event in BODIES:
        for role in ROLES:
            answer = await send(api, path, event, role)
            if role == speaker(event):
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
    path = await come_to(api, WAYS["payment"])
    if stage == "refunding":
        await api.pay(path)
        await api.until(path, lambda case: case["stage"] == "implementing")
    event = "cancelled" if stage == "closing_payment" else "refund_requested"
    answer = await send(api, path, event, "service")
    assert (answer.json()["stage"], answer.json()["tasks"]) == (stage, [])
    for other in BODIES:
        role = speaker(other)
        if role and other not in ALWAYS:
            refusal(await send(api, path, other, role), 409, "out-of-turn")
    assert (await api.case(path))["stage"] == stage
