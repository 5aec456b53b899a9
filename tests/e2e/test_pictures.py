"""What the docs say of a process is what its table says."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pytest

from docs.pages import PROCESS_PAGES, pages
from models import words
from models.cases import Party
from models.moves import SILENCE, SYSTEM, Move, moves, routed
from models.pictures import picture
from models.policies import load
from models.process import Process
from models.processes import PROCESSES

EVERY = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES.keys())


def terms_of(process: Process) -> list[Any]:
    """What a picture is drawn by: nothing, or each market's terms where they say the order of steps."""
    if process.route is None:
        return [None]
    policies: list[Any] = [market.versions(process.name)[-1:] for market in load().values()]
    return [policy.terms for versions in policies for policy in versions]


PICTURES = [
    (process, terms, lane)
    for process in PROCESSES.values()
    for terms in terms_of(process)
    for lane in process.stories
]
EVERY_PICTURE = pytest.mark.parametrize(
    ("process", "terms", "lane"),
    PICTURES,
    ids=[f"{process.name}-{lane or n}" for n, (process, _, lane) in enumerate(PICTURES)],
)


def test_the_pages_are_what_the_code_makes() -> None:
    stale = [file.name for file, text in pages() if not file.exists() or file.read_text("utf-8") != text]
    assert stale == [], "make docs"
    assert {file for file, _ in pages()} >= set(PROCESS_PAGES.glob("*.md"))


@EVERY
def test_every_word_has_its_chinese(process: Process) -> None:
    def missing(used: Iterable[str | StrEnum], known: dict[str, str]) -> set[str]:
        return {str(word) for word in used} - set(known)

    rows = moves(process)
    for stages in process.stories.values():
        assert not missing(stages, words.STAGES)
    assert not missing(process.lanes, words.LANES)
    assert not missing(process.outcomes, words.OUTCOMES)
    assert not missing([row.who for row in rows], words.PARTIES)
    assert not missing([row.event for row in rows if row.who == SILENCE], words.CLOCKS)
    assert not missing([row.event for row in rows if row.who != SILENCE], words.EVENTS)


def drawn_by(terms: Any, process: Process, lane: str = "") -> list[Move]:
    rows = moves(process) if terms is None else routed(process, terms)
    return [row for row in rows if row.lane == lane]


@EVERY_PICTURE
def test_a_picture_shows_every_stage_every_end_and_every_move(
    process: Process, terms: Any, lane: str
) -> None:
    drawn, rows = picture(process, terms, lane), drawn_by(terms, process, lane)
    for stage in {row.stage for row in rows}:
        assert f'state "{stage} ' in drawn
    for outcome in {row.leads.outcome for row in rows if row.leads.outcome}:
        assert f"{outcome} {words.OUTCOMES[outcome]}" in drawn
    for row in rows:
        there = f" --> {row.leads.stage} : " if row.leads.stage != "closed" else " --> end_"
        stays = row.leads.stage == row.stage
        [*lines] = (
            line
            for line in drawn.splitlines()
            if (f'state "{row.stage} ' in line if stays else f"  {row.stage}{there}" in line)
        )
        said, _, decision = row.event.partition(": ")
        assert any(said in line and decision in line for line in lines), row


@EVERY
def test_every_outcome_is_drawn_and_every_stage(process: Process) -> None:
    stories = [(terms, lane) for terms in terms_of(process) for lane in process.stories]
    rows = [row for terms, lane in stories for row in drawn_by(terms, process, lane)]
    assert {str(row.leads.outcome) for row in rows if row.leads.outcome} == {*map(str, process.outcomes)}
    assert {row.stage for row in rows if not row.lane} == {*process.stages} - {"closed"}


@EVERY_PICTURE
def test_a_stage_has_the_colour_of_whom_it_waits_for_and_not_of_what_it_holds_up(
    process: Process, terms: Any, lane: str
) -> None:
    drawn = picture(process, terms, lane)
    mine = sorted((task for task in process.tasks if task.lane == lane), key=lambda task: task.held)
    tasks = [task for task in mine if not (task.held and task.waiting_on is Party.OFFICE)]
    for stage in {row.stage for row in drawn_by(terms, process, lane)}:
        waits = [str(task.waiting_on) for task in tasks if task.stage == stage]
        coloured = re.findall(rf"  class (?:\w+,)*{stage}(?:,\w+)* (\w+)", drawn)
        assert coloured == [waits[0] if waits else SYSTEM]


@EVERY_PICTURE
def test_arrows_lead_only_to_what_is_drawn(process: Process, terms: Any, lane: str) -> None:
    drawn = picture(process, terms, lane)
    nodes = set(re.findall(r'state ".*" as (\w+)', drawn)) | {"[*]"}
    arrows = re.findall(r"(\S+) --> (\S+) : ", drawn)
    assert {node for arrow in arrows for node in arrow} <= nodes
    assert {there for _, there in arrows} >= nodes - {"[*]"}
