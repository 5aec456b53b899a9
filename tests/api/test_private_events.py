"""Events with something private in them, rules of their own, and documents: of a process made up for this."""

import hashlib
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel, col, select
from temporalio.client import Client
from temporalio.worker import Worker

import temporal
from activities.records import Records
from api import commands
from api.app import create_app
from api.office import Office
from models.policies import MarketPolicy, ProcessPolicy
from models.processes import PROCESSES
from models.tables import CaseRow, ChangeRow
from models.tables.documents.store import StoreUnavailable
from stack.servers import TemporalServer
from tests.api.caller import Api, Json, contents, new_key, refusal, serving, token
from tests.api.conftest import settings_for
from tests.api.safes import SAFES, Safe
from tests.pictures import png, stored
from worker import RUNNER

OWNER, NUMBER = "金丝雀有限公司", "6222600810001234567"
THINGS = {"owner": OWNER, "number": NUMBER}
PUT_IN = {"event": "put_in", "drawer": "left", "things": THINGS}
LABELLED = {"event": "labelled", "note": "mine"}
DOTS = "•••"
ROOM = "/v1/markets/strongroom/safes"
ROLES = ("service", "operator", "provider")


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


def sings(said: str | bytes) -> bool:
    raw = said.encode() if isinstance(said, str) else said
    return any(
        form in raw
        for each in (OWNER, NUMBER)
        for form in (each.encode(), json.dumps(each)[1:-1].encode(), each.encode().hex().encode())
    )


