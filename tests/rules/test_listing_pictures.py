"""Pictures and papers of products and shops: how many, how large, and whether anybody handed them in."""

from collections.abc import Callable
from typing import Any

import pytest

from models.documents import DocumentRef, StoredDocument
from tests.listing_contents import PICTURE, kept, product, shop
from tests.rules.scrutinising import found, scrutiny


def pictures(count: int, kind: str = "product_picture") -> list[dict[str, Any]]:
    return [{"document": {"kind": kind, "document_id": f"{place:064x}"}} for place in range(count)]


def of_size(width: int, height: int) -> Callable[[DocumentRef], StoredDocument | None]:
    return lambda reference: kept(reference, width, height)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        *((0, [("basic.pictures", "too-few-pictures")]), (1, [("basic.pictures", "too-few-pictures")])),
        *((2, []), (4, []), (5, [("basic.pictures", "too-many-pictures")])),
    ],
)
def test_a_product_has_so_many_pictures(count: int, expected: list[tuple[str, str]]) -> None:
    terms = {"pictures": {"kind": "product_picture", "at_least": 2, "at_most": 4}}
    assert found(product(basic__pictures=pictures(count)), terms) == expected


def test_pictures_that_are_asked_for_are_missed_where_their_whole_block_is() -> None:
    assert found(product(basic=None), {"required": ()}) == [("basic.pictures", "too-few-pictures")]


def test_a_logo_is_a_picture() -> None:
    assert found(shop(logo=None)) == [("logo", "too-few-pictures")]
    none_asked = {"pictures": {"kind": "shop_logo", "at_most": 1}}
    assert found(shop(logo=None), none_asked) == []
    assert found(shop(logo={"document": PICTURE})) == [("logo", "picture-of-another-kind")]
    assert found(shop(), document=lambda _: None) == [("logo", "document-unknown")]
    assert found(shop(), document=of_size(399, 300)) == [("logo", "picture-too-small")]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        *((400, 300, []), (401, 301, [])),
        *((399, 300, ["picture-too-small"]), (400, 299, ["picture-too-small"])),
    ],
)
def test_pictures_have_so_many_pixels_at_least(width: int, height: int, expected: list[str]) -> None:
    told = scrutiny(product(), document=of_size(width, height)).findings
    assert [each.code for each in told] == expected
    assert all("400 x 300" in each.detail for each in told)


def test_a_picture_that_nobody_handed_in_is_unknown() -> None:
    """It is asked for as it is named: by its kind, too."""
    asked: list[DocumentRef] = []

    def document(reference: DocumentRef) -> StoredDocument | None:
        asked.append(reference)
        return None

    content = product(basic__pictures=pictures(2))
    assert found(content, document=document) == [
        ("basic.pictures.0", "document-unknown"),
        ("basic.pictures.1", "document-unknown"),
        ("business.qualifications.0", "document-unknown"),
    ]
    assert content.business is not None
    assert asked == [DocumentRef(**each["document"]) for each in pictures(2)] + [
        *content.business.qualifications
    ]


def test_pictures_are_documents_of_the_kind_that_the_market_takes() -> None:
    of_both = [*pictures(1), *pictures(2, "qualification")[1:]]
    assert found(product(basic__pictures=of_both)) == [("basic.pictures.1", "picture-of-another-kind")]


def test_the_same_picture_twice_is_once_too_often() -> None:
    first, second = pictures(2)
    told = found(product(basic__pictures=[first, second, {**first, "caption": "Again"}]))
    assert told == [("basic.pictures.2", "picture-twice")]


def test_where_a_market_says_nothing_of_pictures_they_only_have_to_be_there() -> None:
    content = product(basic__pictures=[*pictures(20, "whatever")])
    assert found(content, {"pictures": None}, document=of_size(1, 1)) == []
    assert found(product(basic__pictures=[]), {"pictures": None}) == []
    unknown = found(product(), {"pictures": None}, document=lambda _: None)
    assert ("basic.pictures.0", "document-unknown") in unknown
