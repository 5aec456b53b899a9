"""The fields of products and shops, as whoever gives reasons names them."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from models.listing_reasons import ReviewReason
from models.listings import ListingKind
from models.policies import load
from models.rules.listing_fields import (
    CONTENTS,
    field_title,
    fields_of,
    is_field,
    is_left_out,
    place_of,
    value_at,
    writing_of,
)
from models.words.listings import FIELDS
from tests.listing_contents import PRODUCT, SHOP, product, shop

PRODUCTS, SHOPS = ListingKind.PRODUCT, ListingKind.SHOP
SAMPLES = ((PRODUCTS, PRODUCT), (SHOPS, SHOP))


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Everything that a content names, block before field."""
    if path:
        yield path
    given = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in given:
        yield from paths(each, f"{path}.{name}" if path else str(name))


def test_everything_that_a_full_sample_names_is_a_field() -> None:
    for kind, sample in SAMPLES:
        named = [*paths(sample)]
        assert len(named) >= 20
        assert [path for path in named if not is_field(kind, path)] == []


@pytest.mark.parametrize(
    "path",
    [
        *(
            "basic.pictures.19",
            "basic.links.49.url",
            "sales.account_types.2",
            "basic.pictures.0.document.kind",
        ),
        *("access.template", "business"),
    ],
)
def test_so_is_what_a_content_could_name(path: str) -> None:
    assert is_field(PRODUCTS, path)
    assert not is_field(SHOPS, path)


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "kind", "title", "basic.", ".basic", "basic..title", "basic.titel", "basic.title.x"),
        *("basic.title.0", "basic.0", "0", "basic.pictures.x", "basic.pictures.-1", "basic.pictures.01"),
        *("basic.pictures.1.0", "basic.pictures.20", "basic.links.50", "sales.account_types.3"),
        *("basic.pictures.²", "basic.pictures.１", f"basic.pictures.{'9' * 5000}", "basic.pictures.caption"),
        *("Basic", "basic.model_fields", "access.delivery.name", "basic.pictures.0.document.id"),
    ],
)
def test_what_nothing_is_called_by_is_no_field(path: str) -> None:
    assert not is_field(PRODUCTS, path)


def test_a_field_is_called_by_its_title_and_what_it_stands_in() -> None:
    """People count from one."""
    assert field_title(PRODUCTS, "basic.title") == ("Basic information › Title", "基本信息 › 标题")
    assert field_title(PRODUCTS, "basic.pictures.0.caption") == (
        "Basic information › Pictures 1 › Caption",
        "基本信息 › 图片1 › 图片说明",
    )
    assert field_title(SHOPS, "announcement") == ("Announcement", "店铺公告")
    assert field_title(SHOPS, "links.11") == ("Links 12", "链接12")
    assert field_title(SHOPS, "basic.title") == ("basic.title", "basic.title")


def test_every_field_has_a_title_and_no_title_is_without_its_field() -> None:
    models = {model.__name__: model for model in _models()}
    assert {name: [*fields] for name, fields in FIELDS.items()} == {
        name: [*fields_of(models[name])] for name in FIELDS
    }
    assert {*FIELDS} == {*models}


def test_fields_stand_in_the_order_of_the_content() -> None:
    for kind, sample in SAMPLES:
        named = [*paths(sample)]
        places = [place_of(kind, path) for path in named]
        assert places == sorted(places)
        assert len({*places}) == len(places)
    assert sorted(["x", "sales", "basic.links.10", "basic.links.9"], key=lambda p: place_of(PRODUCTS, p)) == [
        *("basic.links.9", "basic.links.10", "sales", "x")
    ]


def test_what_stands_at_a_path_is_found_or_none() -> None:
    assert value_at(product(), "basic.links.0.title") == "Handbook"
    assert value_at(product(), "basic.links.1.title") is None
    assert value_at(product(basic=None), "basic.links.0.title") is None
    assert value_at(product(), "basic.title.upper") is None
    assert value_at(shop(), "customer_service.phone") == "400-000-0000"


def test_a_block_is_left_out_when_it_says_nothing() -> None:
    assert is_left_out(None)
    assert is_left_out(())
    assert is_left_out(product(basic={}).basic)
    assert not is_left_out(product(basic={"title": "x"}).basic)
    assert not is_left_out(0)


def test_no_field_of_free_text_is_left_unread() -> None:
    """Of what is text, identifiers alone are not what buyers read."""
    unread = {
        f"{model.__name__}.{name}"
        for model in _models()
        for name, hint in fields_of(model).items()
        if get_args(hint)[:1] == (str,) and not writing_of(hint)
    }
    assert unread == {
        *("Basic.category", "Plan.name", "Plan.period", "DocumentRef.kind", "DocumentRef.document_id")
    }


def test_what_markets_require_are_fields() -> None:
    policies = load().values()
    for kind, versions in (
        (PRODUCTS, chain.from_iterable(policy.product_reviews for policy in policies)),
        (SHOPS, chain.from_iterable(policy.shop_reviews for policy in policies)),
    ):
        required = [path for version in versions for path in version.terms.checks.required]
        assert required
        assert [path for path in required if not is_field(kind, path)] == []


def test_every_reason_is_told_in_both_languages() -> None:
    english, chinese = ([getattr(each, name) for each in ReviewReason] for name in ("meaning", "meaning_zh"))
    assert len({*english}) == len({*chinese}) == len(ReviewReason)
    assert all(text.isascii() for text in english)
    assert not any(text.isascii() for text in chinese)


def _models() -> list[type[BaseModel]]:
    """Every model that a content is made of."""
    found: dict[type[BaseModel], None] = {}

    def visit(value: object) -> None:
        if isinstance(value, BaseModel):
            found[type(value)] = None
            value = tuple(each for _, each in value)
        for part in value if isinstance(value, tuple) else ():
            visit(part)

    for content in (product(), shop()):
        visit(content)
    assert {*found} >= {*CONTENTS.values()}
    return [*found]
