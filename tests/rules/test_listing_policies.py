"""What the markets of ours say of products and shops, and what no file may say."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from models.listing_terms import ListingTerms
from models.natural_days import NaturalDays
from models.periods import CHINA
from models.policies import ListingPolicy, MarketPolicy
from models.rules.blocks import Why
from models.working_days import WorkingDays

PRODUCTS, SHOPS = "product-reviews", "shop-reviews"
EVERY = [("tencent-cloud", PRODUCTS), ("tencent-cloud", SHOPS), ("aliyun", PRODUCTS), ("aliyun", SHOPS)]
EVERY += [("alipay", PRODUCTS), ("service-1688", PRODUCTS), ("service-1688", SHOPS)]
EVERY += [("rehearsal", PRODUCTS), ("rehearsal", SHOPS)]


def terms_of(policies: dict[str, MarketPolicy], market: str, process: str = PRODUCTS) -> ListingTerms:
    [policy] = policies[market].versions(process)
    assert isinstance(policy, ListingPolicy)
    return policy.terms


def test_every_market_reviews_products_and_all_but_one_have_shops(policies: dict[str, MarketPolicy]) -> None:
    found = [(name, each) for name in policies for each in (PRODUCTS, SHOPS) if policies[name].versions(each)]
    assert sorted(found) == sorted(EVERY)


@pytest.mark.parametrize(("market", "process"), EVERY)
def test_what_a_review_asks_for_is_known_in_its_market(
    policies: dict[str, MarketPolicy], market: str, process: str
) -> None:
    policy, terms = policies[market], terms_of(policies, market, process)
    assert {*terms.risky} <= {each.name for each in policy.categories}
    assert terms.checks.pictures is not None
    assert terms.checks.pictures.kind in policy.documents
    assert ("basic.category" in terms.checks.required) == (process == PRODUCTS and bool(policy.categories))


@pytest.mark.parametrize("market", ["tencent-cloud", "aliyun", "alipay", "service-1688"])
def test_the_figures_are_those_of_the_rules(policies: dict[str, MarketPolicy], market: str) -> None:
    """AMB-01, AMB-19, and quotas that are chosen here."""
    for process in (PRODUCTS, SHOPS)[: 1 if market == "alipay" else 2]:
        terms = terms_of(policies, market, process)
        assert (terms.review.review_within, terms.grace) == (
            WorkingDays(working_days=3),
            NaturalDays(natural_days=30),
        )
        assert terms.trust is None
        uses = [[(each.times, each.within.days) for each in terms.review.withdrawals]]
        uses += [[(each.times, each.within.days) for each in terms.review.expedites]]
        assert uses == [[(1, 1), (10, 30)], [(3, 365)]]


def test_the_notice_of_an_identity_threshold_is_kept_to_the_second(policies: dict[str, MarketPolicy]) -> None:
    """S88-ID-01, -03, -05, -06, AMB-41."""
    market = policies["service-1688"]
    [onboarding] = market.provider_onboardings
    assert onboarding.effective_from == datetime(2021, 12, 30, tzinfo=CHINA)
    assert onboarding.terms.enforced_from == datetime(2022, 1, 21, tzinfo=CHINA)
    assert onboarding.terms.steps == ("identity",)
    assert onboarding.terms.subjects == ("enterprise", "sole_trader")
    for process in (PRODUCTS, SHOPS):
        assert terms_of(policies, "service-1688", process).delists == (Why.NOT_ONBOARDED,)
        assert market.in_force(process, onboarding.effective_from - timedelta(days=300)) is not None


def test_what_a_deposit_does_to_what_is_on_sale(policies: dict[str, MarketPolicy]) -> None:
    """TCM-PROD-04, -05, and AMB-38: a deposit that is short hides where it bars listing."""
    cloud, bazaar = (terms_of(policies, market).hides for market in ("tencent-cloud", "aliyun"))
    assert {Why.DEPOSIT_UNPAID, Why.CERTIFICATION_FEE_UNPAID} <= {*cloud}
    assert Why.DEPOSIT_SHORT not in cloud
    assert {Why.DEPOSIT_UNPAID, Why.DEPOSIT_SHORT} <= {*bazaar}
    assert Why.AGREEMENT_LAPSED not in (*cloud, *bazaar)


def test_ordinary_templates_are_published_no_more(policies: dict[str, MarketPolicy]) -> None:
    """AMP-IMP-09."""
    assert terms_of(policies, "alipay").checks.ordinary_until == date(2020, 12, 28)


def test_a_shop_keeps_from_listing_in_the_rehearsal_alone(policies: dict[str, MarketPolicy]) -> None:
    """No market says that of its own: the rehearsal does, so that it can be seen."""
    guards = {market: terms_of(policies, market, SHOPS).guards for market, each in EVERY if each == SHOPS}
    assert guards == {**dict.fromkeys(guards, ()), "rehearsal": ("listing",)}


def test_every_rehearsed_review_is_over_in_seconds(policies: dict[str, MarketPolicy]) -> None:
    for process in (PRODUCTS, SHOPS):
        terms = terms_of(policies, "rehearsal", process)
        review = terms.review
        for length in (review.review_within, review.expedited_within, review.replan_every, terms.grace):
            assert isinstance(length, timedelta)
            assert timedelta(seconds=1) < length < timedelta(minutes=1)
    assert terms_of(policies, "rehearsal").trust is not None


def test_nothing_both_hides_and_delists(policies: dict[str, MarketPolicy]) -> None:
    given = terms_of(policies, "rehearsal").model_dump()
    with pytest.raises(ValidationError, match="not-onboarded cannot both hide and delist"):
        ListingTerms.model_validate({**given, "hides": ["not-onboarded"], "delists": ["not-onboarded"]})
