"""Whether what somebody orders is on sale."""

from collections.abc import Collection

from models.base import Frozen
from models.listing_terms import ListingTerms
from models.listings import ListingStage
from models.rules.blocks import Why
from models.rules.findings import Finding


class Offered(Frozen):
    """A product that its market knows: whose it is, and what buyers see of it."""

    provider_id: str | None
    stage: str
    shown_before: bool = True
    """Something of it was approved: it may have been on sale."""


def sale_findings(
    product: Offered | None,
    provider_id: str,
    against: Collection[Why],
    terms: ListingTerms | None,
    field: str,
) -> list[Finding]:
    """A product that is known is ordered only of its own provider, and while it is listed (S88-ID-08).

    What stands `against` listing counts from its first moment on, also where the product does not know of it
    yet (S88-ID-06). A product that is not known, or of which nothing was ever approved, is ordered as ever,
    unless its market sells nothing else (AMP-ORD-01): a draft, whoever begins it, keeps nobody from selling
    what was sold before. A renewal counts as any order (AMB-42); what was ordered before goes on (S88-ID-07).
    """
    if (product is None or not product.shown_before) and not (terms and terms.only_listed):
        return []
    closed = terms is not None and not {*against}.isdisjoint((*terms.hides, *terms.delists))
    if product and product.provider_id == provider_id and product.stage == ListingStage.LISTED and not closed:
        return []
    return [
        Finding(
            field=field,
            code="not-on-sale",
            rule="S88-ID-08",
            detail="this provider does not offer it now",
            next="order something that is on sale",
        )
    ]
