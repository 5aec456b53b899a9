"""Checks follow links a few at a time, and no provider has every turn."""

import dataclasses
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.gateways.simulated.links import SimulatedLinks
from activities.listings import CHECKS_AT_ONCE, CHECKS_OF_ONE_PROVIDER, TRIES, Listings
from activities.turns import Turns
from models.policies import MarketPolicy
from models.tables.privacy import Cipher
from tests.activities.listing_records import AT, Seller
from tests.activities.test_listings import asked, checked
from tests.conftest import SECRET
from tests.pictures import documents_of


@pytest.fixture
def listings(own_engine: Engine, policies: dict[str, MarketPolicy]) -> Listings:
    return Listings(
        own_engine, policies, documents_of(Cipher(SECRET)), SimulatedLinks(own_engine), lambda: AT
    )


def test_the_web_leaves_room_for_everything_else(listings: Listings) -> None:
    """A worker that follows as many links as it may comes back to the others later."""
    following, seller = Turns(1, 1), Seller(listings.engine)
    busy = dataclasses.replace(listings, following=following)
    with (
        following.turn("another"),
        pytest.raises(ApplicationError, match="other links are being followed") as again,
    ):
        checked(busy, asked(seller), TRIES)
    assert (again.value.type, again.value.non_retryable) == ("Undecided", False)
    assert checked(busy, asked(seller)).findings == ()


def test_a_provider_whose_sites_keep_us_waiting_leaves_room_for_others(listings: Listings) -> None:
    """While as many of its versions are looked at as may be, another one's is looked at beside them."""
    seller, another = Seller(listings.engine), Seller(listings.engine)
    with ExitStack() as waiting:
        for _ in range(CHECKS_OF_ONE_PROVIDER):
            assert waiting.enter_context(listings.following.turn((seller.market, seller.id)))
        with pytest.raises(ApplicationError, match="other links are being followed"):
            checked(listings, asked(seller))
        assert checked(listings, asked(another)).findings == ()
    assert checked(listings, asked(seller)).findings == ()
    assert CHECKS_OF_ONE_PROVIDER < CHECKS_AT_ONCE
