"""A provider's own page: where it stands, what is next, what is barred. Cases as they stand on record."""

from datetime import timedelta

import pytest

from models.cases import Accepts, Party, Role, Task
from tests.api.caller import Json, refusal
from tests.api.conftest import Quiet
from tests.api.providers import MARKET, NOW, Provider

DUE = NOW + timedelta(days=3)
SUBMIT = Task(
    name="application",
    waiting_on=Party.PROVIDER,
    accepts=(
        Accepts(event="application_submitted", by=(Role.PROVIDER,)),
        Accepts(event="decided", by=(Role.OPERATOR,), decisions=("waive",)),
    ),
    deadline_at=DUE,
    attempts_left=2,
)
REVIEW = Task(
    name="review",
    waiting_on=Party.OPERATOR,
    accepts=(Accepts(event="decided", by=(Role.OPERATOR,), decisions=("approve",)),),
)
WALLET_FORM = Task(
    name="wallet_form",
    waiting_on=Party.PROVIDER,
    accepts=(Accepts(event="wallet_form_submitted", by=(Role.PROVIDER,)),),
)
SCAN = Task(
    name="administrator_scan",
    waiting_on=Party.SIGNATORY,
    accepts=(Accepts(event="administrator_scanned", by=(Role.SERVICE,)),),
)
FREE: Json = {"listing": [], "withdrawal": []}


@pytest.fixture
def provider(quiet: Quiet) -> Provider:
    return Provider(quiet)


async def test_who_has_never_applied_sees_that_nothing_is_there_yet(provider: Provider) -> None:
    assert await provider.sees() == {
        **{"market": MARKET, "provider_id": provider.id},
        **dict.fromkeys(("onboarding", "deposit", "bank_account", "merchant_account", "settlement_account")),
        "shop": None,
        **{"done": [], "next": []},
        "blocked_by": {
            "listing": ["not-onboarded"],
            "withdrawal": ["not-onboarded"],
            "purchase": ["not-onboarded", "no-merchant-number"],
            "connecting": ["not-onboarded"],
        },
    }


async def test_a_page_shows_what_is_done_and_what_waits_for_the_provider(provider: Provider) -> None:
    case_id = provider.applies(
        {"identity": "accepted", "permission": "waived", "application": "rejected", "deposit": "missing"},
        SUBMIT,
        REVIEW,
    )
    page = await provider.sees()
    assert page["done"] == ["identity", "permission"]
    (asked,) = page["next"]
    assert asked == {
        "case_id": case_id,
        "url": f"/v1/markets/{MARKET}/provider-onboardings/{case_id.rpartition(':')[2]}/events",
        "task": "application",
        "waiting_on": "provider",
        "accepts": [
            {"event": "application_submitted", "by": ["provider"], "not_before": None, "decisions": []}
        ],
        "deadline_at": DUE.isoformat().replace("+00:00", "Z"),
        "attempts_left": 2,
    }


async def test_what_waits_comes_from_every_case_and_ends_with_it(provider: Provider) -> None:
    onboarding = provider.applies({}, SUBMIT)
    account = provider.has("bank-accounts", {"blocks": ["withdrawal"]}, SUBMIT)
    provider.deposits(0)
    merchant = provider.has("merchant-accounts", {"wallet": {"stage": "awaiting_form"}}, WALLET_FORM)
    settlement = provider.has("settlement-accounts", {"alipay": {"stage": "awaiting_account"}}, SUBMIT)
    asked = [each["case_id"] for each in (await provider.sees())["next"]]
    assert asked == [onboarding, account, merchant, settlement]


async def test_a_code_that_somebody_of_the_provider_has_to_scan_is_next(provider: Provider) -> None:
    """TCM-TEN-04, -14. The provider cannot report it: whoever shows the code does."""
    lanes = {"wallet": {"stage": "awaiting_form"}, "b2b": {"stage": "awaiting_scan"}}
    provider.has("merchant-accounts", lanes, WALLET_FORM, SCAN, REVIEW)
    asked = {each["task"]: each for each in (await provider.sees())["next"]}
    assert asked.keys() == {"wallet_form", "administrator_scan"}
    assert (asked["administrator_scan"]["waiting_on"], asked["administrator_scan"]["accepts"]) == (
        "signatory",
        [],
    )
    assert [each["event"] for each in asked["wallet_form"]["accepts"]] == ["wallet_form_submitted"]


