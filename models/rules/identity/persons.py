"""The papers of the people behind a company: what their numbers can prove by themselves (TCM-MCH-24, -26)."""

import re
from datetime import date, timedelta
from enum import StrEnum
from itertools import cycle
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from stdnum.cn import ric

from models.base import Frozen
from models.rules.findings import Finding
from models.rules.identity.regions import PROVINCES

LEFT = timedelta(days=60)
"""A paper must be valid for more than this (TCM-MCH-17, -26)."""
OLDEST = 130
"""Years. Nobody who signs is older."""


class DocumentType(StrEnum):
    """Which paper it is. Old and new forms of one paper are one type."""

    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    """Of residents of Hong Kong (81), Macao (82) and Taiwan (83)."""
    FOREIGNER_ID = "foreigner_id"
    """Permanent residence: 15 characters until 2023, since then 18 that begin with 9."""
    PASSPORT = "passport"
    HOME_RETURN_PERMIT = "home_return_permit"
    """Of residents of Hong Kong and Macao who travel to the mainland."""
    TAIWAN_PERMIT = "taiwan_permit"


class PersonDocument(Frozen):
    """A paper of a person. Its number appears in no `repr` and in no error."""

    model_config = ConfigDict(hide_input_in_errors=True)

    type: DocumentType
    number: Annotated[
        str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{5,18}$")
    ] = Field(repr=False)


PROVINCE = f"(?:{'|'.join(PROVINCES)})"
OLD_FOREIGNER_ID = re.compile(rf"[A-Z]{{3}}{PROVINCE}[0-9]{{10}}")
FORMS = {
    DocumentType.RESIDENT_ID: re.compile(rf"{PROVINCE}[0-9]{{15}}[0-9X]"),
    DocumentType.RESIDENCE_PERMIT: re.compile(r"8[123]0000[0-9]{11}[0-9X]"),
    DocumentType.FOREIGNER_ID: re.compile(rf"9{PROVINCE}[0-9]{{14}}[0-9X]|{OLD_FOREIGNER_ID.pattern}"),
    DocumentType.PASSPORT: re.compile(r"(?=.*[0-9])[A-Z0-9]{5,9}"),
    DocumentType.HOME_RETURN_PERMIT: re.compile(r"[HM][A0-9][0-9]{7}(?:[0-9]{2})?"),
    DocumentType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}"),
}


def document_findings(
    document: PersonDocument, field: str, today: date, rule: str = "TCM-MCH-24"
) -> list[Finding]:
    """What keeps a number from being that of its paper; at most one finding, which does not repeat it.

    Passports and travel permits have a form and nothing to check it by. Resident cards of 15 digits ended
    with 2012, travel booklets from Taiwan of 10 digits with 2020: both are refused. `today` is in China.
    """
    if not FORMS[document.type].fullmatch(document.number):
        detail = f"no {document.type} has a number like this"
        return [_no_document(field, rule, "document-number-form", detail)]
    if not _checks(document.number):
        detail = "the last character does not fit the others"
        return [_no_document(field, rule, "document-number-check", detail)]
    if not _can_be_born(document.number, today):
        detail = "the day of birth in it cannot be"
        return [_no_document(field, rule, "document-number-birth", detail)]
    return []


def validity_findings(
    valid_until: date | None, field: str, today: date, rule: str = "TCM-MCH-26"
) -> list[Finding]:
    """A paper that ends within 60 days. None is long-term (TCM-MCH-26; TCM-MCH-17 for other papers)."""
    if valid_until is None or valid_until - today > LEFT:
        return []
    return [
        Finding(
            field=field,
            code="ends-too-soon",
            rule=rule,
            detail=f"it must be valid for more than {LEFT.days} days",
            next="send a paper that is valid for longer",
        )
    ]


def _checks(number: str) -> bool:
    if len(number) == 18:
        return ric.calc_check_digit(number) == number[-1]
    if OLD_FOREIGNER_ID.fullmatch(number):
        return _machine_readable_digit(number[:-1]) == number[-1]
    return True


def _machine_readable_digit(body: str) -> str:
    """The check digit of ICAO 9303: weights 7, 3, 1 in turn, letters count from A = 10."""
    return str(sum(int(sign, 36) * weight for sign, weight in zip(body, cycle((7, 3, 1)), strict=False)) % 10)


def _can_be_born(number: str, today: date) -> bool:
    if len(number) == 18:
        days = [number[6:14]]
    elif OLD_FOREIGNER_ID.fullmatch(number):
        days = [century + number[7:13] for century in ("19", "20")]
    else:
        return True
    return any(_is_alive(day, today) for day in days)


def _is_alive(born: str, today: date) -> bool:
    try:
        return today.year - OLDEST <= (day := date.fromisoformat(born)).year and day <= today
    except ValueError:
        return False


def _no_document(field: str, rule: str, code: str, detail: str) -> Finding:
    return Finding(
        field=field, code=code, rule=rule, detail=detail, next="send the number that the paper shows"
    )
