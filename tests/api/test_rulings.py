"""Operators' rulings: more time, a pause, an end of it, each with a reason and the version that was seen."""

from datetime import datetime, timedelta

import pytest

from tests.api.caller import SUBMITTED, Api, finding, new_key, refusal

LONGER = {"event": "extended", "by": "P3D"}
PAUSED = {"event": "paused"}
RESUMED = {"event": "resumed"}


def deadline(case: dict[str, object]) -> datetime:
    return datetime.fromisoformat(case["tasks"][0]["deadline_at"])  # type: ignore[index]


async def test_an_extension_moves_the_deadline_by_its_period(api: Api) -> None:
    path = await api.placed()
    before = await api.case(path)
    answer = await api.rule(path, LONGER, before["version"])
    assert answer.status_code == 200, answer.text
    assert deadline(answer.json()) - deadline(before) == timedelta(days=3)
    assert answer.json()["version"] == before["version"] + 1


async def test_a_pause_keeps_the_time_that_is_left_and_an_end_of_it_gives_it_back(api: Api) -> None:
    path = await api.placed()
    paused = (await api.rule(path, PAUSED, 1)).json()
    (task,) = paused["tasks"]
    assert (task["paused"], task["deadline_at"]) == (True, None)
    assert task["left"].startswith("P29DT23H59M")
    resumed = (await api.rule(path, RESUMED, paused["version"])).json()
    assert resumed["tasks"][0]["paused"] is False
    left = deadline(resumed) - datetime.fromisoformat(resumed["changed_at"])
    assert timedelta(days=29, hours=23, minutes=59) < left < timedelta(days=30)


async def test_a_pause_holds_the_provider_up_and_never_the_buyers_refund(api: Api) -> None:
    path = await api.placed()
    paused = (await api.rule(path, PAUSED, 1)).json()
    accepts = {a["event"] for a in paused["tasks"][0]["accepts"]}
    assert accepts == {"extended", "resumed", "decided", "claimed", "noted"}
    assert {a["event"] for a in (await api.case(path))["tasks"][0]["accepts"]} == {"refund_requested"}
    refusal(await api.send(path, SUBMITTED, "provider"), 409, "out-of-turn")
    asked = {"event": "refund_requested", "on_behalf_of": {"party": "buyer", "id": "buyer-1"}}
    assert (await api.send(path, asked)).json()["outcome"] == "refund_requested"


@pytest.mark.parametrize("event", [LONGER, PAUSED, RESUMED], ids=lambda event: event["event"])
async def test_a_ruling_without_the_version_that_was_seen_is_refused(api: Api, event: dict[str, str]) -> None:
    path = await api.placed()
    found = finding(await api.send(path, {**event, "reason": "agreed"}, "operator"))
    assert (found["field"], found["code"]) == ("If-Match", "missing")


@pytest.mark.parametrize("seen", ["", "three", "1.0", "-1", "１", "9999999999", "*"])
async def test_a_version_that_is_none_is_refused(api: Api, seen: str) -> None:
    path = await api.placed()
    headers = {"If-Match": seen.encode()}
    answer = await api.send(path, {**PAUSED, "reason": "agreed"}, "operator", headers=headers)
    assert finding(answer)["field"] == "If-Match"


async def test_a_ruling_on_a_version_that_has_passed_is_refused_with_the_case(api: Api) -> None:
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"))
    problem = refusal(await api.rule(path, PAUSED, 1), 412, "out-of-date")
    assert problem["case"] == await api.case(path, "operator")
    assert problem["case"]["version"] == 2
    assert (await api.rule(path, PAUSED, 2)).status_code == 200


async def test_a_ruling_on_a_version_that_is_yet_to_come_is_refused(api: Api) -> None:
    refusal(await api.rule(await api.placed(), PAUSED, 2), 412, "out-of-date")


async def test_the_etag_of_a_case_is_what_a_ruling_sends_back(api: Api) -> None:
    path = await api.placed()
    etag = (await api.get(path, "operator")).headers["ETag"]
    headers = {"If-Match": etag}
    answer = await api.send(path, {**PAUSED, "reason": "agreed"}, "operator", headers=headers)
    assert answer.status_code == 200
    assert (await api.get(path, "operator")).headers["ETag"] != etag


async def test_a_ruling_that_would_change_nothing_is_refused(api: Api) -> None:
    path = await api.placed()
    refusal(await api.rule(path, RESUMED, 1), 409, "out-of-turn")
    refusal(await api.rule(path, {**PAUSED, "task": "confirmation"}, 1), 409, "out-of-turn")
    assert (await api.rule(path, {**PAUSED, "task": "implementation"}, 1)).status_code == 200
    refusal(await api.rule(path, PAUSED, 2), 409, "out-of-turn")
    assert len(await api.timeline(path)) == 2


async def test_a_ruling_needs_a_reason_and_the_audit_keeps_it(api: Api) -> None:
    path = await api.placed()
    assert finding(await api.send(path, PAUSED, "operator", headers={"If-Match": "1"}))["field"] == "reason"
    await api.rule(path, {**PAUSED, "reason": "buyer in hospital"}, 1)
    ruling = (await api.timeline(path))[-1]
    assert ruling["event"] == "paused"
    assert ruling["actor"] == {"role": "operator", "subject": "operator-1", "on_behalf_of": None}
    assert ruling["data"]["reason"] == "buyer in hospital"


async def test_a_repeated_ruling_gets_its_answer_although_the_version_has_passed(api: Api) -> None:
    path, key = await api.placed(), new_key()
    first = await api.rule(path, LONGER, 1, key=key)
    again = await api.rule(path, LONGER, 1, key=key)
    assert (first.status_code, first.json()) == (200, again.json())
    refusal(await api.rule(path, {**LONGER, "by": "P4D"}, 1, key=key), 422, "key-reused")
    assert len(await api.timeline(path)) == 2


async def test_of_two_operators_who_saw_the_same_version_one_is_heard(api: Api) -> None:
    path = await api.placed()
    assert (await api.rule(path, LONGER, 1)).status_code == 200
    olga = api.speaking(sub="olga")
    refusal(await olga.rule(path, LONGER, 1), 412, "out-of-date")


async def test_the_rulings_on_a_receipt_change_nothing(api: Api) -> None:
    answer = await api.call("POST", "/v1/markets/alipay/payment-receipts", json={"id": f"p-{new_key()}"})
    path = f"/v1/markets/alipay/payment-receipts/{answer.json()['id']}"
    refusal(await api.rule(path, PAUSED, answer.json()["version"]), 409, "out-of-turn")
