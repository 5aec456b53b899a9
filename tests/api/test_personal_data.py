"""A canary in every field that may hold something personal, then looked for everywhere."""

import asyncio
import json
import logging
import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel
from temporalio.client import Client

from api import health
from models.tables.admissions import Admissions
from models.tables.database import connect
from tests.api.caller import ACCEPTED, APPROVED, FREE, ON_BEHALF, SUBMITTED, Api, Json, new_key, refusal
from tests.api.conftest import Quiet
from tests.bench import order_body
from tests.companies import COMPANY_NAME
from tests.rules.made_up import unified_code

NAME, PHONE, EMAIL, IDENTITY = "王金丝雀", "13812345678", "canary@example.org", "11010519491231002X"
CANARIES = (NAME, PHONE, EMAIL, IDENTITY)
CONTACT = {"name": f"{NAME} {IDENTITY}", "phone": PHONE, "email": EMAIL}
SAID = f"{NAME} {PHONE} {EMAIL} {IDENTITY}"


def heard(text: str | bytes) -> set[str]:
    """The canaries that sing in it, as they are, escaped as JSON does it, or in hexadecimal."""
    raw = text.encode() if isinstance(text, str) else text
    return {
        canary
        for canary in CANARIES
        for form in (canary.encode(), json.dumps(canary)[1:-1].encode(), canary.encode().hex().encode())
        if form in raw
    }


def stored(engine: Engine) -> dict[str, set[str]]:
    """The tables in which a canary stands in clear, in whatever column."""
    with engine.connect() as connection:
        rows = {
            table: "\n".join(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())
            for table in SQLModel.metadata.tables
        }
    return {table: found for table, whole in rows.items() if (found := heard(whole))}


async def remembered(client: Client, path: str) -> set[str]:
    """The canaries in a case's history, its search attributes and whatever else Temporal shows of it."""
    _, _, _, market, process, id = path.split("/")
    handle = client.get_workflow_handle(f"{process}:{market}:{id}")
    history = await handle.fetch_history()
    found = {canary for event in history.events for canary in heard(event.SerializeToString())}
    return found | heard((await handle.describe()).raw_description.SerializeToString())


@pytest.fixture
def everything_logged(lines: list[str]) -> Iterator[list[str]]:
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(level)


async def test_whom_to_talk_to_is_kept_encrypted_and_away_from_temporal(
    api: Api, temporal_client: Client, everything_logged: list[str]
) -> None:
    before = stored(api.engine)
    path = await api.placed(contact=CONTACT)
    await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"), (ACCEPTED, "service"))
    assert (await api.case(path))["data"]["contact"] == CONTACT
    assert heard((await api.get(path, "operator")).content) == set()
    assert await remembered(temporal_client, path) == set()
    assert stored(api.engine) == before
    assert heard("\n".join(everything_logged)) == set()


async def test_who_signs_for_a_company_and_who_represents_it_are_kept_sealed(
    api: Api, temporal_client: Client, everything_logged: list[str]
) -> None:
    before, id, number = stored(api.engine), new_key(), unified_code(body=f"MA{secrets.randbelow(10**6):06d}")
    company = {"company_name": COMPANY_NAME, "licence_number": number}
    applying = {
        **{"id": id, "provider_id": f"isv-{id}", "cloud_account": "c-1", "general_agreement_signed": True},
        "company": {"name": COMPANY_NAME, "licence_number": number},
    }
    onboardings = "/v1/markets/rehearsal/provider-onboardings"
    answer = await api.call("POST", onboardings, json=applying)
    assert answer.status_code == 201, answer.text
    person = {"name": NAME, "document": {"type": "resident_id", "number": IDENTITY}}
    signed = {
        **{"event": "agreements_accepted", "agreements": [{"name": "access", "version": "1"}]},
        **{"signatory": {"name": SAID, "position": PHONE}, "authority_declared": True},
    }
    identity = {"event": "identity_given", "identity": {**company, "legal_representative": person}}
    path, provider = f"{onboardings}/{id}", api.speaking(provider_id=f"isv-{id}")
    await provider.moved(path, (signed, "provider"), (identity, "provider"))
    told = await provider.timeline(path, "provider")
    assert [change["data"]["signatory"] for change in told if change["event"] == signed["event"]] == ["•••"]
    assert [change["data"]["identity"] for change in told if change["event"] == identity["event"]] == ["•••"]
    assert await remembered(temporal_client, path) == set()
    assert stored(api.engine) == before
    assert heard("\n".join(everything_logged)) == set()


async def test_a_key_is_kept_as_a_hash(api: Api, temporal_client: Client) -> None:
    before = stored(api.engine)
    path = await api.placed()
    for key in (PHONE, EMAIL, IDENTITY):
        reason = {"event": "version_rejected", "reason": "blurred"}
        await api.moved(path, (SUBMITTED, "provider"))
        assert (await api.send(path, reason, key=key)).status_code == 200
    assert await remembered(temporal_client, path) == set()
    assert stored(api.engine) == before


