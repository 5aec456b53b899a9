"""The simulated enterprise accounts over HTTP: opened by whoever tries something, and shown."""

from activities.gateways.simulated.enterprise import SimulatedEnterpriseAccounts
from tests.api.caller import refusal
from tests.api.conftest import Quiet
from tests.settlement_accounts import made_up_account

ACCOUNTS, STATEMENT, PAGE = (f"/simulator/enterprise{each}" for each in ("/accounts", "/statement", ""))


async def test_an_account_that_is_opened_shows_what_was_deducted(quiet: Quiet) -> None:
    account = made_up_account()
    body = {"account": account, "holder": "<Sample> Ltd", "balance_fen": 1_000}
    opened = await quiet.call("POST", ACCOUNTS, None, json=body)
    assert opened.status_code == 201, opened.text
    assert opened.json() == {
        "holder": "<Sample> Ltd",
        "balance_fen": 1_000,
        "deductible": True,
        "deducted": [],
    }
    assert SimulatedEnterpriseAccounts(quiet.engine).deduct("aliyun", f"k-{account}", account, 130)
    shown = (await quiet.http.get(STATEMENT, params={"account": account})).json()
    assert (shown["balance_fen"], [each["amount_fen"] for each in shown["deducted"]]) == (870, [130])
    page = (await quiet.http.get(PAGE, params={"account": account})).text
    assert "&lt;Sample&gt; Ltd" in page
    assert "¥ 8.70" in page
    assert "¥ 1.30" in page
    changed = await quiet.call("POST", ACCOUNTS, None, json=body | {"deductible": False})
    assert (changed.json()["deductible"], len(changed.json()["deducted"])) == (False, 1)


async def test_an_account_that_nobody_opened_is_unknown(quiet: Quiet) -> None:
    nobodys = {"account": made_up_account()}
    refusal(await quiet.http.get(STATEMENT, params=nobodys), 404, "not-found")
    assert "没有此账户" in (await quiet.http.get(PAGE, params=nobodys)).text
    assert "没有此账户" not in (await quiet.http.get(PAGE)).text


async def test_money_that_is_none_is_refused(quiet: Quiet, untouched: None) -> None:
    """CV-8."""
    body = {"account": made_up_account(), "holder": "Sample Ltd"}
    for balance in ("5", True, 1e2, -1, None):
        refusal(
            await quiet.call("POST", ACCOUNTS, None, json=body | {"balance_fen": balance}), 422, "invalid"
        )


async def test_it_can_be_told_to_misbehave(quiet: Quiet) -> None:
    for name in ("holder", "deduct"):
        told = {"operation": f"enterprise_{name}", "behaviour": "unavailable", "times": 0}
        assert (await quiet.call("POST", "/simulator/misbehave", None, json=told)).status_code == 204
