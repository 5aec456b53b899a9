"""The worklist: every filter, and pages that neither lose a case nor show it twice."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from activities.records import Records
from models.cases import Alarm, CaseView, Task
from models.interventions import SECOND_APPROVAL
from models.order_tasks import HEARINGS
from models.tables import CaseRow
from models.tasks import desk, second_approval
from tests.api.caller import Api, Json, finding, new_key
from tests.api.conftest import Quiet

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def listed(api: Api, role: str = "operator", **wanted: Any) -> list[str]:
    answer = await api.get("/v1/cases", role, **wanted)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["cases"]]


async def all_pages(api: Api, **wanted: Any) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = (
            await api.get("/v1/cases", "operator", **wanted, **({"cursor": cursor} if cursor else {}))
        ).json()
        pages.append([case["id"] for case in page["cases"]])
        if (cursor := page["next"]) is None:
            return pages


def due(at: datetime, waiting_on: str = "provider") -> list[Json]:
    task = {"name": "implementation", "waiting_on": waiting_on, "accepts": [], "deadline_at": at}
    return [task]


@pytest.fixture(scope="module")
def isv(quiet: Quiet) -> str:
    """A provider with one case for each thing that a worklist may ask for."""
    isv = f"isv-{new_key()[:8]}"
    cases: dict[str, Json] = {
        "plain": {},
        "elsewhere": {"market": "rehearsal"},
        "receipt": {"process": "payment-receipts", "case_id": f"payment-receipts:alipay:{isv}-receipt"},
        "confirming": {"stage": "confirming", "tasks": due(NOW + 9 * DAY, "buyer")},
        "soon": {"tasks": due(NOW + DAY)},
        "later": {"tasks": due(NOW + 3 * DAY)},
        "done": {"stage": "closed", "outcome": "completed", "closed_at": NOW, "tasks": []},
        "stuck": {"blocked_by": ["Refused"], "tasks": due(NOW + 9 * DAY, "operator")},
    }
    for age, (name, changes) in enumerate(cases.items()):
        quiet.put(f"{isv}-{name}", provider_id=isv, changed_at=NOW - age * DAY, **changes)
    quiet.put(f"{isv}-foreign", provider_id=f"{isv}-other", changed_at=NOW)
    return isv


ALL = ["plain", "elsewhere", "receipt", "confirming", "soon", "later", "done", "stuck"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ALL),
        ({"market": "rehearsal"}, ["elsewhere"]),
        ({"process": "payment-receipts"}, ["receipt"]),
        ({"stage": "confirming"}, ["confirming"]),
        ({"waiting_on": "buyer"}, ["confirming"]),
        ({"waiting_on": "operator"}, ["stuck"]),
        ({"due_before": (NOW + 2 * DAY).isoformat()}, ["soon"]),
        ({"due_before": (NOW + DAY).isoformat()}, []),
        ({"closed": "true"}, ["done"]),
        (
            {"closed": "false", "process": "template-orders", "market": "alipay"},
            [*ALL[:1], *ALL[3:6], "stuck"],
        ),
        ({"blocked": "true"}, ["stuck"]),
        (
            {"blocked": "false", "stage": "implementing", "waiting_on": "provider"},
            [*ALL[:3], "soon", "later"],
        ),
        ({"market": "nowhere"}, []),
        ({"stage": "nowhere"}, []),
    ],
)
async def test_each_filter_holds_what_it_says_newest_change_first(
    quiet: Quiet, isv: str, wanted: dict[str, str], names: list[str]
) -> None:
    assert await listed(quiet, provider_id=isv, **wanted) == [f"{isv}-{name}" for name in names]


async def test_a_provider_lists_its_own_whatever_it_asks_for(quiet: Quiet, isv: str) -> None:
    provider = quiet.speaking(provider_id=isv)
    assert await listed(provider, "provider") == [f"{isv}-{name}" for name in ALL]
    assert await listed(provider, "provider", provider_id=f"{isv}-other") == []
    assert await listed(provider.speaking(market="rehearsal"), "provider") == [f"{isv}-elsewhere"]
    assert await listed(quiet.speaking(market="rehearsal"), provider_id=isv) == [f"{isv}-elsewhere"]
    assert await listed(quiet.speaking(market="rehearsal"), provider_id=isv, market="alipay") == []


APPEALS = [kind for hearing in HEARINGS.values() for kind in (hearing.desk, hearing.escalated)]
QUEUES: dict[str, Task] = {
    **{kind.name: Task(name=kind.name, waiting_on=kind.waiting_on, accepts=()) for kind in APPEALS},
    **{task.name: task for task in (second_approval(), desk())},
}


@pytest.fixture(scope="module")
def queued(quiet: Quiet) -> str:
    """A provider with a case in each queue of operators, beside what its own party has to do."""
    isv = f"isv-{new_key()[:8]}"
    for name, task in QUEUES.items():
        more = {"blocked_by": ["Refused"]} if name == "desk" else {}
        quiet.put(f"{isv}-{name}", provider_id=isv, tasks=[*due(NOW), task], **more)
    quiet.put(f"{isv}-plain", provider_id=isv)
    return isv


@pytest.mark.parametrize("task", QUEUES)
async def test_each_queue_of_operators_is_a_worklist(quiet: Quiet, queued: str, task: str) -> None:
    assert await listed(quiet, provider_id=queued, task=task) == [f"{queued}-{task}"]


async def test_operators_find_whatever_waits_for_them(quiet: Quiet, queued: str) -> None:
    found = await listed(quiet, provider_id=queued, waiting_on="operator")
    assert sorted(found) == sorted(f"{queued}-{task}" for task in QUEUES)


@pytest.mark.parametrize("role", ["service", "provider"])
async def test_nobody_else_finds_out_that_a_case_waits_for_a_second_operator(
    quiet: Quiet, queued: str, role: str
) -> None:
    asking = quiet.speaking(provider_id=queued) if role == "provider" else quiet
    found = await listed(asking, role, provider_id=queued, waiting_on="operator")
    assert sorted(found) == sorted(f"{queued}-{task}" for task in QUEUES if task != SECOND_APPROVAL)


async def test_what_waits_for_two_operators_is_found_by_everybody(quiet: Quiet) -> None:
    isv = f"isv-{new_key()[:8]}"
    quiet.put(f"{isv}-both", provider_id=isv, tasks=[QUEUES["appeal"], second_approval()])
    for role in ("service", "operator"):
        assert await listed(quiet, role, provider_id=isv, waiting_on="operator") == [f"{isv}-both"]


async def test_an_alarm_is_found_by_everybody(quiet: Quiet) -> None:
    isv = f"isv-{new_key()[:8]}"
    quiet.put(f"{isv}-waits", provider_id=isv, tasks=[*due(NOW), second_approval()])
    with Session(quiet.engine) as session:
        view = session.exec(select(CaseRow.view).where(CaseRow.provider_id == isv)).one()
    Records(quiet.engine).alarm(Alarm(view=CaseView.model_validate(view), kind="Diverged", detail="d"))
    for role in ("service", "operator"):
        assert await listed(quiet, role, provider_id=isv, waiting_on="operator") == [f"{isv}-waits"]


async def test_a_cursor_of_somebody_else_shows_nobody_elses_cases(quiet: Quiet, isv: str) -> None:
    page = (await quiet.get("/v1/cases", "operator", provider_id=isv, limit=1)).json()
    other = quiet.speaking(provider_id=f"{isv}-other")
    assert await listed(other, "provider", cursor=page["next"]) in ([], [f"{isv}-foreign"])


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_hold_every_case_once_also_where_changes_fell_on_one_instant(
    quiet: Quiet, limit: int
) -> None:
    isv = f"isv-{new_key()[:8]}"
    ids = [quiet.put(f"{isv}-{n}", provider_id=isv, changed_at=NOW).rpartition("/")[2] for n in range(7)]
    pages = await all_pages(quiet, provider_id=isv, limit=limit)
    assert sorted(id for page in pages for id in page) == sorted(ids)
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]


async def test_what_changes_between_two_pages_costs_no_other_case_its_place(api: Api) -> None:
    isv = f"isv-{new_key()[:8]}"
    paths = [await api.placed(provider_id=isv) for _ in range(7)]
    ids = [path.rpartition("/")[2] for path in paths]
    seen = await listed(api, provider_id=isv, limit=2)
    assert seen == [ids[6], ids[5]]
    cursor = (await api.get("/v1/cases", "operator", provider_id=isv, limit=2)).json()["next"]
    provider = api.speaking(provider_id=isv)
    submitted = {"event": "version_submitted", "version": "1"}
    await provider.moved(paths[5], (submitted, "provider"))  # seen: does not come again
    await provider.moved(paths[1], (submitted, "provider"))  # yet unseen: is on top now
    rest = await listed(api, provider_id=isv, cursor=cursor)
    assert rest == [ids[4], ids[3], ids[2], ids[0]]
    assert await listed(api, provider_id=isv, limit=2) == [ids[1], ids[5]]


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


HERE = NOW.isoformat()
TAMPERED = {
    "empty": "",
    "no base64": "é~",
    "no json": base64.urlsafe_b64encode(b"{[").decode(),
    "too deep": base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    "an object": base64.urlsafe_b64encode(b'{"a":1}').decode(),
    "a part missing": cursor(HERE),
    "a part too many": cursor(HERE, "a", "b"),
    "numbers": cursor(1, 2),
    "no time": cursor("yesterday", "a"),
    "no offset": cursor("2026-01-01T12:00:00", "a"),
    "before all time": cursor("0001-01-01T00:00:00+23:59", "a"),
    "after all time": cursor("9999-12-31T23:59:59-23:59", "a"),
    "NUL": cursor(HERE, "a\0b"),
    "a lone surrogate": cursor(HERE, "\ud800"),
    "the feed's": cursor(7, 8),
}


@pytest.mark.parametrize("name", TAMPERED)
async def test_a_cursor_that_was_tampered_with_is_refused(quiet: Quiet, name: str) -> None:
    answer = await quiet.get("/v1/cases", "operator", cursor=TAMPERED[name])
    found = finding(answer)
    assert (found["field"], found["code"]) == ("cursor", "no-cursor")


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00+23:59:59", "9999-12-31T23:59:59+00:00"])
async def test_a_cursor_with_an_odd_time_is_only_a_place_in_the_list(quiet: Quiet, at: str) -> None:
    answer = await quiet.get("/v1/cases", "operator", cursor=cursor(at, "'; DROP TABLE cases; --"))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in ("0", "201", "-1", "1e2", "x", "")),
        *(("closed", value) for value in ("perhaps", "2", "")),
        *(("due_before", value) for value in ("tomorrow", "2026-01-01T00:00:00", "NaN")),
        *(
            (name, value)
            for name in ("market", "process", "stage", "provider_id")
            for value in ("a\0b", "", "é")
        ),
        ("waiting_on", "somebody"),
        ("colour", "red"),
    ],
)
async def test_a_filter_that_is_none_is_refused(quiet: Quiet, name: str, value: str) -> None:
    assert finding(await quiet.get("/v1/cases", "operator", **{name: value}))["field"] == name
