"""What is new in a version: field by field, and what is in lists by what it is."""

from typing import Any

import pytest

from models.listing_content import ProductContent, ShopContent
from models.rules.differences import SHORT, Change, difference
from tests.listing_contents import LOGO, PICTURE, PRODUCT, product, shop

LINKS = [{"title": name, "url": f"https://{name}.example/"} for name in ("a", "b", "c")]
PLANS = PRODUCT["sales"]["plans"]
OTHER = {"document": {**PICTURE, "document_id": "12" * 32}, "caption": "The second page"}
Told = list[tuple[str, str, Any, Any]]


def told(before: ProductContent | ShopContent | None, after: ProductContent | ShopContent) -> Told:
    return [(each.field, each.kind, each.before, each.after) for each in difference(before, after)]


def of_links(before: list[dict[str, str]], after: list[dict[str, str]]) -> Told:
    return told(product(basic__links=before), product(basic__links=after))


def test_what_is_the_same_does_not_differ() -> None:
    assert difference(product(), product()) == ()
    assert difference(shop(), shop()) == ()


def test_a_field_that_differs_says_what_it_was_and_is() -> None:
    [change] = difference(product(), product(basic__title="Gate 2"))
    assert change == Change(
        field="basic.title",
        title="Basic information › Title",
        title_zh="基本信息 › 标题",
        kind="changed",
        before="Gate for small networks",
        after="Gate 2",
    )


def test_fields_are_added_and_removed() -> None:
    assert told(product(access__url=None), product(access__delivery=None)) == [
        ("access.delivery", "removed", "saas", None),
        ("access.url", "added", None, "https://desk.provider.example/start"),
    ]
    assert told(shop(), shop(logo=None)) == [
        ("logo", "removed", {"document": LOGO, "caption": "Our sign"}, None)
    ]


def test_of_a_block_that_is_new_each_field_is_new() -> None:
    """A block that was left out, and one that says nothing, are the same."""
    for without in (shop(customer_service=None), shop(customer_service={})):
        assert told(without, shop()) == [
            ("customer_service.hours", "added", None, "Working days, 9:00-18:00"),
            ("customer_service.phone", "added", None, "400-000-0000"),
            ("customer_service.url", "added", None, "https://desk.provider.example/ask"),
        ]
    assert difference(shop(customer_service=None), shop(customer_service={})) == ()
    for block in ("access", "basic", "business", "sales"):
        assert difference(product(**{block: None}), product(**{block: {}})) == ()
        assert difference(product(**{block: {}}), product(**{block: None})) == ()
    titled = told(product(basic=None), product(basic={"title": "x"}))
    assert titled == [("basic.title", "added", None, "x")]


def test_with_nothing_before_all_is_new_in_the_order_of_the_fields() -> None:
    changes = told(None, product())
    assert {kind for _, kind, _, _ in changes} == {"added"}
    assert [field for field, *_ in changes] == [
        *("access.delivery", "access.url", "access.instructions"),
        *("basic.title", "basic.summary", "basic.description", "basic.category", "basic.industries.0"),
        *("basic.pictures.0", "basic.links.0"),
        *("business.scope", "business.support", "business.qualifications.0"),
        *("sales.plans.0", "sales.plans.1", "sales.account_types.0", "sales.refunds"),
    ]
    assert told(None, ProductContent()) == []


def test_a_price_is_told_in_fen_and_zero_is_a_price() -> None:
    dearer = [PLANS[0], {**PLANS[1], "price_fen": 99_000}]
    assert told(product(), product(sales__plans=dearer)) == [
        ("sales.plans.1.price_fen", "changed", 98_000, 99_000)
    ]
    free = [PLANS[0], {**PLANS[1], "price_fen": 0}]
    assert told(product(), product(sales__plans=free)) == [("sales.plans.1.price_fen", "changed", 98_000, 0)]
    once = [PLANS[0], {**PLANS[1], "period": None}]
    assert told(product(), product(sales__plans=once)) == [("sales.plans.1.period", "removed", "P1Y", None)]


def test_a_link_in_front_of_others_is_one_change() -> None:
    assert of_links(LINKS[1:], LINKS) == [("basic.links.0", "added", None, LINKS[0])]
    assert of_links(LINKS, LINKS[1:]) == [("basic.links.0", "removed", LINKS[0], None)]


def test_links_that_change_places_are_one_change() -> None:
    assert of_links(LINKS, [LINKS[2], *LINKS[:2]]) == [
        ("basic.links", "changed", ["a", "b", "c"], ["c", "a", "b"])
    ]


