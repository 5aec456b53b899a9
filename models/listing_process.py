"""Product and shop reviews, as everything else is made from them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from models.admitting import Admitted, Checked, Hold
from models.cases import Event, Opening, Role
from models.deposits import Block
from models.listing_events import (
    DecidedToApprove,
    DecidedToDelist,
    DecidedToNotify,
    DecidedToReject,
    Listed,
    ProductEvent,
    SelfChecked,
    ShopEvent,
    Submitted,
)
from models.listing_tasks import PRODUCT_DRAFTS, SHOP_DRAFTS, STEPS, tasks_of
from models.listings import (
    RECTIFICATION,
    REVISION,
    ConnectListing,
    Listing,
    ListingKind,
    ListingOutcome,
    ListingStage,
    RectificationStage,
    RevisionStage,
)
from models.policies import ListingPolicy, MarketPolicy, ProcessPolicy
from models.process import Process
from models.rules.findings import Finding
from models.rules.listing_events import (
    approval_findings,
    reason_findings,
    self_check_findings,
    submission_findings,
)
from models.rules.listing_standing import counting

_LANES = {REVISION: RevisionStage, RECTIFICATION: RectificationStage}


def _listing(
    kind: ListingKind, asked: ConnectListing, policy: ProcessPolicy, opening: Opening
) -> dict[str, Any]:
    assert isinstance(policy, ListingPolicy)
    listing = Listing(opening=opening, terms=policy.terms, kind=kind, provider_id=asked.provider_id)
    return listing.model_dump(mode="json")


def _product(asked: ConnectListing, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    """A provider begins a product. Its id is the product's, and nobody else's in this market."""
    return Admitted(input=_listing(ListingKind.PRODUCT, asked, policy, opening))


def _shop(asked: ConnectListing, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    """A provider begins its shop: one at a time (TCM-SHOP-01)."""
    return Admitted(
        input=_listing(ListingKind.SHOP, asked, policy, opening),
        holds=(Hold(name=f"shop:{asked.provider_id}", field="provider_id", rule="TCM-SHOP-01"),),
    )


def _check(event: Event, checked: Checked) -> Sequence[Finding]:
    """What is wrong with an event, everything at once: what a submission comes to, its own checks say."""
    kind, data = ListingKind(str(checked.input["kind"])), checked.view.data
    match event:
        case Submitted():
            return submission_findings(event, data)
        case DecidedToApprove(confirmed=confirmed):
            return approval_findings(confirmed, data)
        case (
            DecidedToReject(reasons=reasons)
            | DecidedToNotify(reasons=reasons)
            | DecidedToDelist(reasons=reasons)
        ):
            return reason_findings(reasons, kind)
        case SelfChecked(blocks=blocks):
            return self_check_findings(blocks, kind)
    return ()


PRODUCT_REVIEWS = Process(
    name="product-reviews",
    title="Product review",
    title_zh="商品审核与上架",
    workflow="ProductReview",
    started_by=frozenset({Role.SERVICE}),
    start=ConnectListing,
    event=ProductEvent,
    tasks=tasks_of(PRODUCT_DRAFTS),
    steps=STEPS,
    stages=ListingStage,
    outcomes=ListingOutcome,
    admit=_product,
    check=_check,
    guarded_by=Block.CONNECTING,
    event_guards={Listed: partial(counting, kind=ListingKind.PRODUCT)},
    lanes=_LANES,
)
SHOP_REVIEWS = Process(
    name="shop-reviews",
    title="Shop review",
    title_zh="店铺审核与展示",
    workflow="ShopReview",
    started_by=frozenset({Role.SERVICE}),
    start=ConnectListing,
    event=ShopEvent,
    tasks=tasks_of(SHOP_DRAFTS),
    steps=STEPS,
    stages=ListingStage,
    outcomes=ListingOutcome,
    admit=_shop,
    check=_check,
    guarded_by=Block.CONNECTING,
    event_guards={Listed: partial(counting, kind=ListingKind.SHOP)},
    lanes=_LANES,
)
KIND_OF = {PRODUCT_REVIEWS.name: ListingKind.PRODUCT, SHOP_REVIEWS.name: ListingKind.SHOP}
"""What is reviewed, by the name of the process."""
