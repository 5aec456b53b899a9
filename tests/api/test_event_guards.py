"""Events that need their provider to be free to do something: refused with every gate at once."""

import pytest

from models.listing_events import Listed
from models.listing_process import PRODUCT_REVIEWS
from models.processes import PROCESSES
from tests.api.caller import contents, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.providers import Provider
from tests.api.reviews import Review, content

LISTED = {"event": "listed"}
IN_STEAD = {"event": "decided", "decision": "in_stead", "act": LISTED}


@pytest.fixture
def provider(quiet: Quiet) -> Provider:
    return Provider(quiet, "tencent-cloud")


def approved(provider: Provider, process: str = "product-reviews") -> Review:
    how = {"market": provider.market, "provider_id": provider.id}
    review = Review(provider.api, process, **how)
    return review.submits(content()).passes().is_approved().kept()


def frees(provider: Provider) -> None:
    """Of all that its market asks for before a product is listed."""
    provider.is_onboarded()
    provider.deposits(500_000)
    provider.opens(wallet="open", b2b="open")
    shop = Review(provider.api, "shop-reviews", market=provider.market, provider_id=provider.id)
    shop.submits(content()).passes().is_approved().moves("listed", "listed").kept()


async def test_what_stands_against_listing_is_refused_all_at_once(provider: Provider, quiet: Quiet) -> None:
    """TCM-PROD-03, TCM-ONB-02, TCM-DEP-04."""
    provider.deposits(0, "listing")
    review = approved(provider)
    own = quiet.speaking(provider_id=provider.id)
    before = contents(quiet.engine)
    problem = refusal(await own.send(review.path, LISTED, "provider"), 422, "invalid")
    told = [(each["field"], each["code"]) for each in problem["errors"]]
    assert {("event", "not-onboarded"), ("event", "deposit-unpaid")} <= {*told}
    assert [field for field, _ in told] == ["event"] * len(told)
    assert all(each["rule"] and each["next"] for each in problem["errors"])
    problem = refusal(await quiet.rule(review.path, IN_STEAD, review.version), 422, "invalid")
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [
        ("act.event", code) for _, code in told
    ]
    assert contents(quiet.engine) == before


async def test_once_every_gate_is_open_the_case_is_asked(provider: Provider, quiet: Quiet) -> None:
    """There is no Temporal here: what gets past this is not confirmed."""
    frees(provider)
    review = approved(provider)
    own = quiet.speaking(provider_id=provider.id)
    refusal(await own.send(review.path, LISTED, "provider"), 503, "not-confirmed")
    refusal(await quiet.rule(review.path, IN_STEAD, review.version), 503, "not-confirmed")


@pytest.mark.parametrize("event", ["unlisted", "retired", "expedited", "submission_withdrawn"])
async def test_what_needs_no_gate_is_held_up_by_none(provider: Provider, quiet: Quiet, event: str) -> None:
    review = approved(provider)
    own = quiet.speaking(provider_id=provider.id)
    refusal(await own.send(review.path, {"event": event}, "provider"), 503, "not-confirmed")


async def test_a_market_whose_file_is_gone_has_no_gates_left(quiet: Quiet) -> None:
    review = Review(quiet, market=f"gone-{new_key()[:8]}").submits(content()).passes().is_approved().kept()
    refusal(await quiet.send(review.path, LISTED, "provider"), 503, "not-confirmed")


def test_listing_is_all_that_is_guarded_so() -> None:
    guarded = {
        name: dict(process.event_guards) for name, process in PROCESSES.items() if process.event_guards
    }
    assert guarded.keys() == {"product-reviews", "shop-reviews"}
    assert PRODUCT_REVIEWS.event_guards.keys() == {Listed}
