"""Products and shops in which nothing is wrong, and terms that they satisfy."""

from datetime import UTC, datetime
from typing import Any

from models.documents import DocumentRef, StoredDocument
from models.listing_content import ProductContent, ShopContent
from models.listing_terms import ListingTerms

PICTURE = {"kind": "product_picture", "document_id": "ab" * 32}
LOGO = {"kind": "shop_logo", "document_id": "cd" * 32}
QUALIFICATION = {"kind": "qualification", "document_id": "ef" * 32}
PRODUCT: dict[str, Any] = {
    "access": {
        "delivery": "saas",
        "url": "https://desk.provider.example/start",
        "instructions": "Sign in with your account.\nThe first page shows what to do.",
    },
    "basic": {
        "title": "Gate for small networks",
        "summary": "Watches a small company's network, and warns.",
        "description": "A gate between your network and the rest.\n\nIt is set up in a day. 一天内部署完成。",
        "category": "security/network-security",
        "industries": ["finance/bank"],
        "pictures": [{"document": PICTURE, "caption": "The first page"}],
        "links": [{"title": "Handbook", "url": "https://docs.provider.example/handbook"}],
    },
    "business": {
        "scope": "Software for networks",
        "support": "On working days, from nine to six",
        "qualifications": [QUALIFICATION],
    },
    "sales": {
        "plans": [
            {"name": "trial", "title": "Trial", "price_fen": 0, "period": "P1M"},
            {"name": "year", "title": "One year", "price_fen": 98_000, "period": "P1Y"},
        ],
        "account_types": ["enterprise"],
        "refunds": "In full within seven days",
    },
}
SHOP: dict[str, Any] = {
    "name": "Small networks",
    "introduction": "We have built gates for small networks since 2015.",
    "announcement": "Closed on public holidays.",
    "scope": "Software for networks",
    "features": "Set up in a day",
    "customer_service": {
        "hours": "Working days, 9:00-18:00",
        "phone": "400-000-0000",
        "url": "https://desk.provider.example/ask",
    },
    "best_sellers": ["gate-1"],
    "logo": {"document": LOGO, "caption": "Our sign"},
    "links": [{"title": "About us", "url": "https://www.provider.example/about"}],
}
REQUIRED = {
    "product": (
        *("access.delivery", "access.instructions", "basic.title", "basic.summary", "basic.description"),
        *("basic.category", "business.scope", "business.support", "sales.plans", "sales.refunds"),
    ),
    "shop": ("name", "introduction", "customer_service.hours", "customer_service.phone"),
}
"""By the kind of what is checked."""


def product(**changes: Any) -> ProductContent:
    """A product with every field given. A change by a dotted path, its dots written `__`, goes into its
    block (`basic__title="Gate"`); None leaves out what may be left out."""
    return ProductContent.model_validate(_changed(PRODUCT, changes))


def shop(**changes: Any) -> ShopContent:
    """A shop with every field given, changed as `product` is."""
    return ShopContent.model_validate(_changed(SHOP, changes))


def terms(kind: str = "product", checks: dict[str, Any] | None = None, **changes: Any) -> ListingTerms:
    """Terms that `product()` or `shop()` satisfies on the rehearsal's and the cloud's categories."""
    usual: dict[str, Any] = {
        "checks": {
            "required": REQUIRED[kind],
            "pictures": {
                "kind": "shop_logo" if kind == "shop" else "product_picture",
                "at_least": 1,
                "at_most": 1 if kind == "shop" else 5,
                "min_width": 400,
                "min_height": 300,
            },
            "links": {"at_most": 10},
            **(checks or {}),
        },
        "review": {
            "review_within": {"working_days": 5},
            "expedited_within": {"working_days": 1},
            "replan_every": "P1D",
            "withdrawals": [{"times": 3, "within": "P7D"}],
            "expedites": [{"times": 1, "within": "P7D"}],
        },
        "grace": {"natural_days": 30},
        "events_a_run": 500,
    }
    return ListingTerms.model_validate({**usual, **changes})


def kept(reference: DocumentRef, width: int = 400, height: int = 300) -> StoredDocument:
    """What is known of a picture that was handed in: as large as `terms` ask for."""
    return StoredDocument.model_validate(
        {
            "kind": reference.kind,
            "size": 1000,
            "content_type": "image/png",
            "width": width,
            "height": height,
            "uploaded_at": datetime(2026, 11, 22, 8, tzinfo=UTC),
            "uploaded_by": {"role": "provider", "subject": "provider-1"},
            "sha256": reference.document_id,
        }
    )


def _changed(usual: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    content = dict(usual)
    for path, value in changes.items():
        block, _, field = path.partition("__")
        content[block] = {**(content[block] or {}), field: value} if field else value
    return content
