"""What a case shows to whom. What is not there and what is not yours look the same."""

import pytest

from tests.api.caller import APPROVED, FREE, ORDERS, REFUND_REQUESTED, SUBMITTED, Api, Json, refusal
from tests.bench import order_body

CONTACT = {"name": "Sample Buyer", "phone": "13800138000"}
PRICED = order_body()["template"]
BY_OPERATORS = {"extended", "paused", "claimed", "noted", "decided"}
"""What they may do to a task of somebody else that is open, unclaimed and running."""


async def test_whom_to_talk_to_is_shown_to_service_and_provider_and_to_no_operator(api: Api) -> None:
    path = await api.placed()
    for role, shown in (("service", CONTACT), ("provider", CONTACT), ("operator", None)):
        assert (await api.case(path, role))["data"].get("contact") == shown


async def test_an_order_shows_the_receipts_of_its_money(api: Api) -> None:
    path = await api.placed(template=PRICED)
    paid = await api.pay(path)
    await api.until(path, lambda case: case["stage"] == "implementing")
    late = await api.pay(path)
    case = await api.until(path, lambda case: len(case["data"]["receipts"]) == 2)
    await api.until(path, lambda case: all(r["stage"] == "closed" for r in case["data"]["receipts"]))
    for role in ("service", "provider", "operator"):
        case = await api.case(path, role)
        receipts = {receipt["payment_id"]: receipt for receipt in case["data"]["receipts"]}
        assert receipts[paid["payment_id"]]["outcome"] == "applied"
        refunded = receipts[late["payment_id"]]
        assert (refunded["outcome"], refunded["reason"]) == ("refunded", "already_paid")
        assert refunded["amount_fen"] == 9900


async def test_a_caller_is_offered_only_what_it_may_send(api: Api) -> None:
    path = await api.placed()
    seen = {
        role: {
            accepts["event"] for task in (await api.case(path, role))["tasks"] for accepts in task["accepts"]
        }
        for role in ("service", "provider", "operator")
    }
    assert seen == {
        "service": {"refund_requested", "buyer_appealed"},
        "provider": {"version_submitted", "declined"},
        "operator": BY_OPERATORS,
    }


async def test_answers_and_refusals_offer_only_what_the_caller_may_send_too(api: Api) -> None:
    path = await api.placed()
    answer = (await api.send(path, SUBMITTED, "provider")).json()
    assert {a["event"] for a in answer["tasks"][0]["accepts"]} == {"declined"}
    refused = refusal(await api.send(path, SUBMITTED, "provider"), 409, "out-of-turn")["case"]
    assert {a["event"] for a in refused["tasks"][0]["accepts"]} == {"declined"}
    stale = refusal(await api.rule(path, {"event": "paused"}, 1), 412, "out-of-date")["case"]
    assert {a["event"] for a in stale["tasks"][0]["accepts"]} == BY_OPERATORS


async def test_a_provider_sees_its_own_cases_and_of_others_not_even_that_they_exist(api: Api) -> None:
    foreign, unknown = await api.placed(provider_id="isv-2"), f"{ORDERS}/o-unknown"
    for rest in ("", "/timeline"):
        answers = [await api.get(path + rest, "provider") for path in (foreign, unknown)]
        assert refusal(answers[0], 404, "not-found") == refusal(answers[1], 404, "not-found")
        assert answers[0].content == answers[1].content
        assert answers[0].headers.keys() == answers[1].headers.keys()
    events = [await api.send(path, SUBMITTED, "provider") for path in (foreign, unknown)]
    assert events[0].content == events[1].content
    refusal(events[0], 404, "not-found")
    assert len(await api.timeline(foreign)) == 1
    assert (await api.speaking(provider_id="isv-2").get(foreign, "provider")).status_code == 200


async def test_a_provider_sees_no_receipts_by_themselves(api: Api) -> None:
    path = await api.placed(template=PRICED)
    paid = await api.pay(path)
    await api.until(path, lambda case: case["stage"] == "implementing")
    receipt = f"/v1/markets/alipay/payment-receipts/{paid['payment_id']}"
    assert (await api.get(receipt, "service")).json()["regarding"].endswith(path.rpartition("/")[2])
    refusal(await api.get(receipt, "provider"), 404, "not-found")


@pytest.mark.parametrize("role", ["service", "operator", "provider"])
async def test_a_token_opens_the_doors_of_its_market_alone(api: Api, role: str) -> None:
    here, there = await api.placed("alipay"), await api.placed("rehearsal")
    caller = api.speaking(market="alipay")
    assert (await caller.get(here, role)).status_code == 200
    for rest in ("", "/timeline"):
        refusal(await caller.get(there + rest, role), 404, "not-found")
    acts: dict[str, Json] = {
        "service": REFUND_REQUESTED,
        "operator": {"event": "paused", "reason": "r"},
        "provider": SUBMITTED,
    }
    refusal(await caller.send(there, acts[role], role, headers={"If-Match": "1"}), 404, "not-found")
    assert len(await api.timeline(there)) == 1


async def test_a_service_places_in_its_own_market_alone(api: Api) -> None:
    body = order_body(template=FREE)
    foreign = "/v1/markets/rehearsal/template-orders"
    refusal(await api.speaking(market="alipay").call("POST", foreign, json=body), 404, "not-found")
    refusal(await api.get(f"{foreign}/{body['id']}"), 404, "not-found")


async def test_the_timeline_is_every_change_oldest_first(api: Api) -> None:
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"))
    changes = await api.timeline(path)
    assert [change["version"] for change in changes] == [1, 2, 3]
    assert [(c["event"], c["stage_before"], c["stage_after"]) for c in changes] == [
        ("opened", None, "implementing"),
        ("version_submitted", "implementing", "implementing"),
        ("version_approved", "implementing", "confirming"),
    ]
    assert changes[1]["data"]["version"] == "1.0.0"
    assert all(change["at"].endswith("+00:00") for change in changes)


async def test_who_exactly_acted_is_for_operators_and_for_who_it_was(api: Api) -> None:
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"))

    async def subjects(role: str) -> list[str | None]:
        return [change["actor"].get("subject") for change in await api.timeline(path, role)]

    assert await subjects("operator") == ["service-1", "provider-1", "service-1"]
    assert await subjects("provider") == [None, "provider-1", None]
    assert await subjects("service") == ["service-1", None, "service-1"]
