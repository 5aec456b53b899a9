"""The API over HTTP, with a worker, real PostgreSQL and the real Temporal development server."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
import uvicorn
from sqlalchemy import Engine
from temporalio.client import Client

import temporal
from activities.gateways.simulated.payments import SimulatedPayments
from api.app import create_app
from api.auth import NAME
from models.tables.admissions import Admissions
from servers import TemporalServer
from settings import Settings
from tests.bench import order_body
from tests.conftest import SECRET
from worker import build_worker


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token(role: str, *, key: str = SECRET, **claims: Any) -> str:
    now = datetime.now(UTC)
    body = {"sub": f"{role}-1", "role": role, "market": "*", "iss": NAME, "aud": NAME, "iat": now}
    body |= {
        "exp": now + timedelta(hours=1),
        **({"provider_id": "isv-1"} if role == "provider" else {}),
        **claims,
    }
    return jwt.encode(body, key, "HS256")


@dataclass
class Api:
    """A caller of the API, with a token for each role."""

    http: httpx.AsyncClient
    engine: Engine

    async def call(self, method: str, path: str, role: str | None = "service", **how: Any) -> httpx.Response:
        headers = dict(how.pop("headers", {}))
        bearer = how.pop("bearer", None) or (token(role) if role else None)
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return await self.http.request(method, path, headers=headers, **how)

    async def place(self, market: str = "rehearsal", **changes: Any) -> httpx.Response:
        return await self.call("POST", f"/v1/markets/{market}/template-orders", json=order_body(**changes))

    async def send(
        self, path: str, event: dict[str, Any], role: str = "service", **how: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": uuid.uuid4().hex, **how.pop("headers", {})}
        return await self.call("POST", f"{path}/events", role, json=event, headers=headers, **how)

    async def until(
        self, path: str, there: Callable[[dict[str, Any]], bool], role: str = "service"
    ) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while not there(case := (await self.call("GET", path, role)).json()):
                await asyncio.sleep(0.05)
        return dict(case)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server() -> AsyncIterator[TemporalServer]:
    with TemporalServer(None, ui=False) as server:
        yield server


@pytest.fixture(scope="session")
def api_settings(database_url: str, temporal_server: TemporalServer) -> Settings:
    port = free_port()
    return Settings(
        database_url=database_url,
        temporal_address=temporal_server.address,
        api_port=port,
        public_url=f"http://127.0.0.1:{port}/",
        jwt_key=SECRET,
        data_key=SECRET,
        notice_key=SECRET,
        simulator=True,
        log_level="WARNING",
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_client(api_settings: Settings) -> Client:
    return await temporal.connect(api_settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_worker(
    api_settings: Settings, temporal_client: Client, engine: Engine, admissions: Admissions
) -> AsyncIterator[None]:
    gateway = SimulatedPayments(engine, f"{api_settings.public_url}simulator/payments/{{reference}}")
    async with build_worker(temporal_client, engine, gateway, admissions):
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(api_settings: Settings, api_worker: None, engine: Engine) -> AsyncIterator[Api]:
    config = uvicorn.Config(
        create_app(api_settings), port=api_settings.api_port, log_config=None, lifespan="on", ws="none"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not serving.done(), "the API did not start"
    async with httpx.AsyncClient(base_url=str(api_settings.public_url), timeout=15) as http:
        yield Api(http, engine)
    server.should_exit = True
    await serving
