"""Whose versions need no operator where the checks find nothing."""

from datetime import datetime

from models.base import Frozen, Instant
from models.listing_content import Content
from models.listing_terms import ListingTerms, TrustTerms
from models.rules.listing_checks import is_risky


class ListingHistory(Frozen):
    """What was decided about a provider's products and shop in one market before."""

    approvals: int = 0
    """How many versions they approved."""
    blemished_at: Instant | None = None
    """When one was turned down last, or a notice given."""


def needs_operator(
    content: Content,
    terms: ListingTerms,
    history: ListingHistory,
    at: datetime,
    *,
    flagged: bool,
    confirm: bool,
    watched: bool,
) -> bool:
    """Whether somebody has to look at a version in which checks find nothing (TCM-PROD-02).

    Nobody has to where its provider is trusted; but always at what is `flagged`, in a risky class, where
    something has to be confirmed (AMB-06), and at a correction: a notice or delisting is what it is for
    (ALI-RECT-07).
    """
    if flagged or confirm or watched or is_risky(content.categories, terms):
        return True
    return not is_trusted(history, terms.trust, at)


def is_trusted(history: ListingHistory, terms: TrustTerms | None, at: datetime) -> bool:
    """Enough was approved, and nothing was wrong for so long: from exactly `clean_for` later on.

    Where a market trusts nobody, nobody is. What checks alone turn down does not count.
    """
    if terms is None or history.approvals < terms.approvals:
        return False
    return history.blemished_at is None or at >= history.blemished_at + terms.clean_for
