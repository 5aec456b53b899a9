"""Catalogues: what a market forbids in what it shows, and from when on (S88-POL-04, -05, ALI-RECT-01)."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from models.base import Frozen, Id, Instant, Text
from models.periods import Day
from models.rules.spelling import is_ideograph, normalised

NOTHING = "none"
"""The version of a catalogue of which nothing is in force."""


def _telling(term: str) -> str:
    letters = normalised(term)
    if not letters or (len(letters) == 1 and not is_ideograph(letters)):
        raise ValueError("must have two letters, or an ideograph: less is found everywhere")
    return term


Term = Annotated[Text, AfterValidator(_telling)]
"""A word or a phrase. Refuses one that is found everywhere: no letter, or a single one."""


class EntryKind(StrEnum):
    """Content is forbidden wherever it is shown, a service may not be offered at all (S88-POL-05)."""

    CONTENT = "content"
    SERVICE = "service"


class Entry(Frozen):
    """One thing that is forbidden. Refuses one that nothing is found by, and one that ends too soon."""

    name: Id
    kind: EntryKind
    title: Text
    title_zh: Text
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]
    """Forbidden as they stand."""
    similar: tuple[Term, ...] = ()
    """They suggest the same: a person judges (S88-POL-05)."""
    effective_from: Instant
    effective_until: Instant | None = None
    """The first moment at which it is no longer forbidden."""
    announced_on: Day | None = None
    rule: Text

    @model_validator(mode="after")
    def _makes_sense(self) -> "Entry":
        if self.effective_until is not None and self.effective_until <= self.effective_from:
            raise ValueError(f"{self.name} ends before it begins")
        return self

    def in_force(self, at: datetime) -> bool:
        """From its first moment on, until its last (S88-POL-04)."""
        return self.effective_from <= at and (self.effective_until is None or at < self.effective_until)

    def overlaps(self, other: "Entry") -> bool:
        """Whether both are in force at some moment."""
        return self.in_force(other.effective_from) or other.in_force(self.effective_from)


class Catalogue(Frozen):
    """What a market forbids: what is in force, what was, and what is announced."""

    entries: tuple[Entry, ...] = ()

    def in_force(self, at: datetime) -> tuple[Entry, ...]:
        """What is forbidden at this moment, in the file's order."""
        return tuple(each for each in self.entries if each.in_force(at))

    def version(self, at: datetime) -> str:
        """A short name of what is in force, fit for an Id: another one exactly when something else is."""
        texts = sorted(each.model_dump_json() for each in self.in_force(at))
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12] if texts else NOTHING


class CatalogueFile(Frozen):
    """The catalogue of one market, as its file says it."""

    market: Id
    source: Text
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]
