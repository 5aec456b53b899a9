"""The tables that the API, the docs and the pictures are made from say everything, and nothing else."""

import re
from typing import Any, get_args

import pytest

from models.appeals import AppealTerms, BuyerAppealed, ProviderAppealed
from models.cases import Event, Party, Role
from models.interventions import INTERVENTIONS, RULINGS, Approved, Disapproved, InStead, Ruling
from models.moves import moves, routed
from models.order_tasks import ORDER_TASKS
from models.orders import DecidedInStead, OrderTerms, RefundRequested
from models.policies import load
from models.process import Process
from models.processes import PROCESSES, TEMPLATE_ORDERS
from models.tasks import Leads, TaskKind
from worker import WORKFLOWS

EVERY = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
EVERY_TASK = pytest.mark.parametrize("task", ORDER_TASKS, ids=lambda task: task.name)


OF_OPERATORS: set[type[Event]] = {*INTERVENTIONS, Approved, Disapproved}


def leads_of(process: Process) -> list[Leads]:
    """Where its moves lead, by the terms of every market where these say the order of steps."""
    if process.route is None:
        return [row.leads for row in moves(process)]
    versions: list[Any] = [each for market in load().values() for each in market.versions(process.name)]
    return [row.leads for each in versions for row in routed(process, each.terms)]


@EVERY
def test_every_event_moves_some_task_or_is_an_operators_or_the_offices(process: Process) -> None:
    moves: set[type[Event]] = {event for task in process.tasks for event in task.moves}
    others = {event for event in process.events if event.party is Party.OFFICE or issubclass(event, InStead)}
    assert set(INTERVENTIONS) <= set(process.events)
    assert set(process.events) - OF_OPERATORS == moves | others


def test_an_operator_may_do_in_a_partys_stead_what_people_do_before_an_appeal() -> None:
    (acts, *_) = get_args(DecidedInStead.model_fields["act"].annotation), None
    people = {event for task in ORDER_TASKS for event in task.moves if event.party.spoken_for_by}
    appeals = {BuyerAppealed, ProviderAppealed}
    wanted = {event for event in people if not event.personal and event.party is not Party.OPERATOR}
    assert set(acts) == wanted - appeals


@EVERY
def test_every_outcome_can_be_reached_and_no_other(process: Process) -> None:
    assert {lead.outcome for lead in leads_of(process) if lead.outcome} == set(process.outcomes)


EVERY_STORY = pytest.mark.parametrize(
    ("process", "lane"),
    [(process, lane) for process in PROCESSES.values() for lane in process.stories],
    ids=lambda each: each.name if isinstance(each, Process) else each,
)


def ways_of(process: Process, lane: str) -> set[Any]:
    """The stages of a story from which something leads on."""
    tasks = {task.stage for task in process.tasks if task.lane == lane}
    return tasks | {step.stage for step in process.steps if step.lane == lane}


@EVERY_STORY
def test_every_stage_appears_and_no_other(process: Process, lane: str) -> None:
    stages = process.stories[lane]
    led = {row.stage for row in leads_of(process) if isinstance(row.stage, stages)}
    assert ways_of(process, lane) | led == set(stages)


@EVERY
def test_a_way_leads_on_from_every_stage_but_the_last(process: Process) -> None:
    assert ways_of(process, "") == set(process.stages) - {process.stages("closed")}


@EVERY
def test_every_process_has_its_workflow(process: Process) -> None:
    names = {getattr(workflow, "__temporal_workflow_definition").name for workflow in WORKFLOWS}
    assert process.workflow in names


@EVERY
def test_every_event_is_told_by_its_own_tag(process: Process) -> None:
    labels = [event.label() for event in process.events]
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z]+)*(: [a-z]+(_[a-z]+)*)?", label) for label in labels)


@EVERY_TASK
def test_a_task_names_its_clock_its_rules_and_what_a_pause_lets_through(task: TaskKind) -> None:
    assert task.within in (None, *OrderTerms.model_fields, *AppealTerms.model_fields)
    assert (task.silence is None) == (task.within is None or task.held)
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
    spoken_for = {event.tag(): event.party.spoken_for_by for event in TEMPLATE_ORDERS.events}
    assert spoken_for["paid"] == frozenset()
    assert spoken_for["accepted"] == {Role.SERVICE}
    assert spoken_for["version_submitted"] == {Role.PROVIDER}
    assert all(spoken_for[ruling.tag()] == {Role.OPERATOR} for ruling in RULINGS)
    assert all(issubclass(ruling, Ruling) for ruling in RULINGS)
