"""Operators are told what another version of a policy would touch, and what of it is moved."""

import uuid
from datetime import datetime, timedelta

import pytest

from tests.api.caller import Api, Json, finding, refusal

PREVIEW = "/v1/markets/rehearsal/policies/template-orders/{}/preview"
MOVES = "/v1/markets/rehearsal/policy-moves"


async def previewed(api: Api, version: str, case_id: str) -> Json | None:
    """What the preview says of one order, on whatever page it stands."""
    cursor: Json = {}
    while True:
        page = (await api.get(PREVIEW.format(version), "operator", limit=1, **cursor)).json()
        if found := [order for order in page["orders"] if order["case_id"] == case_id]:
            return dict(found[0])
        if page["next"] is None:
            return None
        cursor = {"cursor": page["next"]}


async def test_a_preview_names_the_orders_of_other_versions_and_what_differs(api: Api) -> None:
    path = await api.placed("rehearsal")
    case = await api.case(path)
    order = await previewed(api, "1", case["case_id"])
    assert order is not None
    assert (order["policy_version"], order["against"]) == ("2", None)
    assert order["deadlines"] == []
    assert await previewed(api, "2", case["case_id"]) is None
    differs = (await api.get(PREVIEW.format("1"), "operator")).json()["differs"]
    assert differs["2"]["commission_rate"] == {"unchanged": "as agreed when the order was placed"}
    assert differs["2"]["worry_after"] == {"before": "PT30S", "after": None}
    assert set(differs["2"]) == {"commission_rate", "rework", "appeal", "remind_before", "worry_after"}


async def test_an_operator_moves_open_orders_and_back(api: Api) -> None:
    path = await api.placed("rehearsal")
    there, back = (f"move-{uuid.uuid4().hex[:8]}" for _ in range(2))
    for id, how, version in ((there, {"to": "1"}, "1"), (back, {"undoes": there}, "2")):
        body = {"id": id, "process": "template-orders", "reason": "a trial", **how}
        answer = await api.call("POST", MOVES, "operator", json=body)
        assert answer.status_code == 201, answer.text
        move = await api.until(f"{MOVES}/{id}", lambda case: bool(case["closed_at"]), "operator")
        assert move["outcome"] == "moved"
        assert (await api.case(path))["policy_version"] == version
        change = (await api.timeline(path))[-1]
        assert (change["event"], change["data"]["reason"]) == ("terms_changed", "a trial")


async def test_a_version_that_nobody_knows_is_not_there(api: Api) -> None:
    refusal(await api.get(PREVIEW.format("1999"), "operator"), 404, "not-found")
    body = {"id": "m-1", "process": "template-orders", "to": "1999", "reason": "r"}
    assert finding(await api.call("POST", MOVES, "operator", json=body))["field"] == "to"


@pytest.mark.parametrize("cursor", ["", "x", "WzFd", "WyJcdTRlMDAiXQ"])
async def test_a_cursor_that_is_not_ours_is_refused(api: Api, cursor: str) -> None:
    assert finding(await api.get(PREVIEW.format("1"), "operator", cursor=cursor))["field"] == "cursor"


async def test_nobody_reports_changed_terms_over_http(api: Api) -> None:
    path = await api.placed("rehearsal")
    terms = {"pay_within": "P9D", "implement_within": "P99D", "confirm_within": "P9D"}
    event = {"event": "terms_changed", "policy_version": "1", "before": "2", "terms": terms, "reason": "r"}
    for role in ("service", "operator", "provider"):
        refusal(await api.send(path, event, role), 403, "forbidden")
    case = await api.case(path)
    assert case["policy_version"] == "2"
    due = datetime.fromisoformat(case["tasks"][0]["deadline_at"])
    assert due - datetime.fromisoformat(case["opened_at"]) <= timedelta(seconds=20)
