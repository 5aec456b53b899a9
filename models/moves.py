"""The table of a process, row by row: whatever moves a case, from where to where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from models.cases import Event
from models.process import Process
from models.tasks import NEXT, Leads, TaskKind

SYSTEM, SILENCE = "system", "silence"


@dataclass(frozen=True, slots=True)
class Move:
    """Who moves a case, with what, from where to where, by which rule."""

    stage: str
    event: str
    """The event's label; of silence the period that ended; of a step of our own its name in the audit."""
    who: str
    """A party, our own system, or silence."""
    leads: Leads
    task: str = ""
    rule: str = ""
    kind: type[Event] | None = None
    lane: str = ""
    """Whose stages these are, where a case tells several stories side by side."""


def moves(process: Process) -> list[Move]:
    """Everything that moves a case of this process, in the order of its stages; then lane after lane."""
    rows = [row for task in process.tasks for row in _of(task)]
    rows += [
        Move(step.stage, step.event, SYSTEM, step.leads, rule=step.rule, lane=step.lane)
        for step in process.steps
    ]
    places = [(lane, str(stage)) for lane, stages in process.stories.items() for stage in stages]
    order = {place: number for number, place in enumerate(places)}
    return sorted(rows, key=lambda row: order[row.lane, str(row.stage)])


def routed(process: Process, terms: object) -> list[Move]:
    """The moves that can happen under terms that say the order of steps, each led on to where they say."""
    route: Mapping[str, Leads] = process.route(terms) if process.route else {}
    own = {row.leads.stage for row in moves(process) if row.stage in route} | {*route}
    kept = [row for row in moves(process) if row.stage in own]
    return [replace(row, leads=route[row.stage]) if row.leads.stage is NEXT else row for row in kept]


def _of(task: TaskKind) -> Iterator[Move]:
    rules = task.rules or {}
    for kind, leads in task.moves.items():
        rule = rules.get(kind.tag(), "")
        yield Move(task.stage, kind.label(), kind.party, leads, task.name, rule, kind, task.lane)
    if task.silence:
        clock, rule = task.within or SILENCE, rules.get(SILENCE, "")
        yield Move(task.stage, clock, SILENCE, task.silence, task.name, rule, lane=task.lane)