def where_it_sings(engine: Engine) -> list[str]:
    """The tables in which something private stands in clear."""
    with engine.connect() as connection:
        rows = {
            table: "\n".join(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())
            for table in SQLModel.metadata.tables
        }
    return [table for table, whole in rows.items() if sings(whole)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keeper(
    database_url: str,
    temporal_server: TemporalServer,
    temporal_client: Client,
    engine: Engine,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Keeper]:
    folder = tmp_path_factory.mktemp("documents")
    settings = settings_for(database_url, temporal_server.address, documents_dir=folder)
    records, now = Records(engine), datetime(2026, 1, 1, tzinfo=UTC)
    policy = ProcessPolicy(version="1", effective_from=now, source="tests", rules=("none",))
    room = Strongroom(market="strongroom", title="Room", title_zh="室", safes=(policy,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROCESSES, SAFES.name, SAFES)
        patch.setattr(temporal, "TASK_QUEUE", "safes")  # other workers of this session know no safes
        app = create_app(settings)
        async with (
            Worker(
                temporal_client,
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


# --- sealing


async def test_what_is_private_stands_in_clear_nowhere_behind_the_api(
    keeper: Keeper, temporal_client: Client, lines: list[str]
) -> None:
    path = await keeper.safe()
    await keeper.put_in(path)
    assert where_it_sings(keeper.engine) == []
    history = await temporal_client.get_workflow_handle(case_id(path)).fetch_history()
    assert not any(sings(event.SerializeToString()) for event in history.events)
    assert not sings("\n".join(lines))
    (kept,) = keeper.on_record(path).view["data"]["left"]
    assert [*kept["things"]] == ["sealed"]
    assert kept == {"things": keeper.change(path, "put_in").data["things"]}


@pytest.mark.parametrize("in_stead", [False, True])
async def test_a_case_that_is_read_shows_it_to_its_provider_and_to_operators_alone(
    keeper: Keeper, in_stead: bool
) -> None:
    path = await keeper.safe()
    if in_stead:
        assert (await keeper.in_stead(path, {**PUT_IN, "spare": THINGS})).status_code == 200
    else:
        await keeper.put_in(path, spare=THINGS)
    for role, shown in (("operator", THINGS), ("provider", THINGS), ("service", DOTS)):
        case = await keeper.case(path, role)
        assert case["data"]["left"] == [{"things": shown, "spare": shown}]
    refusal(await keeper.speaking(provider_id="isv-2").get(path, "provider"), 404, "not-found")
    refusal(await keeper.speaking(market="alipay").get(path, "operator"), 404, "not-found")


@pytest.mark.parametrize("role", ROLES)
async def test_everywhere_else_everybody_sees_dots(keeper: Keeper, role: str) -> None:
    path = await keeper.safe()
    answer = await keeper.put_in(path)
    assert answer["data"]["left"] == [{"things": DOTS}]
    assert (await keeper.in_stead(path, {**PUT_IN, "drawer": "right"}, 2)).status_code == 200
    told = [change["data"] for change in await keeper.timeline(path, role)]
    assert (told[1]["things"], told[2]["act"]["things"]) == (DOTS, DOTS)
    here = keeper.speaking(market="strongroom")
    elsewhere = [
        await keeper.get(f"{path}/timeline", role),
        await keeper.get(f"{path}/dossier", role),
        await keeper.get(f"{path}/dossier", role, format="html"),
        await here.get("/v1/cases", role, closed=False),
        await here.get("/v1/changes", role, limit=100),
    ]
    stale = await keeper.in_stead(path, LABELLED, 1)
    assert refusal(stale, 412, "out-of-date")["case"]["data"]["left"] == [{"things": DOTS}]
    elsewhere.append(stale)
    for each in elsewhere:
        assert not sings(each.content), each.request.url
        assert "sealed" not in each.text, each.request.url
    assert all(DOTS in each.text for each in elsewhere)


async def test_the_stream_shows_dots(keeper: Keeper) -> None:
    path = await keeper.safe()
    await keeper.put_in(path)
    headers = {"Authorization": f"Bearer {token('operator')}"}
    read = ""
    async with keeper.http.stream("GET", "/v1/changes/stream?from=beginning", headers=headers) as answer:
        async for line in answer.aiter_lines():
            read += line
            if case_id(path) in line and "put_in" in line:
                break
    assert json.loads(line.removeprefix("data: "))["data"]["things"] == DOTS
    assert not sings(read)


MOVED = """
UPDATE cases SET view = jsonb_set(view, '{data}', (SELECT view->'data' FROM cases WHERE case_id = :one))
WHERE case_id = :other
"""


async def test_a_seal_that_cannot_be_opened_is_dots(keeper: Keeper, lines: list[str]) -> None:
    """A case is read all the same, and we hear of it."""
    one, other = await keeper.safe(), await keeper.safe()
    await keeper.put_in(one)
    with keeper.engine.begin() as connection:
        connection.execute(text(MOVED), {"one": case_id(one), "other": case_id(other)})
    assert (await keeper.case(other, "provider"))["data"]["left"] == [{"things": DOTS}]
    assert any("seal_broken" in line for line in lines)


async def test_nobody_hands_in_what_is_sealed_already(keeper: Keeper) -> None:
    """It may have been copied from somewhere."""
    path, other = await keeper.safe(), await keeper.safe()
    await keeper.put_in(other)
    copied = {**PUT_IN, "things": keeper.change(other, "put_in").data["things"]}
    before = contents(keeper.engine)
    assert await keeper.errors(path, copied) == [("things", "already-sealed")]
    assert await keeper.errors(path, {**PUT_IN, "spare": copied["things"]}) == [("spare", "already-sealed")]
    answer = refusal(await keeper.in_stead(path, copied), 422, "invalid")
    assert [each["field"] for each in answer["errors"]] == ["act.things"]
    assert contents(keeper.engine) == before


@pytest.mark.parametrize(
    ("things", "field"),
    [
        ({"owner": OWNER}, "things.number"),
        ({**THINGS, "number": "no"}, "things.number"),
        ({**THINGS, "plain": 1}, "things.plain"),
        (NUMBER, "things"),
        ({"sealed": "no"}, "things.sealed"),
        ({"plain": THINGS}, "things.owner"),
    ],
    ids=["missing", "wrong", "unknown", "text", "a poor seal", "in a wrapping"],
)
async def test_what_is_wrong_with_a_private_field_is_said_under_its_own_name(
    keeper: Keeper, things: object, field: str
) -> None:
    path = await keeper.safe()
    answer = await keeper.send(path, {**PUT_IN, "things": things}, "provider")
    assert refusal(answer, 422, "invalid")["errors"][0]["field"] == field
    assert not sings(answer.content)


# --- repeats


@pytest.fixture(params=[True, False], ids=["on record", "in Temporal's memory"])
def remembered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a repeat finds its answer."""
    if not request.param:
        monkeypatch.setattr(commands, "_answered", lambda *_: None)
        monkeypatch.setattr(commands, "against", lambda *_: [])


@pytest.mark.usefixtures("remembered")
async def test_the_same_in_clear_under_the_same_key_is_a_repeat(keeper: Keeper) -> None:
    """Although it is sealed otherwise each time."""
    path, key = await keeper.safe(), new_key()
    first, again = [await keeper.send(path, PUT_IN, "provider", key=key) for _ in range(2)]
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    for other in ({**THINGS, "number": NUMBER[::-1]}, {**THINGS, "owner": "somebody"}):
        answer = await keeper.send(path, {**PUT_IN, "things": other}, "provider", key=key)
        refusal(answer, 422, "key-reused")
    assert [change["event"] for change in await keeper.timeline(path)] == ["opened", "put_in"]


async def test_what_is_private_cannot_be_tried_out_by_its_digest(keeper: Keeper) -> None:
    """Nor can it be seen that two cases were told the same."""
    digests = []
    for path in (await keeper.safe(), await keeper.safe()):
        await keeper.put_in(path)
        digests.append(keeper.change(path, "put_in").digest)
    event = SAFES.events[0].model_validate(PUT_IN)
    assert len({*digests, hashlib.sha256(event.model_dump_json().encode()).hexdigest()}) == 3


async def test_other_events_keep_the_digest_that_they_always_had(keeper: Keeper) -> None:
    """Repeats of what was recorded long ago are still answered."""
    path = await keeper.safe()
    await keeper.moved(path, (LABELLED, "provider"))
    plain = b'{"event":"labelled","note":"mine"}'
    assert keeper.change(path, "labelled").digest == hashlib.sha256(plain).hexdigest()


# --- rules of its own


async def test_everything_that_stands_against_an_event_is_said_at_once(keeper: Keeper) -> None:
    path, nobodys = await keeper.safe(), {"kind": "licence", "document_id": "0" * 64}
    await keeper.put_in(path)
    before = contents(keeper.engine)
    assert await keeper.errors(path, {**PUT_IN, "covers": [nobodys]}) == [
        ("drawer", "full"),
        ("covers.0", "document-unknown"),
    ]
    assert await keeper.errors(path, {**PUT_IN, "drawer": "third"}) == [("drawer", "no-drawer")]
    answer = refusal(await keeper.in_stead(path, {**PUT_IN, "covers": [nobodys]}, 2), 422, "invalid")
    assert [each["field"] for each in answer["errors"]] == ["act.drawer", "act.covers.0"]
    assert contents(keeper.engine) == before


async def test_a_repeat_is_answered_whatever_stands_against_it_by_now(keeper: Keeper) -> None:
    path, key = await keeper.safe(), new_key()
    first = await keeper.send(path, PUT_IN, "provider", key=key)
    assert await keeper.errors(path, PUT_IN) == [("drawer", "full")]
    assert (await keeper.send(path, PUT_IN, "provider", key=key)).json() == first.json()


async def test_a_case_that_has_closed_checks_nothing_more(keeper: Keeper) -> None:
    path = await keeper.safe()
    await keeper.put_in(path)
    await keeper.moved(path, ({"event": "emptied"}, "provider"))
    problem = refusal(await keeper.send(path, PUT_IN, "provider"), 409, "out-of-turn")
    assert problem["case"]["data"]["left"] == [{"things": DOTS}]


# --- documents


async def test_a_document_counts_for_the_provider_the_market_and_the_kind_it_was_handed_in_for(
    keeper: Keeper,
) -> None:
    path = await keeper.safe()
    shelf, other = "strongroom", await keeper.safe(provider_id="isv-2")
    assert keeper.office is not None
    mine, elsewhere, theirs = (png(colour=colour) for colour in ("red", "green", "blue"))
    for market, isv, picture in (
        (shelf, "isv-1", mine),
        ("alipay", "isv-1", elsewhere),
        (shelf, "isv-2", theirs),
    ):
        keeper.office.documents.put_new(market, isv, stored(picture), picture)
    refs = [
        {"kind": kind, "document_id": hashlib.sha256(picture).hexdigest()}
        for kind, picture in (("licence", mine), ("card", mine), ("licence", elsewhere), ("licence", theirs))
    ]
    scans = [{"scan": ref} for ref in refs]
    unknown = "document-unknown"
    assert await keeper.errors(path, {**PUT_IN, "papers": scans, "covers": refs[:2]}) == [
        *((f"papers.{place}.scan", unknown) for place in (1, 2, 3)),
        ("covers.1", unknown),
    ]
    await keeper.put_in(path, papers=scans[:1], covers=refs[:1])
    with_theirs = {**PUT_IN, "papers": scans[3:]}
    isv_2 = keeper.speaking(provider_id="isv-2")
    assert (await isv_2.send(other, with_theirs, "provider")).status_code == 200


async def test_documents_that_cannot_be_looked_up_now_leave_the_event_unconfirmed(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, nobodys = await keeper.safe(), {"kind": "licence", "document_id": "0" * 64}
    assert keeper.office is not None

    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(type(keeper.office.documents), "find", away)
    refusal(await keeper.send(path, {**PUT_IN, "covers": [nobodys]}, "provider"), 503, "not-confirmed")


# --- who may start


async def test_a_provider_starts_a_case_for_itself_alone(keeper: Keeper) -> None:
    assert (await keeper.new_safe("provider")).status_code == 201
    before = contents(keeper.engine)
    refusal(await keeper.new_safe("provider", provider_id="isv-2"), 404, "not-found")
    refusal(await keeper.new_safe("operator"), 403, "forbidden")
    assert contents(keeper.engine) == before


async def test_who_is_refused_is_told_of_the_open_case_that_it_may_see(keeper: Keeper) -> None:
    room, shelf = new_key(), new_key()
    first, second = await keeper.safe(room=room), await keeper.safe(shelf=shelf, provider_id="isv-2")
    seen = {}
    for role in ("service", "provider"):
        for isv in ("isv-1", "isv-2", "isv-3"):
            caller = Keeper(keeper.http, keeper.engine, {"provider_id": isv} if role == "provider" else {})
            answer = await caller.new_safe(role, provider_id=isv, room=room, shelf=shelf)
            problem = refusal(answer, 409, "already-exists")
            assert [each["field"] for each in problem["errors"]] == ["room", "shelf"]
            seen[role, isv] = problem["case_id"]
    one, other = case_id(first), case_id(second)
    assert seen == {
        ("service", "isv-1"): one,
        ("service", "isv-2"): one,
        ("service", "isv-3"): one,
        ("provider", "isv-1"): one,
        ("provider", "isv-2"): other,
        ("provider", "isv-3"): None,
    }
    third = Keeper(keeper.http, keeper.engine, {"provider_id": "isv-3"})
    answer = await third.new_safe("provider", provider_id="isv-3", room=room)
    assert case_id(first) not in answer.text
