"""The API: it lets cases in, passes events on, and shows what is on record."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline

import logs
import temporal
from api import (
    agreements,
    callbacks,
    cases,
    console,
    differences,
    documents,
    dossier,
    dry_runs,
    estimates,
    feed,
    health,
    ledger,
    lists,
    markets,
    policies,
    problems,
    selling,
    services,
    simulator,
    simulator_bank,
    simulator_enterprise,
    simulator_links,
    simulator_registries,
    simulator_wallet,
    stream,
    versions,
    wallet_callbacks,
)
from api.office import Office
from api.routing import tag_of
from models.policies import BrokenPolicy, load
from models.policies.agreements import load_texts
from models.processes import PROCESSES
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.documents import BrokenDocumentsUrl, documents_in
from models.tables.privacy import Cipher
from settings import Settings
from settings import settings as from_environment
from wechat import account_of

DESCRIPTION = """
The back office of a marketplace: processes that take days and people, kept as cases.

A **case** is the open file of one process; a **task** is one thing it waits for. Start a case, read it, and
report events to it. What you may send now stands in its `tasks`. Every refusal is a `problem+json`.

事项（case）是一个流程的案卷；任务（task）是它正在等待的一件事。
"""


async def open_office(settings: Settings) -> Office:
    """What the routes work with. Refuses to start with a broken policy or without keys."""
    for key in ("jwt_key", "notice_key"):
        settings.need(key)
    wallet = account_of(settings)
    cipher = Cipher(settings.need("data_key"))
    engine = connect(settings.need("database_url"), settings.database_pool)
    try:
        policies = load(settings.policy_dir)
        texts = load_texts(policies, settings.policy_dir)
        kept = documents_in(settings.documents_url, settings.documents_directory, cipher)
    except (BrokenPolicy, BrokenDocumentsUrl) as broken:
        raise SystemExit(str(broken)) from None
    client = await temporal.connect(settings, lazy=True)
    return Office(settings, engine, client, Admissions(engine, policies, cipher), kept, texts, wallet)


def create_app(settings: Settings | None = None) -> FastAPI:
    chosen = settings or from_environment()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logs.configure(chosen)
        office = await open_office(chosen)
        app.state.office, app.state.streams = office, stream.Streams(chosen)
        with app.state.streams.ended_with_the_process():
            yield
        office.engine.dispose()

    app = FastAPIOffline(  # documentation that needs no network
        title="Marketplace back office",
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        redirect_slashes=False,  # it would send callers, and their tokens, to whatever Host they named
        responses=problems.DOCUMENTED,
        openapi_tags=[{"name": tag_of(process)} for process in PROCESSES.values()],
        swagger_ui_parameters={
            "defaultModelsExpandDepth": -1,
            "operationsSorter": "alpha",  # by address: routes stand in the order in which they match
            "tryItOutEnabled": True,
        },
    )
    app.middleware("http")(health.measure)
    app.middleware("http")(_with_request_id)
    problems.install(app)
    for made in (estimates, cases, dossier, versions, differences, dry_runs):  # estimates is no id
        app.include_router(made.router())
    about_markets = (markets, agreements, policies)
    for each in (
        lists,
        feed,
        stream,
        ledger,
        services,
        documents,
        console,
        selling,
        *about_markets,
        *(callbacks, wallet_callbacks),
        health,
    ):
        app.include_router(each.routes)
    if chosen.simulator:
        app.include_router(simulator.routes)
        app.include_router(simulator_bank.routes)
        app.include_router(simulator_registries.routes)
        app.include_router(simulator_enterprise.routes)
        app.include_router(simulator_links.routes)
        app.include_router(simulator_wallet.routes)
    return app


async def _with_request_id(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """So that every line of the log says which request it belongs to."""
    structlog.contextvars.clear_contextvars()
    request_id = uuid.uuid4().hex[:12]
    structlog.contextvars.bind_contextvars(request_id=request_id)
    response = await call_next(request)
    response.headers["X-Request-Id"] = request_id
    return response
