"""What is known of the pictures of a merchant number's form."""

from dataclasses import dataclass

from temporalio import activity

from models.b2b_numbers import AskedPapers, OlderPapers
from models.periods import local_date
from models.rules.merchant_papers import same_day_findings
from models.tables.documents.store import DocumentStore


@dataclass(frozen=True, slots=True)
class MerchantPapers:
    documents: DocumentStore

    @activity.defn(name="days_of_papers")
    def days(self, asked: AskedPapers) -> OlderPapers:
        """The pictures of other days than the newest (TCM-TEN-02), where a market only warns (AMB-35)."""
        uploaded = {}
        for paper in asked.papers:
            found = self.documents.find(asked.market, asked.provider_id, paper.kind, paper.document_id)
            if found is not None:
                uploaded[paper.kind] = found.uploaded_at
        return OlderPapers(warnings=tuple(same_day_findings(uploaded, local_date(asked.at))))
