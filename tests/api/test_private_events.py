"""Events with something private in them: sealed in everything behind the API, and dots in most before it."""

import hashlib
import json

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel
from temporalio.client import Client

from api import commands
from tests.api.caller import contents, new_key, refusal, token
from tests.api.keeping import DOTS, LABELLED, NUMBER, OWNER, PUT_IN, THINGS, Keeper, case_id
from tests.api.safes import SAFES

ROLES = ("service", "operator", "provider")


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
