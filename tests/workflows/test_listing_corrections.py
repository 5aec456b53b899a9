"""What mends a finding: a version handed in after it, that somebody looked at (ALI-RECT-07)."""

import pytest

from models.interventions import Approved
from models.listing_process import SHOP_REVIEWS
from models.process import Process
from tests.bench import DAY, SECOND_OPERATOR
from tests.listings import (
    APPROVE,
    DELIST,
    EXPEDITED,
    LISTED,
    NOTIFY,
    UNLISTED,
    WITHDRAWN,
    Bazaar,
    Item,
    facts_of,
)

SUSPECT = "moonshine"


async def test_what_was_handed_in_before_a_delisting_brings_nothing_back(
    bazaar: Bazaar, process: Process
) -> None:
    item = await Item.on_sale(bazaar, process)
    await item.submits()
    await item.decides(DELIST)
    await item.decides(APPROVE)
    view = await item.case.stands("version_live", "standing_changed")
    assert (view.stage, view.data["live_version"]) == ("delisted", 2)
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(case="listed")


async def test_what_was_handed_in_before_a_notice_leaves_it_and_its_time(bazaar: Bazaar) -> None:
    item = await Item.on_sale(bazaar)
    await item.submits()
    await item.decides(NOTIFY)
    [until] = [task.deadline_at for task in (await item.case.on_record()).tasks if task.name == "notice"]
    await item.decides(APPROVE)
    view = await item.shows(live_version=2)
    [notice] = [task for task in view.tasks if task.name == "notice"]
    assert notice.deadline_at == until
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(rectification="corrected")


async def test_a_draft_saved_before_a_notice_mends_it_when_it_is_handed_in_after_it(bazaar: Bazaar) -> None:
    item = await Item.on_sale(bazaar)
    await item.saves(item.written("Quite other words."))
    await item.decides(NOTIFY)
    await item.says(item.submission())
    await item.stands(revision="reviewing")
    await item.decides(APPROVE)
    await item.stands(rectification="corrected")


async def test_a_correction_still_in_review_does_not_stop_the_time(bazaar: Bazaar, process: Process) -> None:
    bazaar.opens(review={"review_within": "P90D"})
    item = await Item.on_sale(bazaar, process)
    view = await item.decides(NOTIFY)
    [until] = [task.deadline_at for task in view.tasks if task.name == "notice"]
    assert until is not None
    await item.submits()
    await item.bench.advance_to(until)
    await item.stands(case="delisted", rectification="lapsed", revision="reviewing")
    await item.decides(APPROVE)
    await item.stands(case="listed", rectification="corrected")


async def test_an_operator_looks_at_the_correction_of_a_trusted_provider(bazaar: Bazaar) -> None:
    bazaar.opens(trust={"approvals": 1, "clean_for": "P1D"})
    item = await Item.on_sale(bazaar)
    await item.decides(DELIST)
    await item.bench.advance(2 * DAY)
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(case="listed")


async def test_what_was_wrong_with_a_shop_counts_against_its_provider(bazaar: Bazaar) -> None:
    bazaar.opens(trust={"approvals": 1, "clean_for": "P90D"})
    product = await Item.approved(bazaar)
    shop = await Item.begun(bazaar, SHOP_REVIEWS, product.provider_id)
    await shop.submits(until="accepted")
    await shop.says(LISTED)
    await shop.decides(NOTIFY)
    await product.submits(product.written("Quite other words."))


@pytest.mark.parametrize("how", ["expedited", "silence"])
async def test_a_first_approval_waits_on_when_the_review_is_queued_elsewhere(
    bazaar: Bazaar, how: str
) -> None:
    bazaar.opens(risky=["service"], review={"review_within": "P3D", "expedited_within": "P1D"})
    item = await Item.in_review(bazaar)
    await item.decides(APPROVE)
    if how == "expedited":
        await item.says(EXPEDITED)
    else:
        await item.bench.advance_to(await item.reviewed_until())
        await item.case.stands("review_overdue")
    view = await item.case.on_record()
    assert "second_approval" in [task.name for task in view.tasks]
    view = await item.decides(Approved(reason="in order"), actor=SECOND_OPERATOR)
    assert facts_of(view, "revision")["stage"] == "accepted"


async def test_a_first_approval_is_void_once_its_version_is_taken_back(bazaar: Bazaar) -> None:
    bazaar.opens(risky=["service"])
    item = await Item.in_review(bazaar)
    await item.decides(APPROVE)
    await item.says(WITHDRAWN)
    view = await item.submits(item.written("Quite other words."))
    assert "second_approval" not in [task.name for task in view.tasks]
    assert "no decision waits" in await item.refuses(Approved(reason="in order"), actor=SECOND_OPERATOR)


async def test_a_class_that_a_product_is_for_can_be_risky_too(bazaar: Bazaar) -> None:
    bazaar.opens(risky=["finance"])
    item = await Item.in_review(bazaar)
    view = await item.decides(APPROVE)
    assert "second_approval" in [task.name for task in view.tasks]


async def test_what_waits_to_be_listed_waits_no_more_when_its_provider_says_so(
    bazaar: Bazaar, process: Process
) -> None:
    item = await Item.approved(bazaar, process)
    assert "does not take unlisted" in await item.refuses(UNLISTED)
    await item.barred_by("listing")
    await item.submits(list_when_approved=True)
    await item.decides(APPROVE)
    await item.shows(waits_to_be_listed=True)
    view = await item.says(UNLISTED)
    assert (view.stage, view.data["waits_to_be_listed"]) == ("approved", False)
    await item.barred_by()
    await item.shows(blocked_by=[])
    assert (await item.case.on_record()).stage == "approved"


async def test_what_its_market_delisted_can_be_delisted_for_what_it_shows(
    bazaar: Bazaar, process: Process
) -> None:
    bazaar.opens(hides=[], delists=["deposit-releasing"])
    item = await Item.on_sale(bazaar, process)
    await item.barred_by("listing")
    await item.stands(case="delisted")
    assert (await item.decides(DELIST)).data["delisted_by"] == "content"
