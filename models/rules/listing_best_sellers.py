"""What a shop names as its best sellers (TCM-SHOP-01)."""

from collections.abc import Callable, Iterator, Sequence

from models.rules.findings import Finding


def best_seller_findings(products: Sequence[str], sells: Callable[[str], bool]) -> Iterator[Finding]:
    """Each is a product of this provider, and named once. Of somebody else's nothing is told."""
    for place, product in enumerate(products):
        field = f"best_sellers.{place}"
        if product in products[:place]:
            yield _wrong(field, "product-twice", "this product is named already", "name each product once")
        elif not sells(product):
            yield _wrong(field, "product-unknown", "this provider has no such product here", "leave it out")


def _wrong(field: str, code: str, detail: str, then: str) -> Finding:
    return Finding(field=field, code=code, rule="TCM-SHOP-01", detail=detail, next=then)
