"""Whom tests call the API as, how they look at a refusal, and how they see that nothing changed."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from api.auth import NAME
from settings import Settings
from stack.children import claim_port
from tests.bench import BUYER, order_body
from tests.conftest import SECRET

Json = dict[str, Any]
ORDERS = "/v1/markets/alipay/template-orders"
ON_BEHALF = {"on_behalf_of": BUYER.model_dump(mode="json")}
SUBMITTED = {"event": "version_submitted", "version": "1.0.0"}
APPROVED = {"event": "version_approved"}
ACCEPTED = {"event": "accepted", **ON_BEHALF}
REFUND_REQUESTED = {"event": "refund_requested", **ON_BEHALF}
FREE = {**order_body()["template"], "price_fen": 0}
"""A template that costs nothing: its order is implemented at once."""


def free_port() -> int:
    """One that no other server of ours gets either, also where several workers share a session."""
    return claim_port()


def claims(role: str, /, **changes: Any) -> Json:
    now = datetime.now(UTC)
    body = {"sub": f"{role}-1", "role": role, "market": "*", "iss": NAME, "aud": NAME, "iat": now}
    body |= {
        "exp": now + timedelta(hours=1),
        **({"provider_id": "isv-1"} if role == "provider" else {}),
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def token(role: str, /, *, key: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(role, **changes), key, algorithm)


def new_key() -> str:
    return uuid.uuid4().hex


def refusal(answer: httpx.Response, status: int, kind: str) -> Json:
    """The problem that a refusal consists of, checked for everything that all of them have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: Json = answer.json()
    assert problem["type"] == kind, problem
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


def finding(answer: httpx.Response) -> Json:
    """The one field that an `invalid` names."""
    errors = refusal(answer, 422, "invalid")["errors"]
    assert len(errors) == 1, errors
    return dict(errors[0])


def contents(engine: Engine) -> dict[str, tuple[int, str | None]]:
    """How many rows each table has, and a digest of all that stands in them."""
    each = "SELECT '{0}', count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {0} t"
    whole = " UNION ALL ".join(each.format(table) for table in SQLModel.metadata.tables)
    with engine.connect() as connection:
        return {table: (rows, digest) for table, rows, digest in connection.execute(text(whole))}


@dataclass
class Api:
    """A caller of the API, with a token for each role."""

    http: httpx.AsyncClient
    engine: Engine
    claims: Json = field(default_factory=dict)
    """What the tokens say instead of the usual."""

    def speaking(self, **claims: Any) -> "Api":
        """The same caller with other claims in its tokens."""
        return Api(self.http, self.engine, {**self.claims, **claims})

    async def call(self, method: str, path: str, role: str | None = "service", **how: Any) -> httpx.Response:
        headers = dict(how.pop("headers", {}))
        bearer = how.pop("bearer", None) or (token(role, **self.claims) if role else None)
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return await self.http.request(method, path, headers=headers, **how)

    async def get(self, path: str, role: str | None = "service", **params: Any) -> httpx.Response:
        return await self.call("GET", path, role, params=params)

    async def place(self, market: str = "rehearsal", **changes: Any) -> httpx.Response:
        return await self.call("POST", f"/v1/markets/{market}/template-orders", json=order_body(**changes))

    async def placed(self, market: str = "alipay", **changes: Any) -> str:
        """The path of an order that is on record; of a free one, unless told otherwise."""
        answer = await self.place(market, **{"template": FREE, **changes})
        assert answer.status_code == 201, answer.text
        return f"/v1/markets/{market}/template-orders/{answer.json()['id']}"

    async def send(
        self, path: str, event: Json, role: str | None = "service", *, key: str | None = None, **how: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or new_key(), **how.pop("headers", {})}
        return await self.call("POST", f"{path}/events", role, json=event, headers=headers, **how)

    async def moved(self, path: str, *steps: tuple[Json, str]) -> Json:
        """The case after events that nobody refuses."""
        for event, role in steps:
            answer = await self.send(path, event, role)
            assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def rule(self, path: str, event: Json, version: object, **how: Any) -> httpx.Response:
        """What an operator sends who saw the case at a version."""
        headers = {"If-Match": f'"{version}"', **how.pop("headers", {})}
        return await self.send(path, {"reason": "agreed", **event}, "operator", headers=headers, **how)

    async def pay(self, path: str, **how: Any) -> Json:
        """A buyer pays at the simulated gateway, whose notice comes by itself."""
        answer = await self.http.post((await self.get(path)).json()["data"]["pay_url"], json=how)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def case(self, path: str, role: str = "service") -> Json:
        return dict((await self.get(path, role)).json())

    async def timeline(self, path: str, role: str = "operator") -> list[Json]:
        return list((await self.get(f"{path}/timeline", role)).json()["changes"])

    async def unmoved(self, market: str, id: str) -> None:
        """A policy move that found nothing to move."""
        path = f"/v1/markets/{market}/policy-moves"
        body = {"id": id, "process": "template-orders", "undoes": "nothing", "reason": "r"}
        answer = await self.call("POST", path, "operator", json=body)
        assert answer.status_code == 201, answer.text
        await self.until(f"{path}/{id}", lambda case: bool(case["closed_at"]))

    async def until(self, path: str, there: Callable[[Json], bool], role: str = "service") -> Json:
        async with asyncio.timeout(60):
            while not there(case := await self.case(path, role)):
                await asyncio.sleep(0.05)
        return case


@asynccontextmanager
async def serving(app: FastAPI, settings: Settings, engine: Engine) -> AsyncIterator[Api]:
    """The app behind a real server, and somebody who calls it."""
    config = uvicorn.Config(app, port=settings.api_port, log_config=None, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not serving.done(), "the API did not start"
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
    url = f"http://127.0.0.1:{settings.api_port}/"
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:
        yield Api(http, engine)
    server.should_exit = True
    await serving
