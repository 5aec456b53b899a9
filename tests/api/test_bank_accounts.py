"""Bank accounts over HTTP: who says what, 200 guesses at once, and where nothing private ever stands."""

import asyncio
import hashlib
import json
import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from temporalio.client import Client

from activities.gateways.simulated.bank import SimulatedBank
from tests.api.caller import Api, Json, finding, new_key, refusal
from tests.bank_accounts import COMPANY, details, made_up_number, onboarded

MARKET = "tencent-cloud"
WRONG = {"amounts_fen": [1, 2]}, {"amounts_fen": [3, 4]}


class Owner:
    """A provider with its account, as it calls the API."""

    def __init__(self, api: Api, market: str, name: str) -> None:
        self.provider_id = f"isv-{name}"
        self.api = api.speaking(provider_id=self.provider_id)
        self.path = f"/v1/markets/{market}/bank-accounts/{name}"
        self.case_id = f"bank-accounts:{market}:{name}"
        self.number = made_up_number()

    async def gives(self, **changes: Any) -> Json:
        account = details(number=self.number, **changes).model_dump(mode="json")
        answer = await self.api.send(self.path, {"event": "account_given", "account": account}, "provider")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def enters(self, guess: Json, **how: Any) -> Any:
        event = {"event": "amounts_entered", "guess": guess}
        return await self.api.send(self.path, event, "provider", **how)

    async def comes_to(self, stage: str) -> Json:
        return await self.api.until(self.path, lambda case: case.get("stage") == stage, "provider")

    def received(self) -> Json:
        lines = SimulatedBank(self.api.engine).statement(self.number)[-2:]
        return {"amounts_fen": [line.amount_fen for line in lines]}

    def wrong(self) -> Json:
        right = {*self.received()["amounts_fen"]}
        return next(guess for guess in WRONG if {*guess["amounts_fen"]} != right)


