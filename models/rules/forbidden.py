"""Whether a text holds what a market forbids (S88-POL-05, ALI-RECT-01, -05)."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from models.base import Frozen
from models.catalogues import Entry
from models.rules.spelling import Gap, Spelt, normalised, spelt

__all__ = ["Match", "matches", "normalised"]
LETTERS_SPELT_OUT = 3
"""Two letters that stand alone are found by chance, three hardly."""


class Match(Frozen):
    """An entry that a text was found by. Not `exact` means that a person judges."""

    entry: Entry
    term: str
    """As the catalogue has it."""
    exact: bool


def matches(text: str, entries: Sequence[Entry]) -> list[Match]:
    """What is found of these entries, each at most once, in their order. Exact finds win.

    Words of alphabets are found as whole words, ideographs wherever they stand. A term is exact where it
    stands as it is written, hidden by marks (`v.p.n`, `代*开*发*票`) or spelt out (`V P N`). Where it only
    comes about by joining words or clauses (`v pn`, `开发。票据`) a person judges, as with a similar term.
    Not found are other spellings by sound, by form (`cas1no`) or in traditional characters.
    """
    read = spelt(text)
    return [match for entry in entries if (match := _match(read, entry)) is not None]


def _match(text: Spelt, entry: Entry) -> Match | None:
    joined = None
    for term in entry.terms:
        for exact in _finds(text, _spelt_term(term)):
            if exact:
                return Match(entry=entry, term=term, exact=True)
            joined = joined or term
    similar = (term for term in entry.similar if any(True for _ in _finds(text, _spelt_term(term))))
    suggested = joined or next(similar, None)
    return Match(entry=entry, term=suggested, exact=False) if suggested else None


def _finds(text: Spelt, term: Spelt) -> Iterator[bool]:
    """Wherever the term stands as words of its own: whether exactly."""
    length = len(term.letters)
    start = text.letters.find(term.letters)
    while start >= 0:
        if text.edge(start) and text.edge(start + length):
            yield _belongs_together(text, start, term)
        start = text.letters.find(term.letters, start + 1)


def _belongs_together(text: Spelt, start: int, term: Spelt) -> bool:
    """No gap parts the letters more than the term does, or all of them stand alone, so they are spelt out."""
    end = start + len(term.letters)
    gaps = text.gaps[start : end + 1]
    if len(term.letters) >= LETTERS_SPELT_OUT and Gap.NONE not in gaps:
        return True
    within = zip(gaps[1:-1], term.gaps[1:-1], strict=True)
    return all(gap <= max(Gap.MARK, own) for gap, own in within)


@lru_cache(maxsize=4096)
def _spelt_term(term: str) -> Spelt:
    return spelt(term)
