"""A provider's shop from draft to being shown, and back (TCM-SHOP). Its story is in workflows/listing.py."""

from temporalio import workflow

from models.cases import Answer, CaseView, Report
from models.listing_events import ShopEvent
from models.listing_tasks import SHOP_DRAFTS
from models.listings import Listing
from workflows.listing import Sale


@workflow.defn
class ShopReview:
    @workflow.init
    def __init__(self, listing: Listing) -> None:
        self.sale = Sale(listing, SHOP_DRAFTS)

    @workflow.run
    async def run(self, _: Listing) -> str:
        return await self.sale.case.tell(self.sale.story())

    @workflow.update
    async def report(self, report: Report[ShopEvent]) -> Answer:
        return await self.sale.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[ShopEvent]) -> None:
        self.sale.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.sale.case.view
