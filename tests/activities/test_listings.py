"""What a product or a shop is checked for before an operator sees it, and while it is on sale."""

import dataclasses
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.gateways.simulated.links import SimulatedLinks, ToldLink
from activities.listings import TRIES, Listings
from models.catalogues import Catalogue
from models.links import LinkState, Reach
from models.listing_content import Content
from models.listings import AskedCheck, AskedLook, CheckedContent, Looked
from models.periods import CHINA
from models.policies import MarketPolicy
from models.rules.findings import Finding
from models.tables.privacy import Cipher
from tests.activities.listing_records import AT, Seller
from tests.conftest import SECRET
from tests.listing_contents import PICTURE, kept, product, shop, terms
from tests.pictures import documents_of

SECOND = timedelta(seconds=1)
PLAIN = terms(checks={"pictures": None})
ENTRY = {
    **{
        "name": "snake-oil",
        "kind": "content",
        "title": "Snake oil",
        "title_zh": "蛇油",
        "rule": "S88-POL-05",
    },
    **{"terms": ["snake oil"], "similar": ["miracle cure"]},
}


class NoLinks:
    """Nobody may look at anything."""

    def look(self, urls: Collection[str]) -> dict[str, LinkState]:
        raise AssertionError(urls)


@pytest.fixture
def seller(own_engine: Engine) -> Seller:
    return Seller(own_engine)


@pytest.fixture
def listings(own_engine: Engine, policies: dict[str, MarketPolicy]) -> Listings:
    return Listings(
        own_engine, policies, documents_of(Cipher(SECRET)), SimulatedLinks(own_engine), lambda: AT
    )


def plain(**changes: Any) -> Content:
    """A product that names no document, and links of nobody else's test."""
    usual: dict[str, Any] = {"basic__pictures": [], "business__qualifications": []}
    return product(**{**usual, **changes})


def asked(seller: Seller, content: Content | None = None, **how: Any) -> AskedCheck:
    usual: dict[str, Any] = {
        **{"market": seller.market, "provider_id": seller.id, "case_id": "a-case", "version": 1},
        **{"content": content or plain(), "at": AT, "terms": PLAIN},
    }
    return AskedCheck(**{**usual, **how})


def checked(listings: Listings, question: AskedCheck, attempt: int = 1) -> CheckedContent:
    env = ActivityEnvironment()
    env.info = dataclasses.replace(env.info, attempt=attempt)
    found = env.run(listings.check, question)
    assert isinstance(found, CheckedContent)
    return found


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in findings]


def linked(listings: Listings, *links: tuple[str, Reach]) -> Content:
    """A product whose links are as told."""
    assert isinstance(listings.links, SimulatedLinks)
    for url, state in links:
        listings.links.tell(ToldLink(place=url, state=state))
    return plain(basic__links=[{"title": "More", "url": url} for url, _ in links])


# --- what is found


def test_a_version_in_which_nothing_is_wrong_goes_to_an_operator(listings: Listings, seller: Seller) -> None:
    found = checked(listings, asked(seller))
    assert (found.findings, found.flags, found.trusted) == ((), (), False)


def test_what_is_wrong_and_what_does_not_work_is_said_at_once(listings: Listings, seller: Seller) -> None:
    """ALI-RECT-01, -05."""
    content = linked(listings, (f"https://{seller.id}.example/", Reach.BROKEN))
    content = content.model_copy(update={"sales": None})
    found = checked(listings, asked(seller, content))
    assert said(found.findings) == [("basic.links.0.url", "link-broken"), ("sales", "block-missing")]


def test_a_link_that_may_not_stand_there_is_not_looked_at(listings: Listings, seller: Seller) -> None:
    bad = plain(basic__links=[{"title": "x", "url": "http://192.168.0.1/"}], access__url=None)
    found = checked(dataclasses.replace(listings, links=NoLinks()), asked(seller, bad))
    assert {field for field, _ in said(found.findings)} == {"basic.links.0.url"}


