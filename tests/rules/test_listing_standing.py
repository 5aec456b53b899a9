"""Where what stands against a provider leads what it sells, and who may order it."""

import pytest

from models.deposits import Block
from models.listing_terms import ListingTerms
from models.listings import ListingKind, ListingStage
from models.policies import MarketPolicy
from models.rules.blocks import Why
from models.rules.listing_standing import counting, led_to
from models.rules.on_sale import Offered, sale_findings

DRAFT, APPROVED, LISTED, HIDDEN, DELISTED, CLOSED = ListingStage
UNPAID, GONE, FEE = Why.DEPOSIT_UNPAID, Why.NOT_ONBOARDED, Why.CERTIFICATION_FEE_UNPAID
"""What hides, what delists, and what only keeps from listing."""


@pytest.fixture(scope="module")
def terms(policies: dict[str, MarketPolicy]) -> ListingTerms:
    given = policies["rehearsal"].product_reviews[0].terms
    return given.model_copy(update={"hides": (UNPAID, Why.DEPOSIT_SHORT), "delists": (GONE,)})


@pytest.mark.parametrize(
    ("stage", "against", "wish", "expected"),
    [
        (LISTED, (), False, None),
        (LISTED, (FEE,), True, None),
        (LISTED, (UNPAID,), False, HIDDEN),
        (LISTED, (FEE, UNPAID), False, HIDDEN),
        (LISTED, (UNPAID, GONE), False, DELISTED),
        (HIDDEN, (), False, LISTED),
        (HIDDEN, (FEE,), False, LISTED),
        (HIDDEN, (Why.DEPOSIT_SHORT,), False, None),
        (HIDDEN, (UNPAID, GONE), False, DELISTED),
        (HIDDEN, (GONE,), False, DELISTED),
        (APPROVED, (), True, LISTED),
        (APPROVED, (), False, None),
        (APPROVED, (FEE,), True, None),
        (APPROVED, (UNPAID,), True, None),
        (APPROVED, (GONE,), True, None),
    ],
)
def test_a_gate_that_closes_hides_or_delists_and_one_that_opens_restores(
    terms: ListingTerms,
    stage: ListingStage,
    against: tuple[Why, ...],
    wish: bool,
    expected: ListingStage | None,
) -> None:
    """TCM-PROD-03, -04, S88-ID-06, AMB-42."""
    assert led_to(stage, against, terms, wish=wish) == expected


@pytest.mark.parametrize("stage", [DRAFT, DELISTED, CLOSED])
@pytest.mark.parametrize("against", [(), (UNPAID,), (GONE,)])
def test_what_is_not_on_sale_stays_what_it_is(
    terms: ListingTerms, stage: ListingStage, against: tuple[Why, ...]
) -> None:
    """What was delisted comes back when its provider lists it again, not by itself (AMB-42)."""
    assert led_to(stage, against, terms, wish=True) is None


def test_a_shop_asks_less_of_its_provider_than_a_product() -> None:
    """TCM-SHOP-02, TCM-PROD-04, -05: what is owed keeps products back alone; who is leaving shows neither."""
    leaving = Why.DEPOSIT_RELEASING
    barred = {
        Block.LISTING: (GONE, leaving, UNPAID, FEE, Why.SHOP_NOT_APPROVED),
        Block.CONNECTING: (GONE,),
        Block.WITHDRAWAL: (Why.ACCOUNT_UNPROVEN,),
    }
    assert counting(barred, ListingKind.SHOP) == (GONE, leaving)
    assert counting(barred, ListingKind.PRODUCT) == barred[Block.LISTING]
    assert counting({**barred, Block.CONNECTING: ()}, ListingKind.SHOP) == (leaving,)


# --- who may order it

OURS = Offered(provider_id="isv-1", stage=LISTED)


def codes(
    product: Offered | None, terms: ListingTerms | None, *against: Why
) -> list[tuple[str, str, str | None]]:
    found = sale_findings(product, "isv-1", against, terms, "template.id")
    return [(each.field, each.code, each.rule) for each in found]


REFUSED = [("template.id", "not-on-sale", "S88-ID-08")]


def test_what_is_listed_is_ordered_of_its_own_provider(terms: ListingTerms) -> None:
    assert codes(OURS, terms) == []
    assert codes(OURS, terms, FEE) == []
    assert codes(OURS.model_copy(update={"provider_id": "isv-2"}), terms) == REFUSED
    assert codes(OURS.model_copy(update={"provider_id": None}), terms) == REFUSED


@pytest.mark.parametrize("stage", [stage for stage in ListingStage if stage is not LISTED])
def test_what_is_not_listed_is_not_ordered(terms: ListingTerms, stage: ListingStage) -> None:
    """S88-ID-08."""
    assert codes(OURS.model_copy(update={"stage": stage}), terms) == REFUSED


@pytest.mark.parametrize("why", [UNPAID, GONE])
def test_what_hides_or_delists_counts_before_the_product_knows_of_it(terms: ListingTerms, why: Why) -> None:
    """S88-ID-06: from 2022-01-21 00:00 on, not from when somebody came by."""
    assert codes(OURS, terms, why) == REFUSED


def test_what_nobody_knows_is_ordered_unless_nothing_else_is_sold(terms: ListingTerms) -> None:
    """AMP-ORD-01."""
    alone = terms.model_copy(update={"only_listed": True})
    assert codes(None, None, UNPAID) == codes(None, terms, UNPAID) == []
    assert codes(None, alone) == REFUSED
    assert codes(OURS, alone) == []


@pytest.mark.parametrize("provider_id", ["isv-1", "isv-2"])
@pytest.mark.parametrize("stage", [DRAFT, CLOSED])
def test_a_draft_keeps_nobody_from_selling_what_was_sold_before(
    terms: ListingTerms, provider_id: str, stage: ListingStage
) -> None:
    begun = Offered(provider_id=provider_id, stage=stage, shown_before=False)
    assert codes(begun, terms) == codes(begun, None) == []
    assert codes(begun, terms.model_copy(update={"only_listed": True})) == REFUSED


def test_a_product_of_a_market_that_reviews_none_any_more_is_judged_by_its_stage() -> None:
    assert codes(OURS, None, UNPAID) == []
    assert codes(OURS.model_copy(update={"stage": HIDDEN}), None) == REFUSED
