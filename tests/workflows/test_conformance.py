"""Every step that any test of this session took is in the published tables. It runs last."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.cases import Event
from models.interventions import INTERVENTIONS, Decision, Disapproved
from models.orders import TermsChanged
from models.process import Process
from models.processes import PROCESSES
from models.tables import CaseRow, ChangeRow
from models.tasks import NEXT
from models.telling import AccountChanged, DepositChanged, ListenerAdded, ListingOutdated
from tests.invariants import broken

pytestmark = pytest.mark.timeout(600)
"""The first of these tests waits for all other workers of the session."""
Way = tuple[str, str | None, str, str]
"""A story of the case (its own has no name), a stage of it, an event, and the stage that this led to."""
_TOLD = (DepositChanged, AccountChanged, ListenerAdded, ListingOutdated)
BY_THE_OFFICE: tuple[type[Event], ...] = (TermsChanged, *_TOLD)
OTHERS: tuple[type[Event], ...] = (*INTERVENTIONS, Decision, Disapproved, *BY_THE_OFFICE)
OF_OTHERS = {kind.tag() for kind in OTHERS}
OF_ITS_OWN = {"blocked", "delayed", "cancellation_refused", "replanned", "reminded"}
KEPT_BY_EVERY_CASE = OF_OTHERS | OF_ITS_OWN
"""What leaves any case in the stage it is in: of decisions those that wait for a second operator."""


def published(process: Process) -> set[Way]:
    """Every way, as the process publishes it."""
    ways: set[Way] = {(step.lane, step.stage, step.event, step.leads.stage) for step in process.steps}
    for task in process.tasks:
        ways |= {(task.lane, task.stage, event.tag(), lead.stage) for event, lead in task.moves.items()}
        if task.silence:
            ways.add((task.lane, task.stage, f"{task.name}_overdue", task.silence.stage))
    return ways


def operators_twins(process: Process) -> set[Way]:
    """The same moves, decided by an operator or approved by a second one."""
    moves = [(task, kind, lead.stage) for task in process.tasks for kind, lead in task.moves.items()]
    return {
        (task.lane, task.stage, how, after)
        for task, kind, after in moves
        if kind.party.spoken_for_by and not kind.personal
        for how in ("decided", "approved")
    }


def first_stages(process: Process) -> set[str]:
    own = {str(task.stage) for task in process.tasks if not task.lane}
    return own or {str(step.stage) for step in process.steps if not step.lane}


def taken(engines: list[Engine], process: Process) -> Iterator[tuple[Way, CaseRow]]:
    rows = select(ChangeRow, CaseRow).join(CaseRow, col(CaseRow.case_id) == col(ChangeRow.case_id))
    for engine in engines:
        with Session(engine) as session:
            for change, case in session.exec(rows.where(CaseRow.process == process.name)):
                went = change.data if "lane" in change.data else change.model_dump()
                yield (went.get("lane", ""), went["stage_before"], change.event, went["stage_after"]), case


def is_published(way: Way, case: CaseRow, process: Process) -> bool:
    lane, before, event, after = way
    if before is None:
        return event == "opened" and after in first_stages(process)
    if event in KEPT_BY_EVERY_CASE and before == after:
        return True
    ways = published(process) | operators_twins(process)
    if case.view["data"].get("amount_fen") == 0 and after == "closed":
        # nothing was paid, and nothing has to be given back (AMP-IMP-05)
        return way in ways or (lane, before, event, "refunding") in ways
    return way in ways or ((lane, before, event, NEXT) in ways and after in [*process.stages])


def onwards(ways: set[Way]) -> set[Way]:
    """What these ways are where a policy says the order of steps: each of them may have been the next."""
    return ways | {(lane, before, event, str(NEXT)) for lane, before, event, _ in ways}


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
def test_no_case_took_a_way_that_is_not_published(engines: list[Engine], process: Process) -> None:
    ways = list(taken(engines, process))
    if not ways:
        pytest.skip("no case of this process was played in this session")
    assert {way for way, case in ways if not is_published(way, case, process)} == set()


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
def test_every_published_way_was_taken_by_some_case(engines: list[Engine], process: Process) -> None:
    ways = {way for way, _ in taken(engines, process)}
    if len(published(process) & onwards(ways)) < len(published(process)) / 2:
        pytest.skip("only some tests were run")
    assert published(process) - onwards(ways) == set()


def test_no_invariant_is_broken_after_all_that_was_played(engines: list[Engine]) -> None:
    for engine in engines:
        with engine.connect() as connection:
            assert broken(connection) == {}
