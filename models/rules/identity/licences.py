"""Whose licence a number is, and whether it can be one: unified social credit codes (GB 32100-2015)."""

import re
from collections.abc import Collection
from enum import StrEnum

from stdnum.cn import uscc

from models.rules.findings import Finding
from models.rules.identity.regions import is_region

CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
"""Never I, O, S, V or Z. The first two characters may be letters: A1 armed forces, N2 villages, Y1 others."""
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CODE = re.compile(r"[0-9A-Za-z-]{9,10}")
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
GAPS = dict.fromkeys(map(ord, " \t\xa0\u3000-"))


class SubjectType(StrEnum):
    """What stands behind a licence."""

    ENTERPRISE = "enterprise"
    SOLE_TRADER = "sole_trader"
    PUBLIC_INSTITUTION = "public_institution"
    SOCIAL_ORGANISATION = "social_organisation"
    GOVERNMENT = "government"
    OTHER = "other"


SUBJECTS = {
    "11": SubjectType.GOVERNMENT,
    "12": SubjectType.PUBLIC_INSTITUTION,
    "13": SubjectType.SOCIAL_ORGANISATION,
    "51": SubjectType.SOCIAL_ORGANISATION,
    "52": SubjectType.SOCIAL_ORGANISATION,
    "53": SubjectType.SOCIAL_ORGANISATION,
    "91": SubjectType.ENTERPRISE,
    "92": SubjectType.SOLE_TRADER,
}


def normalised_licence(text: str) -> str:
    """A licence number as it is kept and compared: capitals, half-width, no spaces and no hyphens.

    What people type is mended rather than refused; two spellings of one number are one number.
    """
    half_width = text.translate(FULL_WIDTH).translate(GAPS)
    return "".join(sign.upper() if sign.isascii() else sign for sign in half_width)


def subject_of(licence_number: str) -> SubjectType | None:
    """What the prefix of a unified social credit code says; None for a number that has not its form."""
    code = normalised_licence(licence_number)
    return SUBJECTS.get(code[:2], SubjectType.OTHER) if CODE.fullmatch(code) else None


def licence_findings(licence_number: str, field: str, rule: str = "TCM-ONB-14") -> list[Finding]:
    """What keeps a number from being a unified social credit code; at most one finding.

    Judged as it is kept, see `normalised_licence`. An older registration number is refused as well: it
    comes with an organisation code, and `needs_organisation_code` tells it apart (TCM-MCH-14).
    """
    code = normalised_licence(licence_number)
    if len(code) != 18:
        return [_no_licence(field, rule, "licence-number-length", "a unified code has 18 characters")]
    if not CODE.fullmatch(code):
        detail = "digits and capital letters except I, O, S, V, Z; digits in the places 3 to 8"
        return [_no_licence(field, rule, "licence-number-form", detail)]
    if uscc.calc_check_digit(code[:17]) != code[17]:
        detail = "the last character does not fit the others"
        return [_no_licence(field, rule, "licence-number-check", detail)]
    if not is_region(code[2:8]):
        detail = "the places 3 to 8 name no region"
        return [_no_licence(field, rule, "licence-number-region", detail)]
    if organisation_check_digit(code[8:16]) != code[16]:
        detail = "the organisation code in the places 9 to 17 is wrong"
        return [_no_licence(field, rule, "licence-number-organisation", detail)]
    return []


def subject_findings(
    licence_number: str, field: str, admitted: Collection[SubjectType], rule: str
) -> list[Finding]:
    """A licence of somebody whom the market does not admit (ALI-ONB-04, TCM-ELIG-01)."""
    if subject_of(licence_number) in admitted:
        return []
    return [
        Finding(
            field=field,
            code="subject-not-admitted",
            rule=rule,
            detail=f"open to {', '.join(sorted(admitted))}",
            next="apply with the licence of one of these",
        )
    ]


def needs_organisation_code(licence_number: str) -> bool:
    """A number that has not 18 characters does not hold the organisation code in itself (TCM-MCH-14)."""
    return len(normalised_licence(licence_number)) != 18


def organisation_code_findings(code: str, field: str) -> list[Finding]:
    """An organisation code on a form: 9 or 10 digits, letters and hyphens (TCM-MCH-16).

    The rule asks for no more: its own example has a wrong check digit.
    """
    if ORGANISATION_CODE.fullmatch(code):
        return []
    return [
        Finding(
            field=field,
            code="organisation-code-form",
            rule="TCM-MCH-16",
            detail="9 or 10 digits, letters and hyphens",
            next="send the code of the certificate",
        )
    ]


def organisation_check_digit(body: str) -> str:
    """The ninth character of an organisation code, from the eight before it (GB 11714-1997)."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def _no_licence(field: str, rule: str, code: str, detail: str) -> Finding:
    return Finding(
        field=field,
        code=code,
        rule=rule,
        detail=detail,
        next="send the unified social credit code of the licence",
    )
