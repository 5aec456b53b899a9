"""The form of the corporate number: what it adds to the company's data, and of what days its pictures are."""

from typing import Any

from pydantic import JsonValue

from activities.merchant_papers import MerchantPapers
from models.b2b_numbers import AskedPapers, B2BFormSubmitted, B2BTerms, SameDay
from models.cases import Report
from models.documents import DocumentRef
from models.private import Sealed
from workflows.calls import RECORD, call
from workflows.lane import Lane
from workflows.merchant_company import Company


class B2BForm:
    """What was not turned down may be left out of the next form: it is there already."""

    def __init__(self, lane: Lane, company: Company, terms: B2BTerms) -> None:
        self.lane, self.company, self.terms = lane, company, terms
        self.papers: dict[str, JsonValue] = {}
        self._warnings: list[JsonValue] = []

    async def weigh(self, report: Report[Any]) -> dict[str, JsonValue]:
        """What a form is worth goes on record with it: whether it is the same company, and of one day."""
        if not isinstance(report.event, B2BFormSubmitted):
            return {}
        told = await self.company.weigh(report)
        self._warnings = await self._other_days(report) if self.terms.same_day is SameDay.WARN else []
        return told | ({"warnings": self._warnings} if self._warnings else {})

    def takes(self, sent: B2BFormSubmitted) -> bool:
        """Whether the form that was weighed is used. What is new in it replaces what was there."""
        assert sent.company is None or isinstance(sent.company, Sealed)
        if not self.company.takes(self.lane, sent.company):
            return False
        if isinstance(sent.details, Sealed):
            self.lane.show(details=sent.details.model_dump(mode="json"))
        self.papers = self._with(sent)
        self.lane.show(papers=self.papers, warnings=self._warnings, reasons=[])
        return True

    def _with(self, sent: B2BFormSubmitted) -> dict[str, JsonValue]:
        return self.papers | {paper.kind: paper.document_id for paper in sent.papers}

    async def _other_days(self, report: Report[B2BFormSubmitted]) -> list[JsonValue]:
        """Where a market only warns of pictures of two days (TCM-TEN-02, AMB-35)."""
        account, papers = self.company.account, self._with(report.event)
        asked = AskedPapers(
            market=account.opening.market,
            provider_id=account.provider_id,
            papers=tuple(DocumentRef(kind=kind, document_id=str(known)) for kind, known in papers.items()),
            at=report.occurred_at,
        )
        found = await call(MerchantPapers.days, asked, RECORD)
        return [each.model_dump(mode="json") for each in found.warnings]