def test_a_link_is_known_by_its_address_or_else_by_its_title() -> None:
    renamed = {**LINKS[0], "title": "A"}
    moved = {**LINKS[1], "url": "https://b.example/new"}
    assert of_links(LINKS, [renamed, moved, LINKS[2]]) == [
        ("basic.links.0.title", "changed", "a", "A"),
        ("basic.links.1.url", "changed", "https://b.example/", "https://b.example/new"),
    ]
    assert of_links(LINKS[:1], LINKS[1:2]) == [
        ("basic.links.0", "removed", LINKS[0], None),
        ("basic.links.0", "added", None, LINKS[1]),
    ]


def test_a_title_that_wandered_to_another_address_follows_the_address() -> None:
    before = [{"title": "a", "url": "https://x.example/"}, {"title": "b", "url": "https://y.example/"}]
    after = [{"title": "b", "url": "https://x.example/"}, {"title": "a", "url": "https://y.example/"}]
    assert of_links(before, after) == [
        ("basic.links.0.title", "changed", "a", "b"),
        ("basic.links.1.title", "changed", "b", "a"),
    ]


def test_links_given_twice_are_two() -> None:
    assert of_links(LINKS[:1], LINKS[:1] * 2) == [("basic.links.1", "added", None, LINKS[0])]
    assert of_links(LINKS[:1] * 3, LINKS[:1]) == [
        ("basic.links.1", "removed", LINKS[0], None),
        ("basic.links.2", "removed", LINKS[0], None),
    ]


def test_pictures_are_known_by_what_they_show() -> None:
    first = {"document": PICTURE, "caption": "The first page"}
    assert told(product(), product(basic__pictures=[OTHER, {**first, "caption": None}])) == [
        ("basic.pictures.0", "added", None, OTHER),
        ("basic.pictures.1.caption", "removed", "The first page", None),
    ]
    another = {**first, "document": OTHER["document"]}
    assert told(product(), product(basic__pictures=[another])) == [
        ("basic.pictures.0.document", "changed", PICTURE, OTHER["document"])
    ]
    plain = [{"document": each["document"]} for each in (first, OTHER)]
    assert [
        each[:2] for each in told(product(basic__pictures=plain[:1]), product(basic__pictures=plain[1:]))
    ] == [
        ("basic.pictures.0", "removed"),
        ("basic.pictures.0", "added"),
    ]


def test_a_logo_that_is_replaced_says_so() -> None:
    other = {"document": {**LOGO, "document_id": "34" * 32}, "caption": "Our sign"}
    assert told(shop(), shop(logo=other)) == [("logo.document", "changed", LOGO, other["document"])]


def test_values_in_lists_are_known_by_themselves() -> None:
    before, after = (
        product(basic__industries=["finance/bank", "iot/other"]),
        product(basic__industries=["iot/other"]),
    )
    assert told(before, after) == [("basic.industries.0", "removed", "finance/bank", None)]
    assert told(shop(best_sellers=["a", "b"]), shop(best_sellers=["b", "a"])) == [
        ("best_sellers", "changed", ["a", "b"], ["b", "a"])
    ]


def test_a_text_that_changed_is_told_in_pieces_and_whole_where_it_is_short() -> None:
    [change] = difference(product(), product(sales__refunds="In full within ten days"))
    assert (change.before, change.after) == ("In full within seven days", "In full within ten days")
    assert [(each.kind, each.text) for each in change.pieces] == [
        ("kept", "In full within "),
        ("removed", "seven "),
        ("added", "ten "),
        ("kept", "days"),
    ]


@pytest.mark.parametrize(("length", "whole"), [(SHORT, True), (SHORT + 1, False)])
def test_a_long_text_is_told_in_pieces_alone(length: int, whole: bool) -> None:
    text = "x" * length
    [added] = difference(shop(announcement=None), shop(announcement=text))
    assert added.after == (text if whole else None)
    assert [(each.kind, each.text) for each in added.pieces] == ([] if whole else [("added", text)])
    [removed] = difference(shop(announcement=text), shop(announcement=None))
    assert removed.kind == "removed"
    assert (removed.before == text) is whole
    [changed] = difference(shop(announcement="short"), shop(announcement=text))
    assert (changed.before == "short") is whole
    assert changed.pieces


def test_every_change_can_be_sent() -> None:
    for change in (*difference(None, product()), *difference(None, shop())):
        assert Change.model_validate_json(change.model_dump_json()) == change


def test_a_product_is_no_shop() -> None:
    with pytest.raises(ValueError, match="a shop is no product"):
        difference(shop(), product())
