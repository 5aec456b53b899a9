"""What buyers choose by, and whom they ask: category, kind of template, prices, customer service."""

from collections.abc import Iterator, Sequence
from datetime import date

from models.categories import Category, CategoryKind
from models.listing_content import Access, Basic, CustomerService, Sales
from models.placing import TemplateKind
from models.rules.categories import category_findings, classes_of
from models.rules.findings import Finding

NO_WINDOW = {"joinable_from": None, "joinable_until": None}
"""Who may join a category is decided elsewhere, and before."""
RULES = {CategoryKind.GENERAL: "TCM-CAT-01", CategoryKind.INDUSTRY: "TCM-CAT-18"}
KINDS = {CategoryKind.GENERAL: "a general class", CategoryKind.INDUSTRY: "an industry"}


def place_findings(basic: Basic, offered: Sequence[Category], today: date) -> Iterator[Finding]:
    """Whether it stands where the market has a place for it: in one general class, for some industries
    (TCM-CAT-01, -18, -19)."""
    if basic.category is not None:
        for found in _placed((basic.category,), CategoryKind.GENERAL, offered, today):
            yield found.model_copy(update={"field": "basic.category"})
    for found in _placed(basic.industries, CategoryKind.INDUSTRY, offered, today):
        yield found.model_copy(update={"field": f"basic.industries.{found.field.rpartition('.')[2]}"})


def template_findings(access: Access, ordinary_until: date | None, today: date) -> Iterator[Finding]:
    """An ordinary template after their time (AMP-IMP-09). Both days are days in China."""
    if access.template is TemplateKind.ORDINARY and ordinary_until is not None and today >= ordinary_until:
        yield Finding(
            field="access.template",
            code="ordinary-template-no-longer-published",
            rule="AMP-IMP-09",
            detail=f"ordinary templates end with {ordinary_until}",
            next="publish it as an industry template",
        )


def plan_findings(sales: Sales) -> Iterator[Finding]:
    """Plans are told apart by their names. A price of 0 is free (AMP-ORD-21)."""
    seen = set[str]()
    for place, plan in enumerate(sales.plans):
        if plan.name in seen:
            yield Finding(
                field=f"sales.plans.{place}.name",
                code="plan-name-twice",
                rule="ALI-RECT-04",
                detail="another plan of this product has this name",
                next="give each plan a name of its own",
            )
        seen.add(plan.name)


def contact_findings(service: CustomerService) -> Iterator[Finding]:
    """Whoever says anything of customer service says how it is reached: hours alone are no contact
    (TCM-SHOP-01)."""
    if service.hours is not None and service.phone is None and service.url is None:
        yield Finding(
            field="customer_service",
            code="contact-missing",
            rule="TCM-SHOP-01",
            detail="buyers are told when to ask, and not where",
            next="give a phone number, or a link",
        )


def _placed(
    chosen: Sequence[str], kind: CategoryKind, offered: Sequence[Category], today: date
) -> Iterator[Finding]:
    others = {each.name for each in offered if each.kind is not kind}
    wrong = {place for place, key in enumerate(chosen) if others.intersection(classes_of([key]))}
    for place in sorted(wrong):
        yield Finding(
            field=f"-.{place}",
            code="category-of-another-kind",
            rule=RULES[kind],
            detail=f"this is not {KINDS[kind]}",
            next=f"choose {KINDS[kind]} of this market",
        )
    open_to_all = [each.model_copy(update=NO_WINDOW) for each in offered]
    for found in category_findings(chosen, open_to_all, today, "-") if chosen else ():
        if int(found.field.rpartition(".")[2]) not in wrong:
            yield found