@pytest.mark.parametrize(
    ("event", "role"),
    [
        ({"event": "declined", "reason": SAID}, "provider"),
        ({"event": "refund_requested", "reason": SAID, **ON_BEHALF}, "service"),
        ({"event": "paused", "reason": SAID}, "operator"),
    ],
    ids=lambda value: value["event"] if isinstance(value, dict) else value,
)
async def test_numbers_and_addresses_that_people_write_are_masked(
    api: Api, temporal_client: Client, event: Json, role: str
) -> None:
    path = await api.placed()
    answer = await api.send(path, event, role, headers={"If-Match": "1"})
    assert answer.status_code == 200
    assert heard(json.dumps(await api.timeline(path))) <= {NAME}
    assert {canary for found in stored(api.engine).values() for canary in found} <= {NAME}
    assert await remembered(temporal_client, path) <= {NAME}  # what names a person only people can tell


REFUSED: list[Json] = [
    {"contact": {"name": SAID}},
    {"contact": {"name": SAID, "phone": SAID}},
    {"contact": {"name": SAID, "email": f"{SAID}@"}},
    {"contact": SAID},
    {"contact": {"name": SAID, "phone": PHONE, PHONE: SAID}},
    *(
        {name: SAID}
        for name in ("id", "provider_id", "service_for", "agreement_accepted", "buyer", "mini_program")
    ),
    {"on_behalf_of": {"party": SAID, "id": SAID}},
    {"template": {**FREE, "kind": SAID, "published_on": SAID, "price_fen": SAID, "longest_service": SAID}},
    {"template": {**FREE, "id": SAID, "ends": [SAID], "account_types": [SAID]}},
    {"running_service": {"ends_on": SAID, "version_submitted": SAID}},
    {"ends": [SAID]},
    {SAID: SAID, PHONE: PHONE, EMAIL: EMAIL},
]


@pytest.mark.parametrize("changes", REFUSED, ids=lambda changes: next(iter(changes))[:9])
async def test_a_refused_placing_repeats_and_logs_nothing_of_it(
    quiet: Quiet, changes: Json, everything_logged: list[str]
) -> None:
    before = stored(quiet.engine)
    answer = await quiet.place("alipay", **changes)
    refusal(answer, 422, "invalid")
    assert heard(answer.content) | heard("\n".join(everything_logged)) == set()
    assert stored(quiet.engine) == before


@pytest.mark.parametrize(
    "event",
    [
        {"event": SAID},
        {"event": "declined", "reason": SAID * 20},
        {"event": "declined", "reason": [SAID]},
        {"event": "declined", SAID: SAID},
        {"event": "version_submitted", "version": {SAID: SAID}},
    ],
)
async def test_a_refused_event_repeats_and_logs_nothing_of_it(
    quiet: Quiet, event: Json, everything_logged: list[str]
) -> None:
    answer = await quiet.send(quiet.put(new_key()), event, "provider")
    refusal(answer, 422, "invalid")
    assert heard(answer.content) | heard("\n".join(everything_logged)) == set()


async def test_an_address_with_somebody_in_it_is_not_repeated(
    quiet: Quiet, everything_logged: list[str]
) -> None:
    for path in (
        f"/v1/markets/alipay/template-orders/{PHONE}",
        f"/v1/cases?provider_id={EMAIL}",
        f"/{IDENTITY}",
    ):
        assert heard((await quiet.get(path)).content) == set()
    assert heard("\n".join(line for line in everything_logged if "httpx" not in line)) == set()


async def test_a_mistake_of_ours_is_counted_and_logged_without_what_was_sent(
    quiet: Quiet, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*said: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Admissions, "admit", broken)
    counted = health.REQUESTS.labels("POST", "/v1/markets/{market}/template-orders", 500)
    before = counted._value.get()
    answer = await quiet.place("alipay", contact=CONTACT)
    assert heard(str(refusal(answer, 500, "internal"))) == set()
    assert counted._value.get() == before + 1
    (line,) = [line for line in lines if '"bug"' in line]
    assert answer.headers["X-Request-Id"] in line
    assert heard("".join(lines)) == set()
    assert order_body()["provider_id"] not in "".join(lines)


async def test_a_line_of_the_log_says_who_acted_and_on_which_case(quiet: Quiet, lines: list[str]) -> None:
    path = quiet.put(new_key())
    refusal(await quiet.send(path, SUBMITTED, "provider"), 503, "not-confirmed")
    (line,) = [line for line in lines if "temporal_unavailable" in line]
    assert '"actor": "provider:provider-1"' in line
    assert f'"case_id": "template-orders:alipay:{path.rpartition("/")[2]}"' in line


async def test_an_error_of_the_database_does_not_say_what_was_sent(quiet_engine: Engine) -> None:
    engine = connect(quiet_engine.url.render_as_string(hide_password=False))

    def fail() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1/0 WHERE :said <> ''"), {"said": SAID})

    with pytest.raises(DBAPIError) as failed:
        await asyncio.to_thread(fail)
    assert heard(str(failed.value)) == set()
    engine.dispose()
