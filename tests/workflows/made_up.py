"""Stories that no process of ours tells, to show what the mechanism of cases does with them."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field
from temporalio import workflow

from models.base import Frozen
from models.cases import Answer, CaseView, Event, Opening, Party, Report
from models.interventions import Extended, Paused, Resumed
from models.tasks import Leads, TaskKind
from workflows.case import Case

DAY = timedelta(days=1)


class Stage(StrEnum):
    SIGNING = "signing"
    MEETING = "meeting"
    GUESSING = "guessing"
    CLOSED = "closed"


class PaperStage(StrEnum):
    SIGNING = "signing"
    MEETING = "meeting"
    DONE = "done"


class MoneyStage(StrEnum):
    REMITTING = "remitting"
    ASKING = "asking"
    DONE = "done"


class Signed(Event):
    party = Party.PROVIDER
    event: Literal["signed"] = "signed"


class Remitted(Event):
    party = Party.PAYMENTS
    event: Literal["remitted"] = "remitted"


class Rejected(Event):
    party = Party.OPERATOR
    event: Literal["rejected"] = "rejected"


class Met(Event):
    party = Party.BUYER
    event: Literal["met"] = "met"


class Guessed(Event):
    party = Party.PROVIDER
    event: Literal["guessed"] = "guessed"
    right: bool


SIGNATURE = TaskKind(
    name="signature",
    stage=Stage.SIGNING,
    waiting_on=Party.PROVIDER,
    moves={Signed: Leads(Stage.SIGNING), Rejected: Leads(Stage.CLOSED)},
    silence=Leads(Stage.CLOSED),
)
REMITTANCE = TaskKind(
    name="remittance",
    stage=Stage.SIGNING,
    waiting_on=Party.PAYMENTS,
    moves={Remitted: Leads(Stage.SIGNING)},
    silence=Leads(Stage.SIGNING),
    even_paused=(Remitted,),
)
MEETING = TaskKind(
    name="meeting",
    stage=Stage.MEETING,
    waiting_on=Party.BUYER,
    moves={Met: Leads(Stage.CLOSED)},
    silence=Leads(Stage.CLOSED),
)
GUESS = TaskKind(
    name="guess", stage=Stage.GUESSING, waiting_on=Party.PROVIDER, moves={Guessed: Leads(Stage.GUESSING)}
)
PAPER = TaskKind(
    name="paper",
    stage=PaperStage.SIGNING,
    waiting_on=Party.PROVIDER,
    moves={Signed: Leads(PaperStage.MEETING)},
    silence=Leads(PaperStage.DONE),
    lane="paper",
)
TALK = TaskKind(
    name="talk",
    stage=PaperStage.MEETING,
    waiting_on=Party.BUYER,
    moves={Met: Leads(PaperStage.DONE)},
    lane="paper",
)
MONEY = TaskKind(
    name="money",
    stage=MoneyStage.REMITTING,
    waiting_on=Party.PAYMENTS,
    moves={Remitted: Leads(MoneyStage.DONE), Rejected: Leads(MoneyStage.DONE)},
    silence=Leads(MoneyStage.ASKING),
    lane="money",
)
CHECK = TaskKind(
    name="check",
    stage=MoneyStage.REMITTING,
    waiting_on=Party.OPERATOR,
    moves={Guessed: Leads(MoneyStage.REMITTING)},
    lane="money",
)
MadeUpEvent = Annotated[
    Signed | Remitted | Rejected | Met | Guessed | Extended | Paused | Resumed, Field(discriminator="event")
]


class Start(Frozen):
    opening: Opening
    story: str
    meeting_at: AwareDatetime | None = None


@workflow.defn
class MadeUp:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.start = start
        self.case = Case(start.opening)

    @workflow.run
    async def run(self, start: Start) -> str:
        stories: dict[str, Callable[[], Coroutine[Any, Any, str]]] = {
            "side_by_side": self.side_by_side,
            "meeting": self.meeting,
            "guessing": self.guessing,
            "lanes": self.lanes,
        }
        return await self.case.tell(stories[start.story]())

    async def side_by_side(self) -> str:
        """A signature within 5 days and a remittance within 2, in any order; a rejection ends both."""
        wait_for = self.case.wait_for
        signed, remitted = await asyncio.gather(
            wait_for(SIGNATURE, within=5 * DAY, settles=(Rejected, None)),
            wait_for(REMITTANCE, within=2 * DAY),
        )
        if isinstance(signed, Rejected):
            return "rejected"
        return f"{'signed' if signed else 'unsigned'}, {'remitted' if remitted else 'not remitted'}"

    async def meeting(self) -> str:
        """A deadline at an instant."""
        return "met" if await self.case.wait_for(MEETING, until=self.start.meeting_at) else "missed"

    async def guessing(self) -> str:
        """Three attempts, without any deadline."""
        for left in (3, 2, 1):
            guessed = await self.case.wait_for(GUESS, attempts_left=left)
            if isinstance(guessed, Guessed) and guessed.right:
                return "found"
        return "given up"

    async def lanes(self) -> str:
        """A paper and money, each a story of its own; the money's rejection ends what it waits for, too."""
        self.case.enter(Stage.SIGNING)
        paper, money = self.case.lane("paper"), self.case.lane("money")

        async def papers() -> None:
            if await paper.wait_for(PAPER, within=5 * DAY):
                await paper.wait_for(TALK, within=DAY)
            paper.enter(PaperStage.DONE)

        async def sums() -> None:
            money.show(due_fen=100)
            event, _ = await asyncio.gather(
                money.wait_for(MONEY, within=2 * DAY, settles=(Rejected, Remitted, None)),
                money.wait_for(CHECK),
            )
            if event is None:
                money.enter(MoneyStage.ASKING)
                money.enter(MoneyStage.DONE, "asked", found=False)
            else:
                money.enter(MoneyStage.DONE)

        await asyncio.gather(papers(), sums())
        return "done"

    @workflow.update
    async def report(self, report: Report[MadeUpEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[MadeUpEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.signal
    def move_meeting(self, until: datetime) -> None:
        self.case.replan("meeting", until)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view
