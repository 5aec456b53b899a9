"""A key names an event of its sender: sent again it gets the same answer, and never another effect."""

import asyncio

import pytest

from api import commands
from tests.api.caller import (
    ACCEPTED,
    APPROVED,
    ORDERS,
    REFUND_REQUESTED,
    SUBMITTED,
    Api,
    Json,
    finding,
    new_key,
    refusal,
)

REJECTED = {"event": "version_rejected", "reason": "blurred pictures"}


@pytest.fixture
def nothing_found_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a repeat overtakes the record: Temporal is asked, and answers from its memory."""
    monkeypatch.setattr(commands, "_answered", lambda *_: None)


async def in_review(api: Api) -> str:
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"))
    return path


async def test_an_event_without_a_key_is_refused(api: Api) -> None:
    answer = await api.call("POST", f"{ORDERS}/nobody/events", "provider", json=SUBMITTED)
    found = finding(answer)
    assert (found["field"], found["code"]) == ("Idempotency-Key", "missing")


@pytest.mark.parametrize("key", ["", "a b", "k" * 201, "k\tk", "schlüssel".encode(), b"\xff"])
async def test_a_key_is_printable_and_at_most_two_hundred_long(api: Api, key: str | bytes) -> None:
    headers = {"Idempotency-Key": key}
    answer = await api.call("POST", f"{ORDERS}/nobody/events", "provider", json=SUBMITTED, headers=headers)
    assert finding(answer)["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "key", ["k" * 200, "'; DROP TABLE cases; --".replace(" ", ""), "%00%0a", "../../x", "!~"]
)
async def test_a_key_may_say_anything_printable(api: Api, key: str) -> None:
    path = await api.placed()
    first = await api.send(path, SUBMITTED, "provider", key=key)
    again = await api.send(path, SUBMITTED, "provider", key=key)
    assert (first.status_code, first.json()) == (200, again.json())


async def test_the_same_key_again_gets_the_same_answer_while_the_case_goes_on(api: Api) -> None:
    path, key = await api.placed(), new_key()
    first = await api.send(path, SUBMITTED, "provider", key=key)
    await api.moved(path, (APPROVED, "service"))
    again = await api.send(path, SUBMITTED, "provider", key=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert [change["event"] for change in await api.timeline(path)] == [
        "opened",
        "version_submitted",
        "version_approved",
    ]


async def test_the_same_key_again_gets_the_same_answer_after_the_case_has_ended(api: Api) -> None:
    path, key = await in_review(api), new_key()
    first = await api.send(path, APPROVED, key=key)
    await api.moved(path, (ACCEPTED, "service"))
    again = await api.send(path, APPROVED, key=key)
    assert first.json() == again.json()


async def test_the_event_that_ended_a_case_may_be_repeated(api: Api) -> None:
    path, key = await api.placed(), new_key()
    first = await api.send(path, REFUND_REQUESTED, key=key)
    again = await api.send(path, REFUND_REQUESTED, key=key)
    assert first.json()["outcome"] == "refund_requested"
    assert first.json() == again.json()


@pytest.mark.usefixtures("nothing_found_on_record")
async def test_temporal_gives_the_same_answer_from_its_memory(api: Api) -> None:
    path, key = await api.placed(), new_key()
    first = await api.send(path, SUBMITTED, "provider", key=key)
    await api.moved(path, (APPROVED, "service"))
    again = await api.send(path, SUBMITTED, "provider", key=key)
    assert (again.status_code, first.json()) == (200, again.json())


async def test_five_at_once_with_one_key_are_one_event(api: Api) -> None:
    path, key = await api.placed(), new_key()
    answers = await asyncio.gather(*(api.send(path, SUBMITTED, "provider", key=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert len(await api.timeline(path)) == 2


async def test_another_event_under_a_used_key_is_refused(api: Api) -> None:
    path, key = await in_review(api), new_key()
    assert (await api.send(path, REJECTED, key=key)).status_code == 200
    for other in (APPROVED, {**REJECTED, "reason": "other"}):
        refusal(await api.send(path, other, key=key), 422, "key-reused")
    assert len(await api.timeline(path)) == 3


async def test_another_event_under_a_used_key_is_refused_after_the_case_has_ended(api: Api) -> None:
    path, key = await in_review(api), new_key()
    await api.send(path, APPROVED, key=key)
    await api.moved(path, (ACCEPTED, "service"))
    refusal(await api.send(path, REJECTED, key=key), 422, "key-reused")


@pytest.mark.usefixtures("nothing_found_on_record")
async def test_another_event_under_a_used_key_is_refused_when_temporal_answers_from_memory(api: Api) -> None:
    path, key = await in_review(api), new_key()
    assert (await api.send(path, REJECTED, key=key)).status_code == 200
    refusal(await api.send(path, APPROVED, key=key), 422, "key-reused")


async def test_of_two_events_at_once_under_one_key_one_is_taken(api: Api) -> None:
    """Whichever comes first: the other never gets its answer."""
    for _ in range(5):
        path, key = await in_review(api), new_key()
        one, other = await asyncio.gather(
            api.send(path, APPROVED, key=key), api.send(path, REJECTED, key=key)
        )
        assert sorted((one.status_code, other.status_code)) == [200, 422]
        refusal(other if one.status_code == 200 else one, 422, "key-reused")
        assert len(await api.timeline(path)) == 3


async def test_a_key_belongs_to_its_sender(api: Api) -> None:
    path, key = await in_review(api), new_key()
    assert (await api.send(path, REJECTED, key=key)).status_code == 200
    refusal(await api.speaking(sub="service-2").send(path, REJECTED, key=key), 409, "out-of-turn")
    assert (await api.send(path, SUBMITTED, "provider", key=key)).status_code == 200
    assert (await api.speaking(sub="service-2").send(path, APPROVED, key=key)).status_code == 200


async def test_a_key_belongs_to_its_senders_role(api: Api) -> None:
    path, key, same = await api.placed(), new_key(), {"sub": "one-name"}
    caller = api.speaking(**same)
    assert (await caller.send(path, SUBMITTED, "provider", key=key)).status_code == 200
    assert (await caller.send(path, REJECTED, "service", key=key)).status_code == 200


async def test_a_key_belongs_to_its_case(api: Api) -> None:
    one, other, key = await in_review(api), await in_review(api), new_key()
    assert (await api.send(one, REJECTED, key=key)).status_code == 200
    assert (await api.send(other, APPROVED, key=key)).status_code == 200


async def test_a_refusal_does_not_use_a_key_up(api: Api) -> None:
    path, key = await api.placed(), new_key()
    refusal(await api.send(path, ACCEPTED, key=key), 409, "out-of-turn")
    await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"))
    answer = await api.send(path, ACCEPTED, key=key)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "completed")


async def test_a_body_that_means_the_same_is_a_repeat(api: Api) -> None:
    path, key = await in_review(api), new_key()
    first: Json = (await api.send(path, REJECTED, key=key)).json()
    spaced = {"reason": f"  {REJECTED['reason']} ", "event": "version_rejected"}
    assert (await api.send(path, spaced, key=key)).json() == first
