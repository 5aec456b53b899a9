"""The readable difference between two texts, in bounded time whatever they are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import accumulate, chain, groupby, takewhile

from models.base import Frozen

WORK_PER_CHARACTER = 20
"""Comparisons for each character of a pair of texts. Where more are needed, a stretch is told as replaced."""
LEAST_WORK = 50_000
"""What any pair of texts may take: short ones are compared as they are."""
WORK_TO_BEGIN = 400
"""What it takes to begin to compare two stretches, in comparisons."""
MOST_PIECES = 1000
"""Where there are more, nobody reads them: sentences are told as replaced, or the whole text."""
KEPT_AT_LEAST = 0.3
"""A stretch of which less is kept is told as replaced: a few words in common only confuse."""
CLAUSE = re.compile(r".*?(?:[\n。！？；]+|[.!?;]\s+|\Z)", re.DOTALL)
IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
WORD = re.compile(rf"(?:(?![{IDEOGRAPH}])\w)+ *|\s+|.", re.DOTALL)
"""A word with the spaces behind it, an ideograph, a mark."""


class PieceKind(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class Piece(Frozen):
    """A stretch of text. Kept and removed ones make up the text before, kept and added ones that after."""

    kind: PieceKind
    text: str


Told = tuple[PieceKind, str]
Stretch = tuple[bool, Sequence[str], Sequence[str]]
"""Whether it was kept, and what it is before and after."""


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """What was kept, removed and added, by words, in the order in which it is read.

    Sentences that changed are looked at by words. Texts that are made to take long are told in larger
    stretches.
    """
    work = _Work(max(LEAST_WORK, WORK_PER_CHARACTER * (len(before) + len(after))))
    stretches = list(_stretches(CLAUSE.findall(before), CLAUSE.findall(after), work))
    told = (_joined(_parts(stretches, in_words)) for in_words in (work, None))
    return next((each for each in told if len(each) <= MOST_PIECES), _joined(_replaced(before, after)))


class _Work:
    """How much may still be compared."""

    def __init__(self, left: int) -> None:
        self.left = left

    def allows(self, needed: int) -> bool:
        """Whether so much is left. It counts as done then."""
        if needed > self.left:
            return False
        self.left -= needed
        return True


class _Matches(SequenceMatcher[str]):
    """The longest matches first, and none where it would take more than is left to find it."""

    def __init__(self, before: Sequence[str], after: Sequence[str], work: _Work) -> None:
        super().__init__(None, before, after, autojunk=False)
        self._work = work
        others = Counter(after)
        self._needed = [*accumulate((1 + others[each] for each in before), initial=0)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """It looks at each place before, and there at every equal one after, wherever that stands."""
        until = self._needed[-1 if ahi is None else ahi]
        if not self._work.allows(until - self._needed[alo]):
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def _parts(stretches: Sequence[Stretch], work: _Work | None) -> Iterator[Told]:
    """By words, with work to do that; as many sentences as before are compared one by one."""
    for kept, before, after in stretches:
        if kept:
            yield PieceKind.KEPT, "".join(before)
        elif work is None:
            yield from _replaced("".join(before), "".join(after))
        elif len(before) == len(after):
            yield from chain.from_iterable(_by_words(*pair, work) for pair in zip(before, after, strict=True))
        else:
            yield from _by_words("".join(before), "".join(after), work)


def _replaced(before: str, after: str) -> list[Told]:
    return [(PieceKind.REMOVED, before), (PieceKind.ADDED, after)]


def _joined(parts: Iterable[Told]) -> tuple[Piece, ...]:
    """What follows each other is one piece; between kept ones, what was removed comes first."""
    found: list[Piece] = []
    given = (part for part in parts if part[1])
    for _, stretch in groupby(given, key=lambda part: part[0] is PieceKind.KEPT):
        texts = list(stretch)
        for kind in PieceKind:
            if text := "".join(text for each, text in texts if each is kind):
                found.append(Piece(kind=kind, text=text))
    return tuple(found)


def _by_words(before: str, after: str, work: _Work) -> list[Told]:
    if not work.allows(WORK_TO_BEGIN):
        return _replaced(before, after)
    told: list[Told] = []
    same = 0
    for kept, left, right in _stretches(WORD.findall(before), WORD.findall(after), work):
        if kept:
            told.append((PieceKind.KEPT, "".join(left)))
            same += len(told[-1][1])
        else:
            told += _replaced("".join(left), "".join(right))
    if same < KEPT_AT_LEAST * max(len(before), len(after)):
        return _replaced(before, after)
    return told


def _stretches(before: Sequence[str], after: Sequence[str], work: _Work) -> Iterator[Stretch]:
    """What both begin and end with costs nothing to find."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    yield True, before[:head], after[:head]
    for tag, i, j, k, n in _Matches(left, right, work).get_opcodes():
        yield tag == "equal", left[i:j], right[k:n]
    end = before[len(before) - tail :]
    yield True, end, end


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many places two sequences begin alike with."""
    pairs = zip(before, after, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
