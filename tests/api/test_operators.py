"""What operators do to a case over HTTP: they claim, note, decide, and agree with each other's decisions."""

import pytest

from tests.api.caller import APPROVED, ON_BEHALF, SUBMITTED, Api, Json, finding, new_key, refusal

CLAIMED, RELEASED, NOTED = ({"event": event} for event in ("claimed", "released", "noted"))
REJECTED_IN_STEAD = {
    "event": "decided",
    "decision": "in_stead",
    "act": {"event": "version_rejected", "reason": "no address"},
}
REFUND_IN_STEAD = {
    "event": "decided",
    "decision": "in_stead",
    "act": {"event": "refund_requested", **ON_BEHALF},
}
AGREED, DISAGREED = {"event": "approved"}, {"event": "disapproved"}

OPERATORS_EVENTS = [CLAIMED, RELEASED, NOTED, REJECTED_IN_STEAD, AGREED, DISAGREED]


def named(api: Api, name: str) -> Api:
    """The same caller under the name of one operator."""
    return api.speaking(sub=name)


async def acts(api: Api, path: str, event: Json, name: str = "olga") -> Json:
    """An operator who has just looked does this, and nobody refuses."""
    answer = await does(api, path, event, name)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def does(api: Api, path: str, event: Json, name: str = "olga"):  # type: ignore[no-untyped-def]
    version = (await api.case(path, "operator"))["version"]
    return await named(api, name).rule(path, event, version)


async def paid(api: Api) -> str:
    """An order that was paid for, and is being implemented."""
    placed = (await api.place("alipay")).json()
    path = f"/v1/markets/alipay/template-orders/{placed['id']}"
    await api.pay(path)
    await api.until(path, lambda case: case["stage"] == "implementing")
    return path


def is_planned(case: Json) -> bool:
    """When its appeal is to be decided: that comes a moment after it, as a change of its own."""
    return all(task["deadline_at"] for task in case["tasks"] if task["name"] == "appeal")


def tasks(case: Json) -> list[str]:
    return [task["name"] for task in case["tasks"]]


def decisions(case: Json) -> list[str]:
    return [decision for task in case["tasks"] for each in task["accepts"] for decision in each["decisions"]]


async def test_a_claim_is_shown_to_operators_and_keeps_other_operators_out(api: Api) -> None:
    path = await api.placed()
    assert (await acts(api, path, CLAIMED))["claimed_by"] == "olga"
    for role in ("service", "provider"):
        assert (await api.case(path, role))["claimed_by"] is None
    refusal(await does(api, path, {"event": "paused"}, "otto"), 409, "out-of-turn")
    refusal(await does(api, path, CLAIMED, "otto"), 409, "out-of-turn")
    assert (await acts(api, path, RELEASED, "otto"))["claimed_by"] is None
    await acts(api, path, {"event": "paused"}, "otto")


async def test_notes_and_claims_are_for_operators_alone_to_read(api: Api) -> None:
    path = await api.placed()
    for event in (CLAIMED, NOTED):
        await acts(api, path, {**event, "reason": "a suspicion"})
    assert [change["event"] for change in await api.timeline(path)][-2:] == ["claimed", "noted"]
    case_id = (await api.case(path))["case_id"]
    for role in ("service", "provider"):
        assert [change["event"] for change in await api.timeline(path, role)] == ["opened"]
        for address in ("/v1/changes", f"{path}/dossier"):
            answer = await api.get(address, role)
            assert answer.status_code == 200
            mine = [c for c in answer.json()["changes"] if c.get("case_id", case_id) == case_id]
            assert "a suspicion" not in str(mine)


async def test_every_queue_is_a_worklist(api: Api) -> None:
    path, other = await api.placed(), await api.placed()
    await acts(api, path, CLAIMED, "ursula")
    olga = named(api, "ursula")

    async def listed(**wanted: str) -> set[str]:
        page = (await olga.get("/v1/cases", "operator", limit=200, **wanted)).json()
        return {case["id"] for case in page["cases"]}

    mine, free = path.rpartition("/")[2], other.rpartition("/")[2]
    assert await listed(claimed_by="me") == {mine}
    assert await listed(claimed_by="ursula") == {mine}
    assert mine not in await listed(claimed_by="nobody", task="implementation")
    assert free in await listed(claimed_by="nobody", task="implementation")
    assert free not in await listed(task="appeal")
    for role in ("service", "provider"):
        for field, value in (("claimed_by", "me"), ("task", "second_approval")):
            assert finding(await api.get("/v1/cases", role, **{field: value}))["field"] == field


async def test_an_operator_acts_in_a_partys_stead(api: Api) -> None:
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"))
    assert decisions(await api.case(path, "operator")) == ["in_stead"]
    assert decisions(await api.case(path)) == []
    case = await acts(api, path, REJECTED_IN_STEAD)
    assert tasks(case) == ["implementation"]
    change = (await api.timeline(path))[-1]
    assert change["actor"] == {"role": "operator", "subject": "olga", "on_behalf_of": None}
    assert change["data"]["act"]["event"] == "version_rejected"


