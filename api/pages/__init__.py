"""Pages for people: what is on record, in words and figures that can be read and printed."""

import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models import words
from models.ledger import CNY
from models.listing_reasons import ReviewReason
from models.periods import CHINA
from models.rules.listing_fields import field_title
from models.words import versions

JOINERS = "\u200c\u200d"
"""They hold letters and emoji together, and turn nothing around."""


def page(name: str, **shown: Any) -> str:
    return PAGES.get_template(name).render(**shown)


def money(fen: int, currency: str = CNY) -> str:
    """¥1,234.56 for 123456 fen; another currency by its code."""
    unit = "¥" if currency == CNY else f"{currency} "
    return f"{'−' if fen < 0 else ''}{unit}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def moment(at: str) -> str:
    """An instant as people in Shanghai write it, with the offset."""
    local = datetime.fromisoformat(at).astimezone(CHINA)
    return f"{local:%Y-%m-%d %H:%M:%S} +08:00"


def plain(text: Any) -> str:
    """The text with what cannot be seen made visible: a mark that turns text around says that it is there."""
    return "".join(_visible(character) for character in str(text))


def columns(rows: Any) -> list[str]:
    """The columns of a list that reads best as a table: without those that say nothing. Of others, none."""
    if not (isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)):
        return []
    if any({*row} != {*rows[0]} for row in rows):
        return []
    return [key for key in rows[0] if any(row[key] not in (None, "", [], {}) for row in rows)]


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in f"\n\t{JOINERS}"
    return f"⟨U+{ord(character):04X}⟩" if hidden else character


PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters |= {"columns": columns, "money": money, "moment": moment, "plain": plain}
PAGES.globals |= {"words": words, "field_title": field_title}
PAGES.globals["meanings"] = {str(each): (each.meaning, each.meaning_zh) for each in ReviewReason}
PAGES.globals |= {"statuses": versions.STATUSES, "kinds": versions.KINDS, "names": versions.NAMES}
