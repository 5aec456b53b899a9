"""Where what stands against a provider leads its products and its shop."""

from collections.abc import Collection, Mapping
from typing import Any

from models.deposits import Block
from models.listing_terms import ListingTerms
from models.listings import RECTIFICATION, DelistedBy, ListingKind, ListingStage, RectificationStage
from models.rules.blocks import Why

PUBLISHED = (ListingStage.LISTED, ListingStage.HIDDEN)
"""Put on sale by its provider, whether buyers see it now or not."""
OF_SHOPS = (Why.AGREEMENT_LAPSED, Why.DEPOSIT_RELEASING)
"""Of what keeps a provider from listing, what keeps its shop from being shown, too: it is leaving, or has
left. What it still owes does not (TCM-SHOP-02)."""


def counting(barred: Mapping[Block, Collection[Why]], kind: ListingKind) -> tuple[Why, ...]:
    """What counts for it of all that stands against its provider: whoever may connect a shop may show it once
    it is approved (TCM-SHOP-02); products need everything (TCM-PROD-04, -05, -07)."""
    if kind is ListingKind.PRODUCT:
        return tuple(barred[Block.LISTING])
    leaving = (why for why in barred[Block.LISTING] if why in OF_SHOPS)
    return tuple(dict.fromkeys((*barred[Block.CONNECTING], *leaving)))


UNSETTLED = (RectificationStage.NOTICED, RectificationStage.SELF_CHECKED, RectificationStage.LAPSED)


def is_watched(data: Mapping[str, Any]) -> bool:
    """Whether a case on record waits for a correction: of what a notice found, or of what delisted it."""
    notice = data.get(RECTIFICATION) or {}
    return data.get("delisted_by") == DelistedBy.CONTENT or notice.get("stage") in UNSETTLED


def led_to(
    stage: ListingStage, blocked_by: Collection[Why], terms: ListingTerms, *, wish: bool
) -> ListingStage | None:
    """Where a product or shop goes by itself, given everything that stands against its provider's listing;
    None: it stays.

    What its market delists for takes it off until its provider lists it again (S88-ID-06, AMB-42); what its
    market hides for hides it only as long as that lasts. What is `wish`ed for is listed once nothing at all
    stands against it (TCM-PROD-03).
    """
    if stage in PUBLISHED and not {*blocked_by}.isdisjoint(terms.delists):
        return ListingStage.DELISTED
    hidden = not {*blocked_by}.isdisjoint(terms.hides)
    if stage is ListingStage.LISTED and hidden:
        return ListingStage.HIDDEN
    if stage is ListingStage.HIDDEN and not hidden:
        return ListingStage.LISTED
    if stage is ListingStage.APPROVED and wish and not blocked_by:
        return ListingStage.LISTED
    return None
