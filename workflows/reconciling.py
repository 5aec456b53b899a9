"""Reconciliation that nobody has to remember: one workflow without end."""

from temporalio import workflow

from activities.reconciliation import Reconciliation
from models.reconciling import Reconcile
from workflows.calls import OUTSIDE, call

RECONCILING = "reconciliation"


@workflow.defn
class Reconciling:
    @workflow.run
    async def run(self, terms: Reconcile) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            await call(Reconciliation.reconcile, terms, OUTSIDE)
            await workflow.sleep(terms.every, summary="until the next reconciliation")
        workflow.continue_as_new(terms)
