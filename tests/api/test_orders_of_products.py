"""Orders of what is not on sale are refused, and those that run go on (S88-ID-07, -08)."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from activities.records import Records
from models.cases import SYSTEM, Batch, CaseView, Change
from models.periods import CHINA
from models.tables import CaseRow
from tests.api.caller import ACCEPTED, APPROVED, FREE, SUBMITTED, Api, Json, contents, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.test_guarded_orders import Shop, against

NOT_ON_SALE = ("template.id", "not-on-sale", "S88-ID-08")
MOVED = "UPDATE cases SET stage = :stage WHERE case_id = :case_id"


class Seller(Shop):
    """A provider whose products are on record."""

    def lists(self, stage: str = "listed", **how: Any) -> str:
        """Its id. Without `title` and all that: nobody looks."""
        id, live = f"t-{new_key()}", None if stage == "draft" else 1
        self.has("product-reviews", {"blocked_by": [], "live_version": live}, stage=stage, id=id, **how)
        return id

    def of(self, product: str, **changes: Any) -> Json:
        template = {**self.asks()["template"], "id": product}
        return self.asks(template=template, **changes)


def delisted(api: Api, case_id: str) -> None:
    """As its workflow would write it."""
    with Session(api.engine) as session:
        view = CaseView.model_validate(session.get_one(CaseRow, case_id).view)
    data = {**view.data, "delisted_by": "content"}
    now = view.model_copy(update={"stage": "delisted", "version": view.version + 1, "data": data})
    step = Change(
        version=now.version,
        at=now.changed_at,
        event="delisted",
        actor=SYSTEM,
        stage_before=view.stage,
        stage_after=now.stage,
    )
    Records(api.engine).record(Batch(run_id="a-run", changes=(step,), view=now))


@pytest.fixture
def seller(quiet: Quiet) -> Seller:
    return Seller(quiet, "alipay")


async def test_what_is_listed_is_ordered(seller: Seller) -> None:
    await seller.lets_in(seller.of(seller.lists()))


@pytest.mark.parametrize("stage", ["approved", "hidden", "delisted"])
async def test_what_is_not_on_sale_is_not_ordered(seller: Seller, stage: str) -> None:
    body, before = seller.of(seller.lists(stage)), contents(seller.api.engine)
    assert against(await seller.is_ordered_from(body)) == [NOT_ON_SALE]
    assert contents(seller.api.engine) == before


@pytest.mark.parametrize("stage", ["hidden", "delisted"])
async def test_a_renewal_of_what_was_taken_off_is_refused_as_any_order(seller: Seller, stage: str) -> None:
    """AMB-42: who has it keeps it to its last day (S88-ID-07), and no longer."""
    running = {"ends_on": datetime.now(CHINA).date().isoformat(), "version_submitted": True}
    body, before = seller.of(seller.lists(stage), running_service=running), contents(seller.api.engine)
    assert against(await seller.is_ordered_from(body)) == [NOT_ON_SALE]
    assert contents(seller.api.engine) == before
    await seller.lets_in(seller.of(seller.lists(), running_service=running))


async def test_what_its_provider_gave_up_is_not_ordered(seller: Seller) -> None:
    body = seller.of(seller.lists(outcome="retired"))
    assert against(await seller.is_ordered_from(body)) == [NOT_ON_SALE]


async def test_nobody_sells_what_is_somebody_elses(seller: Seller, quiet: Quiet) -> None:
    """And nobody learns whose it is."""
    body = seller.of(Seller(quiet, "alipay").lists())
    answer = await seller.is_ordered_from(body)
    assert against(answer) == [NOT_ON_SALE]
    hidden = await seller.is_ordered_from(seller.of(seller.lists("hidden")))
    assert answer.json()["errors"] == hidden.json()["errors"]


async def test_a_product_of_another_market_says_nothing_here(seller: Seller) -> None:
    await seller.lets_in(seller.of(seller.lists("hidden", market="rehearsal")))


async def test_a_draft_keeps_nobody_from_selling_what_was_sold_before(seller: Seller, quiet: Quiet) -> None:
    await seller.lets_in(seller.of(seller.lists("draft")))
    await seller.lets_in(seller.of(Seller(quiet, "alipay").lists("draft")))


async def test_what_nobody_has_connected_is_ordered_as_ever(seller: Seller) -> None:
    await seller.lets_in()


async def test_it_is_said_with_everything_else(seller: Seller) -> None:
    body = seller.of(seller.lists("delisted"), agreement_accepted=False)
    assert against(await seller.is_ordered_from(body)) == [
        ("agreement_accepted", "agreement-not-accepted", "AMP-ORD-12"),
        NOT_ON_SALE,
    ]


async def test_what_delists_counts_before_the_product_has_heard_of_it(quiet: Quiet) -> None:
    """S88-ID-06."""
    seller = Seller(quiet, "rehearsal")
    body = seller.of(seller.lists())
    assert against(await seller.is_ordered_from(body)) == [NOT_ON_SALE]
    seller.is_onboarded()
    seller.has("shop-reviews", {}, stage="listed")
    await seller.lets_in(body)


async def test_an_order_of_before_is_found_again_after_its_product_was_delisted(seller: Seller) -> None:
    """S88-ID-07: what was ordered goes on."""
    product = seller.lists()
    body = seller.of(product)
    await seller.lets_in(body)
    with seller.api.engine.begin() as connection:
        moved = {"stage": "delisted", "case_id": f"product-reviews:alipay:{product}"}
        connection.execute(text(MOVED), moved)
    refusal(await seller.is_ordered_from(body), 503, "not-confirmed")
    assert against(await seller.is_ordered_from(seller.of(product))) == [NOT_ON_SALE]


async def test_where_nothing_else_is_sold_only_what_is_listed_is_ordered(walled: Quiet) -> None:
    """AMP-ORD-01."""
    seller = Seller(walled, "shelved")
    seller.is_free()
    assert against(await seller.is_ordered_from()) == [NOT_ON_SALE]
    await seller.lets_in(seller.of(seller.lists()))


async def test_an_order_that_runs_is_untouched_when_its_product_is_delisted(api: Api) -> None:
    """S88-ID-07."""
    seller = Seller(api, "alipay")
    seller.id = "isv-1"
    product = seller.lists()
    placed = await api.placed(
        "alipay", provider_id=seller.id, template={**FREE, "id": product}, id=f"o-{new_key()}"
    )
    delisted(api, f"product-reviews:alipay:{product}")
    case = await api.moved(placed, (SUBMITTED, "provider"), (APPROVED, "service"), (ACCEPTED, "service"))
    assert (case["stage"], case["outcome"]) == ("closed", "completed")
