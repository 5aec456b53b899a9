"""A workflow that does nothing but verify an identity."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.identity import Identities
from models.identity import AskedIdentity, VerifiedIdentity


@workflow.defn(name="Verifying")
class Verifying:
    @workflow.run
    async def run(self, asked: AskedIdentity) -> VerifiedIdentity:
        return await workflow.execute_activity_method(
            Identities.verify,
            asked,
            start_to_close_timeout=timedelta(seconds=15),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)),
        )
