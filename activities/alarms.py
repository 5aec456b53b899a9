"""Alarms: why operators have to look at a case, where its own record cannot say so."""

from models.cases import CaseView, Party
from models.search_attributes import waiting_on
from models.tables import CaseRow


def raise_alarm(row: CaseRow, kind: str) -> None:
    """Put a case on the operators' desk. What its workflow wrote of it stays as it is."""
    row.blocked_by = sorted({*row.blocked_by, kind})
    row.waiting_on = sorted({*row.waiting_on, Party.OPERATOR})


def lift_alarm(row: CaseRow, kind: str) -> None:
    """Take the alarm back. A case that something else brought there stays on the desk."""
    view = CaseView.model_validate(row.view)
    row.blocked_by = [each for each in row.blocked_by if each != kind]
    others = set(row.blocked_by) - set(view.blocked_by)
    row.waiting_on = sorted({*waiting_on(view), *([Party.OPERATOR] if others else [])})
