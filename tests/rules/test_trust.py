"""Whose versions need no operator."""

from datetime import UTC, datetime, timedelta

import pytest

from models.listing_terms import ListingTerms, TrustTerms
from models.policies import MarketPolicy
from models.rules.listing_checks import is_risky
from models.rules.trust import ListingHistory, is_trusted

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
TERMS = TrustTerms(approvals=3, clean_for=timedelta(days=90))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("approvals", "expected"), [(0, False), (2, False), (3, True), (40, True)])
def test_enough_versions_were_approved_before(approvals: int, expected: bool) -> None:
    assert is_trusted(ListingHistory(approvals=approvals), TERMS, AT) is expected


@pytest.mark.parametrize(
    ("blemished_at", "expected"),
    [
        (None, True),
        (AT, False),
        (AT - TERMS.clean_for + SECOND, False),
        (AT - TERMS.clean_for, True),
        (AT - TERMS.clean_for - SECOND, True),
    ],
)
def test_nothing_was_wrong_for_long_enough(blemished_at: datetime | None, expected: bool) -> None:
    assert is_trusted(ListingHistory(approvals=9, blemished_at=blemished_at), TERMS, AT) is expected


def test_being_clean_replaces_no_approval() -> None:
    assert not is_trusted(ListingHistory(approvals=2, blemished_at=AT - timedelta(days=900)), TERMS, AT)


def test_a_market_that_trusts_nobody_trusts_nobody() -> None:
    assert not is_trusted(ListingHistory(approvals=10_000), None, AT)


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (("security",), True),
        (("service/consulting", "security/network-security"), True),
        (("service",), False),
        (("basic-software/security",), False),
        ((), False),
    ],
)
def test_a_class_is_risky_with_everything_in_it(
    policies: dict[str, MarketPolicy], categories: tuple[str, ...], expected: bool
) -> None:
    """TCM-CAT-19: a child of another class that is called the same is another category."""
    terms: ListingTerms = policies["rehearsal"].product_reviews[0].terms
    assert terms.risky == ("security",)
    assert is_risky(categories, terms) is expected
