"""A workflow that does nothing but wait for news of an application."""

from datetime import timedelta

from temporalio import workflow

from activities.applyments import Applyments
from models.applyments import AskedApplyment, SeenApplyment
from workflows.calls import call, polling

HOUR = timedelta(hours=1)


@workflow.defn(name="Awaiting")
class Awaiting:
    """Asks every hour, for half a day at most."""

    @workflow.run
    async def run(self, asked: AskedApplyment) -> SeenApplyment:
        return await call(Applyments.wait, asked, polling(HOUR, HOUR), within=12 * HOUR)
