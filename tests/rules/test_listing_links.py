"""The links of products and shops: each by the rules of links, how many, and where they may lead."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.listing_contents import product, shop
from tests.rules.scrutinising import found


def links(*urls: str) -> list[dict[str, Any]]:
    return [{"title": f"Link {place}", "url": url} for place, url in enumerate(urls)]


def within(*hosts: str) -> dict[str, Any]:
    return {"links": {"hosts": hosts}}


def of_links(urls: Sequence[str], checks: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    return found(product(access__url=None, basic__links=links(*urls)), checks)


def test_every_address_is_judged_by_the_rules_of_links() -> None:
    """ALI-RECT-01."""
    bad = "http://provider.example/"
    assert found(product(access__url=bad, basic__links=links("https://x.example/", bad))) == [
        ("access.url", "link-not-https"),
        ("basic.links.1.url", "link-not-https"),
    ]
    assert found(shop(customer_service__url=bad, links=links(bad))) == [
        ("customer_service.url", "link-not-https"),
        ("links.0.url", "link-not-https"),
    ]
    assert found(shop(customer_service__url=None, links=[])) == []


@pytest.mark.parametrize(
    ("most", "given", "wrong"), [(3, 3, False), (3, 4, True), (0, 0, False), (0, 1, True)]
)
def test_there_are_so_many_links_at_most(most: int, given: int, wrong: bool) -> None:
    urls = [f"https://x.example/{place}" for place in range(given)]
    expected = [("basic.links", "too-many-links")] if wrong else []
    assert of_links(urls, {"links": {"at_most": most}}) == expected


def test_links_lead_to_named_hosts_and_what_is_below_them() -> None:
    inside = ("https://provider.example/a", "https://docs.provider.example/", "https://Provider.EXAMPLE/b")
    assert of_links(inside, within("Provider.example")) == []
    outside = ("https://notprovider.example/", "https://provider.example.evil.example/", "https://example/")
    told = of_links(outside, within("provider.example"))
    assert told == [
        ("basic.links.0.url", "link-not-admitted"),
        ("basic.links.1.url", "link-not-admitted"),
        ("basic.links.2.url", "link-not-public"),
    ]
    assert of_links(inside[:2], within("other.example", "docs.provider.example")) == [
        ("basic.links.0.url", "link-not-admitted")
    ]


def test_so_do_the_other_addresses() -> None:
    elsewhere = {"links": {"hosts": ("www.provider.example",)}}
    assert found(product(basic__links=[]), elsewhere) == [("access.url", "link-not-admitted")]
    assert found(shop(), elsewhere) == [("customer_service.url", "link-not-admitted")]


@pytest.mark.parametrize(
    "again",
    [
        *("https://x.example/a?b=C", "HTTPS://X.EXAMPLE/a?b=C", "https://x.example:443/a?b=C"),
    ],
)
def test_a_link_is_given_once_however_it_is_spelt(again: str) -> None:
    assert of_links(["https://x.example/a?b=C", again]) == [("basic.links.1.url", "link-twice")]


def test_a_page_of_the_same_site_is_another_link() -> None:
    first = "https://x.example/a?b=C"
    assert of_links([first, "https://x.example/a?b=c", "https://x.example/A?b=C", f"{first}#d"]) == []
    assert of_links(["https://x.example", "https://x.example/"]) == [("basic.links.1.url", "link-twice")]


def test_what_is_no_link_is_told_as_that() -> None:
    assert of_links(["https://[", "https://]"]) == [
        ("basic.links.0.url", "link-malformed"),
        ("basic.links.1.url", "link-malformed"),
    ]
