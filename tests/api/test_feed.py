"""The feed: audit rows in the order of their transactions. None is skipped, and none is shown twice."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from models.tables import ChangeRow
from tests.api.caller import SUBMITTED, Api, Json, finding, new_key
from tests.api.conftest import Quiet


async def read(api: Api, after: str | None, role: str = "operator", **more: Any) -> tuple[list[Json], str]:
    answer = await api.get("/v1/changes", role, **({"after": after} if after else {}), **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["changes"], answer.json()["next"]


async def to_the_end(api: Api, after: str | None = None, **more: Any) -> tuple[list[Json], str | None]:
    changes: list[Json] = []
    while True:
        found, next_after = await read(api, after, **more)
        if not found:
            return changes, after
        changes, after = [*changes, *found], next_after


def a_change(case_id: str, version: int) -> ChangeRow:
    return ChangeRow(
        case_id=case_id,
        version=version,
        run_id="a-run",
        at=datetime.now(UTC),
        recorded_at=datetime.now(UTC),
        event=f"change_{version}",
        actor={"role": "system", "subject": "tests", "on_behalf_of": None},
        key=None,
        digest=None,
        data={},
        stage_before="implementing",
        stage_after="implementing",
        hash="",
        answer={},
    )


async def test_the_feed_shows_each_change_with_its_case_in_order(api: Api) -> None:
    _, after = await to_the_end(api)
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"))
    changes, _ = await to_the_end(api, after, limit=1)
    mine = [change for change in changes if change["case_id"].endswith(path.rpartition("/")[2])]
    assert [(c["event"], c["version"], c["market"], c["process"]) for c in mine] == [
        ("opened", 1, "alipay", "template-orders"),
        ("version_submitted", 2, "alipay", "template-orders"),
    ]


async def test_a_row_that_is_committed_late_is_not_skipped(quiet: Quiet) -> None:
    case_id = f"template-orders:alipay:{quiet.put(new_key()).rpartition('/')[2]}"
    _, after = await to_the_end(quiet)
    with Session(quiet.engine) as slow:
        slow.add(a_change(case_id, 2))
        slow.flush()
        with Session(quiet.engine) as quick:
            quick.add(a_change(case_id, 3))
            quick.commit()
        assert await to_the_end(quiet, after) == ([], after)
        slow.commit()
    with Session(quiet.engine) as last:
        last.add(a_change(case_id, 4))
        last.commit()
    changes, _ = await to_the_end(quiet, after, limit=1)
    assert [change["version"] for change in changes] == [2, 3, 4]


async def test_a_row_of_an_older_transaction_comes_first_although_it_was_written_last(quiet: Quiet) -> None:
    case_id = f"template-orders:alipay:{quiet.put(new_key()).rpartition('/')[2]}"
    _, after = await to_the_end(quiet)
    with Session(quiet.engine) as old, Session(quiet.engine) as young:
        old.add(a_change(case_id, 2))
        old.flush()
        young.add(a_change(case_id, 3))
        young.flush()
        old.add(a_change(case_id, 4))
        old.commit()
        changes, after = await read(quiet, after)
        assert [change["version"] for change in changes] == [2, 4]
        young.commit()
    changes, _ = await read(quiet, after)
    assert [change["version"] for change in changes] == [3]


async def test_the_order_of_transactions_is_the_order_of_pages(quiet: Quiet) -> None:
    case_id = f"template-orders:alipay:{quiet.put(new_key()).rpartition('/')[2]}"
    _, after = await to_the_end(quiet)
    with Session(quiet.engine) as old, Session(quiet.engine) as young:
        for session, version in ((old, 2), (young, 3), (old, 4)):
            session.add(a_change(case_id, version))
            session.flush()
        young.commit()
        old.commit()
    changes, _ = await to_the_end(quiet, after, limit=1)
    assert [change["version"] for change in changes] == [2, 4, 3]


async def test_a_transaction_that_is_rolled_back_holds_nothing_up(quiet: Quiet) -> None:
    case_id = f"template-orders:alipay:{quiet.put(new_key()).rpartition('/')[2]}"
    _, after = await to_the_end(quiet)
    with Session(quiet.engine) as dropped:
        dropped.add(a_change(case_id, 2))
        dropped.flush()
        with Session(quiet.engine) as kept:
            kept.add(a_change(case_id, 3))
            kept.commit()
        dropped.rollback()
    assert [change["version"] for change in (await to_the_end(quiet, after))[0]] == [3]


async def test_where_nothing_is_new_the_cursor_stays(quiet: Quiet) -> None:
    quiet.put(new_key())
    _, after = await to_the_end(quiet)
    assert after is not None
    assert await read(quiet, after) == ([], after)


async def test_a_provider_is_fed_its_own_changes_alone(quiet: Quiet) -> None:
    isv = f"isv-{new_key()[:8]}"
    mine, foreign = quiet.put(f"{isv}-1", provider_id=isv), quiet.put(f"{isv}-2", provider_id=f"{isv}-other")
    elsewhere = quiet.put(f"{isv}-3", provider_id=isv, market="rehearsal")
    ids = [path.rpartition("/")[2] for path in (mine, foreign, elsewhere)]

    async def fed(role: str, **claims: str) -> list[str]:
        changes, _ = await to_the_end(quiet.speaking(**claims), role=role)
        return [c["case_id"].rpartition(":")[2] for c in changes if isv in c["case_id"]]

    assert await fed("provider", provider_id=isv) == [ids[0], ids[2]]
    assert await fed("provider", provider_id=isv, market="alipay") == [ids[0]]
    assert await fed("operator", market="rehearsal") == [ids[2]]
    assert await fed("service") == ids


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


TAMPERED = {
    "empty": "",
    "no base64": "é~",
    "too deep": base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    "a number too long": base64.urlsafe_b64encode(b"[" + b"9" * 5000 + b",1]").decode(),
    "beyond what is stored": cursor(2**63, 1),
    "negative": cursor(-1, 0),
    "true": cursor(True, 1),
    "a fraction": cursor(1.5, 1),
    "NaN": base64.urlsafe_b64encode(b"[NaN,1]").decode(),
    "the worklist's": cursor("2026-01-01T00:00:00+00:00", "a"),
}


@pytest.mark.parametrize("name", TAMPERED)
async def test_a_cursor_that_was_tampered_with_is_refused(quiet: Quiet, name: str) -> None:
    found = finding(await quiet.get("/v1/changes", "operator", after=TAMPERED[name]))
    assert (found["field"], found["code"]) == ("after", "no-cursor")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1e2", "x", ""])
async def test_a_limit_that_is_none_is_refused(quiet: Quiet, limit: str) -> None:
    assert finding(await quiet.get("/v1/changes", "operator", limit=limit))["field"] == "limit"
