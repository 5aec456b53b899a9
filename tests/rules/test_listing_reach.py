"""Which links are followed, and what it means where they lead (ALI-RECT-01)."""

from typing import Any

from models.links import LinkState, Reach
from models.listing_content import CustomerService, Link, ProductContent, ShopContent
from models.rules.findings import Finding
from models.rules.listing_reach import followed, reached

HELP, DOCS, APP = (f"https://{name}.example/" for name in ("help", "docs", "app"))


def product(*links: str, url: str | None = None) -> ProductContent:
    basic: Any = {"links": [{"title": "More", "url": link} for link in links]}
    return ProductContent.model_validate({"basic": basic, "access": {"url": url}})


def finding(field: str) -> Finding:
    return Finding(field=field, code="link-not-https", detail="so")


def test_every_link_of_a_product_is_followed() -> None:
    assert followed(product(HELP, DOCS, url=APP), (), 9) == {
        "access.url": APP,
        "basic.links.0.url": HELP,
        "basic.links.1.url": DOCS,
    }


def test_every_link_of_a_shop_is_followed() -> None:
    shop = ShopContent(links=(Link(title="More", url=HELP),), customer_service=CustomerService(url=DOCS))
    assert followed(shop, (), 9) == {"customer_service.url": DOCS, "links.0.url": HELP}


def test_a_link_that_may_not_stand_there_is_not_followed() -> None:
    """Nobody makes us look at an address of our own house."""
    content = product("https://127.0.0.1/", DOCS)
    assert followed(content, [finding("basic.links.0.url")], 9) == {"basic.links.1.url": DOCS}


def test_no_more_links_are_followed_than_a_market_takes() -> None:
    """The same link counts once."""
    assert followed(product(HELP, HELP, DOCS, APP), (), 2) == {
        "basic.links.0.url": HELP,
        "basic.links.1.url": HELP,
        "basic.links.2.url": DOCS,
    }


def test_what_does_not_work_turns_down_and_silence_does_not() -> None:
    links = {"access.url": APP, "basic.links.0.url": HELP, "basic.links.1.url": DOCS, "links.2": HELP}
    states = {
        APP: LinkState(state=Reach.REACHED, detail="answers 200"),
        HELP: LinkState(state=Reach.BROKEN, detail="answers 404"),
        DOCS: LinkState(state=Reach.SILENT, detail="no answer in time"),
    }
    web = reached(links, states)
    assert [(each.field, each.code, each.rule) for each in web.findings] == [
        ("basic.links.0.url", "link-broken", "ALI-RECT-01"),
        ("links.2", "link-broken", "ALI-RECT-01"),
    ]
    assert [(each.field, each.code, each.detail) for each in web.silent] == [
        ("basic.links.1.url", "link-silent", "it did not answer: no answer in time")
    ]


def test_what_is_not_safe_to_follow_turns_down() -> None:
    web = reached({"links.0.url": APP}, {APP: LinkState(state=Reach.UNSAFE, detail="its certificate")})
    assert ([each.code for each in web.findings], web.silent) == (["link-unsafe"], ())
    assert web.findings[0].next
