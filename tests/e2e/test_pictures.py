"""What the docs say of a process is what its table says."""

import re
from collections.abc import Iterable
from enum import StrEnum

import pytest

from docs.pages import PROCESS_PAGES, pages
from models import words
from models.moves import SILENCE, SYSTEM, moves
from models.pictures import picture
from models.process import Process
from models.processes import PROCESSES

EVERY = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES.keys())


def test_the_pages_are_what_the_code_makes() -> None:
    stale = [file.name for file, text in pages() if not file.exists() or file.read_text("utf-8") != text]
    assert stale == [], "make docs"
    assert {file for file, _ in pages()} >= set(PROCESS_PAGES.glob("*.md"))


@EVERY
def test_every_word_has_its_chinese(process: Process) -> None:
    def missing(used: Iterable[str | StrEnum], known: dict[str, str]) -> set[str]:
        return {str(word) for word in used} - set(known)

    rows = moves(process)
    assert not missing(process.stages, words.STAGES)
    assert not missing(process.outcomes, words.OUTCOMES)
    assert not missing([row.who for row in rows], words.PARTIES)
    assert not missing([row.event for row in rows if row.who == SILENCE], words.CLOCKS)
    assert not missing([row.event for row in rows if row.who != SILENCE], words.EVENTS)


@EVERY
def test_a_picture_shows_every_stage_every_end_and_every_move(process: Process) -> None:
    drawn = picture(process)
    for stage in process.stages:
        assert stage == "closed" or f'state "{stage} ' in drawn
    for outcome in process.outcomes:
        assert f"{outcome} {words.OUTCOMES[outcome]}" in drawn
    for row in moves(process):
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
def test_a_stage_has_the_colour_of_whom_it_waits_for_and_not_of_what_it_holds_up(process: Process) -> None:
    drawn = picture(process)
    for stage in process.stages:
        waits = [str(task.waiting_on) for task in process.tasks if task.stage == stage and not task.held]
        coloured = re.findall(rf"  class (?:\w+,)*{stage}(?:,\w+)* (\w+)", drawn)
        assert coloured == ([] if stage == "closed" else [waits[0] if waits else SYSTEM])


@EVERY
def test_arrows_lead_only_to_what_is_drawn(process: Process) -> None:
    drawn = picture(process)
    nodes = set(re.findall(r'state ".*" as (\w+)', drawn)) | {"[*]"}
    arrows = re.findall(r"(\S+) --> (\S+) : ", drawn)
    assert {node for arrow in arrows for node in arrow} <= nodes
    assert {there for _, there in arrows} >= nodes - {"[*]"}
    assert SYSTEM in drawn
