"""What stands against each step towards a corporate merchant number (TCM-TEN-02, -04, -14..16)."""

from collections.abc import Iterator, Sequence

from models.admitting import Checked
from models.b2b_numbers import (
    AdministratorScanned,
    AgreementSigned,
    B2BFormSubmitted,
    B2BStage,
    CollectionStarted,
    SameDay,
    Scanned,
)
from models.b2b_tasks import B2B
from models.cases import Event
from models.documents import DocumentRef
from models.merchant_accounts import MerchantAccount
from models.merchant_forms import B2BDetails, CompanyForm
from models.periods import local_date
from models.rules.findings import Finding
from models.rules.merchant_company import company_sent, facts_of, missing, papers_sent, still_turned_down
from models.rules.merchant_forms import details_findings, signatory_findings
from models.rules.merchant_papers import paper_findings, same_day_findings

_DATA = (B2BStage.AWAITING_FORM, B2BStage.AWAITING_SCAN, B2BStage.REVIEWING)
_BEFORE_SIGNING = (*_DATA, B2BStage.PROVING_ACCOUNT)
_BEFORE_STARTING = (*_BEFORE_SIGNING, B2BStage.AWAITING_SIGNATURE)
"""Data, account check and signature come in this order, and then collection (TCM-TEN-15, -16)."""


def b2b_findings(event: Event, checked: Checked) -> Sequence[Finding]:
    """What stands against an event of the number, given the case on record; nothing of any other."""
    stage = facts_of(B2B, checked).get("stage")
    match event:
        case B2BFormSubmitted():
            return [*_form(event, checked)]
        case AdministratorScanned(scanned_by=Scanned(name=name)) if stage == B2BStage.AWAITING_SCAN:
            company = checked.reveal(checked.view.data["company"], CompanyForm)
            expected = company.administrator.name if company.administrator else None
            return signatory_findings(name, expected or "", "TCM-TEN-04")
        case AgreementSigned() if stage in _BEFORE_SIGNING:
            return [_too_early("account-not-checked", "TCM-TEN-16", stage)]
        case AgreementSigned(signed_by=Scanned(name=name)) if stage == B2BStage.AWAITING_SIGNATURE:
            details = checked.reveal(facts_of(B2B, checked)["details"], B2BDetails)
            return signatory_findings(name, details.applicant_name or "", "TCM-TEN-14", "signed_by.name")
        case CollectionStarted() if stage in _BEFORE_STARTING:
            return [_too_early("parts-missing", "TCM-TEN-15", stage)]
    return ()


def _form(sent: B2BFormSubmitted, checked: Checked) -> Iterator[Finding]:
    account = MerchantAccount.model_validate(checked.input)
    form, found = company_sent(sent.company, B2B, account.scenario.numbers, checked)
    yield from found
    kept = facts_of(B2B, checked).get("details")
    details = sent.details or (checked.reveal(kept, B2BDetails) if kept else None)
    if isinstance(details, B2BDetails):
        yield from details_findings(details)
    else:
        yield missing("details", "TCM-TEN-05")
    if form is not None:
        papers = papers_sent(sent.papers, form, B2B, checked)
        yield from paper_findings(papers, form)
        if account.terms.b2b and account.terms.b2b.same_day is SameDay.BLOCK:
            yield from _of_other_days(papers, checked)
    yield from still_turned_down(
        B2B, checked, {"company": sent.company, "details": sent.details}, sent.papers
    )


def _of_other_days(papers: Sequence[DocumentRef], checked: Checked) -> Iterator[Finding]:
    """Pictures of two days: the older ones are handed in again (TCM-TEN-02, AMB-35)."""
    there = {paper.kind: checked.document(paper) for paper in papers}
    uploaded = {kind: document.uploaded_at for kind, document in there.items() if document}
    yield from same_day_findings(uploaded, local_date(checked.at))


def _too_early(code: str, rule: str, stage: object) -> Finding:
    """Which part is under way: what comes after it is not taken yet."""
    now = "data" if stage in _DATA else "account check" if stage in _BEFORE_SIGNING else "signature"
    return Finding(
        field="event",
        code=code,
        rule=rule,
        detail=f"data, account check and signature come one after the other, and now it is the {now}",
        next=f"finish the {now} first",
    )
