"""Template orders as a careless change would leave them: cases under way could not go on with it."""

from datetime import timedelta

from temporalio import workflow

from models.orders import OrderOutcome, PlacedOrder
from workflows.template_order import TemplateOrder


@workflow.defn(name="TemplateOrder")
class WithoutChange(TemplateOrder):
    @workflow.init
    def __init__(self, order: PlacedOrder) -> None:
        super().__init__(order)

    @workflow.run
    async def run(self, order: PlacedOrder) -> str:
        return await super().run(order)


@workflow.defn(name="TemplateOrder")
class WithOneMoreTimer(TemplateOrder):
    @workflow.init
    def __init__(self, order: PlacedOrder) -> None:
        super().__init__(order)

    @workflow.run
    async def run(self, order: PlacedOrder) -> str:
        return await super().run(order)

    async def story(self, order: PlacedOrder) -> OrderOutcome:
        await workflow.sleep(timedelta(seconds=1))
        return await super().story(order)


@workflow.defn(name="TemplateOrder")
class WithOneStepLess(TemplateOrder):
    @workflow.init
    def __init__(self, order: PlacedOrder) -> None:
        super().__init__(order)

    @workflow.run
    async def run(self, order: PlacedOrder) -> str:
        return await super().run(order)

    async def _give_back(self, outcome: OrderOutcome) -> OrderOutcome:
        return outcome
