"""The fields of a product or a shop as dotted paths: `basic.title`, `basic.pictures.0.caption`.

Read off the models of the content, so that a field which is new there is known here.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, StringConstraints

from models.base import Frozen, Text
from models.listing_content import Address, ProductContent, Prose, ShopContent, Title
from models.listings import ListingKind
from models.words.listings import FIELDS

CONTENTS: Mapping[ListingKind, type[ProductContent] | type[ShopContent]] = {
    ListingKind.PRODUCT: ProductContent,
    ListingKind.SHOP: ShopContent,
}


def is_field(kind: ListingKind, path: str) -> bool:
    """Whether a path names a block, a field, a place in a list, or a field there. Places count from 0."""
    return _way(kind, path) is not None


def field_title(kind: ListingKind, path: str) -> tuple[str, str]:
    """What a field is called in English and in Chinese, with what it stands in; places count from 1.

    A path that names nothing is called what it is.
    """
    way = _way(kind, path)
    return way[1] if way else (path, path)


def place_of(kind: ListingKind, path: str) -> tuple[int, ...]:
    """Sorts paths as the content has its fields, a block before what is in it. Others come last."""
    way = _way(kind, path)
    return way[0] if way else (len(CONTENTS[kind].model_fields),)


class Writing(StrEnum):
    """How something is written that buyers read. Addresses are read as well (ALI-RECT-01)."""

    LINE = "line"
    LINES = "lines"
    ADDRESS = "address"


class PublicText(Frozen):
    """Something that buyers read, and where it stands."""

    field: str
    text: str
    writing: Writing


WRITTEN: Mapping[StringConstraints, Writing] = {
    get_args(Title)[1]: Writing.LINE,
    get_args(Text)[1]: Writing.LINES,
    get_args(Prose)[1]: Writing.LINES,
    get_args(Address)[1]: Writing.ADDRESS,
}
"""By what marks a field in the models."""


def public_texts(content: ProductContent | ShopContent) -> list[PublicText]:
    """Every text that buyers read, in the order of the content. Identifiers are none."""
    return list(_texts(type(content), content, ""))


def value_at(content: ProductContent | ShopContent, path: str) -> object:
    """What stands at a path; None where it, or what it stands in, was left out."""
    value: object = content
    for name in path.split("."):
        if isinstance(value, tuple):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = getattr(value, name, None) if isinstance(value, BaseModel) else None
    return value


def is_left_out(value: object) -> bool:
    """None, an empty list, and a block in which everything is left out."""
    if isinstance(value, BaseModel):
        return all(is_left_out(each) for _, each in value)
    return value is None or value == ()


@cache
def fields_of(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a content, or of a part of it, in their order, and what each holds where it is given.
    Its `kind` is none: it is what the content is."""
    hints = get_type_hints(model, include_extras=True)
    own = {name: _given(hints[name]) for name in model.model_fields}
    return {name: hint for name, hint in own.items() if get_origin(hint) is not Literal}


def writing_of(hint: Any) -> Writing | None:
    """How a field is written that buyers read; None for any other field."""
    marks = (mark for mark in get_args(hint)[1:] if isinstance(mark, StringConstraints))
    return next((WRITTEN[mark] for mark in marks if mark in WRITTEN), None)


# --- how the models are read

PLACE = re.compile(r"0|[1-9][0-9]?")
Way = tuple[tuple[int, ...], tuple[str, str]]
"""Where a path leads: its place in the order, and its title."""


def _way(kind: ListingKind, path: str) -> Way | None:
    hint: Any = CONTENTS[kind]
    place: tuple[int, ...] = ()
    title, title_zh = "", ""
    for name in path.split("."):
        plain = _plain(hint)
        if isinstance(plain, type) and issubclass(plain, BaseModel) and name in fields_of(plain):
            english, chinese = FIELDS[plain.__name__][name]
            place += ([*fields_of(plain)].index(name),)
            title += f" › {english}" if title else english
            title_zh += f" › {chinese}" if title_zh else chinese
            hint = fields_of(plain)[name]
        elif get_origin(plain) is tuple and PLACE.fullmatch(name) and int(name) < _longest(hint):
            place += (int(name),)
            title, title_zh = f"{title} {int(name) + 1}", f"{title_zh}{int(name) + 1}"
            hint = _given(get_args(plain)[0])
        else:
            return None
    return place, (title, title_zh)


def _given(hint: Any) -> Any:
    """What a field holds where it is not left out."""
    if get_origin(hint) in (Union, UnionType):
        [given] = [each for each in get_args(hint) if each is not NoneType]
        return given
    return hint


def _longest(hint: Any) -> int:
    """How many a list takes, as its model says."""
    limits = [limit for mark in get_args(hint)[1:] for limit in getattr(mark, "metadata", ())]
    return int(next(limit.max_length for limit in limits if hasattr(limit, "max_length")))


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _texts(hint: Any, value: object, path: str) -> Iterator[PublicText]:
    if isinstance(value, BaseModel):
        for name, inner in fields_of(type(value)).items():
            yield from _texts(inner, getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from _texts(_given(get_args(_plain(hint))[0]), each, f"{path}.{place}")
    elif isinstance(value, str) and (writing := writing_of(hint)):
        yield PublicText(field=path, text=value, writing=writing)
