"""The pictures that go with the form of a merchant number (TCM-MCH-13..15, -24, TCM-TEN-02)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from models.documents import DocumentRef
from models.merchant_forms import CompanyForm, PaperKind
from models.periods import local_date
from models.rules.findings import Finding
from models.rules.identity.licences import needs_organisation_code

OF_THE_CARD = (PaperKind.IDENTITY_CARD_PORTRAIT, PaperKind.IDENTITY_CARD_EMBLEM)
OF_THE_LICENCE = (PaperKind.BUSINESS_LICENCE, PaperKind.CREDIT_CODE_CERTIFICATE)
PAPER_RULES = {
    PaperKind.BUSINESS_LICENCE: "TCM-MCH-12",
    PaperKind.CREDIT_CODE_CERTIFICATE: "TCM-MCH-13",
    PaperKind.ORGANISATION_CODE_CERTIFICATE: "TCM-MCH-15",
    PaperKind.IDENTITY_CARD_PORTRAIT: "TCM-MCH-24",
    PaperKind.IDENTITY_CARD_EMBLEM: "TCM-MCH-24",
}


def has_organisation_code(form: CompanyForm) -> bool:
    """A licence number that is missing is missing, and asks for nothing else (TCM-MCH-14)."""
    return not form.licence_number or not needs_organisation_code(form.licence_number)


def needed_papers(form: CompanyForm) -> tuple[PaperKind, ...]:
    """A company whose certificates were merged into one needs that one alone of them (TCM-MCH-13..15)."""
    if has_organisation_code(form):
        return PaperKind.CREDIT_CODE_CERTIFICATE, *OF_THE_CARD
    return PaperKind.BUSINESS_LICENCE, PaperKind.ORGANISATION_CODE_CERTIFICATE, *OF_THE_CARD


def paper_findings(papers: Sequence[DocumentRef], form: CompanyForm) -> list[Finding]:
    """Which pictures are missing, twice or for nothing. A certificate of the organisation code is always
    taken (TCM-MCH-14). What a picture is was looked at when it was handed in."""
    return [*_needless(papers, form), *_missing(papers, form)]


def same_day_findings(uploaded: Mapping[str, datetime], today: date | None = None) -> list[Finding]:
    """The older of the pictures that have to be uploaded on one day in China (TCM-TEN-02): both sides of the
    card, and the licence. Other kinds do not count.

    With `today`, where they differ, all that are not of today: handed in again, they are of one day.
    """
    days = {kind: local_date(uploaded[kind]) for kind in (*OF_THE_LICENCE, *OF_THE_CARD) if kind in uploaded}
    if len({*days.values()}) < 2:
        return []
    newest = max(*days.values(), today or date.min)
    return [
        Finding(
            field=f"papers.{kind}",
            code="uploaded-on-another-day",
            rule="TCM-TEN-02",
            detail="both sides of the card and the licence are uploaded on the same day",
            next="hand the same picture in again with POST /v1/documents, and submit on that day",
        )
        for kind, day in days.items()
        if day < newest
    ]


def _needless(papers: Sequence[DocumentRef], form: CompanyForm) -> Iterator[Finding]:
    needed, seen = needed_papers(form), set[str]()
    for place, paper in enumerate(papers):
        if paper.kind not in (*needed, PaperKind.ORGANISATION_CODE_CERTIFICATE):
            detail = f"this company's form takes {', '.join(needed)}"
            yield _wrong(f"papers.{place}.kind", "paper-not-asked-for", "TCM-MCH-13", detail, "leave it out")
        elif paper.kind in seen:
            detail = "each kind is taken once"
            yield _wrong(f"papers.{place}.kind", "paper-twice", "TCM-MCH-12", detail, "leave it out")
        seen.add(paper.kind)


def _missing(papers: Sequence[DocumentRef], form: CompanyForm) -> Iterator[Finding]:
    given = {paper.kind for paper in papers}
    next = "hand it in with POST /v1/documents, and name it in papers"
    for kind in needed_papers(form):
        if kind not in given:
            yield _wrong(f"papers.{kind}", "paper-missing", PAPER_RULES[kind], f"{kind} is missing", next)


def _wrong(field: str, code: str, rule: str, detail: str, next: str) -> Finding:
    return Finding(field=field, code=code, rule=rule, detail=detail, next=next)
