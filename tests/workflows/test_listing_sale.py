"""What buyers see of a product or shop: listed by its provider, hidden and shown as its market says."""

from typing import Any

import pytest

from models.listing_process import SHOP_REVIEWS
from models.process import Process
from tests.listings import (
    APPROVE,
    DELIST,
    LIFT,
    LISTED,
    OUTDATED,
    REMOVE,
    RETIRED,
    UNLISTED,
    Bazaar,
    Item,
    facts_of,
    listed_in,
)

LISTING = "listing"
"""What is barred while a provider gets its deposit back: it is leaving."""


@pytest.fixture
def hiding(bazaar: Bazaar) -> Bazaar:
    """A market that hides what is on sale while its provider is leaving."""
    bazaar.opens(hides=["deposit-releasing"])
    return bazaar


async def test_what_is_approved_is_listed_and_taken_off_by_its_provider(
    bazaar: Bazaar, process: Process
) -> None:
    item = await Item.approved(bazaar, process)
    assert (await item.says(LISTED)).stage == "listed"
    view = await item.says(UNLISTED)
    assert (view.stage, view.data["waits_to_be_listed"]) == ("approved", False)


async def test_nothing_is_listed_that_was_never_approved(bazaar: Bazaar, process: Process) -> None:
    item = await Item.in_review(bazaar, process)
    assert "draft does not take listed" in await item.refuses(LISTED)


async def test_a_gate_that_closes_hides_it_until_it_opens_again(hiding: Bazaar, process: Process) -> None:
    item = await Item.on_sale(hiding, process)
    await item.barred_by(LISTING)
    view = await item.stands(case="hidden")
    assert view.data["blocked_by"] == ["deposit-releasing"]
    await item.barred_by()
    view = await item.stands(case="listed")
    assert view.data["blocked_by"] == []
    assert item.case.path()[-3:] == ["hidden", "listing_outdated", "shown_again"]


async def test_what_hides_nothing_bars_new_listings_alone(bazaar: Bazaar) -> None:
    bazaar.opens(hides=[])
    item = await Item.on_sale(bazaar)
    await item.barred_by(LISTING)
    view = await item.shows(blocked_by=["deposit-releasing"])
    assert view.stage == "listed"


async def test_what_is_to_be_listed_when_approved_waits_until_nothing_stands_against_it(
    hiding: Bazaar, process: Process
) -> None:
    item = await Item.begun(hiding, process)
    await item.barred_by(LISTING)
    await item.submits(list_when_approved=True)
    await item.decides(APPROVE)
    view = await item.stands(case="approved")
    assert view.data["waits_to_be_listed"] is True
    await item.barred_by()
    view = await item.stands(case="listed")
    assert view.data["waits_to_be_listed"] is False
    assert "listed_when_free" in item.case.path()


async def test_what_its_market_delists_for_is_listed_again_by_its_provider(
    bazaar: Bazaar, process: Process
) -> None:
    bazaar.opens(hides=[], delists=["deposit-releasing"])
    item = await Item.on_sale(bazaar, process)
    await item.barred_by(LISTING)
    view = await item.stands(case="delisted")
    assert view.data["delisted_by"] == "standing"
    await item.barred_by()
    await item.shows(blocked_by=[])
    view = await item.says(LISTED)
    assert (view.stage, view.data["delisted_by"]) == ("listed", None)


async def test_what_is_hidden_is_delisted_where_that_is_what_comes_next(bazaar: Bazaar) -> None:
    bazaar.opens(hides=["deposit-unpaid"], delists=["deposit-short"])
    item = await Item.on_sale(bazaar)
    await item.barred_by(LISTING, leaving=False)
    await item.stands(case="hidden")
    await item.barred_by(LISTING, paid_fen=100, leaving=False)
    await item.stands(case="delisted")


async def test_what_a_provider_owes_hides_its_products_and_not_its_shop(bazaar: Bazaar) -> None:
    bazaar.opens(hides=["deposit-unpaid"])
    shop, product = await Item.on_sale(bazaar, SHOP_REVIEWS), await Item.on_sale(bazaar)
    for item, blocked_by, stage in ((shop, [], "listed"), (product, ["deposit-unpaid"], "hidden")):
        await item.barred_by(LISTING, leaving=False)
        await item.shows(blocked_by=blocked_by)
        assert (await item.stands(case=stage)).data["blocked_by"] == blocked_by


