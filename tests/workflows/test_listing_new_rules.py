"""What is forbidden from some day on does not go on sale from that day on: S88-POL-04, ALI-RECT-05, AMB-19.

What is on sale by then has its notice, and time (test_listing_notice.py).
"""

import pytest

from models.listing_process import PRODUCT_REVIEWS
from models.process import Process
from tests.listings import APPROVE, DELIST, LIFT, LISTED, UNLISTED, Bazaar, Item, facts_of, listed_in
from tests.workflows.resting import SUSPECT, found


async def approved(bazaar: Bazaar, process: Process) -> Item:
    """Something that nothing is wrong with when it is handed in."""
    item = await Item.begun(bazaar, process)
    await item.submits(item.written(f"Brewed like {SUSPECT}."))
    await item.decides(APPROVE)
    await item.stands(case="approved")
    return item


async def test_what_was_approved_by_old_rules_is_not_put_on_sale_by_them(
    bazaar: Bazaar, process: Process
) -> None:
    item = await approved(bazaar, process)
    bazaar.forbids(SUSPECT)
    await item.hears()
    view = await item.stands(case="delisted", rectification="lapsed")
    assert [each["code"] for each in listed_in(view, "reasons")] == ["forbidden-content"]
    assert (view.data["delisted_by"], facts_of(view, "rectification")["by_system"]) == ("content", True)
    assert "does not take listed" in await item.refuses(LISTED)
    await item.submits(item.written("Quite other words."))
    await item.decides(APPROVE)
    await item.stands(case="approved", rectification="corrected")
    assert (await item.says(LISTED)).stage == "listed"


async def test_what_is_approved_after_the_day_that_forbids_it_is_not_listed_by_itself(
    bazaar: Bazaar, process: Process
) -> None:
    """It was handed in before it: what was forbidden then turned it not down."""
    item = await Item.begun(bazaar, process)
    await item.submits(item.written(SUSPECT), list_when_approved=True)
    bazaar.forbids(SUSPECT)
    await item.decides(APPROVE)
    await item.stands(case="delisted", rectification="lapsed")
    assert not {"listed", "listed_when_free"} & {*item.case.path()}
    await item.submits(item.written("Quite other words."))
    await item.decides(APPROVE)
    await item.stands(case="listed", rectification="corrected")


async def test_what_waits_for_a_gate_is_not_listed_when_it_opens(bazaar: Bazaar, process: Process) -> None:
    item = await Item.begun(bazaar, process)
    await item.barred_by("listing")
    await item.submits(item.written(SUSPECT), list_when_approved=True)
    await item.decides(APPROVE)
    await item.shows(waits_to_be_listed=True)
    bazaar.forbids(SUSPECT)
    await item.barred_by()
    await item.stands(case="delisted")
    assert "listed_when_free" not in item.case.path()


async def test_an_operator_who_lets_it_pass_is_asked_once(bazaar: Bazaar, process: Process) -> None:
    item = await approved(bazaar, process)
    bazaar.forbids(SUSPECT)
    await item.hears()
    await item.stands(case="delisted", rectification="lapsed")
    await item.decides(LIFT)
    await (await item.at_rest()).hears()
    await item.at_rest()
    await item.stands(case="approved")
    assert (await item.says(LISTED)).stage == "listed"
    await item.at_rest()
    assert facts_of(await item.case.on_record(), "rectification")["number"] == 1


@pytest.mark.parametrize("again", [False, True], ids=["off sale", "on sale again"])
async def test_what_has_a_notice_keeps_its_time_also_off_sale(bazaar: Bazaar, again: bool) -> None:
    item = await found(bazaar)
    due = await item.case.due()
    await item.says(UNLISTED)
    if again:
        await item.says(LISTED)
    await item.hears()
    await item.at_rest()
    view = await item.stands(rectification="noticed")
    assert (view.stage, await item.case.due()) == ("listed" if again else "approved", due)


async def test_a_version_that_replaces_one_on_sale_has_its_notice(bazaar: Bazaar, process: Process) -> None:
    item = await Item.on_sale(bazaar, process)
    await item.submits(item.written(SUSPECT))
    bazaar.forbids(SUSPECT)
    await item.decides(APPROVE)
    view = await item.stands(rectification="noticed")
    assert (view.stage, view.data["live_version"]) == ("listed", 2)


async def test_what_came_while_it_was_delisted_is_found_when_that_is_lifted(bazaar: Bazaar) -> None:
    """An operator lets its own reasons pass, and not what is forbidden since."""
    item = await approved(bazaar, PRODUCT_REVIEWS)
    await item.decides(DELIST)
    bazaar.forbids(SUSPECT)
    await item.hears()
    await item.at_rest()
    await item.decides(LIFT)
    view = await item.stands(case="delisted", rectification="lapsed")
    assert [each["code"] for each in listed_in(view, "reasons")] == ["forbidden-content"]
