"""Whose versions are approved by checks alone: by what operators decided before."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.listings import TRIES, Listings
from models.listing_terms import TrustTerms
from models.policies import MarketPolicy
from tests.activities.listing_records import AT, Seller, agreed, decided, row
from tests.activities.test_listings import asked, checked, linked, listings, plain
from tests.listing_contents import terms

__all__ = ["listings"]
TRUST = TrustTerms(approvals=2, clean_for=timedelta(days=90))
TERMS = terms(checks={"pictures": None}, trust=TRUST.model_dump(), risky=["security"])
LONG_AGO, LATELY = AT - timedelta(days=200), AT - timedelta(days=10)
APPROVED = decided("approve", LONG_AGO)


@pytest.fixture
def seller(own_engine: Engine) -> Seller:
    return Seller(own_engine)


def is_trusted(listings: Listings, seller: Seller, **changes: Any) -> bool:
    content = changes.pop("content", plain(basic__category="service"))
    return checked(listings, asked(seller, content, terms=TERMS, **changes), TRIES).trusted


def test_two_approvals_of_any_of_its_products_are_enough(listings: Listings, seller: Seller) -> None:
    seller.lists(APPROVED)
    assert not is_trusted(listings, seller)
    seller.lists(APPROVED, stage="draft")
    assert is_trusted(listings, seller)


def test_several_versions_of_one_product_count(listings: Listings, seller: Seller) -> None:
    seller.lists(APPROVED, APPROVED)
    assert is_trusted(listings, seller)


def test_what_a_second_operator_did_not_agree_to_was_not_approved(listings: Listings, seller: Seller) -> None:
    waiting = decided("approve", LONG_AGO, internal=True)
    seller.lists(waiting, waiting, row(0, "disapproved", LONG_AGO, data={"reason": "no"}, internal=True))
    assert not is_trusted(listings, seller)
    seller.lists(waiting, agreed("approve", LONG_AGO), waiting, agreed("approve", LONG_AGO))
    assert is_trusted(listings, seller)


def test_what_checks_decide_counts_neither_for_it_nor_against_it(listings: Listings, seller: Seller) -> None:
    by_checks = [
        row(0, event, LATELY) for event in ("approved_by_checks", "approved_by_checks", "checks_failed")
    ]
    seller.lists(*by_checks)
    assert not is_trusted(listings, seller)
    seller.lists(APPROVED, APPROVED)
    assert is_trusted(listings, seller)


@pytest.mark.parametrize("decision", ["reject", "notify", "delist"])
def test_who_was_turned_down_lately_is_looked_at_again(
    listings: Listings, seller: Seller, decision: str
) -> None:
    seller.lists(APPROVED, APPROVED)
    seller.lists(decided(decision, AT - TRUST.clean_for + timedelta(seconds=1)))
    assert not is_trusted(listings, seller)


@pytest.mark.parametrize("decision", ["reject", "notify", "delist", "lift"])
def test_what_was_long_ago_or_harmless_is_forgotten(
    listings: Listings, seller: Seller, decision: str
) -> None:
    at = LATELY if decision == "lift" else AT - TRUST.clean_for
    seller.lists(APPROVED, APPROVED, decided(decision, at))
    assert is_trusted(listings, seller)


def test_a_notice_that_a_check_gave_counts_as_any(listings: Listings, seller: Seller) -> None:
    seller.lists(APPROVED, APPROVED)
    seller.lists(rectification={"stage": "lifted", "noticed_at": LATELY.isoformat()})
    assert not is_trusted(listings, seller)


def test_what_happened_after_it_was_submitted_does_not_count(listings: Listings, seller: Seller) -> None:
    seller.lists(APPROVED, APPROVED, decided("reject", LATELY))
    before = LATELY - timedelta(seconds=1)
    assert is_trusted(listings, seller, at=before)
    assert not is_trusted(listings, seller, at=LATELY)


def test_nobody_is_trusted_for_somebody_else(listings: Listings, seller: Seller) -> None:
    for other in (Seller(seller.engine), Seller(seller.engine, "aliyun", seller.id)):
        other.lists(APPROVED, APPROVED)
    seller.lists(APPROVED, APPROVED, process="shop-reviews")
    assert not is_trusted(listings, seller)


def test_an_operator_looks_at_a_risky_class_and_at_whatever_is_flagged(
    listings: Listings, seller: Seller, policies: dict[str, MarketPolicy]
) -> None:
    seller.lists(APPROVED, APPROVED)
    silent = linked(listings, (f"https://{seller.id}.example/", "silent"))  # type: ignore[arg-type]
    silent = silent.model_copy(update={"basic": silent.basic.model_copy(update={"category": "service"})})  # type: ignore[union-attr]
    assert not is_trusted(listings, seller, content=silent)
    assert not is_trusted(listings, seller, content=plain(basic__category="security/data-security"))
    nobody = TERMS.model_copy(update={"trust": None})
    assert not checked(listings, asked(seller, plain(basic__category="service"), terms=nobody)).trusted
    assert is_trusted(dataclasses.replace(listings, policies=policies), seller)
