"""The paths of products and shops of which a history is kept: to sale, off it, and back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from models.interventions import Approved, Disapproved, Extended, Paused, Resumed
from models.listing_process import SHOP_REVIEWS
from models.process import Process
from tests.bench import DAY, SECOND, SECOND_OPERATOR, Bench, Opened
from tests.listings import (
    APPROVE,
    DELIST,
    EXPEDITED,
    LIFT,
    LISTED,
    NOTIFY,
    REJECT,
    REMOVE,
    RETIRED,
    SELF_CHECKED,
    UNLISTED,
    WITHDRAWN,
    Bazaar,
    Item,
)

Path = Callable[[Bench], Awaitable[Opened]]
SUSPECT, RISKY = "moonshine", {"risky": ["service"]}
GATES = {"hides": ["deposit-releasing"], "delists": ["deposit-short"]}


@asynccontextmanager
async def market(bench: Bench, **terms: Any) -> AsyncIterator[Bazaar]:
    """A market for as long as a path is played in it."""
    bazaar = Bazaar(bench)
    bazaar.opens(**terms)
    try:
        yield bazaar
    finally:
        bazaar.closes()


async def ended(item: Item, event: Any = RETIRED) -> Opened:
    await item.decides(event)
    await item.case.ends()
    return item.case


async def corrected(item: Item) -> None:
    await item.submits(item.written("Quite other words."))
    await item.decides(APPROVE)


async def given_up(bench: Bench) -> Opened:
    """Drafted, turned down by a check, taken back while others are under way, and given up."""
    async with market(bench) as bazaar:
        bazaar.forbids(SUSPECT)
        item = await Item.begun(bazaar)
        await item.saves()
        await item.submits(item.written(SUSPECT), until="returned")
        await item.submits(item.with_a_silent_link(), until="checking")
        await item.says(WITHDRAWN)
        return await ended(item)


async def in_rounds(bench: Bench) -> Opened:
    """Turned down, asked for to go first, overdue, decided by two; then approved, and never listed."""
    review = {"review_within": "P3D", "expedited_within": "P1D"}
    async with market(bench, **RISKY, review=review) as bazaar:
        item = await Item.in_review(bazaar)
        await item.decides(REJECT)
        await item.submits()
        await item.says(EXPEDITED)
        await item.bench.advance_to(await item.case.due() + SECOND)
        await item.case.stands("expedited_review_overdue")
        await item.decides(APPROVE)
        await item.decides(Disapproved(reason="not yet"), actor=SECOND_OPERATOR)
        await item.decides(APPROVE)
        await item.decides(Approved(reason="in order"), actor=SECOND_OPERATOR)
        await item.stands(case="approved")
        return await ended(item)


async def on_sale(bench: Bench, process: Process | None = None) -> Opened:
    """Listed when free, hidden and shown again, unlisted and listed; another version goes live meanwhile."""
    async with market(bench, **GATES) as bazaar:
        item = await (Item.begun(bazaar, process) if process else Item.begun(bazaar))
        await item.barred_by("listing")
        await item.submits(list_when_approved=True)
        await item.decides(APPROVE)
        await item.shows(waits_to_be_listed=True)
        await item.barred_by()
        await item.stands(case="listed")
        await item.barred_by("listing")
        await item.stands(case="hidden")
        await corrected(item)
        await item.shows(live_version=2)
        await item.barred_by()
        await item.stands(case="listed")
        await item.says(UNLISTED)
        await item.says(LISTED)
        await item.bench.settle(item.case)
        return await ended(item)


async def shop_on_show(bench: Bench) -> Opened:
    return await on_sale(bench, SHOP_REVIEWS)


async def noticed_and_removed(bench: Bench, process: Process | None = None) -> Opened:
    """Self-checked and found again, corrected; then mended too late, lifted; delisted, removed."""
    async with market(bench) as bazaar:
        item = await (Item.on_sale(bazaar, process) if process else Item.on_sale(bazaar))
        for event in (NOTIFY, SELF_CHECKED, NOTIFY):
            await item.decides(event)
        await item.stands(rectification="noticed")
        await corrected(item)
        await item.stands(rectification="corrected")
        await item.decides(NOTIFY)
        await item.decides(Paused(reason="a dispute", task="notice"))
        await bench.advance(40 * DAY)
        await item.decides(Resumed(reason="settled"))
        await item.decides(Extended(reason="holiday", by=3 * DAY))
        for before in (7 * DAY, DAY):
            await bench.advance_to(await item.case.due() - before + SECOND)
            await item.case.stands("reminded")
        await bench.advance_to(await item.case.due() + SECOND)
        await item.stands(case="delisted", rectification="lapsed")
        await corrected(item)
        await item.stands(case="listed", rectification="corrected")
        await item.decides(NOTIFY)
        await item.decides(DELIST)
        await item.stands(rectification="lapsed")
        await item.decides(LIFT)
        await item.stands(case="listed")
        return await ended(item, REMOVE)


async def shop_noticed_and_removed(bench: Bench) -> Opened:
    return await noticed_and_removed(bench, SHOP_REVIEWS)


async def found_by_checks(bench: Bench) -> Opened:
    """What is forbidden since gives notice; what an operator let pass stays; the rest is taken off."""
    async with market(bench, **GATES) as bazaar:
        item = await Item.begun(bazaar)
        await item.submits(item.written(f"{SUSPECT} and brimstone"))
        await item.decides(APPROVE)
        await item.stands(case="approved")
        await item.says(LISTED)
        bazaar.forbids(SUSPECT)
        await item.hears()
        await item.stands(rectification="noticed")
        await item.decides(LIFT)
        for there in (False, True):
            bazaar.forbids(SUSPECT, "brimstone")
            await item.hears()
            await item.stands(rectification="noticed")
            bazaar.forbids(SUSPECT, *(["brimstone"] if there else []))
            await bench.advance_to(await item.case.due() + SECOND)
            await item.stands(rectification="lapsed" if there else "lifted")
            await bench.settle(item.case)
        await item.stands(case="delisted")
        await corrected(item)
        await item.stands(case="listed")
        await item.barred_by("listing", paid_fen=100, leaving=False)
        await item.stands(case="delisted")
        return await ended(item)


async def trusted(bench: Bench) -> Opened:
    """No operator looks at what a trusted provider hands in."""
    async with market(bench, trust={"approvals": 1, "clean_for": "P30D"}) as bazaar:
        first = await Item.approved(bazaar)
        item = await Item.begun(bazaar, provider_id=first.provider_id)
        await item.submits(until="accepted", list_when_approved=True)
        await item.stands(case="listed")
        return await ended(item)


async def run_after_run(bench: Bench, process: Process | None = None) -> Opened:
    """A draft, what is hidden, and a notice go along."""
    async with market(bench, events_a_run=40, **GATES) as bazaar:
        item = await (Item.on_sale(bazaar, process) if process else Item.on_sale(bazaar))
        await item.saves(item.written("Other words."))
        await item.in_another_run()
        await item.says(item.submission())
        await item.stands(revision="reviewing")
        await item.decides(APPROVE)
        await item.shows(live_version=2)
        await item.barred_by("listing")
        await item.stands(case="hidden")
        await item.in_another_run()
        await item.decides(NOTIFY)
        await item.barred_by()
        await item.stands(case="listed")
        await item.in_another_run()
        await corrected(item)
        await item.stands(rectification="corrected")
        return await ended(item)


async def shop_run_after_run(bench: Bench) -> Opened:
    return await run_after_run(bench, SHOP_REVIEWS)


async def shop_given_up(bench: Bench) -> Opened:
    async with market(bench) as bazaar:
        return await ended(await Item.in_review(bazaar, SHOP_REVIEWS))


LISTINGS: dict[str, tuple[Path, str]] = {
    "product-given-up": (given_up, "given_up"),
    "product-in-rounds": (in_rounds, "retired"),
    "product-on-sale": (on_sale, "retired"),
    "product-noticed-and-removed": (noticed_and_removed, "removed"),
    "product-found-by-checks": (found_by_checks, "retired"),
    "product-of-a-trusted-provider": (trusted, "retired"),
    "product-run-after-run": (run_after_run, "retired"),
    "shop-given-up": (shop_given_up, "given_up"),
    "shop-on-show": (shop_on_show, "retired"),
    "shop-noticed-and-removed": (shop_noticed_and_removed, "removed"),
    "shop-run-after-run": (shop_run_after_run, "retired"),
}
"""By file name: how it is played, and the outcome it has."""
