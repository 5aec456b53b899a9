"""Cases made up for tests that only listen to what an account tells them."""

from temporalio import workflow

from models.cases import Report
from models.telling import AccountChanged, DepositChanged


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


@workflow.defn
class ListeningToAccount:
    """A case made up for tests that only listens to what a bank account tells it."""

    def __init__(self) -> None:
        self.heard: list[AccountChanged] = []
        self.over = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.over)

    @workflow.update
    async def report(self, report: Report[AccountChanged]) -> None:
        self.heard.append(report.event)

    @workflow.signal
    def end(self) -> None:
        self.over = True

    @workflow.query
    def all_heard(self) -> list[AccountChanged]:
        return self.heard
