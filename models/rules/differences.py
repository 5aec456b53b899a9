"""The readable difference between two versions of a product or a shop (AMB-37)."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Any

from pydantic import BaseModel, JsonValue

from models.base import Frozen
from models.documents import DocumentRef
from models.listing_content import Link, Picture, Plan, ProductContent, ShopContent
from models.listings import ListingKind
from models.rules.listing_fields import Writing, field_title, fields_of, place_of, writing_of
from models.rules.text_differences import Piece, pieces

SHORT = 500
"""Characters. A longer text is told in pieces alone."""
KNOWN_BY: dict[type[BaseModel], tuple[str, ...]] = {
    Link: ("url", "title"),
    Picture: ("document", "caption"),
    Plan: ("name", "title"),
}
"""What makes something in a list the same as before, and if not that, then what."""


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(Frozen):
    """One field that differs. What was removed from a list has the place that it had."""

    field: str
    title: str
    title_zh: str
    kind: ChangeKind
    before: JsonValue = None
    after: JsonValue = None
    """Left out where a text is too long for that."""
    pieces: tuple[Piece, ...] = ()
    """Of a text that changed, or is too long."""


def difference(
    before: ProductContent | ShopContent | None, after: ProductContent | ShopContent
) -> tuple[Change, ...]:
    """Everything that differs, in the order of the fields; with nothing before, everything that is given.

    Pictures, links, plans and the like are compared by what they are, wherever they stand; a list in which
    they only changed places is one change. Refuses a product beside a shop with ValueError.
    """
    if before is not None and before.kind != after.kind:
        raise ValueError(f"a {before.kind} is no {after.kind}")
    kind = ListingKind(after.kind)
    found = [
        Change(field=field, title=title, title_zh=title_zh, **told)
        for field, told in _differs(type(after), before, after, "")
        for title, title_zh in [field_title(kind, field)]
    ]
    return tuple(sorted(found, key=lambda each: place_of(kind, each.field)))


Differs = Iterator[tuple[str, dict[str, Any]]]
"""Where something differs, and how."""


def _differs(hint: Any, before: Any, after: Any, path: str) -> Differs:
    if before == after:
        return
    given = before if after is None else after
    if isinstance(given, tuple):
        yield from _of_list(before or (), after or (), path)
    elif isinstance(given, BaseModel) and not isinstance(given, DocumentRef):
        if path and None in (before, after) and type(given) in KNOWN_BY:
            yield path, _told(before, after)
            return
        for name, inner in fields_of(type(given)).items():
            place = f"{path}.{name}" if path else name
            yield from _differs(inner, getattr(before, name, None), getattr(after, name, None), place)
    elif writing_of(hint) is Writing.LINES:
        yield path, _told_of_text(before or "", after or "")
    else:
        yield path, _told(before, after)


def _of_list(before: Sequence[Any], after: Sequence[Any], path: str) -> Differs:
    pairs = _paired(before, after)
    if pairs != sorted(pairs):
        yield path, _told([_name(each) for each in before], [_name(each) for each in after])
    for old, new in pairs:
        yield from _differs(None, before[old], after[new], f"{path}.{new}")
    for old in {*range(len(before))} - {old for old, _ in pairs}:
        yield f"{path}.{old}", _told(before[old], None)
    for new in {*range(len(after))} - {new for _, new in pairs}:
        yield f"{path}.{new}", _told(None, after[new])


def _paired(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[int, int]]:
    """The places of what is in both lists, in the order of the second."""
    pairs: dict[int, int] = {}
    for key in _keys([*before, *after]):
        free = [place for place in range(len(before)) if place not in pairs.values()]
        for new in (place for place in range(len(after)) if place not in pairs):
            known = key(after[new])
            old = next((place for place in free if known is not None and key(before[place]) == known), None)
            if old is not None:
                pairs[new] = old
                free.remove(old)
    return [(pairs[new], new) for new in sorted(pairs)]


def _keys(values: Sequence[Any]) -> list[Callable[[Any], Any]]:
    """What to know the values of one list by, the surest first."""
    known = (KNOWN_BY[kind] for value in values[:1] for kind in KNOWN_BY if isinstance(value, kind))
    names: tuple[str, ...] = next(known, ())
    return [attrgetter(name) for name in names] or [lambda value: value]


def _name(value: Any) -> JsonValue:
    """What something in a list is called, to say that it changed its place."""
    if isinstance(value, BaseModel):
        names = (getattr(value, name, None) for name in ("title", "caption", "document_id"))
        return next((str(name) for name in names if name), None) or _json(value)
    return _json(value)


def _told(before: Any, after: Any) -> dict[str, Any]:
    return {"kind": _kind(before, after), "before": _json(before), "after": _json(after)}


def _told_of_text(before: str, after: str) -> dict[str, Any]:
    told = _told(before or None, after or None)
    long = max(len(before), len(after)) > SHORT
    if long or (before and after):
        told["pieces"] = pieces(before, after)
    return {**told, "before": None, "after": None} if long else told


def _kind(before: Any, after: Any) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is None else ChangeKind.CHANGED


def _json(value: Any) -> JsonValue:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [_json(each) for each in value]
    return str(value) if isinstance(value, str) else value
