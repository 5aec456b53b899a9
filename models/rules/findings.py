"""What is wrong with a request, so that whoever sent it can mend it."""

from models.base import Frozen


class Finding(Frozen):
    """One refusal: the field, a stable code, the rule it comes from, and what to do next."""

    field: str
    code: str
    rule: str | None = None
    detail: str
    next: str | None = None


def not_to_be_shown(field: str, code: str, detail: str, then: str) -> Finding:
    """What may not stand in what buyers see (ALI-RECT-01)."""
    return Finding(field=field, code=code, rule="ALI-RECT-01", detail=detail, next=then)


class Refused(Exception):
    """The request breaks rules. All findings at once, at least one."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(", ".join(f"{finding.field}: {finding.code}" for finding in findings))
        self.findings = findings