async def test_a_decision_that_moves_money_waits_for_another_operator(api: Api) -> None:
    path = await paid(api)
    case = await acts(api, path, REFUND_IN_STEAD)
    assert (case["stage"], tasks(case)) == ("implementing", ["implementation", "second_approval"])
    for role in ("service", "provider"):
        assert "decided" not in [change["event"] for change in await api.timeline(path, role)]
        assert tasks(await api.case(path, role)) == ["implementation"]
    refusal(await does(api, path, AGREED, "olga"), 409, "out-of-turn")
    case = await acts(api, path, AGREED, "otto")
    assert case["stage"] == "refunding"
    closed = await api.until(path, lambda case: bool(case["closed_at"]))
    assert closed["outcome"] == "refund_requested"
    change = next(each for each in await api.timeline(path) if each["event"] == "approved")
    assert change["actor"]["subject"] == "otto"
    assert change["data"]["decided"]["act"]["event"] == "refund_requested"


async def test_a_decision_that_another_operator_turns_down_has_no_effect(api: Api) -> None:
    path = await paid(api)
    await acts(api, path, REFUND_IN_STEAD)
    case = await acts(api, path, DISAGREED, "otto")
    assert (case["stage"], tasks(case)) == ("implementing", ["implementation"])
    refusal(await does(api, path, AGREED, "otto"), 409, "out-of-turn")


async def test_a_decision_in_the_stead_of_somebody_elses_buyer_is_refused(api: Api) -> None:
    path = await paid(api)
    stranger = {"event": "refund_requested", "on_behalf_of": {"party": "buyer", "id": "somebody-else"}}
    found = finding(await does(api, path, {**REFUND_IN_STEAD, "act": stranger}))
    assert found["code"] == "other-buyer"


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"decision": "guess"}, "decision", "unknown-decision"),
        ({}, "decision", "missing"),
        ({"decision": "in_stead", "act": {"event": "paid"}}, "act.event", "unknown-event"),
        ({"decision": "in_stead", "act": {"event": "extended"}}, "act.event", "unknown-event"),
        ({"decision": "in_stead", "act": {"event": "version_rejected"}}, "act.reason", "missing"),
        ({"decision": "give_days", "by": 5}, "by", "value-error"),
    ],
    ids=["no such decision", "no decision", "money", "a ruling", "no reason of its own", "how many days"],
)
async def test_a_decision_that_says_too_little_is_told_which_field(
    api: Api, said: Json, field: str, code: str
) -> None:
    path = await api.placed()
    found = finding(await api.rule(path, {"event": "decided", **said}, 1))
    assert (found["field"], found["code"]) == (field, code)


@pytest.mark.parametrize(
    "event",
    [CLAIMED, RELEASED, NOTED, REJECTED_IN_STEAD, AGREED, DISAGREED],
    ids=lambda event: event["event"],
)
async def test_what_operators_do_is_theirs_alone_and_wants_a_version_and_a_reason(
    api: Api, event: Json
) -> None:
    path = await api.placed()
    for role in ("service", "provider"):
        refusal(await api.send(path, {**event, "reason": "r"}, role), 403, "forbidden")
    assert finding(await api.send(path, {**event, "reason": "r"}, "operator"))["field"] == "If-Match"
    assert finding(await api.send(path, event, "operator", headers={"If-Match": "1"}))["field"] == "reason"
    assert (await api.case(path))["version"] == 1


async def test_an_approval_that_is_repeated_gets_the_same_answer(api: Api) -> None:
    path = await paid(api)
    await acts(api, path, REFUND_IN_STEAD)
    version, key = (await api.case(path, "operator"))["version"], new_key()
    otto = named(api, "otto")
    first, again = [await otto.rule(path, AGREED, version, key=key) for _ in range(2)]
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (200, 200)
    assert [c["event"] for c in await api.timeline(path)].count("approved") == 1


async def test_an_approval_of_what_was_not_seen_is_refused(api: Api) -> None:
    path = await paid(api)
    before = (await api.case(path, "operator"))["version"]
    await acts(api, path, REFUND_IN_STEAD)
    refusal(await named(api, "otto").rule(path, AGREED, before), 412, "out-of-date")


async def test_an_order_is_sent_back_appealed_and_decided(api: Api) -> None:
    path = await paid(api)
    approved = ((SUBMITTED, "provider"), (APPROVED, "service"))
    rework = {"event": "rework_requested", "reason": "the search finds nothing", **ON_BEHALF}
    case = await api.moved(path, *approved)
    for left in (3, 2, 1):
        assert case["tasks"][0]["attempts_left"] == left
        case = await api.moved(path, (rework, "service"), *approved)
    assert case["tasks"][0]["attempts_left"] == 0
    refusal(await api.send(path, rework), 409, "out-of-turn")
    proof = [{"name": "screenshot.png", "sha256": "a" * 64}]
    appeal = {
        "event": "buyer_appealed",
        "statement": "It still finds nothing.",
        "evidence": proof,
        **ON_BEHALF,
    }
    case = await api.moved(path, (appeal, "service"))
    assert (case["stage"], tasks(case)) == ("appealing", ["appeal", "confirmation"])
    assert [task["paused"] for task in case["tasks"]] == [False, True]
    said = {"event": "provider_stated", "statement": "It finds what there is."}
    await api.moved(path, (said, "provider"))
    await api.until(path, is_planned, "operator")
    await acts(api, path, {"event": "decided", "decision": "accept"})
    case = await acts(api, path, AGREED, "otto")
    assert (case["stage"], case["outcome"]) == ("closed", "appeal_accepted")
    told = {change["event"]: change["data"] for change in await api.timeline(path, "service")}
    assert told["buyer_appealed"]["evidence"] == proof
    assert told["approved"]["decided"]["decision"] == "accept"
