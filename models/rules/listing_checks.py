"""What automatic checks find in a product or a shop, everything at once (ALI-RECT-01, -04, -05)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from models.base import Frozen
from models.catalogues import Entry
from models.categories import Category
from models.listing_content import ProductContent, ShopContent
from models.listing_events import ContentBlock
from models.listing_terms import CheckTerms, ListingTerms
from models.listings import ListingKind
from models.periods import local_date
from models.rules.categories import classes_of
from models.rules.findings import Finding
from models.rules.listing_best_sellers import best_seller_findings
from models.rules.listing_facts import contact_findings, place_findings, plan_findings, template_findings
from models.rules.listing_fields import is_left_out, place_of, public_texts, value_at
from models.rules.listing_links import address_findings, links_findings
from models.rules.listing_pictures import Find, paper_findings, picture_findings
from models.rules.listing_texts import forbidden, text_findings

MOST = 60
"""So many findings, and as many flags, are told. Where there are more, the last one says how many."""
BLOCKS = {ListingKind.PRODUCT: (*ContentBlock,), ListingKind.SHOP: ("customer_service",)}
REQUIRED_BY = {ListingKind.PRODUCT: "ALI-RECT-04", ListingKind.SHOP: "TCM-SHOP-03"}


class Scrutiny(Frozen):
    findings: tuple[Finding, ...]
    """What turns the version down."""
    flags: tuple[Finding, ...]
    """What an operator has to look at."""


def scrutinise(
    content: ProductContent | ShopContent,
    terms: ListingTerms,
    *,
    categories: Sequence[Category],
    catalogue: Sequence[Entry],
    at: datetime,
    document: Find,
    sells: Callable[[str], bool],
) -> Scrutiny:
    """Everything that stands against showing this, in the order of its fields, and what a person must judge.

    `categories` are the market's, `catalogue` what it forbids `at` that moment, `document` knows what the
    provider has handed in, and `sells` which products are its own. Whether links work is not looked up.
    """
    kind, today = ListingKind(content.kind), local_date(at)
    missing = _missing(content, kind, terms.checks)
    wrong = (
        _product(content, terms.checks, categories, today, document)
        if isinstance(content, ProductContent)
        else _shop(content, terms.checks, document, sells)
    )
    gone = tuple(each.field for each in missing)
    findings = [*missing, *(each for each in wrong if not _is_within(each.field, gone))]
    flags: list[Finding] = []
    for text in public_texts(content):
        findings += text_findings(text, today)
        exact, similar = forbidden(text, catalogue)
        findings += exact
        flags += similar
    return Scrutiny(findings=capped(findings, kind), flags=capped(flags, kind))


def _missing(content: ProductContent | ShopContent, kind: ListingKind, terms: CheckTerms) -> list[Finding]:
    """Required fields that were left out; of a block that was left out altogether, only the block itself.
    Who has to say anything of sales has to name a price."""
    required = dict.fromkeys(terms.required)
    if any(path.partition(".")[0] == ContentBlock.SALES for path in required):
        required["sales.plans"] = None
    found: dict[str, str] = {}
    for path in required:
        block = path.partition(".")[0]
        if block in BLOCKS[kind] and is_left_out(value_at(content, block)):
            found[block] = "block-missing"
        elif is_left_out(value_at(content, path)):
            found[path] = "missing"
    return [
        Finding(
            field=field,
            code=code,
            rule=REQUIRED_BY[kind],
            detail="this market asks for it",
            next=f"fill in {field}",
        )
        for field, code in found.items()
    ]


def _product(
    content: ProductContent, terms: CheckTerms, categories: Sequence[Category], today: date, document: Find
) -> Iterator[Finding]:
    if (access := content.access) is not None:
        yield from template_findings(access, terms.ordinary_until, today)
        if access.url is not None:
            yield from address_findings(access.url, terms.links, "access.url")
    basic = content.basic
    shown = [(f"basic.pictures.{n}", each.document) for n, each in enumerate(basic.pictures if basic else ())]
    yield from picture_findings(shown, terms.pictures, document, "basic.pictures")
    if basic is not None:
        yield from place_findings(basic, categories, today)
        yield from links_findings(basic.links, terms.links, "basic.links")
    if content.business is not None:
        yield from paper_findings(content.business.qualifications, document, "business.qualifications")
    if content.sales is not None:
        yield from plan_findings(content.sales)


def _shop(
    content: ShopContent, terms: CheckTerms, document: Find, sells: Callable[[str], bool]
) -> Iterator[Finding]:
    yield from best_seller_findings(content.best_sellers, sells)
    shown = [("logo", content.logo.document)] if content.logo else []
    yield from picture_findings(shown, terms.pictures, document, "logo")
    if (service := content.customer_service) is not None:
        yield from contact_findings(service)
        if service.url is not None:
            yield from address_findings(service.url, terms.links, "customer_service.url")
    yield from links_findings(content.links, terms.links, "links")


def _is_within(field: str, blocks: tuple[str, ...]) -> bool:
    return any(f"{field}.".startswith(f"{block}.") for block in blocks)


def capped(found: Sequence[Finding], kind: ListingKind) -> tuple[Finding, ...]:
    """In the order of the fields, and no more than can be kept."""
    ordered = sorted(found, key=lambda each: place_of(kind, each.field))
    if len(ordered) <= MOST:
        return tuple(ordered)
    rest = ordered[MOST - 1 :]
    more = Finding(
        field=rest[0].field,
        code="more-findings",
        detail=f"there are {len(rest)} more, from this field on",
        next="put the others right first, and try again",
    )
    return (*ordered[: MOST - 1], more)


def is_risky(categories: Sequence[str], terms: ListingTerms) -> bool:
    """Whether a class of it, or one that it is for, is one whose approval needs a second operator."""
    return not {*classes_of(categories)}.isdisjoint(terms.risky)
