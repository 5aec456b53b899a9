"""Whether we live, whether we can work, and the figures of both."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from api.auth import EVERYWHERE, Identified, forbidden
from api.figures import OnRecord
from api.office import Office, TheOffice
from models.cases import Role
from models.tables.migrate import is_current
from temporal import TASK_QUEUE

routes = APIRouter(tags=["Health 运行状况"])
CHECK_WITHIN_S = 2.0
SEEN_LATELY = timedelta(seconds=75)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Callers can make up others, and each would stay in memory as figures of its own."""
REQUESTS = Counter("api_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("api_request_seconds", "How long answers took", ["method", "route"])


@routes.get("/healthz", summary="Alive")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


@routes.get("/readyz", summary="Ready")
async def readyz(office: TheOffice) -> JSONResponse:
    """200 when everything that a command needs is up; 503, and what is down, otherwise."""
    checks = {"database": _database(office), "temporal": _temporal(office), "worker": _worker(office)}
    found = dict(zip(checks, await asyncio.gather(*map(_works, checks.values())), strict=True))
    down = [part for part, works in found.items() if not works]
    return JSONResponse({"ready": not down, "down": down}, status_code=503 if down else 200)


@routes.get("/metrics", summary="Metrics")
def metrics(office: TheOffice, caller: Identified) -> Response:
    """The figures of this process and of all cases, for Prometheus and other operators of all markets.

    While the database is down those of the cases are missing.
    """
    if caller.role is not Role.OPERATOR or caller.market != EVERYWHERE:
        raise forbidden("figures are for operators of all markets")
    figures = generate_latest() + generate_latest(OnRecord.of(office.engine))
    return Response(figures, media_type=CONTENT_TYPE_LATEST)


async def measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware that counts and times requests, by route and not by address."""
    began = time.perf_counter()
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
    finally:
        method = request.method if request.method in METHODS else "other"
        route = getattr(request.scope.get("route"), "path", "unknown")
        REQUESTS.labels(method, route, status).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - began)
    return response


async def _works(check: Awaitable[Any]) -> bool:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return bool(await check)
    except Exception:  # whatever is wrong with it, it is down
        return False


async def _database(office: Office) -> bool:
    def ask() -> bool:
        with office.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return is_current(office.engine)

    return await asyncio.to_thread(ask)


async def _temporal(office: Office) -> bool:
    return await office.client.service_client.check_health()


async def _worker(office: Office) -> bool:
    described = await office.client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=office.client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    now = datetime.now(UTC)
    return any(now - p.last_access_time.ToDatetime(UTC) < SEEN_LATELY for p in described.pollers)
