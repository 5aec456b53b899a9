"""The figures of the business: what is open, stuck or late, for whoever scrapes them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from models.order_tasks import IMPLEMENTATION
from models.tables import AdmissionRow
from models.tables.database import connect
from tests.api.caller import free_port, serving
from tests.api.conftest import Quiet, settings_for

Figures = dict[tuple[str, ...], float]


@pytest_asyncio.fixture(loop_scope="session")
async def alone(own_engine: Engine) -> AsyncIterator[Quiet]:
    """An API whose record nobody else writes."""
    url = own_engine.url.render_as_string(hide_password=False)
    settings = settings_for(url, f"127.0.0.1:{free_port()}")
    async with serving(create_app(settings), settings, own_engine) as api:
        yield Quiet(api.http, own_engine)


async def figures(api: Quiet) -> Figures:
    """Each sample by its name and the values of its labels."""
    text = (await api.get("/metrics", "operator")).text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not family.name.startswith(("api_", "python_", "process_"))
    }


def due(at: datetime) -> list[dict[str, Any]]:
    task = {"name": IMPLEMENTATION.name, "waiting_on": IMPLEMENTATION.waiting_on, "accepts": []}
    return [{**task, "deadline_at": at}]


def admitted(api: Quiet, case_id: str, at: datetime) -> None:
    row: dict[str, Any] = {"market": "alipay", "process": "template-orders", "workflow": "w"}
    row |= {"provider_id": None, "digest": "d", "input": {}, "private": None}
    with Session(api.engine) as session:
        session.add(AdmissionRow(case_id=case_id, admitted_at=at, **row))
        session.commit()


async def test_a_record_without_cases_has_no_figures_of_them(alone: Quiet) -> None:
    assert await figures(alone) == {("record_readable",): 1, ("admission_without_case_seconds",): 0}


async def test_open_cases_are_counted_by_market_process_and_stage(alone: Quiet) -> None:
    now = datetime.now(UTC)
    for id, market, more in (
        ("1", "alipay", {"tasks": due(now + timedelta(days=1))}),
        ("2", "alipay", {"tasks": due(now - timedelta(days=1))}),
        ("3", "alipay", {"stage": "confirming", "blocked_by": ["Refused", "Diverged"]}),
        ("4", "rehearsal", {}),
        ("5", "alipay", {"stage": "closed", "outcome": "completed", "closed_at": now, "tasks": []}),
    ):
        alone.put(id, market=market, **more)
    here, there = ("alipay", "template-orders"), ("rehearsal", "template-orders")
    found = await figures(alone)
    del found["admission_without_case_seconds",]
    assert found == {
        ("record_readable",): 1,
        ("cases_open", *here, "implementing"): 2,
        ("cases_open", *here, "confirming"): 1,
        ("cases_open", *there, "implementing"): 1,
        ("cases_blocked", *here): 1,
        ("cases_blocked", *there): 0,
        ("cases_past_due", *here): 1,
        ("cases_past_due", *there): 0,
    }


async def test_the_oldest_admission_that_never_became_a_case_shows_its_age(alone: Quiet) -> None:
    now = datetime.now(UTC)
    alone.put("begun")
    for id, hours in (("begun", 3), ("waiting", 2), ("new", 1)):
        admitted(alone, f"template-orders:alipay:{id}", now - timedelta(hours=hours))
    age = timedelta(seconds=(await figures(alone))["admission_without_case_seconds",])
    assert timedelta(hours=2) <= age < timedelta(hours=3)


async def test_without_the_database_the_process_still_shows_its_own() -> None:
    nowhere = f"postgresql+psycopg2://nobody@127.0.0.1:{free_port()}/none"
    settings, engine = settings_for(nowhere, f"127.0.0.1:{free_port()}"), connect(nowhere)
    async with serving(create_app(settings), settings, engine) as served:
        api = Quiet(served.http, engine)
        await api.get("/healthz", None)
        assert await figures(api) == {("record_readable",): 0}
        assert 'route="/healthz"' in (await api.get("/metrics", "operator")).text
    engine.dispose()
