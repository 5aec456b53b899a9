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
from models.listing_tasks import PRODUCT_DRAFTS, SHOP_DRAFTS, STEPS, Drafts, tasks_of
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


def _reviews(name: str, workflow: str, kind: ListingKind, drafts: Drafts, **its_own: Any) -> Process:
    return Process(
        name=name,
        workflow=workflow,
        started_by=frozenset({Role.SERVICE}),
        start=ConnectListing,
        tasks=tasks_of(drafts),
        steps=STEPS,
        stages=ListingStage,
        outcomes=ListingOutcome,
        check=_check,
        guarded_by=Block.CONNECTING,
        event_guards={Listed: partial(counting, kind=kind)},
        lanes=_LANES,
        **its_own,
    )


PRODUCT_REVIEWS = _reviews(
    "product-reviews",
    "ProductReview",
    ListingKind.PRODUCT,
    PRODUCT_DRAFTS,
    title="Product review",
    title_zh="商品审核与上架",
    event=ProductEvent,
    admit=_product,
)
SHOP_REVIEWS = _reviews(
    "shop-reviews",
    "ShopReview",
    ListingKind.SHOP,
    SHOP_DRAFTS,
    title="Shop review",
    title_zh="店铺审核与展示",
    event=ShopEvent,
    admit=_shop,
)
KIND_OF = {PRODUCT_REVIEWS.name: ListingKind.PRODUCT, SHOP_REVIEWS.name: ListingKind.SHOP}
"""What is reviewed, by the name of the process."""
