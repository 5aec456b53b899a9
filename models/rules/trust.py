"""Whose versions need no operator where the checks find nothing."""

from datetime import datetime

from models.base import Frozen, Instant
from models.listing_terms import TrustTerms


class ListingHistory(Frozen):
    """What operators decided about a provider's products in one market before."""

    approvals: int = 0
    """How many versions they approved."""
    blemished_at: Instant | None = None
    """When one was turned down last, or a notice given."""


def is_trusted(history: ListingHistory, terms: TrustTerms | None, at: datetime) -> bool:
    """Enough was approved, and nothing was wrong for so long: from exactly `clean_for` later on.

    Where a market trusts nobody, nobody is. What checks alone turn down does not count.
    """
    if terms is None or history.approvals < terms.approvals:
        return False
    return history.blemished_at is None or at >= history.blemished_at + terms.clean_for
