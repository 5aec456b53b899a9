"""How long a paper is valid, as forms have it: the first day, a comma, the last day (TCM-MCH-17, -26)."""

import re
from datetime import date

from models.base import Frozen
from models.merchant_forms import LONG_TERM
from models.rules.findings import Finding
from models.rules.identity.persons import validity_findings
from models.rules.verification import normalised

WITHOUT_END = frozenset({LONG_TERM, "long-term"})
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Validity(Frozen):
    """From when until when a paper is valid, both days included. Without an end it is long-term."""

    start: date
    end: date | None


def parsed_validity(text: str) -> Validity | None:
    """`2014-01-01,2024-01-01` or `2014-01-01,长期` (TCM-MCH-17, -26). None for anything else, and for an end
    before its start. Widths and spaces do not count."""
    start, _, end = normalised(text).casefold().partition(",")
    begins, ends = _day(start), _day(end)
    if begins and end in WITHOUT_END:
        return Validity(start=begins, end=None)
    if begins and ends and begins <= ends:
        return Validity(start=begins, end=ends)
    return None


def written_validity_findings(text: str, field: str, today: date, rule: str) -> list[Finding]:
    """At most one finding, on a day in China. It must be valid for more than 60 days."""
    validity = parsed_validity(text)
    if validity is None:
        detail = "the first and the last day with a comma between them, or long-term"
        next = f"send it as 2014-01-01,2034-01-01 or 2014-01-01,{LONG_TERM}"
        return [_wrong(field, rule, "validity-form", detail, next)]
    if validity.start > today:
        detail, next = "it is not valid yet", "send a paper that is valid today"
        return [_wrong(field, rule, "not-valid-yet", detail, next)]
    return validity_findings(validity.end, field, today, rule)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _wrong(field: str, rule: str, code: str, detail: str, next: str) -> Finding:
    return Finding(field=field, code=code, rule=rule, detail=detail, next=next)