async def test_an_operator_delists_at_once_and_a_corrected_version_brings_it_back(
    bazaar: Bazaar, process: Process
) -> None:
    item = await Item.on_sale(bazaar, process)
    view = await item.decides(DELIST)
    assert (view.stage, view.data["delisted_by"]) == ("delisted", "content")
    assert [reason["field"] for reason in listed_in(view, "reasons")] == ["basic.title"]
    assert "delisted does not take listed" in await item.refuses(LISTED)
    await item.submits()
    await item.decides(APPROVE)
    view = await item.stands(case="listed")
    assert (view.data["delisted_by"], view.data["reasons"], view.data["live_version"]) == (None, [], 2)


async def test_what_was_not_on_sale_is_not_put_on_sale_by_a_correction(
    bazaar: Bazaar, process: Process
) -> None:
    item = await Item.approved(bazaar, process)
    await item.decides(DELIST)
    await item.submits()
    await item.decides(APPROVE)
    await item.case.stands("version_approved", "standing_changed")
    assert (await item.case.on_record()).stage == "approved"


async def test_an_operator_lifts_a_delisting(bazaar: Bazaar, process: Process) -> None:
    item = await Item.on_sale(bazaar, process)
    await item.decides(DELIST)
    await item.decides(LIFT)
    await item.stands(case="listed")


@pytest.mark.parametrize("where", ["approved", "hidden"])
async def test_a_new_version_goes_live_without_anything_else_changing(
    hiding: Bazaar, process: Process, where: str
) -> None:
    item = await brought(hiding, process, where)
    await item.submits(item.written("Quite other words."))
    await item.decides(APPROVE)
    view = await item.shows(live_version=2)
    assert view.stage == where


@pytest.mark.parametrize("where", ["draft", "approved", "listed", "hidden", "delisted"])
@pytest.mark.parametrize("how", ["retired", "removed"])
async def test_it_ends_from_anywhere(hiding: Bazaar, process: Process, where: str, how: str) -> None:
    item = await brought(hiding, process, where)
    view = await (item.says(RETIRED) if how == "retired" else item.decides(REMOVE))
    expected = "given_up" if (where, how) == ("draft", "retired") else how
    assert (view.stage, view.outcome, view.tasks) == ("closed", expected, ())


async def test_it_ends_with_a_version_in_review(bazaar: Bazaar, process: Process) -> None:
    item = await Item.on_sale(bazaar, process)
    await item.submits()
    view = await item.says(RETIRED)
    assert (view.outcome, view.tasks) == ("retired", ())


@pytest.mark.parametrize("stage", ["hidden", "approved"])
async def test_it_is_taken_off_from_wherever_it_is(hiding: Bazaar, process: Process, stage: str) -> None:
    item = await brought(hiding, process, stage)
    view = await (item.says(UNLISTED) if stage == "hidden" else item.decides(DELIST))
    assert view.stage == ("approved" if stage == "hidden" else "delisted")


async def test_what_is_hidden_can_be_delisted_for_what_it_shows(hiding: Bazaar, process: Process) -> None:
    item = await brought(hiding, process, "hidden")
    assert (await item.decides(DELIST)).data["delisted_by"] == "content"


async def test_what_stands_against_a_draft_is_shown_before_anything_is_listed(
    hiding: Bazaar, process: Process
) -> None:
    for where in ("draft", "delisted"):
        item = await brought(hiding, process, where)
        await item.barred_by(LISTING)
        view = await item.shows(blocked_by=["deposit-releasing"])
        assert view.stage == where


async def test_looking_again_without_news_changes_nothing(bazaar: Bazaar, process: Process) -> None:
    item = await Item.on_sale(bazaar, process)
    before = await item.hears()
    await item.hears()
    after = await item.case.on_record(before.version + 1)
    assert (after.stage, after.data) == (before.stage, before.data)
    assert item.case.path()[-2:] == [OUTDATED.event] * 2


async def brought(bazaar: Bazaar, process: Process, where: str) -> Item:
    """A product or shop that stands there."""
    begun: dict[str, Any] = {"draft": Item.begun, "approved": Item.approved}
    item: Item = await begun.get(where, Item.on_sale)(bazaar, process)
    if where == "hidden":
        await item.barred_by(LISTING)
    elif where == "delisted":
        await item.decides(DELIST)
    await item.stands(case=where)
    assert facts_of(await item.case.on_record(), "revision")["stage"] in ("drafting", "accepted")
    return item
