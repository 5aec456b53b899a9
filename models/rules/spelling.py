"""How a word is recognised however it is spelt: width, case, accents, and what is put between its letters."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain


class Gap(IntEnum):
    """What stands before a letter, or behind the last one: the more, the less the letters belong together."""

    NONE = 0
    MARK = 1
    """Dots, stars, hyphens and the like, which also stand where somebody hides a word."""
    SPACE = 2
    """White space. Beside ideographs, which need none, it is a mark."""
    STOP = 3
    """The end of a clause, of a line or of the text."""


MOST_PARTS = 8
"""One character may stand for a whole sentence. Such a one is left as it is: nobody hides a word in it."""
STOPS = frozenset("\n\r\v\f\x85\u2028\u2029。，、；：！？")
SHORT_STOPS = frozenset(".,:;!?")
"""They end a clause beside white space and between ideographs, and hide a word elsewhere."""
INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0")
"""Fillers, which Unicode counts as letters."""
BOXED = {first + place: ord("a") + place for first in (0x1F150, 0x1F170, 0x1F1E6) for place in range(26)}
"""White letters in circles and boxes, and those that flags are made of. Unicode takes none of them apart."""
LOOKALIKES = str.maketrans("авекмнорстухѕіјԁԛԝһαικνορτυχ", "abekmhopctyxsijdqwhaikvoptux")
"""Cyrillic and Greek small letters that are read as Latin ones."""
IDEOGRAPHS = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text as its letters and digits alone, and what stood between them."""

    letters: str
    gaps: bytes
    """One Gap before each letter, and one behind the last."""

    def edge(self, place: int) -> bool:
        """Whether a word may begin or end before this letter: ideographs are words of their own."""
        return self.gaps[place] != Gap.NONE or any(map(is_ideograph, self.letters[place - 1 : place + 1]))


def normalised(text: str) -> str:
    """The letters and digits alone, in one width and case, without accents and what is invisible."""
    return spelt(text).letters


def spelt(text: str) -> Spelt:
    """The letters of a text and the gaps between them. Takes time in proportion to the text's length."""
    letters: list[str] = []
    gaps = bytearray()
    between: list[str] = []
    for part in chain.from_iterable(map(_parts, text)):
        if not part.isalnum():
            between.append(part)
            continue
        gaps.append(_gap(between, letters[-1], part) if letters else Gap.STOP)
        letters.append(part)
        between = []
    return Spelt("".join(letters), bytes(gaps) + bytes([Gap.STOP]))


def is_ideograph(letter: str) -> bool:
    """Whether it belongs to a script that puts no spaces between words: ideographs and kana."""
    return any(first <= ord(letter) <= last for first, last in IDEOGRAPHS)


def _gap(between: list[str], left: str, right: str) -> Gap:
    if not between:
        return Gap.NONE
    ideographs = is_ideograph(left) + is_ideograph(right)
    white = any(map(str.isspace, between))
    if not STOPS.isdisjoint(between) or ((white or ideographs == 2) and not SHORT_STOPS.isdisjoint(between)):
        return Gap.STOP
    return Gap.SPACE if white and not ideographs else Gap.MARK


@lru_cache(maxsize=8192)
def _parts(char: str) -> str:
    """One character taken apart. One at a time: Unicode's order of accents takes a square of their number."""
    if char in STOPS:
        return char  # some would be taken for mere marks
    apart = unicodedata.normalize("NFKD", char.translate(BOXED))
    if len(apart) > MOST_PARTS:
        return char
    return "".join(filter(_is_seen, apart)).casefold().translate(LOOKALIKES)


def _is_seen(char: str) -> bool:
    """Neither combining, nor a format character such as the zero-width ones, nor a filler."""
    return unicodedata.category(char) not in ("Mn", "Mc", "Me", "Cf") and char not in INVISIBLE
