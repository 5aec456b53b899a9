"""A gate that closes hides what is on sale, also where nobody told it (TCM-PROD-04)."""

from datetime import UTC, datetime, timedelta

from models.reconciling import Reconcile
from tests.activities.test_reconciliation import reconciliation
from tests.bench import Bench
from tests.listings import APPROVE, LISTED, Bazaar, Item, put_on_record

TERMS = Reconcile(give_time=timedelta(hours=1), look_back=timedelta(microseconds=1))


async def test_a_product_is_told_once_that_a_gate_has_closed_or_opened(
    lone_bench: Bench,
) -> None:
    """AMB-42."""
    bazaar, reconcile = Bazaar(lone_bench), reconciliation(lone_bench).reconcile
    bazaar.opens(hides=["deposit-unpaid"])
    try:
        async with lone_bench.working():
            product = await Item.on_sale(bazaar)
            assert (await reconcile(TERMS)).listings == 0
            put_on_record(bazaar, product.provider_id, ["listing"])
            assert (await reconcile(TERMS)).listings == 1
            hidden = await product.stands(case="hidden")
            assert hidden.data["blocked_by"] == ["deposit-unpaid"]
            assert (await reconcile(TERMS)).listings == 0
            put_on_record(bazaar, product.provider_id, [], 500_000)
            assert (await reconcile(TERMS)).listings == 1
            await product.stands(case="listed")
            assert (await reconcile(TERMS)).listings == 0
            assert product.case.path().count("listing_outdated") == 2
            await lone_bench.clear()
    finally:
        bazaar.closes()


async def test_what_is_forbidden_anew_is_noticed_on_what_is_on_sale(lone_bench: Bench) -> None:
    """ALI-RECT-05."""
    bazaar, reconcile = Bazaar(lone_bench), reconciliation(lone_bench).reconcile
    bazaar.opens()
    try:
        async with lone_bench.working():
            clean, forbidden = await Item.on_sale(bazaar), await Item.begun(bazaar)
            await forbidden.submits(forbidden.written("Fresh snakeoil for your network"))
            await forbidden.decides(APPROVE)
            await forbidden.stands(case="approved")
            await forbidden.says(LISTED)
            await forbidden.at_rest()
            assert (await reconcile(TERMS)).listings == 0
            bazaar.forbids("snakeoil")
            assert (await reconcile(TERMS)).listings == 2
            await forbidden.stands(case="listed", rectification="noticed")
            version = bazaar.policies[bazaar.name].catalogue.version(datetime.now(UTC))
            assert "rectification" not in (await clean.shows(catalogue=version)).data
            assert (await reconcile(TERMS)).listings == 0
            await lone_bench.clear()
    finally:
        bazaar.closes()
