"""What may not stand in a text that buyers read (ALI-RECT-01, S88-POL-05)."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import unquote

from models.catalogues import Entry, EntryKind
from models.rules.findings import Finding, not_to_be_shown
from models.rules.forbidden import Match, matches, normalised
from models.rules.listing_fields import PublicText, Writing
from models.rules.personal_data import personal_data

BREAKS = frozenset("\n\r\t")
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make a text read in another order than it is written in."""
CODES = {EntryKind.CONTENT: "forbidden-content", EntryKind.SERVICE: "forbidden-service"}
PERSONAL = {
    "identity-number": "holds what looks like the number of somebody's identity card",
    "card-number": "holds what looks like the number of a bank card",
}


def text_findings(text: PublicText, today: date) -> Iterator[Finding]:
    """What nobody can read, reads as something else, or is somebody's own. It is not repeated.

    Addresses are judged by the rules of links.
    """
    if text.writing is Writing.ADDRESS:
        return
    allowed = BREAKS if text.writing is Writing.LINES else ()
    if any(unicodedata.category(char) == "Cc" and char not in allowed for char in text.text):
        detail = "holds characters that are not to be read, such as tabs and ends of lines in a title"
        yield not_to_be_shown(text.field, "control-characters", detail, "type it anew, without copying it")
    if not TURNS.isdisjoint(text.text):
        detail = "holds marks that turn the direction of the text"
        yield not_to_be_shown(text.field, "direction-turned", detail, "type it anew, without copying it")
    if not normalised(text.text):
        yield not_to_be_shown(text.field, "nothing-to-read", "has no letter and no digit", "say something")
    for found in personal_data(text.text, today):
        yield not_to_be_shown(text.field, "personal-data", PERSONAL[found], "leave the number out")


def forbidden(text: PublicText, catalogue: Sequence[Entry]) -> tuple[list[Finding], list[Finding]]:
    """What is forbidden in a text, and what a person has to look at because it is like that (S88-POL-05).

    An address is read as a browser shows it.
    """
    read = unquote(text.text) if text.writing is Writing.ADDRESS else text.text
    found = matches(read, catalogue)
    exact = [_forbidden(text.field, match) for match in found if match.exact]
    return exact, [_similar(text.field, match) for match in found if not match.exact]


def _forbidden(field: str, match: Match) -> Finding:
    offered = match.entry.kind is EntryKind.SERVICE
    return Finding(
        field=field,
        code=CODES[match.entry.kind],
        rule=match.entry.rule,
        detail=f"this market forbids {match.entry.title}: {match.term}",
        next="do not offer it here" if offered else "leave it out",
    )


def _similar(field: str, match: Match) -> Finding:
    return Finding(
        field=field,
        code="similar-to-forbidden",
        rule=match.entry.rule,
        detail=f"this market forbids {match.entry.title}, and this is like it",
        next="read it, and decide whether it is that",
    )
