"""Numbers of people that have no place in what everybody reads."""

import re
import unicodedata
from datetime import date

from stdnum import luhn

from models.rules.identity.licences import FULL_WIDTH, licence_findings
from models.rules.identity.persons import DocumentType, PersonDocument, document_findings

GAP = "[ \u00a0\u3000-]"
ALONE = r"(?<![0-9])(?<![0-9][.,])", r"(?![0-9])"
IDENTITY = re.compile(rf"{ALONE[0]}([1-9][0-9]{{5}}){GAP}?([0-9]{{8}}){GAP}?([0-9]{{3}}[0-9Xx]){ALONE[1]}")
"""Eighteen characters, in one or as people group them: region, day of birth, the rest."""
CARD = re.compile(
    rf"{ALONE[0]}(?:3[47][0-9]{{13}}|(?:[3-6][0-9]|95)[0-9]{{14,17}}"
    rf"|(?:[3-6][0-9]|95)[0-9]{{2}}({GAP})[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{4}}(?:\1[0-9]{{1,3}})?){ALONE[1]}"
)
"""Sixteen to nineteen digits, or fifteen of one brand, in one or in groups of four."""
PAGE = re.compile(r"https?://[!-~]+")
"""Addresses of pages hold long numbers that are nobody's."""
OF_PEOPLE = (DocumentType.RESIDENT_ID, DocumentType.RESIDENCE_PERMIT, DocumentType.FOREIGNER_ID)


def personal_data(text: str, today: date) -> list[str]:
    """What a text holds that is somebody's own: `identity-number`, `card-number`. It does not say which.

    Only what its check digit proves is found. Telephones are not, nor a company's registration number.
    `today` is in China.
    """
    plain = _plain(text)
    identity = any(_is_identity("".join(found.groups()), today) for found in IDENTITY.finditer(plain))
    card = any(_is_card(found[0], today) for found in CARD.finditer(plain))
    return ["identity-number"] * identity + ["card-number"] * card


def _plain(text: str) -> str:
    """Digits of one width, without pages and what is invisible."""
    seen = "".join(char for char in text if char.isascii() or unicodedata.category(char) != "Cf")
    return PAGE.sub(" ", seen.translate(FULL_WIDTH))


def _is_identity(number: str, today: date) -> bool:
    return IDENTITY.fullmatch(number) is not None and any(
        not document_findings(PersonDocument(type=each, number=number), "text", today) for each in OF_PEOPLE
    )


def _is_card(written: str, today: date) -> bool:
    digits = re.sub(r"[^0-9]", "", written)
    of_another_kind = _is_identity(digits, today) or not licence_findings(digits, "text")
    return luhn.is_valid(digits) and not of_another_kind
