"""The API over HTTP, with a worker, real PostgreSQL and the real Temporal development server."""

import logging
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import Engine
from temporalio.client import Client

import temporal
from activities.gateways.simulated import outside as simulated_outside
from activities.gateways.simulated.payments import SimulatedPayments
from activities.records import Records
from api.app import create_app
from api.office import Office
from models import policies
from models.cases import SYSTEM, Batch, CaseView, Change
from models.order_tasks import IMPLEMENTATION
from models.tables.admissions import Admissions
from models.tables.database import connect
from models.tables.documents import documents_in
from models.tasks import accepts
from settings import Settings
from stack.servers import TemporalServer
from tests.api.caller import Api, contents, free_port, serving
from tests.api.handing_in import Desk, opened, write_policies
from tests.api.keeping import Keeper, open_room
from tests.api.walled import write_walled
from tests.bench import BUYER, CALENDAR
from tests.conftest import SECRET, copied
from tests.pictures import KEPT
from worker import build_worker


def settings_for(database_url: str, temporal_address: str, **more: Any) -> Settings:
    port = free_port()
    usual: dict[str, Any] = {
        "database_url": database_url,
        "temporal_address": temporal_address,
        "api_port": port,
        "public_url": f"http://127.0.0.1:{port}/",
        "jwt_key": SECRET,
        "data_key": SECRET,
        "notice_key": SECRET,
        "simulator": True,
        "log_level": "WARNING",
        "documents_dir": Path(KEPT.name),
    }
    return Settings(**{**usual, **more})


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server() -> AsyncIterator[TemporalServer]:
    with TemporalServer(None, ui=False) as server:
        yield server


