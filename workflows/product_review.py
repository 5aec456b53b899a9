"""A product from draft to sale, and back (TCM-PROD). Its story is in workflows/listing.py."""

from temporalio import workflow

from models.cases import Answer, CaseView, Report
from models.listing_events import ProductEvent
from models.listing_tasks import PRODUCT_DRAFTS
from models.listings import Listing
from workflows.listing import Sale


@workflow.defn
class ProductReview:
    @workflow.init
    def __init__(self, listing: Listing) -> None:
        self.sale = Sale(listing, PRODUCT_DRAFTS)

    @workflow.run
    async def run(self, _: Listing) -> str:
        return await self.sale.case.tell(self.sale.story())

    @workflow.update
    async def report(self, report: Report[ProductEvent]) -> Answer:
        return await self.sale.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[ProductEvent]) -> None:
        self.sale.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.sale.case.view
