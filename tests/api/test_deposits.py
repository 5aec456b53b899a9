"""A deposit over HTTP: opened by operators, paid by its provider, decided by two, and released."""

from tests.api.caller import Api, Json, finding, new_key, refusal

DEPOSITS = "/v1/markets/rehearsal/deposit-accounts"
LEDGER = "/v1/markets/rehearsal/ledger/accounts"
EACH = 30_000


def of(api: Api, provider: str) -> Api:
    return api.speaking(provider_id=provider)


async def opened(api: Api, **changes: object) -> tuple[str, str]:
    """The path of a new account, and its provider."""
    name = new_key()[:12]
    body = {"id": f"d-{name}", "provider_id": f"isv-{name}", "categories": ["service"], **changes}
    answer = await api.call("POST", DEPOSITS, "operator", json=body)
    assert answer.status_code == 201, answer.text
    return f"{DEPOSITS}/{body['id']}", str(body["provider_id"])


def asks(**changes: object) -> Json:
    return {"event": "payment_requested", "method": "wechat_pay", **changes}


async def decides(api: Api, path: str, name: str, event: Json) -> Json:
    version = (await api.case(path, "operator"))["version"]
    answer = await api.speaking(sub=name).rule(path, event, version)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def covered(api: Api) -> tuple[str, str]:
    path, provider = await opened(api)
    answer = await of(api, provider).send(path, asks(), "provider")
    assert answer.status_code == 200, answer.text
    await api.until(path, lambda case: "pay_url" in case["data"], "operator")
    await api.pay(path)
    await api.until(path, lambda case: case["stage"] == "held", "operator")
    return path, provider


async def test_a_provider_pays_and_sees_its_deposit_in_the_ledger(api: Api) -> None:
    """TCM-DEP-09, -10, ALI-DEP-12, -14."""
    path, provider = await covered(api)
    case = (await of(api, provider).get(path, "provider")).json()
    assert (case["data"]["held_fen"], case["data"]["blocks"]) == (EACH, [])
    [payment] = case["data"]["payments"]
    assert (payment["amount_fen"], payment["method"]) == (EACH, "wechat_pay")
    account = f"{LEDGER}/deposit:{provider}"
    statement = (await of(api, provider).get(account, "provider")).json()
    assert (statement["kind"], statement["closing_balance_fen"]) == ("liability", EACH)
    seen = (await of(api, provider).get(LEDGER, "provider")).json()["accounts"]
    assert [each["account"] for each in seen] == [f"deposit:{provider}"]
    every = (await api.get(LEDGER, "operator", kind="liability", limit=200)).json()["accounts"]
    assert f"deposit:{provider}" in [each["account"] for each in every]
    refusal(await of(api, "isv-other").get(account, "provider"), 404, "not-found")
    refusal(await of(api, "isv-other").get(path, "provider"), 404, "not-found")


async def test_what_the_figures_do_not_allow_is_told_by_field(api: Api) -> None:
    """TCM-DEP-07, -08, AMB-05."""
    path, provider = await opened(api)
    for event, field, code in (
        (asks(amount_fen=EACH + 1), "amount_fen", "more-than-due"),
        (asks(method="balance"), "method", "other-method"),
    ):
        found = finding(await of(api, provider).send(path, event, "provider"))
        assert (found["field"], found["code"]) == (field, code)
    version = (await api.case(path, "operator"))["version"]
    for decision, field, code in (
        ({"decision": "forfeit", "amount_fen": 1}, "amount_fen", "more-than-held"),
        ({"decision": "set_categories", "categories": ["games"]}, "categories.0", "unknown-category"),
        ({"decision": "in_stead", "act": asks(amount_fen=EACH + 1)}, "act.amount_fen", "more-than-due"),
    ):
        found = finding(await api.rule(path, {"event": "decided", **decision}, version))
        assert (found["field"], found["code"]) == (field, code)


async def test_what_cannot_be_opened_is_told_by_field(api: Api) -> None:
    """ALI-ONB-15, and one open account a provider."""
    path, provider = await opened(api)
    body = {"id": f"d-{new_key()[:8]}", "provider_id": provider, "categories": ["service"]}
    taken = refusal(await api.call("POST", DEPOSITS, "operator", json=body), 409, "already-exists")
    assert [error["field"] for error in taken["errors"]] == ["provider_id"]
    for changes, field in (({"categories": []}, "categories"), ({"onboarding": "o"}, "onboarding")):
        answer = await api.call(
            "POST", DEPOSITS, "operator", json={**body, "provider_id": "isv-x", **changes}
        )
        assert finding(answer)["field"] == field
    refusal(await api.call("POST", DEPOSITS, "service", json=body), 403, "forbidden")
    assert path


async def test_two_operators_forfeit_and_the_rest_goes_back_when_they_release(api: Api) -> None:
    """ALI-DEP-13, AMB-05."""
    path, provider = await covered(api)
    forfeit = {"event": "decided", "decision": "forfeit", "amount_fen": 20_000}
    case = await decides(api, path, "olga", forfeit)
    assert case["data"]["forfeited_fen"] == 0
    case = await decides(api, path, "oskar", {"event": "approved"})
    assert (case["stage"], case["data"]["forfeited_fen"]) == ("short", 20_000)
    answer = await of(api, provider).send(path, {"event": "release_requested"}, "provider")
    assert answer.json()["stage"] == "releasing"
    await decides(api, path, "olga", {"event": "decided", "decision": "release"})
    case = await api.until(path, lambda case: case["closed_at"] is not None, "operator")
    assert (case["outcome"], case["data"]["returned_fen"]) == ("released", 10_000)
    refusal(await of(api, provider).send(path, asks(), "provider"), 409, "out-of-turn")
