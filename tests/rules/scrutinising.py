"""How tests of products and shops read what automatic checks find in them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from models.catalogues import Entry
from models.categories import Category
from models.documents import DocumentRef, StoredDocument
from models.listing_content import ProductContent, ShopContent
from models.policies.categories import load_categories
from models.rules.listing_checks import Scrutiny, scrutinise
from tests.listing_contents import kept, terms

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
CATEGORIES = load_categories()["tencent-cloud"]
GAMBLING = Entry(
    name="gambling",
    kind="content",
    title="Gambling",
    title_zh="赌博",
    terms=("online casino",),
    similar=("casino",),
    effective_from=datetime(2020, 1, 1, tzinfo=UTC),
    rule="ALI-RECT-01",
)
INVOICES = Entry(
    name="invoices",
    kind="service",
    title="Invoices for sale",
    title_zh="代开发票",
    terms=("代开发票",),
    effective_from=datetime(2020, 1, 1, tzinfo=UTC),
    rule="S88-POL-05",
)


def scrutiny(
    content: ProductContent | ShopContent,
    checks: dict[str, Any] | None = None,
    *,
    categories: Sequence[Category] = CATEGORIES,
    catalogue: Sequence[Entry] = (),
    at: datetime = AT,
    document: Callable[[DocumentRef], StoredDocument | None] = kept,
    products: Sequence[str] = ("gate-1",),
) -> Scrutiny:
    return scrutinise(
        content,
        terms(content.kind, checks),
        categories=categories,
        catalogue=catalogue,
        at=at,
        document=document,
        sells=products.__contains__,
    )


def found(
    content: ProductContent | ShopContent, checks: dict[str, Any] | None = None, **others: Any
) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    return [(each.field, each.code) for each in scrutiny(content, checks, **others).findings]
