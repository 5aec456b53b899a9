"""A case made up for tests that only listens to what a deposit account tells it."""

from temporalio import workflow

from models.cases import Report
from models.telling import DepositChanged


@workflow.defn
class Listening:
    def __init__(self) -> None:
        self.heard: list[tuple[str, int, int]] = []
        self.over = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.over)

    @workflow.update
    async def report(self, report: Report[DepositChanged]) -> str:
        told = report.event
        self.heard.append((report.key, told.required_fen, told.held_fen))
        return told.deposit

    @workflow.signal
    def end(self) -> None:
        self.over = True

    @workflow.query
    def all_heard(self) -> list[tuple[str, int, int]]:
        return self.heard
