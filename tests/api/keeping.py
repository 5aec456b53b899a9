"""A market that keeps safes, the API in front of it, and somebody who puts things into them."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio.client import Client
from temporalio.worker import Worker

import temporal
from activities.records import Records
from api.app import create_app
from api.office import Office
from models.policies import MarketPolicy, ProcessPolicy
from models.processes import PROCESSES
from models.tables import CaseRow, ChangeRow
from settings import Settings
from tests.api.caller import Api, Json, new_key, refusal, serving
from tests.api.safes import SAFES, Safe
from worker import RUNNER

OWNER, NUMBER = "金丝雀有限公司", "6222600810001234567"
THINGS = {"owner": OWNER, "number": NUMBER}
PUT_IN = {"event": "put_in", "drawer": "left", "things": THINGS}
LABELLED = {"event": "labelled", "note": "mine"}
DOTS = "•••"
ROOM = "/v1/markets/strongroom/safes"


class Strongroom(MarketPolicy):
    """A market that keeps safes, and nothing else."""

    safes: tuple[ProcessPolicy, ...]


@dataclass
class Keeper(Api):
    office: Office | None = None

    async def safe(self, role: str = "service", **said: str) -> str:
        """The path of a safe on record."""
        answer = await self.new_safe(role, **said)
        assert answer.status_code == 201, answer.text
        return f"{ROOM}/{answer.json()['id']}"

    async def new_safe(self, role: str = "service", **said: str) -> httpx.Response:
        body = {"id": f"s-{new_key()}", "provider_id": "isv-1", **said}
        return await self.call("POST", ROOM, role, json=body)

    async def put_in(self, path: str, **said: object) -> Json:
        return await self.moved(path, ({**PUT_IN, **said}, "provider"))

    async def in_stead(self, path: str, act: Json, version: object = 1) -> httpx.Response:
        return await self.rule(path, {"event": "decided", "decision": "in_stead", "act": act}, version)

    async def errors(self, path: str, event: Json) -> list[tuple[str, str]]:
        problem = refusal(await self.send(path, event, "provider"), 422, "invalid")
        return [(each["field"], each["code"]) for each in problem["errors"]]

    def change(self, path: str, event: str) -> ChangeRow:
        with Session(self.engine) as session:
            mine = select(ChangeRow).where(ChangeRow.case_id == case_id(path), ChangeRow.event == event)
            return session.exec(mine.order_by(col(ChangeRow.version).desc())).one()

    def on_record(self, path: str) -> CaseRow:
        with Session(self.engine) as session:
            return session.get_one(CaseRow, case_id(path))


def case_id(path: str) -> str:
    return f"safes:strongroom:{path.rpartition('/')[2]}"


@asynccontextmanager
async def open_room(settings: Settings, engine: Engine, client: Client) -> AsyncIterator[Keeper]:
    records, now = Records(engine), datetime(2026, 1, 1, tzinfo=UTC)
    policy = ProcessPolicy(version="1", effective_from=now, source="tests", rules=("none",))
    room = Strongroom(market="strongroom", title="Room", title_zh="室", safes=(policy,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROCESSES, SAFES.name, SAFES)
        patch.setattr(temporal, "TASK_QUEUE", "safes")  # other workers of this session know no safes
        app = create_app(settings)
        async with (
            Worker(
                client,
                task_queue="safes",
                workflows=[Safe],
                activities=[records.record, records.alarm],
                activity_executor=ThreadPoolExecutor(4),
                workflow_runner=RUNNER,
            ),
            serving(app, settings, engine) as api,
        ):
            office: Office = app.state.office
            office.admissions.policies["strongroom"] = room
            yield Keeper(api.http, api.engine, office=office)
