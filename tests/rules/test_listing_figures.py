"""What each market says of products and shops: what closes a sale, who needs two operators, how long a notice
leaves."""

from datetime import date
from typing import Any

import pytest

from models.deposits import Block
from models.listing_terms import ListingTerms
from models.natural_days import NaturalDays
from models.policies import load

MARKETS = load()
MONTH = NaturalDays(natural_days=30)
"""AMB-19."""
LEFT = {"not-onboarded", "deposit-releasing"}
FIGURES: dict[tuple[str, str], dict[str, Any]] = {
    ("alipay", "product"): {"ordinary_until": date(2020, 12, 28)},
    ("aliyun", "product"): {"hides": LEFT, "risky": {"retail-channel"}},
    ("aliyun", "shop"): {"hides": LEFT},
    ("service-1688", "product"): {"delists": {"not-onboarded"}},
    ("service-1688", "shop"): {"delists": {"not-onboarded"}},
    ("tencent-cloud", "product"): {
        "hides": {*LEFT, "deposit-unpaid", "certification-fee-unpaid"},
        "risky": {"security"},
    },
    ("tencent-cloud", "shop"): {"hides": LEFT},
}
"""AMP-IMP-09, AMB-04, S88-ID-06, TCM-DEP-04; what is not named is none."""


def of(market: str, kind: str) -> tuple[ListingTerms, ...]:
    policy = MARKETS[market]
    reviews = policy.product_reviews if kind == "product" else policy.shop_reviews
    return tuple(each.terms for each in reviews)


def test_every_market_that_is_real_is_looked_at_here() -> None:
    kinds = [(market, kind) for market in MARKETS for kind in ("product", "shop") if of(market, kind)]
    assert {*kinds} - {*FIGURES} == {("rehearsal", "product"), ("rehearsal", "shop")}


@pytest.mark.parametrize(("market", "kind"), FIGURES)
def test_a_market_closes_a_sale_for_what_its_rules_say_alone(market: str, kind: str) -> None:
    expected = FIGURES[market, kind]
    for terms in of(market, kind):
        assert {*terms.hides} == expected.get("hides", set())
        assert {*terms.delists} == expected.get("delists", set())


@pytest.mark.parametrize(("market", "kind"), FIGURES)
def test_two_operators_approve_what_is_risky_there(market: str, kind: str) -> None:
    """TCM-PROD-02, AMB-06. No real market approves without an operator."""
    for terms in of(market, kind):
        assert {*terms.risky} == FIGURES[market, kind].get("risky", set())
        assert terms.trust is None


@pytest.mark.parametrize(("market", "kind"), FIGURES)
def test_a_notice_leaves_thirty_natural_days(market: str, kind: str) -> None:
    """AMB-19, CV-3."""
    assert {terms.grace for terms in of(market, kind)} == {MONTH}


@pytest.mark.parametrize(("market", "kind"), FIGURES)
def test_ordinary_templates_are_published_no_more_from_the_day_of_the_guide_on(
    market: str, kind: str
) -> None:
    """AMP-IMP-09: where templates are sold."""
    until = FIGURES[market, kind].get("ordinary_until")
    assert {terms.checks.ordinary_until for terms in of(market, kind)} == {until}


@pytest.mark.parametrize(("market", "kind"), FIGURES)
def test_a_real_market_bars_nothing_for_want_of_a_shop_and_sells_what_it_sold_before(
    market: str, kind: str
) -> None:
    """AMP-ORD-01, AMB-20."""
    for terms in of(market, kind):
        assert Block.LISTING not in terms.guards
        assert terms.only_listed is False
