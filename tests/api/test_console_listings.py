"""What a provider's page says of its shop and its products, and what keeps it from connecting and listing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.cases import Accepts, Party, Role, Task
from models.periods import local_date
from tests.api.conftest import Quiet
from tests.api.providers import NOW, Provider

TODAY = local_date(datetime.now(UTC))
DAY = timedelta(days=1)


def task(name: str, waiting_on: Party = Party.PROVIDER, event: str = "submitted") -> Task:
    return Task(name=name, waiting_on=waiting_on, accepts=(Accepts(event=event, by=(Role.PROVIDER,)),))


@pytest.fixture
def provider(quiet: Quiet) -> Provider:
    return Provider(quiet)


@pytest.fixture
def seller(quiet: Quiet) -> Provider:
    """In a market where nothing is listed without a shop, and who is onboarded."""
    seller = Provider(quiet, "rehearsal")
    seller.is_onboarded()
    return seller


# --- connecting


@pytest.mark.parametrize("state", ["accepted", "waived"])
async def test_who_has_its_permission_connects_before_it_is_onboarded(provider: Provider, state: str) -> None:
    """TCM-ONB-02, -10."""
    provider.applies({"agreements": "accepted", "permission": state, "deposit": "missing"})
    assert await provider.cannot_connect() == []
    assert (await provider.is_barred_from())["listing"] == ["not-onboarded"]


@pytest.mark.parametrize("state", ["missing", "given", "in_review", "rejected"])
async def test_nothing_is_connected_before_the_permission(provider: Provider, state: str) -> None:
    provider.applies({"agreements": "accepted", "permission": state})
    assert await provider.cannot_connect() == ["not-onboarded"]


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn", "lapsed"])
async def test_a_permission_ends_with_its_application(provider: Provider, outcome: str) -> None:
    provider.applies({"permission": "accepted"}, outcome=outcome)
    assert await provider.cannot_connect() == ["not-onboarded"]


async def test_the_newest_application_says_whether_it_is_permitted(provider: Provider) -> None:
    provider.applies({"permission": "accepted"}, opened_at=NOW - DAY)
    provider.applies({"permission": "missing"})
    assert await provider.cannot_connect() == ["not-onboarded"]
    provider.applies({}, outcome="onboarded", opened_at=NOW - 2 * DAY)
    assert await provider.cannot_connect() == []


async def test_a_market_without_such_a_step_asks_for_being_onboarded(quiet: Quiet) -> None:
    """ALI-ONB-02."""
    provider = Provider(quiet, "aliyun")
    provider.applies({"identity": "accepted", "application": "accepted", "agreements": "missing"})
    assert await provider.cannot_connect() == ["not-onboarded"]
    provider.is_onboarded()
    assert await provider.cannot_connect() == []


# --- agreements that are over


def signed(valid_until: Any, name: str = "access") -> dict[str, Any]:
    until = valid_until and valid_until.isoformat()
    what = {"name": name, "version": "1", "sha256": "0" * 64, "rule_set": "1", "effective_on": "2020-04-01"}
    return {**what, "valid_until": until}


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, []), (TODAY + DAY, []), (TODAY, []), (TODAY - DAY, ["agreement-lapsed"])],
)
async def test_an_agreement_is_in_force_to_the_end_of_its_last_day(
    provider: Provider, until: Any, expected: list[str]
) -> None:
    """ALI-REN-02, -04, AMB-11."""
    data = {"checklist": [], "agreements": [signed(None), signed(until, "annex")]}
    provider.has("provider-onboardings", data, outcome="onboarded")
    assert await provider.is_barred_from() == {"listing": expected, "withdrawal": []}
    assert await provider.cannot_connect() == []


async def test_who_signed_before_agreements_had_a_last_day_is_free(provider: Provider) -> None:
    old = {name: value for name, value in signed(None).items() if name != "valid_until"}
    provider.has("provider-onboardings", {"checklist": [], "agreements": [old]}, outcome="onboarded")
    assert (await provider.is_barred_from())["listing"] == []


async def test_the_agreements_of_the_newest_onboarding_count(provider: Provider) -> None:
    """ALI-REN-05: who signs the next one goes on at once."""
    lapsed = {"checklist": [], "agreements": [signed(TODAY - DAY)]}
    provider.has("provider-onboardings", lapsed, outcome="onboarded", opened_at=NOW - DAY)
    provider.has("provider-onboardings", lapsed, outcome="withdrawn")
    assert (await provider.is_barred_from())["listing"] == ["agreement-lapsed"]
    renewed = {"checklist": [], "agreements": [signed(TODAY + DAY)]}
    provider.has("provider-onboardings", renewed, outcome="onboarded", opened_at=NOW + timedelta(seconds=1))
    assert (await provider.is_barred_from())["listing"] == []


# --- a shop


@pytest.mark.parametrize("stage", ["draft", "approved", "hidden", "delisted"])
async def test_nothing_is_listed_without_a_shop_that_is_shown(seller: Provider, stage: str) -> None:
    """TCM-SHOP-02, AMB-20."""
    assert (await seller.is_barred_from())["listing"] == ["shop-not-approved"]
    seller.has("shop-reviews", {}, stage=stage)
    assert (await seller.is_barred_from())["listing"] == ["shop-not-approved"]


async def test_one_shop_that_is_shown_is_enough(seller: Provider) -> None:
    shop = seller.has("shop-reviews", {"title": "Gates"}, stage="listed", opened_at=NOW - DAY)
    page = await seller.sees()
    assert (page["shop"]["case_id"], page["shop"]["data"]["title"]) == (shop, "Gates")
    assert page["blocked_by"]["listing"] == []
    newer = seller.has("shop-reviews", {}, stage="draft")
    page = await seller.sees()
    assert (page["shop"]["case_id"], page["blocked_by"]["listing"]) == (newer, [])


async def test_a_market_that_asks_for_no_shop_lists_without_one(provider: Provider) -> None:
    provider.is_onboarded()
    assert (await provider.sees())["shop"] is None
    assert (await provider.is_barred_from())["listing"] == []


# --- what waits


async def test_a_page_says_what_a_shop_and_products_ask_for(seller: Provider) -> None:
    shop = seller.has("shop-reviews", {}, task("first_version"), task("draft"))
    seller.has("product-reviews", {}, task("first_version"), task("draft"))
    seller.has("product-reviews", {}, task("on_sale", Party.OFFICE), task("next_version"), stage="listed")
    seller.has("product-reviews", {}, task("review", Party.OPERATOR))
    back = seller.has("product-reviews", {}, task("first_version"), task("another_round"))
    found = seller.has("product-reviews", {}, task("notice"), task("next_version"), stage="listed")
    seller.has("product-reviews", {}, task("notice"), provider_id="isv-2")
    seller.has("product-reviews", {}, task("notice"), market="tencent-cloud")
    waiting = [(each["case_id"], each["task"]) for each in (await seller.sees())["next"]]
    assert waiting[0] == (shop, "draft")
    assert sorted(waiting[1:]) == sorted([(back, "another_round"), (found, "notice")])


async def test_of_many_products_a_page_shows_those_that_changed_last(seller: Provider) -> None:
    """Thousands would fill it: the worklist has all."""
    for _ in range(23):
        seller.has("product-reviews", {}, task("another_round"))
    assert len((await seller.sees())["next"]) == 20
