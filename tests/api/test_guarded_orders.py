"""Orders of a provider whose products nobody may buy now, and how the buyer can pay those that are placed."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from models.tables import AdmissionRow
from tests.api.caller import FREE, Api, Json, contents, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.providers import Provider
from tests.bench import order_body

STAGE = "UPDATE cases SET view = jsonb_set(view, '{data,wallet,stage}', :stage) WHERE case_id = :case_id"


class Shop(Provider):
    """A provider of whom buyers order."""

    def asks(self, **changes: Any) -> Json:
        return order_body(provider_id=self.id, **changes)

    async def is_ordered_from(self, body: Json | None = None) -> httpx.Response:
        path = f"/v1/markets/{self.market}/template-orders"
        return await self.api.call("POST", path, json=body or self.asks())

    async def lets_in(self, body: Json | None = None) -> list[str]:
        """The channels that an order keeps which is let in. Nobody is there to start it."""
        body = body or self.asks()
        refusal(await self.is_ordered_from(body), 503, "not-confirmed")
        with Session(self.api.engine) as session:
            row = session.get(AdmissionRow, f"template-orders:{self.market}:{body['id']}")
        assert row is not None
        return list(row.input["channels"])

    def is_free(self) -> str:
        """Nothing stands against it: the case of its merchant account."""
        self.is_onboarded(deposit="accepted")
        self.deposits(500_000)
        self.settles(activated_at="2021-11-20T00:00:00+00:00", alipay="open")
        return self.opens(wallet="open")


@pytest.fixture
def shop(walled: Quiet) -> Shop:
    return Shop(walled, "walled")


def against(answer: httpx.Response) -> list[tuple[str, str, str]]:
    errors = refusal(answer, 422, "invalid")["errors"]
    assert all(each["detail"] and each["next"] for each in errors)
    return [(each["field"], each["code"], each["rule"]) for each in errors]


async def test_everything_that_stands_against_a_purchase_is_said_at_once(shop: Shop) -> None:
    shop.deposits(0, "listing", "purchase")
    before = contents(shop.api.engine)
    assert against(await shop.is_ordered_from()) == [
        ("provider_id", "not-onboarded", "TCM-ONB-02"),
        ("provider_id", "deposit-unpaid", "TCM-DEP-04"),
        ("provider_id", "no-merchant-number", "TCM-MCH-01"),
        ("provider_id", "settlement-not-activated", "ALI-SET-05"),
    ]
    assert contents(shop.api.engine) == before


async def test_what_is_wrong_with_the_order_itself_is_said_with_it(shop: Shop) -> None:
    shop.is_onboarded()
    shop.settles(activated_at="2021-11-20T00:00:00+00:00", mybank="open")
    before = contents(shop.api.engine)
    body = shop.asks(agreement_accepted=False, ends=["taobao"])
    assert against(await shop.is_ordered_from(body)) == [
        ("ends", "unknown-end", "AMP-ORD-10"),
        ("agreement_accepted", "agreement-not-accepted", "AMP-ORD-12"),
        ("provider_id", "no-merchant-number", "TCM-MCH-01"),
    ]
    assert contents(shop.api.engine) == before


async def test_an_order_is_let_in_and_keeps_the_ways_to_pay_of_its_day(shop: Shop) -> None:
    """ALI-PAY-08, TCM-MCH-04."""
    shop.is_free()
    assert await shop.lets_in() == ["balance", "credit", "alipay", "wechat_pay"]


async def test_what_bars_a_provider_from_something_else_bars_no_purchase(shop: Shop) -> None:
    """A deposit that is short here, an unproven account, a right that was revoked (ALI-SET-18, -23)."""
    shop.is_onboarded(deposit="accepted", bank_account="missing", certification_fee="missing")
    shop.deposits(1, "withdrawal", "listing")
    shop.has_account("withdrawal")
    shop.settles(activated_at="2021-11-20T00:00:00+00:00", alipay="open", deduction=False)
    shop.opens(b2b="open")
    assert await shop.lets_in() == ["balance", "credit", "online_bank_transfer"]


async def test_somebody_elses_number_lets_no_order_in(shop: Shop) -> None:
    other = Shop(shop.api, "walled")
    other.is_free()
    shop.is_onboarded()
    shop.settles(activated_at="2021-11-20T00:00:00+00:00", alipay="open")
    shop.has("merchant-accounts", {"wallet": {"stage": "open"}}, market="moving")
    assert [code for _, code, _ in against(await shop.is_ordered_from())] == ["no-merchant-number"]


async def test_an_order_of_before_is_found_again_while_its_provider_is_barred(shop: Shop) -> None:
    """Whether the first answer came or not. Another order is refused, and another body of the same id."""
    merchant, body = shop.is_free(), shop.asks()
    await shop.lets_in(body)
    with shop.api.engine.begin() as connection:
        connection.execute(text(STAGE), {"stage": '"frozen"', "case_id": merchant})
    refusal(await shop.is_ordered_from(body), 503, "not-confirmed")
    assert isinstance(shop.api, Quiet)
    shop.api.put(body["id"], market="walled", provider_id=shop.id, data={"amount_fen": 0})
    again = await shop.is_ordered_from(body)
    assert (again.status_code, again.json()["id"]) == (200, body["id"])
    assert [code for _, code, _ in against(await shop.is_ordered_from())] == ["no-merchant-number"]
    refusal(await shop.is_ordered_from({**body, "service_for": "P2Y"}), 409, "already-exists")


async def test_a_market_that_guards_no_purchases_asks_nothing(quiet: Quiet) -> None:
    """A provider of which nothing is known sells there, as ever."""
    for market in ("alipay", "rehearsal"):
        shop = Shop(quiet, market)
        kept = await shop.lets_in()
        assert (await shop.sees())["blocked_by"]["purchase"] == []
        assert kept == [each["name"] for each in (await shop.reads("channels"))["channels"]]


async def test_a_case_shows_the_ways_to_pay_that_it_keeps_whatever_is_opened_later(api: Api) -> None:
    """ALI-PAY-08."""
    shop = Shop(api, "rehearsal")
    shop.opens(wallet="open", b2b="reviewing")
    placed = await api.placed("rehearsal", provider_id=shop.id, template=FREE, id=f"o-{new_key()}")
    shop.opens(b2b="open")
    later = [each["name"] for each in (await shop.reads("channels"))["channels"]]
    kept = (await api.case(placed))["data"]["channels"]
    assert "wechat_pay" in kept
    assert {*later} - {*kept} == {"online_bank_transfer"}


async def test_an_order_of_a_market_that_names_no_ways_to_pay_shows_none(api: Api) -> None:
    assert "channels" not in (await api.case(await api.placed()))["data"]
