"""Products and shops that do not know what counts now are found and told (TCM-PROD-04, ALI-RECT-05)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from activities.listings_outdated import AT_ONCE, CHOSEN, LATELY, outdated
from models.catalogues import Catalogue
from models.periods import CHINA
from models.policies import MarketPolicy
from models.tables import CaseRow
from models.telling import ListingOutdated
from tests.activities.listing_records import AT, Seller
from tests.activities.test_listings import ENTRY

NOW = AT + timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def rehearsal(policies: dict[str, MarketPolicy]) -> dict[str, MarketPolicy]:
    """The rehearsal, which forbids nothing."""
    return {"rehearsal": policies["rehearsal"].model_copy(update={"catalogue": Catalogue()})}


@pytest.fixture
def seller(own_engine: Engine) -> Seller:
    """Nothing stands against it: it has a shop."""
    seller = Seller(own_engine)
    seller.is_onboarded()
    seller.shows_a_shop()
    return seller


def told(engine: Engine, policies: dict[str, MarketPolicy], at: datetime = NOW) -> dict[str, tuple[str, str]]:
    """Whom, why and under what key."""
    found = outdated(engine, policies, at)
    assert len({each.case_id for each in found}) == len(found)
    assert all(each.at == at for each in found)
    return {
        each.case_id: (each.message.why, each.key)
        for each in found
        if isinstance(each.message, ListingOutdated)
    }


def test_who_knows_what_counts_is_told_nothing(seller: Seller, rehearsal: dict[str, MarketPolicy]) -> None:
    seller.lists()
    seller.lists(stage="hidden")
    assert told(seller.engine, rehearsal) == {}


def test_a_gate_that_closed_is_told_to_every_product_of_its_provider(
    seller: Seller, rehearsal: dict[str, MarketPolicy]
) -> None:
    """TCM-PROD-04. Also to a draft: its page says what stands against listing it. A shop is shown all the
    same (TCM-SHOP-02)."""
    mine = [seller.lists(stage=stage) for stage in ("listed", "approved", "delisted", "draft")]
    seller.has("product-reviews", {"blocked_by": []}, outcome="retired")
    other = Seller(seller.engine)
    other.is_onboarded()
    other.shows_a_shop()
    other.lists()
    seller.deposits(0, "listing")
    found = told(seller.engine, rehearsal)
    assert {*found} == {*mine}
    assert found[mine[0]] == ("deposit-unpaid", "listing:none:1")


def test_a_gate_that_opened_again_is_told_too(seller: Seller, rehearsal: dict[str, MarketPolicy]) -> None:
    """AMB-42."""
    hidden = seller.lists(stage="hidden", blocked_by=["deposit-unpaid"])
    assert told(seller.engine, rehearsal) == {hidden: ("nothing stands against it", "listing:none:1")}


def test_a_shop_that_is_hidden_is_told_to_products_and_not_to_itself(
    own_engine: Engine, rehearsal: dict[str, MarketPolicy]
) -> None:
    """AMB-20."""
    seller = Seller(own_engine)
    seller.is_onboarded()
    seller.shows_a_shop("hidden")
    product = seller.lists()
    assert told(own_engine, rehearsal) == {product: ("shop-not-approved", "listing:none:1")}


def test_another_catalogue_is_told_where_something_is_live(
    seller: Seller, rehearsal: dict[str, MarketPolicy]
) -> None:
    """ALI-RECT-05, S88-POL-04: from its first moment on."""
    live, draft = seller.lists(), seller.lists(stage="draft", live_version=None)
    entries = [{**ENTRY, "effective_from": NOW.isoformat()}]
    catalogue = Catalogue.model_validate({"entries": entries})
    forbidding = {"rehearsal": rehearsal["rehearsal"].model_copy(update={"catalogue": catalogue})}
    assert told(seller.engine, forbidding, NOW - SECOND) == {}
    found = told(seller.engine, forbidding)
    assert live in found
    assert draft not in found
    assert found[live][1] == f"listing:{catalogue.version(NOW)}:1"


def test_what_comes_with_time_alone_is_told(own_engine: Engine, policies: dict[str, MarketPolicy]) -> None:
    """S88-ID-06, AMB-41: nothing of its changed, but it is overdue."""
    seller, enforced = Seller(own_engine, "service-1688"), datetime(2022, 1, 21, tzinfo=CHINA)
    market = {"service-1688": policies["service-1688"].model_copy(update={"catalogue": Catalogue()})}
    before = {"opened_at": enforced - timedelta(days=60), "changed_at": enforced - timedelta(days=50)}
    product = seller.lists()
    with Session(own_engine) as session, session.begin():
        changed = session.get_one(CaseRow, product)
        changed.opened_at, changed.changed_at = before["opened_at"], before["changed_at"]
    assert told(own_engine, market, enforced - SECOND) == {}
    assert told(own_engine, market, enforced) == {product: ("not-onboarded", "listing:none:1")}


def test_a_market_without_a_file_is_left_alone(seller: Seller, rehearsal: dict[str, MarketPolicy]) -> None:
    Seller(seller.engine, "gone").lists(blocked_by=["deposit-unpaid"])
    assert told(seller.engine, rehearsal) == {}


def test_some_are_told_at_a_time_and_not_always_the_same(
    seller: Seller, rehearsal: dict[str, MarketPolicy]
) -> None:
    other = Seller(seller.engine)
    every = {each.lists(blocked_by=["deposit-unpaid"]) for each in (seller, other) for _ in range(AT_ONCE)}
    rounds = [{*told(seller.engine, rehearsal)} for _ in range(40)]
    assert {len(each) for each in rounds} == {AT_ONCE}
    assert set[str]().union(*rounds) == every


def test_whose_cases_changed_lately_are_never_left_out(
    own_engine: Engine, rehearsal: dict[str, MarketPolicy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.listings_outdated.CHOSEN", 1)
    assert CHOSEN > 1
    sellers = [Seller(own_engine) for _ in range(6)]
    lagging = [seller.lists(blocked_by=["not-onboarded", "shop-not-approved"]) for seller in sellers]
    assert told(own_engine, rehearsal) == {}
    for seller in sellers:
        seller.is_onboarded()
    late: dict[str, Any] = told(own_engine, rehearsal, AT + LATELY)
    assert len(late) == 1
    assert {*told(own_engine, rehearsal, AT + LATELY - SECOND)} == {*lagging}
