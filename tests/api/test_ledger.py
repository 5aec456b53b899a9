"""Balances and statements: each account in its normal side, every line once, and nobody else's money."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from activities.records import Records
from models.ledger import LedgerTransaction, applied, arrears_of, claimed, completed, owed_to, received
from tests.activities.batches import AT, batch, new_case
from tests.api.caller import Api, Json, finding, new_key, refusal
from tests.api.conftest import Quiet

LEDGER = "/v1/markets/{market}/ledger/accounts"
ACCOUNTS = LEDGER.format(market="alipay")
TENTH = Decimal("0.10")


@pytest.fixture
def isv() -> str:
    return f"isv-{new_key()[:12]}"


def post(api: Api, *postings: LedgerTransaction) -> str:
    """Put postings on record, as a case would: its id."""
    case_id = new_case()
    Records(api.engine).record(batch(case_id, 1, ledger=postings))
    return case_id


def sold(api: Api, isv: str, amount_fen: int = 9_900, market: str = "alipay") -> str:
    """A payment that came, was held, and whose order was completed: that order."""
    order, payment = f"template-orders:{market}:o-{new_key()}", f"p-{new_key()}"
    came, taken = received(market, payment, amount_fen), applied(market, payment, amount_fen)
    post(api, came, taken, completed(order, market, isv, amount_fen, TENTH))
    return order


async def pages(
    api: Api, path: str, by: str, role: str = "operator", **wanted: Any
) -> tuple[list[Json], list[Json]]:
    """Every page, and what is in all of them together."""
    found: list[Json] = []
    inside = "accounts" if by == "cursor" else "lines"
    while not found or (found[-1][inside] and found[-1]["next"]):
        more = {by: found[-1]["next"]} if found else {}
        answer = await api.get(path, role, **wanted, **more)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
    return found, [each for page in found for each in page[inside]]


async def balances(api: Api, role: str = "operator", **wanted: Any) -> dict[tuple[str, str], int]:
    _, rows = await pages(api, ACCOUNTS, "cursor", role, **wanted)
    return {(row["account"], row["currency"]): row["balance_fen"] for row in rows}


async def statement(api: Api, account: str, role: str = "operator", **wanted: Any) -> Json:
    answer = await api.get(f"{ACCOUNTS}/{account}", role, **wanted)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_balance_stands_in_its_accounts_normal_side(quiet: Quiet, isv: str) -> None:
    post(quiet, received("alipay", f"p-{new_key()}", 100, "XBA"))
    before = await balances(quiet)
    sold(quiet, isv, 9_905)
    after = await balances(quiet)
    moved = {name: fen - before.get(name, 0) for name, fen in after.items() if fen != before.get(name, 0)}
    assert moved == {("gateway", "CNY"): 9_905, ("commission", "CNY"): 991, (owed_to(isv), "CNY"): 8_914}
    assert (after["gateway", "XBA"], after["unapplied", "XBA"]) == (100, 100)


@pytest.mark.parametrize(
    ("kind", "accounts"),
    [
        ("asset", {"gateway"}),
        ("income", {"commission"}),
        ("liability", {"unapplied", "escrow", "provider:"}),
        (None, {"gateway", "commission", "unapplied", "escrow", "provider:"}),
    ],
)
async def test_a_kind_holds_its_accounts_alone(
    quiet: Quiet, isv: str, kind: str | None, accounts: set[str]
) -> None:
    sold(quiet, isv)
    _, rows = await pages(quiet, ACCOUNTS, "cursor", **({"kind": kind} if kind else {}))
    names = {row["account"] for row in rows}
    assert {"provider:" if name.startswith("provider:") else name for name in names} == accounts
    assert {row["kind"] for row in rows} == ({kind} if kind else {"asset", "income", "liability"})
    assert (owed_to(isv) in names) == ("provider:" in accounts)


@pytest.mark.parametrize("limit", [1, 2, 200])
async def test_pages_of_balances_hold_every_account_once(quiet: Quiet, isv: str, limit: int) -> None:
    made = [f"{isv}-{n}" for n in range(3)]
    for each in made:
        sold(quiet, each)
    for currency in ("XBB", "XBC"):
        post(quiet, received("alipay", f"p-{new_key()}", 1, currency))
    found, rows = await pages(quiet, ACCOUNTS, "cursor", limit=limit)
    names = [(row["account"], row["currency"]) for row in rows]
    assert names == sorted(set(names))
    assert [name for name, _ in names if isv in name] == [owed_to(each) for each in made]
    made_up = [currency for name, currency in names if name == "gateway" and currency in ("XBB", "XBC")]
    assert made_up == ["XBB", "XBC"]
    assert all(len(page["accounts"]) == limit for page in found[:-1])
    assert found[-1]["next"] is None


async def test_a_statement_says_what_came_when_why_and_from_where(quiet: Quiet, isv: str) -> None:
    first, second = sold(quiet, isv, 9_900), sold(quiet, isv, 100)
    told = await statement(quiet, owed_to(isv))
    assert (told["account"], told["kind"], told["currency"]) == (owed_to(isv), "liability", "CNY")
    assert (told["opening_balance_fen"], told["closing_balance_fen"]) == (0, 9_000)
    assert [(line["amount_fen"], line["balance_fen"], line["key"]) for line in told["lines"]] == [
        (8_910, 8_910, f"completed:{first}"),
        (90, 9_000, f"completed:{second}"),
    ]
    line = told["lines"][0]
    assert (line["what"], line["contra"]) == ("order_completed", ["escrow", "commission"])
    assert line["case_id"].startswith("made-up:")
    assert line["at"] == AT.isoformat().replace("+00:00", "Z")


async def test_an_asset_grows_by_what_comes_and_shrinks_by_what_goes(quiet: Quiet) -> None:
    came = received("alipay", f"p-{new_key()}", 500, "XBD")
    turned = tuple(each.model_copy(update={"amount_fen": -each.amount_fen}) for each in came.entries)
    post(quiet, came, came.model_copy(update={"key": f"k-{new_key()}", "entries": turned}))
    told = await statement(quiet, "gateway", currency="XBD")
    assert [(line["amount_fen"], line["balance_fen"]) for line in told["lines"]] == [(500, 500), (-500, 0)]
    assert (await statement(quiet, "unapplied", currency="XBD"))["lines"][0]["amount_fen"] == 500


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
async def test_pages_of_a_statement_join_without_gaps(quiet: Quiet, isv: str, limit: int) -> None:
    keys = [f"completed:{sold(quiet, isv, fen)}" for fen in (100, 200, 300, 400, 500)]
    found, lines = await pages(quiet, f"{ACCOUNTS}/{owed_to(isv)}", "after", limit=limit)
    assert [line["key"] for line in lines] == keys
    assert [line["balance_fen"] for line in lines] == [90, 270, 540, 900, 1_350]
    closing = [page["closing_balance_fen"] for page in found]
    assert [page["opening_balance_fen"] for page in found] == [0, *closing[:-1]]
    assert closing[-1] == 1_350


async def test_where_a_statement_ends_it_goes_on_later(quiet: Quiet, isv: str) -> None:
    sold(quiet, isv)
    end = (await statement(quiet, owed_to(isv)))["next"]
    nothing_new = await statement(quiet, owed_to(isv), after=end)
    assert (nothing_new["lines"], nothing_new["next"]) == ([], end)
    later = f"completed:{sold(quiet, isv, 100)}"
    told = await statement(quiet, owed_to(isv), after=end)
    assert [line["key"] for line in told["lines"]] == [later]
    assert (told["opening_balance_fen"], told["closing_balance_fen"]) == (8_910, 9_000)


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(
    quiet: Quiet, isv: str
) -> None:
    for fen in (100, 200, 300):
        sold(quiet, isv, fen)
    whole = await statement(quiet, owed_to(isv))
    _, second, third = (line["recorded_at"] for line in whole["lines"])

    async def told(**wanted: Any) -> tuple[int, list[int], int]:
        found = await statement(quiet, owed_to(isv), **wanted)
        amounts = [line["amount_fen"] for line in found["lines"]]
        return found["opening_balance_fen"], amounts, found["closing_balance_fen"]

    assert await told(**{"from": second}) == (90, [180, 270], 540)
    assert await told(until=third) == (0, [90, 180], 270)
    assert await told(**{"from": second, "until": third}) == (90, [180], 270)
    assert await told(**{"from": third, "until": second}) == (270, [], 270)
    assert await told(until="2026-01-01T00:00:00+08:00") == (0, [], 0)
    assert await told(until=third, after=whole["next"]) == (270, [], 270)
    _, within = await pages(
        quiet, f"{ACCOUNTS}/{owed_to(isv)}", "after", limit=1, **{"from": second, "until": third}
    )
    assert [line["balance_fen"] for line in within] == [270]


async def test_a_page_of_a_period_begins_with_all_that_was_before_it(quiet: Quiet, isv: str) -> None:
    for fen in (100, 200, 300):
        sold(quiet, isv, fen)
    second = (await statement(quiet, owed_to(isv)))["lines"][1]["recorded_at"]
    path = f"{ACCOUNTS}/{owed_to(isv)}"
    found, _ = await pages(quiet, path, "after", limit=1, **{"from": second})
    assert [page["opening_balance_fen"] for page in found] == [90, 270, 540]


async def test_each_market_has_a_ledger_of_its_own(quiet: Quiet, isv: str) -> None:
    sold(quiet, isv, 100)
    sold(quiet, isv, 1_000, market="rehearsal")
    assert (await statement(quiet, owed_to(isv)))["closing_balance_fen"] == 90
    elsewhere = await quiet.get(f"{LEDGER.format(market='rehearsal')}/{owed_to(isv)}", "operator")
    assert elsewhere.json()["closing_balance_fen"] == 900
    assert (await balances(quiet))[owed_to(isv), "CNY"] == 90


async def test_a_provider_sees_what_it_is_owed_and_nothing_else(quiet: Quiet, isv: str) -> None:
    sold(quiet, isv)
    sold(quiet, f"{isv}-other")
    provider = quiet.speaking(provider_id=isv)
    assert await balances(provider, "provider") == {(owed_to(isv), "CNY"): 8_910}
    assert await balances(provider, "provider", kind="asset") == {}
    assert (await statement(provider, owed_to(isv), "provider"))["closing_balance_fen"] == 8_910
    unknown = await provider.get(f"{ACCOUNTS}/{owed_to('isv-unknown')}", "provider")
    for account in (owed_to(f"{isv}-other"), "gateway", "unapplied", "escrow", "commission"):
        answer = await provider.get(f"{ACCOUNTS}/{account}", "provider")
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content


async def test_a_provider_sees_what_it_owes_among_the_assets(quiet: Quiet, isv: str) -> None:
    """AMB-26."""
    for each in (isv, f"{isv}-other"):
        post(quiet, claimed(f"settlement-accounts:alipay:{each}", 1, "alipay", each, 600))
    provider = quiet.speaking(provider_id=isv)
    assert await balances(provider, "provider", kind="asset") == {(arrears_of(isv), "CNY"): 600}
    assert (await statement(provider, arrears_of(isv), "provider"))["closing_balance_fen"] == 600
    assert (await balances(quiet, kind="asset"))[arrears_of(f"{isv}-other"), "CNY"] == 600
    refusal(await provider.get(f"{ACCOUNTS}/{arrears_of(f'{isv}-other')}", "provider"), 404, "not-found")


async def test_a_cursor_of_somebody_else_shows_nobody_elses_balance(quiet: Quiet, isv: str) -> None:
    sold(quiet, isv)
    page = (await quiet.get(ACCOUNTS, "operator", limit=1)).json()
    provider = quiet.speaking(provider_id=isv)
    shown = (await provider.get(ACCOUNTS, "provider", cursor=page["next"])).json()["accounts"]
    assert {row["account"] for row in shown} == {owed_to(isv)}


async def test_a_provider_that_earned_nothing_yet_has_an_empty_statement(quiet: Quiet, isv: str) -> None:
    provider = quiet.speaking(provider_id=isv)
    told = await statement(provider, owed_to(isv), "provider")
    assert (told["opening_balance_fen"], told["lines"], told["closing_balance_fen"]) == (0, [], 0)
    assert await balances(provider, "provider") == {}
    refusal(await quiet.get(f"{ACCOUNTS}/{owed_to(isv)}", "operator"), 404, "not-found")


@pytest.mark.parametrize("role", ["service", "operator"])
async def test_a_market_has_its_own_accounts_from_the_beginning(quiet: Quiet, role: str) -> None:
    for account in ("gateway", "unapplied", "escrow", "commission"):
        assert (await statement(quiet, account, role, currency="XZZ"))["lines"] == []


@pytest.mark.parametrize(
    "account", ["Gateway", "provider", "provider:", "provider:nobody", "buyer:b-1", "provider:%00", "é"]
)
async def test_an_account_that_there_is_not_is_not_found(quiet: Quiet, account: str) -> None:
    refusal(await quiet.get(f"{ACCOUNTS}/{account}", "operator"), 404, "not-found")


@pytest.mark.parametrize("path", ["", "/gateway"])
async def test_a_market_that_is_foreign_or_unknown_is_not_found(quiet: Quiet, path: str) -> None:
    ours = quiet.speaking(market="rehearsal")
    foreign = await ours.get(f"{ACCOUNTS}{path}", "operator")
    refusal(foreign, 404, "not-found")
    unknown = await quiet.get(f"{LEDGER.format(market='nowhere')}{path}", "operator")
    assert unknown.content == foreign.content


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("path", "field", "tampered"),
    [
        *(("", "cursor", text) for text in ("", "é~", cursor(1, 2), cursor("gateway"), cursor("a\0", "CNY"))),
        *(("", "cursor", text) for text in (cursor("gateway", "\ud800"), cursor("gateway", "CNY", 1))),
        *(("/gateway", "after", text) for text in ("", "é~", cursor("1"), cursor(-1), cursor(2**63))),
        *(("/gateway", "after", text) for text in (cursor(True), cursor(1.5), cursor(1, 2))),
    ],
)
async def test_a_cursor_that_was_tampered_with_is_refused(
    quiet: Quiet, path: str, field: str, tampered: str
) -> None:
    found = finding(await quiet.get(f"{ACCOUNTS}{path}", "operator", **{field: tampered}))
    assert (found["field"], found["code"]) == (field, "no-cursor")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        *(("", "kind", "money"), ("", "limit", "0"), ("", "limit", "201")),
        *(("/gateway", "limit", "0"), ("/gateway", "limit", "201"), ("/gateway", "currency", "cny")),
        *(("/gateway", "from", "2026-01-01T00:00:00"), ("/gateway", "until", "yesterday")),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_its_name(
    quiet: Quiet, path: str, field: str, value: str
) -> None:
    assert finding(await quiet.get(f"{ACCOUNTS}{path}", "operator", **{field: value}))["field"] == field