async def opened(api: Api, market: str = MARKET) -> Owner:
    name = onboarded(api, market)
    owner = Owner(api, market, name)
    body = {"id": name, "provider_id": owner.provider_id, "onboarding": name}
    answer = await api.call("POST", f"/v1/markets/{market}/bank-accounts", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["stage"] == "awaiting_details"
    return owner


async def test_a_provider_proves_its_account(api: Api) -> None:
    owner = await opened(api)
    given = await owner.gives()
    assert given["data"]["account_version"] == 1
    case = await owner.comes_to("awaiting_amounts")
    assert [each["event"] for each in case["tasks"][0]["accepts"]] == ["amounts_entered", "account_given"]
    wrong = (await owner.enters(owner.wrong())).json()
    assert (wrong["stage"], wrong["tasks"][0]["attempts_left"]) == ("awaiting_amounts", 2)
    right = (await owner.enters(owner.received())).json()
    assert (right["stage"], right["data"]["verified"], right["data"]["blocks"]) == ("verified", True, [])


async def test_nobody_else_gives_an_account_or_types_in_amounts(api: Api) -> None:
    """Nasty 14: another provider hears what is said of a case that is not there."""
    owner = await opened(api)
    await owner.gives()
    await owner.comes_to("awaiting_amounts")
    account = details().model_dump(mode="json")
    for event in (
        {"event": "amounts_entered", "guess": owner.received()},
        {"event": "account_given", "account": account},
    ):
        refusal(await api.send(owner.path, event, "service"), 403, "forbidden")
        refusal(await api.send(owner.path, event, "provider"), 404, "not-found")
        operator = await api.rule(owner.path, {**event, "reason": "r"}, 1)
        assert operator.status_code in (403, 422)
        in_stead = {"event": "decided", "decision": "in_stead", "act": event}
        assert (await api.rule(owner.path, in_stead, 1)).status_code == 422
    assert (await owner.comes_to("awaiting_amounts"))["data"]["round"] == 1


@pytest.mark.parametrize(
    "event", [{"event": "remitted", "round": 1}, {"event": "payment_returned", "round": 1}]
)
async def test_nobody_reports_over_http_what_only_the_bank_can_know(api: Api, event: Json) -> None:
    owner = await opened(api)
    for role in ("service", "provider", "operator"):
        caller = owner.api if role == "provider" else api
        headers = {"If-Match": "1"}
        refusal(await caller.send(owner.path, event, role, headers=headers), 403, "forbidden")


@pytest.mark.parametrize("amounts", [[5], [5, 5], [5, 100], [0, 5]])
async def test_a_guess_of_another_shape_is_refused_and_uses_no_attempt(api: Api, amounts: list[int]) -> None:
    owner = await opened(api)
    await owner.gives()
    await owner.comes_to("awaiting_amounts")
    answer = await owner.enters({"amounts_fen": amounts})
    assert finding(answer)["field"] == "guess.amounts_fen"
    assert (await owner.comes_to("awaiting_amounts"))["tasks"][0]["attempts_left"] == 3


@pytest.mark.parametrize("amounts", [[True, 2], ["1", 2], [1.0, 2], [-1, 2], [1, 2, 3], [], "12"])
async def test_amounts_that_are_no_amounts_are_refused(api: Api, amounts: Any) -> None:
    owner = await opened(api)
    answer = await owner.enters({"amounts_fen": amounts})
    refusal(answer, 422, "invalid")


async def test_two_hundred_guesses_at_once_use_no_more_attempts_than_there_are(api: Api) -> None:
    """Nasty 13. Whoever is refused has used none."""
    owner = await opened(api)
    await owner.gives()
    await owner.comes_to("awaiting_amounts")
    right = {*owner.received()["amounts_fen"]}
    pairs = [[a, b] for a in range(1, 30) for b in range(a + 1, 31) if {a, b} != right][:200]
    answers = await asyncio.gather(*(owner.enters({"amounts_fen": pair}) for pair in pairs))
    statuses = [answer.status_code for answer in answers]
    assert {*statuses} <= {200, 409, 503}
    assert statuses.count(200) <= 3
    for pair in pairs:  # of so many at once some attempts may have been used by none
        if (await api.case(owner.path))["stage"] == "cooling_down":
            break
        statuses.append((await owner.enters({"amounts_fen": pair})).status_code)
    case = await owner.comes_to("cooling_down")
    changes = await api.timeline(owner.path)
    guesses = [each for each in changes if each["event"] == "amounts_entered"]
    assert len(guesses) == 3
    assert statuses.count(200) <= 3
    assert case["data"]["verified"] is False
    with api.engine.connect() as connection:
        used = "SELECT attempts_used, (SELECT count(*) FROM bank_guesses g WHERE g.case_id = c.case_id) "
        row = connection.execute(text(used + "FROM bank_checks c WHERE case_id = :id"), {"id": owner.case_id})
        assert row.one() == (3, 3)
    refusal(await owner.enters(owner.received()), 409, "out-of-turn")


async def test_the_provider_alone_is_shown_what_it_has_to_remit(api: Api) -> None:
    """TCM-WX-06."""
    owner = await opened(api, "rehearsal")
    await owner.gives()
    case = await owner.comes_to("awaiting_remittance")
    asked = case["data"]["instruction"]
    assert (asked["payer_name"], asked["payer_number"]) == (COMPANY, owner.number)
    assert asked["payee"]["city"] == "深圳"
    assert asked["until"].startswith(case["tasks"][0]["deadline_at"][:19])
    assert "instruction" not in (await api.case(owner.path))["data"]
    other = api.speaking(provider_id="isv-2")
    refusal(await other.get(owner.path, "provider"), 404, "not-found")
    remitted = {
        **{"market": "rehearsal", "holder": COMPANY, "number": owner.number},
        "amount_fen": asked["amount_fen"],
    }
    answer = await api.http.post("/simulator/bank/remittances", json=remitted)
    assert answer.status_code == 201, answer.text
    assert (await owner.comes_to("verified"))["data"]["verified"] is True


async def test_nothing_private_stands_where_it_could_be_read(
    api: Api, temporal_client: Client, lines: list[str]
) -> None:
    """Nasty 17: the number, the amounts and every hash of them, in histories, rows, answers and logs."""
    owner = await opened(api)
    controller = {
        "name": "某控制人",
        "document": {"type": "passport", "number": "E98765432"},
    }
    account = details(number=owner.number, controller_is_legal_representative=False, controller=controller)
    event = {"event": "account_given", "account": account.model_dump(mode="json")}
    assert (await owner.api.send(owner.path, event, "provider")).status_code == 200
    await owner.comes_to("awaiting_amounts")
    right = owner.received()
    guesses = [owner.wrong(), right]
    for guess in guesses:
        assert (await owner.enters(guess)).status_code == 200
    history = await temporal_client.get_workflow_handle(owner.case_id).fetch_history()
    for secret in (owner.number, "某控制人", "E98765432", "招商银行"):
        assert secret not in history.to_json()
        assert re.search(re.escape(secret), "\n".join(lines)) is None
    shown = [await owner.api.case(owner.path, "provider"), await api.timeline(owner.path)]
    secrets = (owner.number, "E98765432", *(json.dumps(guess["amounts_fen"]) for guess in guesses))
    for secret in secrets:
        assert secret not in json.dumps(shown, ensure_ascii=False)
    rows = contents_of(api)
    hashed = [
        hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()
        for guess in guesses
        for value in (guess, {"event": "amounts_entered", "guess": {**guess, "code": None}})
    ]
    for secret in (owner.number, "某控制人", "E98765432", *hashed):
        assert [table for table, all_of_it in rows.items() if secret in all_of_it] == []
    [amounts] = {json.dumps(right["amounts_fen"])}
    assert [table for table, all_of_it in rows.items() if f'"amounts_fen": {amounts}' in all_of_it] == []


def contents_of(api: Api) -> dict[str, str]:
    """All that stands in each table of ours. What the bank knows is the bank's."""
    whole = "SELECT coalesce(string_agg(t::text, ','), '') FROM {} t"
    with api.engine.connect() as connection:
        return {
            table: connection.execute(text(whole.format(table))).scalar_one()
            for table in SQLModel.metadata.tables
            if not table.startswith("simulated_")
        }


async def test_what_arrives_sealed_is_refused(api: Api) -> None:
    owner = await opened(api)
    event = {"event": "account_given", "account": {"sealed": "x" * 40}}
    refusal(await owner.api.send(owner.path, event, "provider"), 422, "invalid")


async def test_the_same_key_with_another_guess_is_refused(api: Api) -> None:
    """Nasty 15."""
    owner = await opened(api)
    await owner.gives()
    await owner.comes_to("awaiting_amounts")
    key, wrong = new_key(), owner.wrong()
    first = await owner.enters(wrong, key=key)
    assert (await owner.enters(wrong, key=key)).json() == first.json()
    refusal(await owner.enters(owner.received(), key=key), 422, "key-reused")
    assert (await owner.comes_to("awaiting_amounts"))["tasks"][0]["attempts_left"] == 2
