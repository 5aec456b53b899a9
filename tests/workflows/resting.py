"""Where products rest, and how they come there: from anywhere a case may go on in another run."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.bench import SECOND
from tests.listings import (
    APPROVE,
    DELIST,
    LIFT,
    LISTED,
    NOTIFY,
    REJECT,
    SELF_CHECKED,
    Bazaar,
    Item,
)

LISTING, SUSPECT = "listing", "moonshine"
Brought = Callable[[Bazaar], Awaitable[Item]]


def opens_restless(bazaar: Bazaar, **changes: Any) -> None:
    """Cases go on in another run there whenever they are idle."""
    gates = {"hides": ["deposit-releasing"], "delists": ["deposit-short"]}
    bazaar.opens(events_a_run=20, **gates, **changes)


async def found(bazaar: Bazaar) -> Item:
    """What buyers see is forbidden from some day on, and a check finds it."""
    item = await Item.begun(bazaar)
    await item.submits(item.written(f"Brewed like {SUSPECT}."))
    await item.decides(APPROVE)
    await item.stands(case="approved")
    await item.says(LISTED)
    bazaar.forbids(SUSPECT)
    await item.hears()
    await item.stands(rectification="noticed")
    await item.bench.settle(item.case)
    return item


async def lapsed(item: Item) -> None:
    await item.bench.advance_to(await item.case.due() + SECOND)
    await item.stands(case="delisted")


async def _draft(bazaar: Bazaar) -> Item:
    item = await Item.begun(bazaar)
    await item.saves()
    return item


async def _returned(bazaar: Bazaar) -> Item:
    item = await Item.in_review(bazaar)
    await item.decides(REJECT)
    return item


async def _turned_down_by_checks(bazaar: Bazaar) -> Item:
    bazaar.forbids(SUSPECT)
    item = await Item.begun(bazaar)
    await item.submits(item.written(SUSPECT), until="returned")
    return item


async def _with_a_draft(bazaar: Bazaar) -> Item:
    item = await Item.on_sale(bazaar)
    await item.saves(item.written("Other words."))
    return item


async def _hidden(bazaar: Bazaar) -> Item:
    item = await Item.on_sale(bazaar)
    await item.barred_by(LISTING)
    await item.stands(case="hidden")
    return item


async def _delisted_by_standing(bazaar: Bazaar) -> Item:
    item = await Item.on_sale(bazaar)
    await item.barred_by(LISTING, paid_fen=100, leaving=False)
    await item.stands(case="delisted")
    return item


def _decided(*events: Any, until: dict[str, str]) -> Brought:
    async def brought(bazaar: Bazaar) -> Item:
        item = await Item.on_sale(bazaar)
        for event in events:
            await item.decides(event)
        await item.stands(**until)
        return item

    return brought


async def _lapsed(bazaar: Bazaar) -> Item:
    item = await RESTING["noticed"](bazaar)
    await lapsed(item)
    return item


async def _corrected(bazaar: Bazaar) -> Item:
    item = await RESTING["noticed"](bazaar)
    await item.submits()
    await item.decides(APPROVE)
    await item.stands(rectification="corrected")
    return item


RESTING: dict[str, Brought] = {
    "begun": Item.begun,
    "draft": _draft,
    "returned": _returned,
    "turned down by checks": _turned_down_by_checks,
    "approved": Item.approved,
    "listed": Item.on_sale,
    "listed, with a draft": _with_a_draft,
    "hidden": _hidden,
    "delisted by content": _decided(DELIST, until={"case": "delisted"}),
    "delisted by standing": _delisted_by_standing,
    "noticed": _decided(NOTIFY, until={"rectification": "noticed"}),
    "found": found,
    "self-checked": _decided(NOTIFY, SELF_CHECKED, until={"rectification": "self_checked"}),
    "lapsed": _lapsed,
    "lifted": _decided(NOTIFY, LIFT, until={"rectification": "lifted"}),
    "corrected": _corrected,
}
