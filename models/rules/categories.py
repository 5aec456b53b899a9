"""Whether categories may be joined, and what that asks for (TCM-CAT-19, ALI-ONB-15, ALI-RTL-01, -02)."""

from collections.abc import Iterator, Sequence
from datetime import date

from models.categories import Category
from models.rules.findings import Finding


def category_findings(
    chosen: Sequence[str], offered: Sequence[Category], today: date, field: str = "categories"
) -> list[Finding]:
    """Everything that stands against joining these on this local day. Each finding names its place."""
    if not chosen:
        return [
            Finding(
                field=field,
                code="no-category-chosen",
                rule="ALI-ONB-15",
                detail="the deposit depends on the categories, and none is chosen",
                next="choose at least one",
            )
        ]
    return [
        finding
        for place, key in enumerate(chosen)
        for finding in _of_one(key, chosen[:place], offered, today, f"{field}.{place}")
    ]


def joining_findings(
    now: Sequence[str],
    before: Sequence[str],
    offered: Sequence[Category],
    today: date,
    field: str = "categories",
) -> list[Finding]:
    """What stands against being in these: whoever was in a class before stays, others join while they can."""
    own = {each.name: each for each in offered if each.name not in classes_of(before)}
    return [
        finding
        for place, key in enumerate(now)
        if (category := own.get(_class_of(key))) is not None
        for finding in _window(category, today, f"{field}.{place}")
    ]


def classes_of(chosen: Sequence[str]) -> tuple[str, ...]:
    """The classes of these categories, each once, in the order in which they were chosen."""
    return tuple(dict.fromkeys(_class_of(key) for key in chosen))


def confirmations(chosen: Sequence[str], offered: Sequence[Category]) -> frozenset[str]:
    """What an operator must have checked before these categories are granted (AMB-06)."""
    classes = classes_of(chosen)
    return frozenset(each.confirm for each in offered if each.confirm and each.name in classes)


def criteria(chosen: Sequence[str], offered: Sequence[Category]) -> tuple[str, ...]:
    """What belongs into the classes of these, where the market says so: a review judges by that
    (TCM-CAT-02..09)."""
    classes = classes_of(chosen)
    return tuple(each.covers for each in offered if each.covers and each.name in classes)


def _class_of(key: str) -> str:
    return key.partition("/")[0]


def _of_one(
    key: str, before: Sequence[str], offered: Sequence[Category], today: date, field: str
) -> Iterator[Finding]:
    own = next((each for each in offered if each.name == _class_of(key)), None)
    if own is not None and own.children and key == own.name:
        yield Finding(
            field=field,
            code="no-child-chosen",
            rule="TCM-CAT-19",
            detail=f"a class of {len(own.children)} categories cannot be joined as a whole",
            next=f"choose among {', '.join(own.keys)}",
        )
    elif own is None or key not in own.keys:
        yield Finding(
            field=field,
            code="unknown-category",
            rule="TCM-CAT-19",
            detail="this market has no such category",
            next="choose among the market's categories",
        )
    elif key in before:
        yield Finding(
            field=field,
            code="category-twice",
            rule="TCM-CAT-19",
            detail="this category is chosen already",
            next="name each category once",
        )
    else:
        yield from _window(own, today, field)


def _window(category: Category, today: date, field: str) -> Iterator[Finding]:
    """Both days are included (CV-7)."""
    if category.joinable_from is not None and today < category.joinable_from:
        yield Finding(
            field=field,
            code="not-joinable-yet",
            rule="ALI-RTL-01",
            detail=f"this category can be joined from {category.joinable_from} on",
            next="leave it out, or apply then",
        )
    if category.joinable_until is not None and today > category.joinable_until:
        yield Finding(
            field=field,
            code="no-longer-joinable",
            rule="ALI-RTL-02",
            detail=f"this category could be joined until {category.joinable_until}",
            next="leave it out",
        )
