"""How buyers can pay a provider, and where its money goes, as its cases stand on record."""

from typing import Any

import pytest

from tests.api.caller import Api, finding, refusal
from tests.api.conftest import Quiet
from tests.api.providers import Provider

ACTIVATED = "2021-11-20T00:00:00+00:00"
BALANCE = {"name": "balance", "title": "Account balance", "title_zh": "余额支付"}


@pytest.fixture
def provider(walled: Quiet) -> Provider:
    """In a market that has everything, whose old settlement accounts are out of use."""
    return Provider(walled, "walled")


@pytest.fixture
def mover(walled: Quiet) -> Provider:
    """In a market whose old settlement accounts still serve."""
    return Provider(walled, "moving")


async def ways(provider: Provider, role: str = "service") -> list[str]:
    return [each["name"] for each in (await provider.reads("channels", role))["channels"]]


async def routes(provider: Provider, **asked: str) -> dict[str, Any]:
    """By channel, where the money goes."""
    answer = await provider.reads("settlement", **asked)
    return {each["channel"]["name"]: each["to"] for each in answer["settles"]}


# --- how buyers can pay


async def test_who_has_opened_nothing_is_paid_as_before_if_at_all(provider: Provider) -> None:
    """ALI-PAY-03."""
    assert await provider.reads("channels") == {
        **{"market": "walled", "provider_id": provider.id},
        "channels": [BALANCE, {"name": "credit", "title": "Credit line", "title_zh": "信用额度支付"}],
        "blocked_by": ["not-onboarded", "no-merchant-number", "settlement-not-activated"],
    }


async def test_numbers_and_paths_each_bring_their_own_way(provider: Provider) -> None:
    """TCM-MCH-04, ALI-PAY-05."""
    provider.opens(wallet="open", b2b="open")
    provider.settles(activated_at=ACTIVATED, alipay="open", mybank="open")
    assert await ways(provider) == [
        *("balance", "credit", "alipay", "mybank"),
        *("wechat_pay", "online_bank_transfer"),
    ]


@pytest.mark.parametrize(
    ("paths", "new"),
    [
        ({"alipay": "open"}, ["alipay"]),
        ({"alipay": "approving", "mybank": "open"}, ["mybank"]),
        ({"alipay": "awaiting_deduction", "mybank": "awaiting_agreement"}, []),
        ({"alipay": "open", "mybank": "open", "deduction": False}, []),
    ],
    ids=["ALI-PAY-04", "ALI-PAY-07", "ALI-PAY-01", "ALI-SET-18: the right was revoked"],
)
async def test_a_path_brings_its_way_once_it_is_ready(
    provider: Provider, paths: dict[str, Any], new: list[str]
) -> None:
    provider.settles(activated_at=ACTIVATED, **paths)
    assert await ways(provider) == ["balance", "credit", *new]


async def test_each_number_brings_its_way_although_another_case_opened_it(provider: Provider) -> None:
    first = {"wallet": {"stage": "open"}, "b2b": {"stage": "given_up"}}
    provider.has("merchant-accounts", first, outcome="partly_opened")
    provider.opens(b2b="open", wallet="awaiting_form")
    assert (await ways(provider))[2:] == ["wechat_pay", "online_bank_transfer"]


async def test_a_settlement_account_that_was_closed_brings_nothing(provider: Provider) -> None:
    facts = {"activated_at": ACTIVATED, "deduction": True, "alipay": {"stage": "open"}}
    provider.has("settlement-accounts", facts, outcome="ended")
    assert await ways(provider) == ["balance", "credit"]
    assert "settlement-not-activated" in await provider.cannot_be_bought_of()


async def test_a_market_without_any_of_this_names_no_way(quiet: Quiet) -> None:
    assert await Provider(quiet, "alipay").reads("channels") | {"provider_id": "-"} == {
        **{"market": "alipay", "provider_id": "-"},
        **{"channels": [], "blocked_by": []},
    }


# --- where the money goes


async def test_before_the_old_account_ends_an_unactivated_shop_is_paid_the_old_way(mover: Provider) -> None:
    """ALI-SET-04, ALI-SET-07."""
    mover.is_onboarded()
    settlement = await mover.reads("settlement")
    assert settlement["settles"][0] == {"channel": BALANCE, "to": "old_account", "case_id": None}
    assert (settlement["paid_out"], settlement["blocked_by"]) == (True, [])


async def test_what_was_paid_before_the_shop_was_activated_goes_the_old_way(mover: Provider) -> None:
    """ALI-SET-06, -07, AMB-24: to the second."""
    case_id = mover.settles(activated_at="2021-11-20T00:00:00+00:00", alipay="open", mybank="open")
    old = dict.fromkeys(("balance", "credit", "alipay", "mybank"), "old_account")
    assert await routes(mover, paid_at="2021-11-20T07:59:59+08:00") == old
    new = {"balance": "alipay", "credit": "alipay", "alipay": "alipay", "mybank": "mybank"}
    assert await routes(mover, paid_at="2021-11-20T08:00:00+08:00") == new == await routes(mover)
    shown = (await mover.reads("settlement"))["settles"]
    assert {each["case_id"] for each in shown} == {case_id}


