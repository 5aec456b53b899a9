"""Settlement accounts over HTTP: who says what, what is refused at once, and where no account ever stands."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from temporalio.client import Client

from activities.gateways.simulated.enterprise import SimulatedEnterpriseAccounts
from tests.api.caller import Api, Json, refusal
from tests.bank_accounts import COMPANY, onboarded
from tests.settlement_accounts import LICENCE, made_up_account

MARKET, PERSON = "aliyun", "某法定代表人"
SCANS = ("enterprise_authorised", "payout_agreement_signed", "deduction_authorised", "deduction_revoked")


class Owner:
    """A provider with its settlement account, as it calls the API, and the page where codes are scanned."""

    def __init__(self, api: Api, name: str) -> None:
        self.provider_id = f"isv-{name}"
        self.service, self.api = api, api.speaking(provider_id=self.provider_id)
        self.path = f"/v1/markets/{MARKET}/settlement-accounts/{name}"
        self.case_id = f"settlement-accounts:{MARKET}:{name}"
        self.account = made_up_account()
        SimulatedEnterpriseAccounts(api.engine).open(self.account, COMPANY)

    async def says(self, event: str, status: int = 200, **said: Any) -> Json:
        answer = await self.api.send(self.path, {"event": event, **said}, "provider")
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def scans(self, event: str) -> Json:
        answer = await self.service.send(self.path, {"event": event}, "service")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def comes_to(self, path: str, stage: str) -> Json:
        def there(case: Json) -> bool:
            return bool(case.get("data", {}).get(path, {}).get("stage") == stage)

        return await self.api.until(self.path, there, "provider")

    def details(self, **changes: Any) -> Json:
        said = {"legal_person": PERSON, "registration_number": LICENCE}
        return {"alipay_account": self.account, **said, **changes}


async def opened(api: Api) -> Owner:
    name = onboarded(api, MARKET, data={"company_name": COMPANY, "licence_number": LICENCE})
    owner = Owner(api, name)
    body = {"id": name, "provider_id": owner.provider_id, "onboarding": name}
    answer = await api.call("POST", f"/v1/markets/{MARKET}/settlement-accounts", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["stage"] == "opening"
    return owner


def found(problem: Json) -> list[tuple[str, str, str]]:
    return [(each["field"], each["code"], each.get("rule", "")) for each in problem["errors"]]


async def test_the_company_name_is_there_before_anything_is_typed_in(api: Api) -> None:
    """ALI-SET-10."""
    owner = await opened(api)
    case = await owner.api.case(owner.path, "provider")
    assert (case["data"]["company_name"], case["data"]["licence_number"]) == (COMPANY, LICENCE)


async def test_a_form_is_told_all_that_is_wrong_with_it_at_once(api: Api) -> None:
    """ALI-SET-10, -12, -16."""
    owner = await opened(api)
    await owner.says("path_chosen", path="alipay")
    problem = await owner.says("alipay_account_given", 422, account={}, contract_accepted=False)
    assert found(problem) == [
        ("account.alipay_account", "missing", "ALI-SET-10"),
        ("contract_accepted", "contract-not-accepted", "ALI-SET-12"),
    ]
    await owner.says("path_chosen", path="mybank")
    await owner.scans("enterprise_authorised")
    problem = await owner.says("mybank_details_given", 422, details={"alipay_account": "nobody"})
    assert found(problem) == [
        ("details.alipay_account", "no-alipay-account", "ALI-SET-16"),
        ("details.legal_person", "missing", "ALI-SET-16"),
        ("details.registration_number", "missing", "ALI-SET-16"),
    ]
    case = await owner.api.case(owner.path, "provider")
    assert [case["data"][path]["stage"] for path in ("alipay", "mybank")] == [
        *("awaiting_account", "awaiting_details"),
    ]


@pytest.mark.parametrize("ticked", [None, "true", 1])
async def test_a_tick_is_a_tick(api: Api, ticked: Any) -> None:
    """ALI-SET-12."""
    owner = await opened(api)
    await owner.says("path_chosen", path="alipay")
    account = {"alipay_account": owner.account}
    await owner.says("alipay_account_given", 422, account=account, contract_accepted=ticked)


async def test_nobody_says_what_is_anothers_to_say(api: Api) -> None:
    owner = await opened(api)
    mine = {"alipay_account": owner.account}
    account: Json = {"event": "alipay_account_given", "account": mine, "contract_accepted": True}
    chosen: Json = {"event": "path_chosen", "path": "alipay"}
    for event in (chosen, account):
        refusal(await api.send(owner.path, event, "service"), 403, "forbidden")
        refusal(await api.speaking(provider_id="isv-2").send(owner.path, event, "provider"), 404, "not-found")
    asked: Json = {"event": "recovery_asked", "payment_id": "p-1", "amount_fen": 1}
    scanned: list[Json] = [{"event": scan} for scan in SCANS]
    for event in (*scanned, asked):
        refusal(await owner.api.send(owner.path, event, "provider"), 403, "forbidden")
        refusal(await api.send(owner.path, event, "service"), 409, "out-of-turn")
        in_stead = {"event": "decided", "decision": "in_stead", "act": event, "reason": "r"}
        assert (await api.rule(owner.path, in_stead, 1)).status_code == 422


@pytest.mark.parametrize("amount", ["5", True, 1e2, 0, -1, None, 10**16])
async def test_money_that_is_none_is_refused(api: Api, amount: Any) -> None:
    """CV-8."""
    owner = await opened(api)
    event = {"event": "recovery_asked", "payment_id": "p-1", "amount_fen": amount}
    refusal(await api.send(owner.path, event, "service"), 422, "invalid")


async def test_two_paths_are_opened_and_no_account_stands_where_it_could_be_read(
    api: Api, temporal_client: Client, lines: list[str]
) -> None:
    """Nasty 17: in histories, rows, answers and logs."""
    owner = await opened(api)
    for path in ("alipay", "mybank"):
        await owner.says("path_chosen", path=path)
    await owner.scans("enterprise_authorised")
    account = {"alipay_account": owner.account}
    await owner.says("alipay_account_given", account=account, contract_accepted=True)
    await owner.says("mybank_details_given", details=owner.details())
    await owner.comes_to("mybank", "awaiting_agreement")
    await owner.scans("payout_agreement_signed")
    version = (await owner.comes_to("alipay", "approving"))["version"]
    approved = {"event": "decided", "decision": "approve", "reason": "in order"}
    answer = await api.rule(owner.path, approved, version)
    if answer.status_code == 412:  # the date has been planned since
        version = (await owner.api.case(owner.path, "provider"))["version"]
        answer = await api.rule(owner.path, approved, version)
    assert answer.status_code == 200, answer.text
    case = await owner.scans("deduction_authorised")
    assert (case["stage"], case["data"]["blocks"]) == ("active", [])
    mine = await owner.api.case(owner.path, "provider")
    assert mine["data"]["alipay"]["account"] == account
    assert mine["data"]["mybank"]["account"] == owner.details()
    shown = str([await api.case(owner.path), await api.timeline(owner.path)])
    history = (await temporal_client.get_workflow_handle(owner.case_id).fetch_history()).to_json()
    logged = "\n".join(lines)
    for secret in (owner.account, PERSON):
        assert secret not in shown
        assert secret not in history
        assert secret not in logged
        with api.engine.connect() as connection:
            for table in SQLModel.metadata.tables:
                rows = connection.execute(text(f"SELECT t::text FROM {table} t")).scalars()
                assert not any(secret in row for row in rows), table
