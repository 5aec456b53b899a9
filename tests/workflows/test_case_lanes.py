"""Stories that a case tells side by side: each has its stage, its time and its facts."""

import asyncio
from typing import Any

from models.interventions import Extended
from tests.bench import DAY, OPERATOR, SECOND, Bench, Opened
from tests.workflows.conftest import Begin, begin_made_up, made_up_worker
from tests.workflows.made_up import Met, Rejected, Remitted, Signed


def ways(opened: Opened) -> list[tuple[Any, ...]]:
    """Each change: its event, and from where to where its lane went."""
    told = [(row.event, row.data) for row in opened.changes()]
    return [
        (event, *(data.get(name) for name in ("lane", "stage_before", "stage_after"))) for event, data in told
    ]


async def test_lanes_begin_with_their_case(begin: Begin) -> None:
    case = await begin("lanes")
    view = await case.on_record()
    assert (view.version, view.stage, case.path()) == (1, "signing", ["opened"])
    assert view.data == {"paper": {"stage": "signing"}, "money": {"stage": "remitting", "due_fen": 100}}
    assert [task.name for task in view.tasks] == ["paper", "money", "check"]


async def test_each_lane_has_its_stage_and_the_case_its_own(begin: Begin) -> None:
    case = await begin("lanes")
    view = await case.report(Signed())
    assert view.stage == "signing"
    assert view.data["paper"] == {"stage": "meeting"}
    assert view.data["money"] == {"stage": "remitting", "due_fen": 100}
    row = case.changes()[-1]
    assert (row.stage_before, row.stage_after) == ("signing", "signing")
    assert ways(case)[-1] == ("signed", "paper", "signing", "meeting")


async def test_what_settles_a_lane_leaves_the_other_alone(begin: Begin) -> None:
    case = await begin("lanes")
    view = await case.report(Rejected())
    assert [task.name for task in view.tasks] == ["paper"]
    assert (view.data["money"], view.data["paper"]) == (
        {"stage": "done", "due_fen": 100},
        {"stage": "signing"},
    )
    await case.report(Signed())
    await case.report(Met())
    assert await case.ends() == "done"
    assert ways(case)[1:] == [
        ("rejected", "money", "remitting", "done"),
        ("signed", "paper", "signing", "meeting"),
        ("met", "paper", "meeting", "done"),
    ]


async def test_a_period_runs_from_what_happened_last_in_its_own_lane(begin: Begin) -> None:
    case = await begin("lanes")
    opened_at = (await case.on_record()).opened_at
    view = await case.report(Signed(), at=opened_at + DAY)
    await case.report(Remitted(), at=opened_at + DAY + SECOND)
    deadlines = {task.name: task.deadline_at for task in view.tasks}
    assert deadlines == {"talk": opened_at + 2 * DAY, "money": opened_at + 2 * DAY, "check": None}


async def test_silence_and_steps_of_a_lane_say_where_it_went(begin: Begin) -> None:
    case = await begin("lanes")
    await case.report(Extended(reason="holiday", task="paper", by=10 * DAY), actor=OPERATOR)
    await case.bench.advance(2 * DAY + SECOND)
    await case.stands("opened", "extended", "money_overdue", "asked")
    assert ways(case)[1:] == [
        ("extended", None, None, None),
        ("money_overdue", "money", "remitting", "asking"),
        ("asked", "money", "asking", "done"),
    ]
    view = await case.on_record()
    assert view.data["money"] == {"stage": "done", "due_fen": 100, "found": False}
    await case.report(Signed())
    await case.report(Met())
    assert await case.ends() == "done"


async def test_lanes_that_move_in_one_moment_each_keep_their_row(lone_bench: Bench) -> None:
    async with made_up_worker(lone_bench, cached_workflows=0):
        case = await begin_made_up(lone_bench, "lanes")
        await case.on_record()
    events = (Signed(), Remitted(), Met())
    sent = [await case.sent(event, key=f"k-{number}") for number, event in enumerate(events)]
    async with made_up_worker(lone_bench):
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await case.on_record()
        assert ways(case)[1:3] == [
            ("signed", "paper", "signing", "meeting"),
            ("remitted", "money", "remitting", "done"),
        ]
        assert [row.key for row in case.changes()][1:3] == ["k-0", "k-1"]
        if isinstance(answers[2], BaseException):  # it came before the talk had begun
            await case.report(Met())
        assert await case.ends() == "done"
