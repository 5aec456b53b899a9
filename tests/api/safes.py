"""A process made up for tests: somebody's things are put into a safe, as often as anybody likes."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue
from temporalio import workflow

from models.admitting import Admitted, Checked, Hold
from models.base import Frozen, Id
from models.cases import Answer, Event, Opening, Party, Report, Role
from models.documents import DocumentRef
from models.interventions import Approved, Disapproved, InStead, Intervention
from models.policies import MarketPolicy
from models.private import Private
from models.process import Process
from models.rules.findings import Finding
from models.tasks import Leads, TaskKind
from workflows.case import Case


class Stage(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    EMPTIED = "emptied"


class Things(Frozen):
    owner: str
    number: Annotated[str, Field(pattern=r"^[0-9A-Z]{8,32}$")]


class Paper(Frozen):
    scan: DocumentRef


class PutIn(Event):
    party = Party.PROVIDER
    event: Literal["put_in"] = "put_in"
    drawer: Id
    things: Private[Things]
    spare: Private[Things] | None = None
    papers: tuple[Paper, ...] = ()
    covers: tuple[DocumentRef, ...] = ()

    def documents(self) -> tuple[DocumentRef, ...]:
        return self.covers


class Labelled(Event):
    party = Party.PROVIDER
    event: Literal["labelled"] = "labelled"
    note: Id


class Emptied(Event):
    party = Party.PROVIDER
    event: Literal["emptied"] = "emptied"


class DecidedInStead(InStead):
    act: Annotated[PutIn | Labelled, Field(discriminator="event")]


SafeEvent = Annotated[
    PutIn | Labelled | Emptied | DecidedInStead | Approved | Disapproved | Intervention,
    Field(discriminator="event"),
]
KEEPING = TaskKind(
    name="keeping",
    stage=Stage.OPEN,
    waiting_on=Party.PROVIDER,
    moves={
        PutIn: Leads(Stage.OPEN),
        Labelled: Leads(Stage.OPEN),
        Emptied: Leads(Stage.CLOSED, Outcome.EMPTIED),
    },
)


class NewSafe(Frozen):
    id: Id
    provider_id: Id
    room: Id | None = None
    shelf: Id | None = None


def _no_second_thing(event: Event, checked: Checked) -> Sequence[Finding]:
    """Drawers hold one thing each, and there are as many as the safe was admitted with."""
    if not isinstance(event, PutIn):
        return ()
    found = []
    if event.drawer in checked.view.data:
        found.append(Finding(field="drawer", code="full", detail="there is something in it"))
    if event.drawer not in Begun.model_validate(checked.input).drawers:
        found.append(
            Finding(field="drawer", code="no-drawer", detail=f"{checked.market.title} has no such drawer")
        )
    return found


class Begun(Frozen):
    opening: Opening
    drawers: tuple[str, ...] = ("left", "right")


def _admit(new: NewSafe, _: object, opening: Opening, __: MarketPolicy) -> Admitted:
    return Admitted(
        input=Begun(opening=opening).model_dump(mode="json"),
        holds=tuple(
            Hold(name=f"{field}:{value}", field=field)
            for field in ("room", "shelf")
            if (value := getattr(new, field))
        ),
    )


SAFES = Process(
    name="safes",
    title="Safe",
    title_zh="保险箱",
    workflow="Safe",
    started_by=frozenset({Role.SERVICE, Role.PROVIDER}),
    start=NewSafe,
    event=SafeEvent,
    tasks=(KEEPING,),
    steps=(),
    stages=Stage,
    outcomes=Outcome,
    admit=_admit,
    check=_no_second_thing,
)


@workflow.defn
class Safe:
    @workflow.init
    def __init__(self, begun: Begun) -> None:
        self.case = Case(begun.opening, needs_approval=lambda *_: False)

    @workflow.run
    async def run(self, _: Begun) -> str:
        return await self.case.tell(self.story())

    async def story(self) -> str:
        while True:
            match await self.case.wait_for(KEEPING):
                case PutIn() as put:
                    things: JsonValue = put.model_dump(
                        mode="json", include={"things", "spare"}, exclude_none=True
                    )
                    self.case.show(**{put.drawer: [things]})
                case Labelled(note=note):
                    self.case.show(note=note)
                case _:
                    return Outcome.EMPTIED

    @workflow.update
    async def report(self, report: Report[SafeEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[SafeEvent]) -> None:
        self.case.refuse_out_of_turn(report)
