"""What a dry run finds is what the check of a submission finds, of the same content."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from activities.gateways.simulated.links import SimulatedLinks
from activities.listings import Listings
from models.catalogues import Catalogue
from models.documents import DocumentRef
from models.listing_content import ProductContent, ShopContent
from models.listings import AskedCheck, CheckedContent
from models.policies import ListingPolicy
from tests.api.caller import Json
from tests.api.conftest import Quiet
from tests.api.reviews import Review, content, market_of_its_own, shop_content
from tests.api.test_dry_runs import NOT_YET, VPN, tried
from tests.listing_contents import LOGO, PICTURE, QUALIFICATION, kept

GONE: Json = {"kind": "product_picture", "document_id": "99" * 32}
BAD_LINKS: list[Json] = [
    {"title": "inside", "url": "http://192.168.0.1/"},
    {"title": "forbidden tunnel", "url": "https://shop.example/secret%20tunnel"},
]
PRODUCTS: dict[str, Json] = {
    "in order": content(),
    "forbidden": content(title="A forbidden tunnel", summary=None),
    "similar": content(summary="A secret tunnel"),
    "not forbidden yet": content(title="A coming tunnel"),
    "both": content(title="forbidden tunnel", summary="secret tunnel"),
    "no such category": content(category="no/such", industries=["nor/this"]),
    "risky": content(category="website-building"),
    "to be confirmed": content(category="retail-channel"),
    "a picture that is not there": content(pictures=[{"document": GONE, "caption": "forbidden tunnel"}]),
    "links": content(links=BAD_LINKS),
    "blocks are missing": {key: each for key, each in content().items() if key in ("kind", "basic")},
    "empty": {"kind": "product"},
}
SHOPS: dict[str, Json] = {
    "in order": shop_content(),
    "forbidden": shop_content(introduction="A forbidden tunnel", announcement="A secret tunnel"),
    "empty": {"kind": "shop"},
}


@pytest.fixture(scope="module")
def market(quiet: Quiet) -> Iterator[str]:
    """Where two approvals are enough to be trusted."""
    catalogue = Catalogue.model_validate({"entries": [VPN, NOT_YET]})
    trust = {"approvals": 2, "clean_for": "P1D"}
    with market_of_its_own(quiet, catalogue, trust=trust, risky=["website-building"]) as market:
        assert quiet.office is not None
        for reference in (PICTURE, LOGO, QUALIFICATION):
            known = kept(DocumentRef.model_validate(reference))
            quiet.office.documents.put_new(market, "isv-1", known, b"a picture")
        yield market


def checked(quiet: Quiet, market: str, said: Json) -> CheckedContent:
    assert quiet.office is not None
    policies, now = quiet.office.admissions.policies, datetime.now(UTC)
    kind = str(said["kind"])
    policy = policies[market].in_force(f"{kind}-reviews", now)
    assert isinstance(policy, ListingPolicy)
    listings = Listings(quiet.engine, policies, quiet.office.documents, SimulatedLinks(quiet.engine))
    model = ProductContent if kind == "product" else ShopContent
    facts = {"market": market, "provider_id": "isv-1", "case_id": "a-case", "version": 1, "at": now}
    return listings.check(AskedCheck(**facts, content=model.model_validate(said), terms=policy.terms))


async def agree(quiet: Quiet, market: str, said: Json) -> CheckedContent:
    found = await tried(quiet, market, said, process=f"{said['kind']}-reviews")
    by_check = checked(quiet, market, said)
    shown = by_check.model_dump(mode="json")
    assert (found["findings"], found["flags"]) == (shown["findings"], shown["flags"])
    assert found["operator_looks"] is (not by_check.findings and not by_check.trusted)
    return by_check


@pytest.mark.parametrize("variant", PRODUCTS)
async def test_a_product_is_tried_as_it_is_checked(quiet: Quiet, market: str, variant: str) -> None:
    await agree(quiet, market, PRODUCTS[variant])


@pytest.mark.parametrize("variant", SHOPS)
async def test_a_shop_is_tried_as_it_is_checked(quiet: Quiet, market: str, variant: str) -> None:
    await agree(quiet, market, SHOPS[variant])


async def test_whom_a_market_trusts_is_trusted_by_both(quiet: Quiet, market: str) -> None:
    """But not with what a person has to judge, what is risky, or what has to be confirmed (AMB-06)."""
    for _ in range(2):
        Review(quiet, market=market).submits(content()).passes().is_approved().kept()
    trusted = {variant for variant, said in PRODUCTS.items() if (await agree(quiet, market, said)).trusted}
    assert {"in order", "not forbidden yet"} <= trusted
    assert trusted.isdisjoint({"similar", "both", "risky", "to be confirmed"})


async def test_variants_are_different(quiet: Quiet, market: str) -> None:
    """Otherwise nothing would be compared."""
    found = {
        variant: tuple((each.field, each.code) for each in checked(quiet, market, said).findings)
        for variant, said in PRODUCTS.items()
    }
    wrong = [codes for codes in found.values() if codes]
    assert len({*wrong}) == len(wrong) >= 6