async def test_everybody_sees_the_cases_as_elsewhere(provider: Provider) -> None:
    """What is next is the provider's to do, whoever looks."""
    provider.applies({}, SUBMIT, REVIEW)
    seen = {}
    for role in ("service", "operator", "provider"):
        page = await provider.sees(role)
        seen[role] = [[each["event"] for each in task["accepts"]] for task in page["onboarding"]["tasks"]]
        assert [each["accepts"][0]["event"] for each in page["next"]] == ["application_submitted"]
    assert seen == {
        "service": [[], []],
        "operator": [["decided"], ["decided"]],
        "provider": [["application_submitted"], []],
    }


async def test_what_is_sealed_in_a_case_is_dots_here(provider: Provider) -> None:
    provider.has("bank-accounts", {"account": {"sealed": "x" * 40}, "blocks": []})
    lane = {"stage": "under_review", "signing": {"sealed": "y" * 40}}
    provider.has("merchant-accounts", {"company": {"sealed": "z" * 40}, "wallet": lane})
    provider.has("settlement-accounts", {"alipay": {"stage": "matching", "account": {"sealed": "x" * 40}}})
    for role in ("service", "operator", "provider"):
        page = await provider.sees(role)
        assert page["bank_account"]["data"]["account"] == "•••"
        assert page["merchant_account"]["data"] == {"company": "•••", "wallet": {**lane, "signing": "•••"}}
        assert page["settlement_account"]["data"]["alipay"] == {"stage": "matching", "account": "•••"}


async def test_the_newest_case_of_each_kind_counts(provider: Provider) -> None:
    before = NOW - timedelta(days=1)
    newest = provider.deposits(500_000)
    provider.deposits(0, "listing", opened_at=before)
    provider.has("deposit-accounts", {}, market="rehearsal", opened_at=NOW + timedelta(days=1))
    provider.has("deposit-accounts", {}, provider_id="isv-2", opened_at=NOW + timedelta(days=1))
    page = await provider.sees()
    assert page["deposit"]["case_id"] == newest
    assert page["deposit"]["data"]["held_fen"] == 500_000


async def test_who_was_onboarded_once_stays_so_while_it_applies_again(provider: Provider) -> None:
    provider.applies({}, outcome="onboarded", opened_at=NOW - timedelta(days=1))
    provider.applies({"identity": "missing"}, SUBMIT)
    assert await provider.is_barred_from() == FREE


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn", "lapsed"])
async def test_who_was_not_admitted_is_not_onboarded(provider: Provider, outcome: str) -> None:
    provider.applies({}, outcome=outcome)
    assert "not-onboarded" in (await provider.is_barred_from())["listing"]


async def test_a_market_that_onboards_nobody_bars_nobody(provider: Provider) -> None:
    here = provider.api.speaking(provider_id=provider.id)
    answer = await here.get(provider.page.replace(MARKET, "alipay"), "provider")
    assert answer.json()["blocked_by"] == {**FREE, "purchase": [], "connecting": []}


@pytest.mark.parametrize(
    ("held", "blocks", "listing", "withdrawal"),
    [
        (0, ("listing", "withdrawal"), ["deposit-unpaid"], ["deposit-unpaid"]),
        (499_999, ("withdrawal",), [], ["deposit-short"]),
        (500_000, (), [], []),
        (500_000, ("listing",), ["deposit-releasing"], []),
    ],
)
async def test_a_deposit_bars_what_its_account_says(
    provider: Provider, held: int, blocks: tuple[str, ...], listing: list[str], withdrawal: list[str]
) -> None:
    """TCM-DEP-03, -04."""
    provider.is_onboarded(deposit="accepted")
    provider.deposits(held, *blocks)
    assert await provider.is_barred_from() == {"listing": listing, "withdrawal": withdrawal}


async def test_a_deposit_that_the_market_does_without_bars_nothing(provider: Provider) -> None:
    provider.is_onboarded(deposit="waived")
    provider.deposits(0, "listing", "withdrawal")
    assert await provider.is_barred_from() == FREE


