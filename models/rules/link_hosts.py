"""What a host in a link is: an address, a name, or a name that looks like another (ALI-RECT-01)."""

import re
import unicodedata
from collections.abc import Sequence

import idna

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""What ends in one is an address, however it is written: 127.0.0.1, 0x7f.1, 2130706433."""
DOTS = str.maketrans("。．｡", "...")
IN_ASCII = "xn--"
TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Scripts that are written together. Of all others a label has one, and nothing else."""
PLAIN_LATIN_UNTIL = "\u024f"
"""Latin letters after this one are signs of phonetics and the like."""
LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡкмтвηνοικτυρχωαγօոսւցքհյ")
"""Letters of Cyrillic, Greek and Armenian that can be taken for Latin ones."""
ODD_LATIN = frozenset("ıĸŀłſƚƨƽƿǀǁǃȷ")
LIKE_MARKS = re.compile(r"[!-~][一丨丶丿乛ノソゾンーヽゝ〆〇]|[一丨丶丿乛ノソゾンーヽゝ〆〇][!-~]")
"""Strokes beside a plain letter, where they can be taken for a slash or a hyphen."""


def is_address(host: str) -> bool:
    """Whether a host is an IP address in any notation, in digits of any width."""
    plain = _plain(host)
    return ":" in plain or NUMBER.fullmatch(plain.rstrip(".").rpartition(".")[2]) is not None


def spelled_in_ascii(host: str) -> str:
    """A name as the name system knows it. Raises UnicodeError where it is none that a site can have."""
    return ".".join(map(_spelled, host.split(".")))


def labels_of(spelled: str) -> list[str]:
    """The labels of a name in ASCII, as people see them. Raises UnicodeError where nothing is behind one."""
    return [idna.ulabel(label) if label.startswith(IN_ASCII) else label for label in spelled.split(".")]


def is_deceptive(labels: Sequence[str]) -> bool:
    """Whether a label mixes scripts, or is made of letters that look like those of its surroundings."""
    return any(_is_odd(label) or (_is_latin(labels[-1]) and _looks_latin(label)) for label in labels)


def _plain(host: str) -> str:
    return unicodedata.normalize("NFKC", host.translate(DOTS)).lower()


def _spelled(label: str) -> str:
    spelled = label if label.isascii() else idna.alabel(label).decode()
    if LABEL.fullmatch(spelled) is None:
        raise idna.IDNAError("no label")
    return spelled


def _is_odd(label: str) -> bool:
    scripts = {_script(letter) for letter in label} - {""}
    strange = any(
        letter in ODD_LATIN or (letter > PLAIN_LATIN_UNTIL and _script(letter) == "LATIN") for letter in label
    )
    return (
        strange
        or not (len(scripts) <= 1 or any(scripts <= each for each in TOGETHER))
        or bool(LIKE_MARKS.search(label))
    )


def _is_latin(label: str) -> bool:
    return any(_script(letter) == "LATIN" for letter in label)


def _looks_latin(label: str) -> bool:
    letters = [letter for letter in label if _script(letter)]
    return bool(letters) and all(letter in LIKE_LATIN for letter in letters)


def _script(letter: str) -> str:
    """The first word of its name, which is its script; nothing for digits and hyphens of every label."""
    if letter in "-0123456789":
        return ""
    name = re.split(r"[ -]", unicodedata.name(letter, "UNNAMED"))[0]
    return "CJK" if name == "IDEOGRAPHIC" else name