@pytest.fixture(scope="session")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a market of its own: an order is given up after four seconds, whoever is idle may be
    appealed against after one, and so long is an appeal decided in time."""
    directory = tmp_path_factory.mktemp("policies")
    text = (policies.HERE / "rehearsal.toml").read_text()
    text = text.replace('market = "rehearsal"', 'market = "hurried"')
    changes = {"pay_within": "PT4S", **dict.fromkeys(("idle_for", "decide_within"), "PT1S")}
    changes |= dict.fromkeys(("implement_within", "confirm_within", "rework_within"), "P1D")
    for name, period in changes.items():
        text = re.sub(rf"(?m)^{name} = .P.*$", f'{name} = "{period}"', text)
    (directory / "hurried.toml").write_text(text)
    shutil.copytree(policies.HERE / "agreements/rehearsal", directory / "agreements/hurried")
    (directory / "categories").mkdir()
    sorts = (policies.HERE / "categories/rehearsal.toml").read_text()
    (directory / "categories/hurried.toml").write_text(sorts.replace('"rehearsal"', '"hurried"'))
    return directory


@pytest.fixture(scope="session")
def api_settings(
    database_url: str,
    temporal_server: TemporalServer,
    hurried: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    kept = tmp_path_factory.mktemp("documents")
    return settings_for(database_url, temporal_server.address, policy_dir=hurried, documents_dir=kept)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_client(api_settings: Settings) -> Client:
    return await temporal.connect(api_settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_worker(
    api_settings: Settings, temporal_client: Client, engine: Engine, admissions: Admissions
) -> AsyncIterator[None]:
    gateway = SimulatedPayments(engine, f"{api_settings.public_url}simulator/payments/{{reference}}")
    outside = simulated_outside(engine, gateway)
    documents = documents_in(None, api_settings.documents_directory, admissions.cipher)
    async with build_worker(temporal_client, engine, outside, admissions, CALENDAR, documents=documents):
        yield


@pytest.fixture(scope="session")
def app(api_settings: Settings) -> FastAPI:
    return create_app(api_settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(app: FastAPI, api_settings: Settings, api_worker: None, engine: Engine) -> AsyncIterator[Api]:
    async with serving(app, api_settings, engine) as api:
        yield api


@dataclass
class Quiet(Api):
    """An API with a database of its own and no Temporal: whatever changes, the caller changed it.

    What gets past every check is answered `not-confirmed`.
    """

    office: Office | None = None

    def put(self, id: str, **changes: Any) -> str:
        """A case on record, as a workflow would have written it: an order that is being implemented."""
        now = datetime.now(UTC)
        market = changes.get("market", "alipay")
        usual: dict[str, Any] = {
            "case_id": f"template-orders:{market}:{id}",
            "process": "template-orders",
            "market": market,
            "id": id,
            "provider_id": "isv-1",
            "stage": "implementing",
            "version": 1,
            "opened_at": now,
            "changed_at": now,
            "policy_version": "1",
            "data": {"buyer_id": BUYER.id},
            "tasks": [
                {
                    "name": IMPLEMENTATION.name,
                    "waiting_on": IMPLEMENTATION.waiting_on,
                    "accepts": [accepts(kind) for kind in IMPLEMENTATION.moves],
                }
            ],
        }
        view = CaseView.model_validate({**usual, **changes})
        opened = Change(
            version=1, at=now, event="opened", actor=SYSTEM, stage_before=None, stage_after=view.stage
        )
        Records(self.engine).record(Batch(run_id="a-run", changes=(opened,), view=view))
        return f"/v1/markets/{market}/template-orders/{id}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keeper(
    database_url: str,
    temporal_server: TemporalServer,
    temporal_client: Client,
    engine: Engine,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Keeper]:
    """Who keeps safes: a process made up for tests, with a worker of its own."""
    kept = tmp_path_factory.mktemp("documents")
    settings = settings_for(database_url, temporal_server.address, documents_dir=kept)
    async with open_room(settings, engine, temporal_client) as keeper:
        yield keeper


@pytest.fixture(scope="session")
def quiet_engine(engine: Engine) -> Iterator[Engine]:
    quiet = connect(copied(engine, "quiet"))
    yield quiet
    quiet.dispose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def quiet(quiet_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Quiet]:
    url = quiet_engine.url.render_as_string(hide_password=False)
    kept = tmp_path_factory.mktemp("documents")
    settings = settings_for(url, f"127.0.0.1:{free_port()}", documents_dir=kept)
    app = create_app(settings)
    async with serving(app, settings, quiet_engine) as api:
        yield Quiet(api.http, api.engine, office=app.state.office)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(quiet_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Where pictures are handed in. It has no Temporal either."""
    folder = tmp_path_factory.mktemp("desk")
    url = quiet_engine.url.render_as_string(hide_password=False)
    where = {"policy_dir": write_policies(folder / "policies"), "documents_dir": folder / "documents"}
    settings = settings_for(url, f"127.0.0.1:{free_port()}", log_level="INFO", **where)
    async with opened(settings, quiet_engine) as desk:
        yield desk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def walled(quiet_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Quiet]:
    """As quiet, with two markets more, in which purchases are guarded."""
    url = quiet_engine.url.render_as_string(hide_password=False)
    kept = write_walled(tmp_path_factory.mktemp("walled") / "policies")
    settings = settings_for(url, f"127.0.0.1:{free_port()}", policy_dir=kept)
    async with serving(create_app(settings), settings, quiet_engine) as api:
        yield Quiet(api.http, api.engine)


@pytest.fixture
def untouched(quiet: Quiet) -> Iterator[None]:
    """For tests that leave every row of every table as it was."""
    before = contents(quiet.engine)
    yield
    assert contents(quiet.engine) == before


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What goes to the log meanwhile, as it is written there."""
    root, found = logging.getLogger(), list[str]()

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    listening = Listening(logging.DEBUG)
    listening.setFormatter(next(h.formatter for h in root.handlers if type(h) is logging.StreamHandler))
    root.addHandler(listening)
    yield found
    root.removeHandler(listening)
