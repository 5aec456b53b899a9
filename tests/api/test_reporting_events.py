"""Events: answered once their consequence is on record, or refused with the case as it is."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.api.caller import (
    ACCEPTED,
    APPROVED,
    FREE,
    ON_BEHALF,
    REFUND_REQUESTED,
    SUBMITTED,
    Api,
    Json,
    finding,
    new_key,
    refusal,
)


def without_contact(case: Json) -> Json:
    """An answer is kept for repeats: what is personal is read, and not kept with it."""
    return {**case, "data": {name: value for name, value in case["data"].items() if name != "contact"}}


async def test_an_event_is_answered_with_its_consequence_on_record(api: Api) -> None:
    path = await api.placed()
    answer = await api.send(path, SUBMITTED, "provider")
    assert answer.status_code == 200
    assert answer.json()["tasks"][0]["name"] == "version_review"
    assert answer.json() == without_contact(await api.case(path, "provider"))


async def test_an_event_out_of_turn_is_refused_with_the_case_as_it_is(api: Api) -> None:
    path = await api.placed()
    problem = refusal(await api.send(path, ACCEPTED), 409, "out-of-turn")
    assert problem["case"] == without_contact(await api.case(path))
    assert len(await api.timeline(path)) == 1


async def test_a_closed_case_takes_no_event(api: Api) -> None:
    path = await api.placed()
    case = await api.moved(path, ({"event": "declined", "reason": "too busy"}, "provider"))
    for event, role in ((SUBMITTED, "provider"), (REFUND_REQUESTED, "service")):
        problem = refusal(await api.send(path, event, role), 409, "out-of-turn")
        assert problem["detail"] == "the case is closed"
        assert problem["case"]["outcome"] == case["outcome"] == "declined"


async def test_of_two_events_at_once_that_exclude_each_other_one_is_taken(api: Api) -> None:
    paths = await asyncio.gather(*(api.placed() for _ in range(5)))
    for path in paths:
        await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"))
    ends = await asyncio.gather(*(api.send(path, e) for path in paths for e in (ACCEPTED, REFUND_REQUESTED)))
    for path, one, other in zip(paths, ends[::2], ends[1::2], strict=True):
        assert sorted((one.status_code, other.status_code)) == [200, 409]
        refusal(other if one.status_code == 200 else one, 409, "out-of-turn")
        assert len([c for c in await api.timeline(path) if c["stage_before"] == "confirming"]) == 1


async def test_money_cannot_be_reported_as_an_event(api: Api) -> None:
    path = await api.placed(template={**FREE, "price_fen": 9900})
    paid = {"event": "paid", "payment_id": "p-forged", "amount_fen": 9900}
    for role in ("service", "provider", "operator"):
        problem = refusal(await api.send(path, paid, role), 403, "forbidden")
        assert "payment-receipts" in problem["detail"]
    assert (await api.case(path))["stage"] == "unpaid"


async def test_somebody_elses_act_is_forbidden(api: Api) -> None:
    path = await api.placed()
    for event, role in (
        (SUBMITTED, "service"),
        (APPROVED, "provider"),
        (REFUND_REQUESTED, "provider"),
        (REFUND_REQUESTED, "operator"),
        ({"event": "paused", "reason": "on holiday"}, "service"),
        ({"event": "paused", "reason": "on holiday"}, "provider"),
    ):
        refusal(await api.send(path, event, role, headers={"If-Match": "1"}), 403, "forbidden")
    assert len(await api.timeline(path)) == 1


async def test_a_service_speaks_for_the_buyer_of_the_case_and_for_nobody_else(api: Api) -> None:
    path = await api.placed()
    other = {"event": "refund_requested", "on_behalf_of": {"party": "buyer", "id": "buyer-2"}}
    found = finding(await api.send(path, other))
    assert (found["field"], found["code"]) == ("on_behalf_of.id", "other-buyer")
    assert finding(await api.send(path, {"event": "refund_requested"}))["field"] == "on_behalf_of"
    for_operator = {"event": "refund_requested", "on_behalf_of": {"party": "operator", "id": "buyer-1"}}
    assert finding(await api.send(path, for_operator))["field"] == "on_behalf_of.party"
    assert len(await api.timeline(path)) == 1


async def test_whom_a_service_spoke_for_is_in_the_audit(api: Api) -> None:
    path = await api.placed()
    await api.moved(path, (REFUND_REQUESTED, "service"))
    asked = next(c for c in await api.timeline(path) if c["event"] == "refund_requested")
    assert asked["actor"] == {"role": "service", "subject": "service-1", **ON_BEHALF}


@pytest.mark.parametrize(
    ("event", "field", "code"),
    [
        ({}, "event", "missing"),
        ({"event": "burned"}, "event", "unknown-event"),
        ({"event": 7}, "event", "unknown-event"),
        ({"event": "version_submitted"}, "version", "missing"),
        ({"event": "version_submitted", "version": " "}, "version", "string-pattern-mismatch"),
        ({"event": "declined", "reason": " "}, "reason", "string-too-short"),
        ({"event": "declined", "reason": "r" * 501}, "reason", "string-too-long"),
        ({"event": "version_submitted", "version": "1", "party": "payments"}, "party", "extra-forbidden"),
        ({"event": "declined", "reason": None}, "reason", "string-type"),
        ({"event": "extended", "reason": "r", "by": 86400}, "by", "value-error"),
        ({"event": "extended", "reason": "r", "by": "P367D"}, "by", "less-than-equal"),
        ({"event": "extended", "reason": "r", "by": "-P1D"}, "by", "value-error"),
    ],
)
async def test_what_is_wrong_with_an_event_is_named(
    api: Api, event: dict[str, Any], field: str, code: str
) -> None:
    path = "/v1/markets/alipay/template-orders/nobody"
    found = finding(await api.send(path, event, "operator"))
    assert (found["field"], found["code"]) == (field, code)


async def test_an_event_counts_by_when_we_received_it_and_not_by_when_we_came_to_it(api: Api) -> None:
    path = await api.placed()
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'cases'::regclass"
    with api.engine.connect() as holder, api.engine.connect() as watcher:
        holder.execute(text("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE"))
        sending = asyncio.create_task(api.send(path, SUBMITTED, "provider"))
        async with asyncio.timeout(60):
            while not watcher.execute(text(waiting)).scalar_one():
                await asyncio.sleep(0.01)
        came_to_it = datetime.now(UTC)
        holder.rollback()
        assert (await sending).status_code == 200
    received_at = (await api.timeline(path))[-1]["data"]["occurred_at"]
    assert datetime.fromisoformat(received_at) < came_to_it


async def told(api: Api, path: str) -> httpx.Response:
    """As a caller tells: again under the same key, while no answer comes in time."""
    key = new_key()
    while (answer := await api.send(path, SUBMITTED, "provider", key=key)).status_code == 503:
        assert answer.json()["type"].endswith("not-confirmed")
    return answer


async def test_many_events_at_once_are_each_taken_or_refused(api: Api) -> None:
    path = await api.placed()
    answers = await asyncio.gather(*(told(api, path) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11
    assert len(await api.timeline(path)) == 2