@pytest.mark.parametrize("attempt", range(1, TRIES))
def test_a_link_that_does_not_answer_is_asked_again(listings: Listings, seller: Seller, attempt: int) -> None:
    content = linked(listings, (f"https://{seller.id}.example/", Reach.SILENT))
    with pytest.raises(ApplicationError) as again:
        checked(listings, asked(seller, content), attempt)
    assert (again.value.type, again.value.non_retryable) == ("Undecided", False)


def test_a_link_that_stays_silent_turns_nothing_down_and_an_operator_opens_it(
    listings: Listings, seller: Seller
) -> None:
    content = linked(listings, (f"https://{seller.id}.example/", Reach.SILENT))
    found = checked(listings, asked(seller, content), TRIES)
    assert (found.findings, said(found.flags)) == ((), [("basic.links.0.url", "link-silent")])


def test_an_operator_judges_by_what_the_category_covers_and_has_checked(
    listings: Listings, seller: Seller
) -> None:
    """TCM-CAT-04, AMB-06."""
    market = listings.policies["rehearsal"]
    covers = {each.name: each.covers for each in market.categories}
    found = checked(listings, asked(seller))
    assert (found.criteria, found.confirm) == ((covers["security"],), ())
    retail = checked(listings, asked(seller, plain(basic__category="retail-channel")))
    assert (retail.criteria, retail.confirm) == ((), ("retail-channel-criteria",))


def test_a_shop_stands_in_no_category(listings: Listings, seller: Seller) -> None:
    content, asks = shop(logo=None, best_sellers=[]), terms("shop", checks={"pictures": None})
    found = checked(listings, asked(seller, content, terms=asks))
    assert (found.findings, found.criteria, found.confirm) == ((), (), ())


def test_a_shop_names_its_own_products(listings: Listings, seller: Seller) -> None:
    """TCM-SHOP-01."""
    asks = terms("shop", checks={"pictures": None})
    sellers = (seller, Seller(seller.engine, seller.market))
    own, others = (each.lists(stage="draft").rpartition(":")[2] for each in sellers)
    content = shop(logo=None, best_sellers=[own, others, "nobodys"])
    found = checked(listings, asked(seller, content, terms=asks))
    assert said(found.findings) == [
        ("best_sellers.1", "product-unknown"),
        ("best_sellers.2", "product-unknown"),
    ]


def test_a_picture_counts_only_for_who_handed_it_in(listings: Listings, seller: Seller) -> None:
    pictures = [{"document": PICTURE, "caption": "The first page"}]
    question = asked(seller, plain(basic__pictures=pictures), terms=terms())
    stored = kept(question.content.basic.pictures[0].document)  # type: ignore[union-attr]
    listings.documents.put_new("rehearsal", "somebody-else", stored, b"a picture")
    listings.documents.put_new("aliyun", seller.id, stored, b"a picture")
    assert [field for field, _ in said(checked(listings, question).findings)] == ["basic.pictures.0"]
    listings.documents.put_new("rehearsal", seller.id, stored, b"a picture")
    assert checked(listings, question).findings == ()


# --- what is forbidden


@pytest.fixture
def forbidding(listings: Listings) -> Callable[..., Listings]:
    """In a market that forbids one thing, from an instant on."""

    def at(since: datetime, **how: Any) -> Listings:
        entries = [{**ENTRY, "effective_from": since.isoformat()}]
        catalogue = Catalogue.model_validate({"entries": entries})
        rehearsal = listings.policies["rehearsal"].model_copy(update={"catalogue": catalogue})
        return dataclasses.replace(listings, policies={"rehearsal": rehearsal}, **how)

    return at


OIL = plain(basic__description="Fresh snake oil for your network")


@pytest.mark.parametrize(
    ("since", "expected"),
    [(AT + SECOND, []), (AT, [("basic.description", "forbidden-content")])],
)
def test_what_counts_is_what_was_forbidden_when_it_was_submitted(
    forbidding: Callable[..., Listings], seller: Seller, since: datetime, expected: object
) -> None:
    """S88-POL-04."""
    later = forbidding(since, clock=lambda: AT + timedelta(days=9))
    assert said(checked(later, asked(seller, OIL)).findings) == expected


