"""The tables that the API, the docs and the pictures are made from say everything, and nothing else."""

import re
from typing import Any, get_args

import pytest

from models.cases import RULINGS, Event, Party, Role, Ruling
from models.orders import ORDER_TASKS, OrderTerms, RefundRequested
from models.processes import PROCESSES, TEMPLATE_ORDERS, Process
from models.tasks import Leads, TaskKind
from worker import WORKFLOWS

EVERY = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
EVERY_TASK = pytest.mark.parametrize("task", ORDER_TASKS, ids=lambda task: task.name)


def events_of(process: Process) -> set[type[Event]]:
    union, *_ = get_args(process.event)
    return set(get_args(union))


def leads_of(process: Process) -> list[Leads]:
    tasks = [lead for task in process.tasks for lead in (*task.moves.values(), task.silence) if lead]
    return tasks + [step.leads for step in process.steps]


@EVERY
def test_every_event_moves_some_task_or_is_a_ruling(process: Process) -> None:
    moves: set[type[Event]] = {event for task in process.tasks for event in task.moves}
    assert events_of(process) == moves | set(RULINGS)


@EVERY
def test_every_outcome_can_be_reached_and_no_other(process: Process) -> None:
    assert {lead.outcome for lead in leads_of(process) if lead.outcome} == set(process.outcomes)


@EVERY
def test_every_stage_appears_and_no_other(process: Process) -> None:
    stages: set[Any] = {lead.stage for lead in leads_of(process)}
    stages |= {task.stage for task in process.tasks} | {step.stage for step in process.steps}
    assert stages == set(process.stages)


@EVERY
def test_a_way_leads_on_from_every_stage_but_the_last(process: Process) -> None:
    ways = {task.stage for task in process.tasks} | {step.stage for step in process.steps}
    assert ways == set(process.stages) - {process.stages("closed")}


@EVERY
def test_every_process_has_its_workflow(process: Process) -> None:
    names = {getattr(workflow, "__temporal_workflow_definition").name for workflow in WORKFLOWS}
    assert process.workflow in names


@EVERY
def test_every_event_is_told_by_its_own_tag(process: Process) -> None:
    tags = [event.tag() for event in events_of(process)]
    assert len(set(tags)) == len(tags)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", tag) for tag in tags)


@EVERY_TASK
def test_a_task_names_its_clock_its_rules_and_what_a_pause_lets_through(task: TaskKind) -> None:
    assert task.within in OrderTerms.model_fields
    assert set(task.even_paused) <= set(task.moves)
    tags = {event.tag() for event in task.moves} | {"silence"}
    assert set(task.rules or {}) <= tags
    assert all(re.fullmatch(r"AMP-[A-Z]+-\d\d", rule) for rule in (task.rules or {}).values())


@EVERY_TASK
def test_a_pause_never_holds_up_money_or_the_buyers_refund(task: TaskKind) -> None:
    money = {event for event in task.moves if event.party is Party.PAYMENTS}
    refund = {event for event in task.moves if event is RefundRequested}
    assert money | refund <= set(task.even_paused)


def test_money_is_reported_by_nobody_over_http() -> None:
    spoken_for = {event.tag(): event.party.spoken_for_by for event in events_of(TEMPLATE_ORDERS)}
    assert spoken_for["paid"] == frozenset()
    assert spoken_for["accepted"] == {Role.SERVICE}
    assert spoken_for["version_submitted"] == {Role.PROVIDER}
    assert all(spoken_for[ruling.tag()] == {Role.OPERATOR} for ruling in RULINGS)
    assert all(issubclass(ruling, Ruling) for ruling in RULINGS)
