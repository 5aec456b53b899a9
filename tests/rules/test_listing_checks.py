"""What must not be left out, where a product stands, what it costs, and how findings are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.listing_content import ProductContent, ShopContent
from models.policies.categories import load_categories
from models.rules.listing_checks import MOST, is_risky
from tests.listing_contents import LOGO, PRODUCT, SHOP, product, shop, terms
from tests.rules.scrutinising import GAMBLING, INVOICES, found, scrutiny

PLAN = {"name": "month", "title": "One month", "price_fen": 100, "period": "P1M"}
TEMPLATE = {"access__delivery": "template"}


def test_nothing_is_wrong_with_what_is_as_it_should_be() -> None:
    for content in (product(), shop()):
        nothing = scrutiny(content, catalogue=(GAMBLING, INVOICES))
        assert (nothing.findings, nothing.flags) == ((), ())


# --- what must not be left out


def test_a_product_without_anything_lacks_its_four_blocks() -> None:
    """ALI-RECT-04."""
    told = scrutiny(ProductContent()).findings
    assert [(each.field, each.code, each.rule) for each in told] == [
        (block, "block-missing", "ALI-RECT-04") for block in ("access", "basic", "business", "sales")
    ]


@pytest.mark.parametrize("block", ["access", "basic", "business", "sales"])
@pytest.mark.parametrize("given", [None, {}])
def test_a_block_that_says_nothing_is_left_out(block: str, given: dict[str, Any] | None) -> None:
    assert found(product(**{block: given})) == [(block, "block-missing")]


def test_each_required_field_that_is_left_out_is_named_in_the_order_of_the_blocks() -> None:
    gone = product(
        sales__refunds=None, basic__title=None, access__delivery=None, business__support=None, sales__plans=[]
    )
    expected = ["access.delivery", "basic.title", "business.support", "sales.plans", "sales.refunds"]
    assert found(gone) == [(field, "missing") for field in expected]


def test_what_is_not_required_may_be_left_out() -> None:
    plain = product(access__url=None, basic__industries=[], basic__links=[], sales__account_types=[])
    assert found(plain) == []
    assert found(product(sales=None), {"required": ("basic.title",)}) == []


def test_a_shop_needs_its_introduction_and_its_customer_service() -> None:
    """TCM-SHOP-03."""
    told = scrutiny(shop(introduction=None, customer_service=None)).findings
    assert [(each.field, each.code, each.rule) for each in told] == [
        ("introduction", "missing", "TCM-SHOP-03"),
        ("customer_service", "block-missing", "TCM-SHOP-03"),
    ]
    assert found(shop(customer_service__phone=None)) == [("customer_service.phone", "missing")]
    as_a_whole = {"required": ("customer_service",)}
    assert found(shop(customer_service={}), as_a_whole) == [("customer_service", "block-missing")]
    assert found(shop(customer_service__phone=None), as_a_whole) == []


@pytest.mark.parametrize(
    ("reached_by", "expected"),
    [
        ({}, [("customer_service", "contact-missing", "TCM-SHOP-01")]),
        ({"phone": "400-000-0000"}, []),
        ({"url": "https://desk.provider.example/ask"}, []),
    ],
    ids=["hours alone", "a phone", "a link"],
)
def test_customer_service_says_how_it_is_reached(reached_by: dict[str, str], expected: object) -> None:
    asks = shop(customer_service={"hours": "Working days, 9:00-18:00", **reached_by})
    told = scrutiny(asks, {"required": ("customer_service",)}).findings
    assert [(each.field, each.code, each.rule) for each in told] == expected


def test_a_shop_without_anything_lacks_each_field() -> None:
    assert found(ShopContent(), {"pictures": None}) == [
        ("name", "missing"),
        ("introduction", "missing"),
        ("customer_service", "block-missing"),
    ]


def test_who_has_to_say_anything_of_sales_names_a_price() -> None:
    unpriced = product(sales__plans=[])
    assert found(unpriced, {"required": ("sales.refunds",)}) == [("sales.plans", "missing")]
    assert found(unpriced, {"required": ("basic.title",)}) == []


def test_a_list_may_be_required_and_is_missing_once() -> None:
    """What a block, or a field, is told of is not told again of what is in it."""
    asked = {"required": ("basic.pictures", "basic.title")}
    assert found(product(basic__pictures=[]), asked) == [("basic.pictures", "missing")]
    assert found(product(basic=None), asked) == [("basic", "block-missing")]
    assert found(shop(logo=None), {"required": ("logo",)}) == [("logo", "missing")]


# --- where it stands


def test_a_product_stands_in_one_child_of_a_general_class() -> None:
    """TCM-CAT-01, -19."""
    assert found(product(basic__category="iot/other")) == []
    for category, code in (
        ("security", "no-child-chosen"),
        ("security/shoes", "unknown-category"),
        ("shoes", "unknown-category"),
        ("finance/bank", "category-of-another-kind"),
        ("finance", "category-of-another-kind"),
    ):
        assert found(product(basic__category=category)) == [("basic.category", code)]


def test_a_product_is_for_industries_each_named_once() -> None:
    """TCM-CAT-18."""
    told = scrutiny(product(basic__industries=["finance/bank", "iot/other", "finance", "finance/bank", "x"]))
    assert [(each.field, each.code, each.rule) for each in told.findings] == [
        ("basic.industries.1", "category-of-another-kind", "TCM-CAT-18"),
        ("basic.industries.2", "no-child-chosen", "TCM-CAT-19"),
        ("basic.industries.3", "category-twice", "TCM-CAT-19"),
        ("basic.industries.4", "unknown-category", "TCM-CAT-19"),
    ]
    assert found(product(basic__industries=["finance/bank", "finance/insurance"])) == []


def test_what_nobody_joins_any_more_still_has_its_products() -> None:
    """ALI-RTL-02: the window was there to join in."""
    closed = product(basic__category="retail-channel", basic__industries=[])
    assert found(closed, categories=load_categories()["aliyun"]) == []


# --- what it is, and what it costs


@pytest.mark.parametrize(
    ("before", "expected"), [(timedelta(seconds=1), []), (timedelta(), ["access.template"])]
)
def test_no_ordinary_template_is_published_from_a_day_in_china_on(
    before: timedelta, expected: list[str]
) -> None:
    """AMP-IMP-09. Midnight in Shanghai is 16:00 of the day before."""
    at = datetime(2020, 12, 27, 16, tzinfo=UTC) - before
    until = {"ordinary_until": "2020-12-28"}
    told = scrutiny(product(access__template="ordinary", **TEMPLATE), until, at=at).findings
    assert [each.field for each in told] == expected
    assert {each.rule for each in told} <= {"AMP-IMP-09"}
    assert found(product(access__template="industry", **TEMPLATE), until, at=at) == []
    assert found(product(access__template="ordinary", **TEMPLATE), at=at) == []


def test_plans_have_names_of_their_own_and_may_be_free() -> None:
    """AMP-ORD-21."""
    free = {**PLAN, "price_fen": 0, "period": None}
    assert found(product(sales__plans=[free])) == []
    twice = product(sales__plans=[PLAN, {**PLAN, "name": "year"}, free, free])
    assert found(twice) == [
        ("sales.plans.2.name", "plan-name-twice"),
        ("sales.plans.3.name", "plan-name-twice"),
    ]


# --- how it is told


def test_everything_is_told_at_once_in_the_order_of_the_fields() -> None:
    wrong = product(
        access__url="http://provider.example/",
        basic__title="Casino\u202e",
        basic__description="online casino",
        basic__category="shoes",
        basic__industries=["shoes"],
        basic__pictures=[],
        basic__links=[{"title": "代开发票", "url": "ftp://x"}],
        business=None,
        sales__plans=[PLAN, PLAN],
    )
    told = scrutiny(wrong, catalogue=(GAMBLING, INVOICES))
    assert [(each.field, each.code) for each in told.findings] == [
        ("access.url", "link-not-https"),
        ("basic.title", "direction-turned"),
        ("basic.description", "forbidden-content"),
        ("basic.category", "unknown-category"),
        ("basic.industries.0", "unknown-category"),
        ("basic.pictures", "too-few-pictures"),
        ("basic.links.0.title", "forbidden-service"),
        ("basic.links.0.url", "link-not-https"),
        ("basic.links.0.url", "link-not-public"),
        ("business", "block-missing"),
        ("sales.plans.1.name", "plan-name-twice"),
    ]
    assert [(each.field, each.code) for each in told.flags] == [("basic.title", "similar-to-forbidden")]
    assert all(each.next for each in (*told.findings, *told.flags))


def test_places_count_as_numbers() -> None:
    pictures = [{"document": {**LOGO, "document_id": f"{n:064x}"}} for n in range(12)]
    several = found(product(basic__pictures=pictures), {"pictures": None}, document=lambda _: None)
    assert [field for field, _ in several[:12]] == [f"basic.pictures.{n}" for n in range(12)]


def test_sixty_findings_are_told_and_of_more_the_last_one_says_how_many() -> None:
    def told(plans: int) -> list[tuple[str, str, str]]:
        links = [{"title": "x", "url": f"http://x.example/{n}"} for n in range(20)]
        several = product(basic__links=links, sales__plans=[PLAN] * plans, sales__refunds="online casino")
        findings = scrutiny(several, {"links": {"at_most": 20}}, catalogue=(GAMBLING,)).findings
        return [(each.field, each.code, each.detail) for each in findings]

    sixty = told(plans=40)
    assert (len(sixty), sixty[-1][:2]) == (MOST, ("sales.refunds", "forbidden-content"))
    more = told(plans=41)
    assert more[:59] == sixty[:59]
    assert more[59:] == [("sales.plans.40.name", "more-findings", "there are 2 more, from this field on")]
    assert told(plans=50)[59][2].startswith("there are 11 more")


def test_flags_are_as_many_at_most() -> None:
    plans = [{**PLAN, "name": f"p{n}", "title": "casino"} for n in range(50)]
    links = [{"title": "casino", "url": f"https://x.example/{n}"} for n in range(11)]
    flags = scrutiny(
        product(basic__links=links, sales__plans=plans), {"links": {"at_most": 50}}, catalogue=(GAMBLING,)
    ).flags
    assert len(flags) == MOST
    assert (flags[-1].code, flags[-1].detail.split()[2]) == ("more-findings", "2")


def test_no_finding_repeats_what_was_sent() -> None:
    secret = "zq" * 20
    content = {
        **PRODUCT,
        "access": {"url": f"http://{secret}.example/"},
        "basic": {**PRODUCT["basic"], "category": secret, "title": f"{secret} 6222020000000000000\u202e"},
    }
    told = scrutiny(ProductContent.model_validate(content), {"links": {"hosts": ("provider.example",)}})
    assert told.findings
    assert secret not in str(told)


def test_only_some_classes_are_risky() -> None:
    risky = terms(risky=["security"])
    assert is_risky(["security/data-security"], risky)
    assert is_risky(["security"], risky)
    assert not is_risky(["service/consulting"], risky)
    assert not is_risky([], risky)


def test_the_sample_shop_says_everything() -> None:
    """What tests plant faults into has every field."""
    assert {*SHOP} == {*ShopContent.model_fields} - {"kind"}
    assert {*PRODUCT} == {*ProductContent.model_fields} - {"kind"}


def test_best_sellers_are_products_of_this_provider_each_once() -> None:
    """TCM-SHOP-01."""
    named = shop(best_sellers=["gate-1", "gate-1", "somebody-elses"])
    assert [(each.field, each.code, each.rule) for each in scrutiny(named).findings] == [
        ("best_sellers.1", "product-twice", "TCM-SHOP-01"),
        ("best_sellers.2", "product-unknown", "TCM-SHOP-01"),
    ]
