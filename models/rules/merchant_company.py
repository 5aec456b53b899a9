"""What both merchant numbers ask of a form: the company's data, and what was turned down (TCM-MCH-10)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.admitting import Checked
from models.documents import DocumentRef
from models.merchant_forms import CompanyForm, PaperKind
from models.onboarded import OnboardedCompany
from models.periods import local_date
from models.rules.findings import Finding
from models.rules.merchant_forms import company_findings, same_company_findings
from models.rules.merchant_papers import OF_THE_LICENCE, needed_papers

FREE = (None, "awaiting_form", "given_up")
"""Where a number uses no company data: a form that is owed, or one that nobody will send."""


OPENED_BEFORE = "opened_before"
"""Where a case shows which numbers an earlier one opened: their company's data are in use for good."""
BEGINS_AGAIN = ("awaiting_scan", "reviewing", "proving_account", "awaiting_signature", "ready")
"""Where the corporate number can go back to its form: nothing of it is final, and nobody else decides."""


def is_bound(number: str, stages: Mapping[str, str | None], *, turned_down: bool) -> bool:
    """Whether the other number has the company's data in use: a form that differs is refused (TCM-MCH-10).

    What was turned down may be mended all the same where the other number can begin again with it.
    """
    others = [stage for other, stage in stages.items() if other != number and stage not in FREE]
    return any(not turned_down or stage not in BEGINS_AGAIN for stage in others)


def facts_of(number: str, checked: Checked) -> dict[str, Any]:
    """What the case shows of a number."""
    facts = checked.view.data.get(number)
    return facts if isinstance(facts, dict) else {}


def company_sent(
    sent: object, number: str, numbers: Sequence[str], checked: Checked
) -> tuple[CompanyForm | None, list[Finding]]:
    """The company data that a form stands on, and everything against them.

    What the case has is taken where the form leaves it out; what was turned down has to be sent again. On the
    day of a form everything has to be right, also what was sent on another day.
    """
    kept = checked.view.data.get("company")
    known = checked.reveal(kept, CompanyForm) if kept else None
    form = sent if isinstance(sent, CompanyForm) else known
    if form is None:
        return None, [missing("company", "TCM-MCH-12")]
    name, licence = (str(checked.view.data[fact]) for fact in ("company_name", "licence_number"))
    onboarded = OnboardedCompany(name=name, licence_number=licence)
    found = company_findings(form, local_date(checked.at), onboarded)
    stages = {each: facts_of(each, checked).get("stage") for each in numbers}
    stages |= {OPENED_BEFORE: "open"} if checked.view.data.get(OPENED_BEFORE) else {}
    turned_down = bool(facts_of(number, checked).get("reasons"))
    if known is not None and form is not known and is_bound(number, stages, turned_down=turned_down):
        found += same_company_findings(known, form)
    return form, found


def papers_sent(
    sent: Sequence[DocumentRef], form: CompanyForm, number: str, checked: Checked
) -> tuple[DocumentRef, ...]:
    """The pictures that a form stands on: those of this number that were left out stay, where they are needed
    still."""
    kept = facts_of(number, checked).get("papers") or {}
    given, needed = {paper.kind for paper in sent}, needed_papers(form)
    left = [DocumentRef(kind=k, document_id=i) for k, i in kept.items() if k in needed and k not in given]
    return (*sent, *left)


def still_turned_down(
    number: str, checked: Checked, given: Mapping[str, object], papers: Sequence[DocumentRef]
) -> Iterator[Finding]:
    """What was turned down, and is not there again. `given` are the parts of the form by their names.

    Whoever turns the licence down may not know which kind of it this company has: either is sent again.
    """
    kinds: set[str] = {paper.kind for paper in papers}
    for reason in facts_of(number, checked).get("reasons") or ():
        part, _, kind = str(reason["field"]).partition(".")
        same = OF_THE_LICENCE if kind in OF_THE_LICENCE else (kind,)
        is_paper = part == "papers" and kind in [*PaperKind]
        if given[part] is None if part in given else is_paper and kinds.isdisjoint(same):
            yield missing(str(reason["field"]), "AMB-33", "was turned down")


def missing(field: str, rule: str, detail: str = "the form needs it") -> Finding:
    return Finding(field=field, code="missing", rule=rule, detail=detail, next=f"send {field}")