async def test_where_mybank_is_all_there_is_everything_goes_there(mover: Provider) -> None:
    """AMB-25."""
    mover.settles(activated_at=ACTIVATED, mybank="open")
    assert await routes(mover) == dict.fromkeys(("balance", "credit", "mybank"), "mybank")


async def test_from_the_cut_over_an_unactivated_shop_is_not_paid_and_its_money_waits(
    provider: Provider,
) -> None:
    """ALI-SET-05."""
    provider.is_onboarded()
    settlement = await provider.reads("settlement")
    assert {each["to"] for each in settlement["settles"]} == {None}
    assert (settlement["paid_out"], settlement["blocked_by"]) == (False, ["settlement-not-activated"])
    before = await routes(provider, paid_at="2021-12-30T23:59:59+08:00")
    assert {*before.values()} == {"old_account"}
    after = await routes(provider, paid_at="2021-12-31T00:00:00+08:00")
    assert {*after.values()} == {None}


async def test_nothing_is_paid_out_while_nothing_may_be_deducted(provider: Provider) -> None:
    """ALI-SET-23. The money still goes to the account, and what it could not give back is told."""
    provider.is_onboarded()
    provider.settles(activated_at=ACTIVATED, alipay="open", deduction=False)
    settlement = await provider.reads("settlement")
    assert (settlement["paid_out"], settlement["blocked_by"]) == (False, ["deduction-not-authorised"])
    assert {each["to"] for each in settlement["settles"]} == {"alipay"}
    assert settlement["arrears_fen"] == 0


async def test_arrears_are_told(provider: Provider) -> None:
    """AMB-26."""
    facts = {"activated_at": ACTIVATED, "deduction": True, "arrears_fen": 1_999}
    provider.has("settlement-accounts", {**facts, "alipay": {"stage": "open"}})
    assert (await provider.reads("settlement"))["arrears_fen"] == 1_999


async def test_what_numbers_collect_goes_to_the_bank_account_while_that_is_proven(
    provider: Provider,
) -> None:
    """TCM-ACCT-02, TCM-TEN-10. A changed account is paid nothing until it is proven again."""
    provider.is_onboarded()
    provider.settles(activated_at=ACTIVATED, alipay="open")
    provider.opens(wallet="open")
    assert (await routes(provider))["wechat_pay"] is None
    account = provider.has_account("withdrawal")
    settlement = await provider.reads("settlement")
    (wallet,) = [each for each in settlement["settles"] if each["channel"]["name"] == "wechat_pay"]
    assert (wallet["to"], wallet["case_id"]) == ("bank_account", account)
    assert (settlement["paid_out"], settlement["blocked_by"]) == (False, ["account-unproven"])


async def test_the_moment_that_is_asked_about_is_answered_in_utc(provider: Provider) -> None:
    asked = await provider.reads("settlement", paid_at="2021-12-30T23:59:59+08:00")
    assert asked["paid_at"] == "2021-12-30T15:59:59Z"


@pytest.mark.parametrize("odd", ["", "yesterday", "2021-12-30", "0001-01-01T00:00:00+08:00", "NaN", "\x00"])
async def test_a_moment_that_is_none_is_refused(provider: Provider, odd: str) -> None:
    answer = await provider.api.get(f"{provider.at}/settlement", "operator", paid_at=odd)
    assert finding(answer)["field"] == "paid_at"


# --- whom it is shown to


@pytest.mark.parametrize("what", ["channels", "settlement"])
async def test_everybody_of_the_market_reads_it_and_the_provider_its_own(
    provider: Provider, what: str
) -> None:
    for role in ("service", "operator", "provider"):
        assert (await provider.reads(what, role))["provider_id"] == provider.id


@pytest.mark.parametrize("what", ["channels", "settlement"])
async def test_it_is_its_providers_and_its_markets(provider: Provider, what: str) -> None:
    provider.opens(wallet="open")
    path = f"{provider.at}/{what}"

    async def foreign(api: Api, role: str, path: str = path) -> None:
        answer = await api.get(path, role)
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content

    unknown = await provider.api.get(f"/v1/markets/nowhere/providers/isv-1/{what}", "operator")
    await foreign(provider.api.speaking(provider_id="isv-2"), "provider")
    await foreign(provider.api.speaking(market="moving", provider_id=provider.id), "provider")
    for role in ("service", "operator"):
        await foreign(provider.api.speaking(market="moving"), role)
    for odd in ("isv%001", "isv%0A", "%E6%9D%8E", "isv%C3%A9"):
        await foreign(provider.api, "operator", f"/v1/markets/walled/providers/{odd}/{what}")