async def test_nothing_is_paid_out_without_a_proven_account(provider: Provider) -> None:
    """TCM-TEN-15. Not even where an operator did without the proof."""
    provider.is_onboarded(bank_account="waived")
    unproven = {"listing": [], "withdrawal": ["account-unproven"]}
    assert await provider.is_barred_from() == unproven
    provider.has_account("withdrawal", opened_at=NOW)
    assert await provider.is_barred_from() == unproven
    provider.has_account(opened_at=NOW + timedelta(seconds=1))
    assert await provider.is_barred_from() == FREE


@pytest.mark.parametrize(
    ("state", "listing"),
    [("missing", ["certification-fee-unpaid"]), ("accepted", []), ("waived", [])],
)
async def test_a_fee_that_is_owed_bars_listing(provider: Provider, state: str, listing: list[str]) -> None:
    """TCM-ONB-21."""
    provider.is_onboarded(certification_fee=state)
    assert await provider.is_barred_from() == {"listing": listing, "withdrawal": []}


@pytest.mark.parametrize(
    ("stages", "against"),
    [
        ({}, ["no-merchant-number"]),
        ({"wallet": "under_review", "b2b": "ready"}, ["no-merchant-number"]),
        ({"wallet": "open", "b2b": "reviewing"}, []),
        ({"b2b": "open"}, []),
        ({"wallet": "open", "b2b": "open"}, []),
    ],
)
async def test_one_open_number_is_enough_to_be_bought_of(
    provider: Provider, stages: dict[str, str], against: list[str]
) -> None:
    """TCM-MCH-01."""
    provider.is_onboarded()
    provider.opens(**stages)
    assert await provider.cannot_be_bought_of() == against
    assert await provider.is_barred_from() == FREE


async def test_a_shop_without_a_settlement_account_neither_sells_nor_is_paid(
    quiet: Quiet,
) -> None:
    """ALI-SET-05, AMB-24: the old accounts are out of use."""
    shop = Provider(quiet, "aliyun")
    barred = {"withdrawal": ["settlement-not-activated"], "purchase": ["settlement-not-activated"]}
    stranger = {each: ["not-onboarded", *barred.get(each, [])] for each in (*FREE, *barred, "connecting")}
    assert (await shop.sees())["blocked_by"] == stranger
    shop.is_onboarded()
    assert (await shop.sees())["blocked_by"] == {"listing": [], "connecting": [], **barred}
    shop.settles(activated_at="2021-12-30T15:59:59+00:00", mybank="open")
    assert (await shop.sees())["blocked_by"] == {**FREE, "purchase": [], "connecting": []}


async def test_a_number_stays_open_whatever_a_later_case_comes_to(provider: Provider) -> None:
    provider.is_onboarded()
    before = {"opened_at": NOW - timedelta(days=1), "outcome": "partly_opened"}
    provider.has("merchant-accounts", {"wallet": {"stage": "open"}, "b2b": {"stage": "given_up"}}, **before)
    newest = provider.opens(b2b="awaiting_form")
    page = await provider.sees()
    assert (page["merchant_account"]["case_id"], page["blocked_by"]["purchase"]) == (newest, [])


async def test_somebody_elses_number_or_one_of_another_market_opens_nothing(provider: Provider) -> None:
    provider.is_onboarded()
    lanes = {"wallet": {"stage": "open"}}
    provider.has("merchant-accounts", lanes, provider_id="isv-2")
    provider.has("merchant-accounts", lanes, market="rehearsal")
    provider.has("settlement-accounts", lanes)
    assert await provider.cannot_be_bought_of() == ["no-merchant-number"]


async def test_a_page_is_its_providers_and_its_markets(provider: Provider) -> None:
    provider.applies({})
    unknown = await provider.api.get("/v1/markets/nowhere/providers/isv-1/console", "operator")
    others = [
        await provider.api.speaking(provider_id="isv-2").get(provider.page, "provider"),
        *[
            await provider.api.speaking(market="alipay").get(provider.page, role)
            for role in ("service", "operator")
        ],
        await provider.api.get(f"/v1/markets/{MARKET}/providers/isv%001/console", "operator"),
    ]
    for answer in others:
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content