def looked(
    listings: Listings, seller: Seller, content: Content | None = None, kind: str = "product"
) -> Looked:
    question = AskedLook(market=seller.market, provider_id=seller.id, kind=kind, content=content, terms=PLAIN)
    return listings.look(question)


def test_what_is_forbidden_now_is_found_on_what_is_live(
    forbidding: Callable[..., Listings], seller: Seller
) -> None:
    """ALI-RECT-05. Nothing else is looked for again: no link, no picture, nothing similar."""
    listings = forbidding(AT, links=NoLinks())
    broken = OIL.model_copy(update={"sales": None})
    before = looked(dataclasses.replace(listings, clock=lambda: AT - SECOND), seller, broken)
    now = looked(listings, seller, broken)
    assert (before.findings, said(now.findings)) == ((), [("basic.description", "forbidden-content")])
    assert before.catalogue == "none" != now.catalogue
    assert now.catalogue == listings.policies["rehearsal"].catalogue.version(AT)
    assert looked(listings, seller, plain(basic__summary="A miracle cure")).findings == ()
    assert looked(listings, seller).findings == ()


# --- what stands against it


def test_everything_that_stands_against_its_provider_is_seen(listings: Listings, seller: Seller) -> None:
    """TCM-ONB-02, TCM-PROD-04, TCM-SHOP-02."""
    assert looked(listings, seller).blocked_by == ("not-onboarded", "shop-not-approved")
    seller.is_onboarded()
    seller.deposits(0, "listing")
    assert looked(listings, seller).blocked_by == ("deposit-unpaid", "shop-not-approved")
    seller.shows_a_shop("hidden")
    assert looked(listings, seller).blocked_by == ("deposit-unpaid", "shop-not-approved")
    seller.shows_a_shop("listed")
    assert looked(listings, seller).blocked_by == ("deposit-unpaid",)


def test_a_shop_is_not_kept_back_by_itself(listings: Listings, seller: Seller) -> None:
    assert looked(listings, seller, kind="shop").blocked_by == ("not-onboarded",)
    seller.is_onboarded()
    assert looked(listings, seller, kind="shop").blocked_by == ()


def test_somebody_elses_shop_opens_nothing(listings: Listings, seller: Seller) -> None:
    seller.is_onboarded()
    Seller(seller.engine).shows_a_shop()
    Seller(seller.engine, "aliyun", seller.id).shows_a_shop()
    assert looked(listings, seller).blocked_by == ("shop-not-approved",)


ENFORCED = datetime(2022, 1, 21, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2021, 12, 29, tzinfo=CHINA), (), id="nobody asks yet"),
        pytest.param(datetime(2021, 12, 30, tzinfo=CHINA), (), id="asked, and not yet enforced"),
        pytest.param(ENFORCED - SECOND, (), id="the last second of the last day"),
        pytest.param(ENFORCED, ("not-onboarded",), id="overdue"),
    ],
)
def test_who_sold_before_has_until_the_threshold_is_enforced(
    own_engine: Engine, listings: Listings, at: datetime, expected: object
) -> None:
    """S88-ID-01, -05, -06, AMB-41, AMB-42."""
    seller = Seller(own_engine, "service-1688")
    then = dataclasses.replace(listings, clock=lambda: at)
    for kind in ("product", "shop"):
        assert looked(then, seller, kind=kind).blocked_by == expected
    seller.is_onboarded()
    assert looked(then, seller).blocked_by == ()


def test_a_market_whose_file_is_gone_stops_no_case(own_engine: Engine, listings: Listings) -> None:
    seller = Seller(own_engine, "gone-tomorrow")
    seen = looked(listings, seller, plain())
    assert (seen.blocked_by, seen.findings, seen.catalogue) == ((), (), "none")
    found = checked(listings, asked(seller))
    assert ("basic.category", "unknown-category") in said(found.findings)
    assert (found.criteria, found.confirm, found.trusted) == ((), (), False)
