"""What may not stand in what buyers read, wherever it stands."""

from typing import Any

import pytest

from models.listing_content import ProductContent, ShopContent
from models.listings import ListingKind
from models.rules.listing_fields import Writing, public_texts
from tests.listing_contents import PRODUCT, SHOP, product, shop
from tests.rules.made_up import card
from tests.rules.scrutinising import AT, GAMBLING, INVOICES, found, scrutiny

CATALOGUE = (GAMBLING, INVOICES)
TEXTS = [(content.kind, text.field) for content in (product(), shop()) for text in public_texts(content)]
LINES = [(kind, field) for kind, field in TEXTS if not field.endswith("url")]


def planted(kind: str, field: str, text: str) -> ProductContent | ShopContent:
    """The sample, with another text in one field."""

    def changed(value: Any, path: list[str]) -> Any:
        if not path:
            return text
        if isinstance(value, list):
            place = int(path[0])
            return [*value[:place], changed(value[place], path[1:]), *value[place + 1 :]]
        return {**value, path[0]: changed(value[path[0]], path[1:])}

    of_product = kind == ListingKind.PRODUCT
    content = changed(PRODUCT if of_product else SHOP, field.split("."))
    return (ProductContent if of_product else ShopContent).model_validate(content)


# --- what is forbidden


def test_all_that_buyers_read_is_read() -> None:
    """ALI-RECT-01: title, images, links, description, shop introduction and announcement, and what else there
    is. Who adds a field that buyers read adds it to the samples."""
    assert [field for kind, field in TEXTS if kind == "product"] == [
        *("access.url", "access.instructions", "basic.title", "basic.summary", "basic.description"),
        *("basic.pictures.0.caption", "basic.links.0.title", "basic.links.0.url"),
        *(
            "business.scope",
            "business.support",
            "sales.plans.0.title",
            "sales.plans.1.title",
            "sales.refunds",
        ),
    ]
    assert [field for kind, field in TEXTS if kind == "shop"] == [
        *("name", "introduction", "announcement", "scope", "features"),
        *("customer_service.hours", "customer_service.phone", "customer_service.url"),
        *("logo.caption", "links.0.title", "links.0.url"),
    ]


@pytest.mark.parametrize(("kind", "field"), TEXTS)
def test_forbidden_content_is_found_wherever_it_stands(kind: str, field: str) -> None:
    """ALI-RECT-01."""
    text = "https://provider.example/online-casino" if field.endswith("url") else "An online casino, 24 h"
    [finding] = scrutiny(planted(kind, field, text), catalogue=CATALOGUE).findings
    assert (finding.field, finding.code, finding.rule) == (field, "forbidden-content", "ALI-RECT-01")
    assert "Gambling" in finding.detail
    assert finding.next == "leave it out"


@pytest.mark.parametrize(("kind", "field"), TEXTS)
def test_what_is_like_it_turns_nothing_down_and_an_operator_looks_at_it(kind: str, field: str) -> None:
    """S88-POL-05."""
    text = "https://provider.example/casino" if field.endswith("url") else "Like in a casino, 24 h"
    told = scrutiny(planted(kind, field, text), catalogue=CATALOGUE)
    [flag] = told.flags
    assert told.findings == ()
    assert (flag.field, flag.code, flag.rule) == (field, "similar-to-forbidden", "ALI-RECT-01")
    assert "Gambling" in flag.detail


def test_a_forbidden_service_is_told_from_forbidden_content() -> None:
    """S88-POL-05."""
    both = product(basic__title="代开发票 and an online casino")
    told = scrutiny(both, catalogue=CATALOGUE).findings
    assert [(each.code, each.rule, each.next) for each in told] == [
        ("forbidden-content", "ALI-RECT-01", "leave it out"),
        ("forbidden-service", "S88-POL-05", "do not offer it here"),
    ]


def test_an_address_is_read_as_a_browser_shows_it() -> None:
    hidden = "https://provider.example/%E4%BB%A3%E5%BC%80%E5%8F%91%E7%A5%A8"
    assert found(product(access__url=hidden), catalogue=CATALOGUE) == [("access.url", "forbidden-service")]
    assert found(product(access__instructions=hidden), catalogue=CATALOGUE) == []


def test_what_is_not_in_force_is_not_forbidden() -> None:
    """S88-POL-04: who asks says what is in force."""
    assert found(product(basic__title="online casino"), catalogue=(INVOICES,)) == []


# --- what nobody can read


@pytest.mark.parametrize(("kind", "field"), LINES)
@pytest.mark.parametrize(
    ("sign", "code"),
    [("\x07", "control-characters"), ("\x85", "control-characters"), ("\u202e", "direction-turned")],
)
def test_marks_that_are_not_to_be_read_are_found(kind: str, field: str, sign: str, code: str) -> None:
    assert found(planted(kind, field, f"9 to{sign} 18")) == [(field, code)]


@pytest.mark.parametrize("sign", ["\u202a", "\u2066", "\u2069"])
def test_every_mark_that_turns_the_direction_is_found(sign: str) -> None:
    assert found(product(basic__summary=f"a{sign}b")) == [("basic.summary", "direction-turned")]


@pytest.mark.parametrize("sign", ["\u200f", "\u200d", "\u3000", "\U0001f600"])
def test_other_signs_stay(sign: str) -> None:
    """Marks that scripts written from right to left need, emoji and their joiners, wide spaces."""
    assert found(product(basic__summary=f"a{sign}b")) == []


def test_lines_may_end_where_there_may_be_several() -> None:
    several = "one\r\n\ttwo\nthree"
    assert found(product(basic__description=several, sales__refunds=several)) == []
    assert found(product(basic__title=several)) == [("basic.title", "control-characters")]


@pytest.mark.parametrize("text", ["\u200b", "…", "!!!", "\u3164"])
def test_a_text_without_a_letter_says_nothing(text: str) -> None:
    assert found(product(basic__title=text)) == [("basic.title", "nothing-to-read")]
    assert found(product(basic__title=f"{text}7")) == []


# --- whose numbers do not belong there


@pytest.mark.parametrize(("kind", "field"), LINES)
def test_personal_numbers_are_found_wherever_they_stand(kind: str, field: str) -> None:
    told = scrutiny(planted(kind, field, f"Ask {card()}")).findings
    assert [(each.field, each.code) for each in told] == [(field, "personal-data")]
    assert card() not in str(told)


def test_both_kinds_of_number_are_told() -> None:
    told = scrutiny(product(basic__description=f"{card()} 378282246310005")).findings
    assert [each.code for each in told] == ["personal-data", "personal-data"]
    assert len({each.detail for each in told}) == 2


def test_addresses_are_judged_by_the_rules_of_links() -> None:
    assert {text.writing for text in public_texts(product()) if text.field.endswith("url")} == {
        Writing.ADDRESS
    }
    long_number = product(access__url=f"https://provider.example/{card()}")
    assert found(long_number) == []


def test_who_is_born_today_is_born_in_china() -> None:
    newborn = product(basic__summary=f"ask {card(born='20261123')}")
    before, after = (found(newborn, at=AT.replace(hour=hour)) for hour in (15, 16))
    assert (before, after) == ([], [("basic.summary", "personal-data")])
