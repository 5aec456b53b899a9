"""A process without end, for tests: it counts for 30 days, in a new run after every second event."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field
from temporalio import workflow

from models.base import Frozen
from models.cases import Answer, Carried, Event, Opening, Party, Report
from models.interventions import Paused, Resumed
from models.tasks import Leads, TaskKind
from workflows.case import Case, Rest
from workflows.tasks import Countdown


class Stage(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Counted(Event):
    party = Party.OPERATOR
    event: Literal["counted"] = "counted"


COUNTING = TaskKind(
    name="counting",
    stage=Stage.OPEN,
    waiting_on=Party.OPERATOR,
    moves={Counted: Leads(Stage.OPEN)},
    silence=Leads(Stage.CLOSED),
)
CountingEvent = Annotated[Counted | Paused | Resumed, Field(discriminator="event")]


class Start(Frozen):
    opening: Opening
    carried: Carried | None = None


@workflow.defn(name="CaseWithoutEnd")
class CaseWithoutEnd:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.start = start
        self.case = Case(start.opening, start.carried)
        self.counted = 0

    @workflow.run
    async def run(self, _: Start) -> str:
        return await self.case.tell(self.story())

    async def story(self) -> str:
        carried = self.start.carried
        clock = Countdown(carried.clocks["counting"]) if carried else self.case.countdown(timedelta(days=30))
        while True:
            match await self.case.wait_or_rest(COUNTING, clock=clock, rest_when=lambda: self.counted >= 2):
                case Counted():
                    self.counted += 1
                case Rest():
                    carried = self.case.carried(counting=clock)
                    workflow.continue_as_new(self.start.model_copy(update={"carried": carried}))
                case _:
                    return "over"

    @workflow.update
    async def report(self, report: Report[CountingEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[CountingEvent]) -> None:
        self.case.refuse_out_of_turn(report)
