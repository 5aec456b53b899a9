"""Tasks that are open together: what they share, and what each keeps for itself."""

import asyncio

from models.cases import Event
from models.interventions import Extended, Paused, Resumed
from tests.bench import DAY, MINUTE, OPERATOR, SECOND, Bench, Opened
from tests.workflows.conftest import Begin, begin_made_up, made_up_worker
from tests.workflows.made_up import Guessed, Met, Rejected, Remitted, Signed


def names(opened: Opened) -> list[str]:
    case = opened.case()
    return [task.name for task in case.tasks] if case else []


async def test_tasks_that_open_together_are_on_record_together(begin: Begin) -> None:
    case = await begin("side_by_side")
    view = await case.on_record()
    assert (view.version, case.path()) == (1, ["opened"])
    assert [task.name for task in view.tasks] == ["signature", "remittance"]
    assert [task.deadline_at for task in view.tasks] == [view.opened_at + 5 * DAY, view.opened_at + 2 * DAY]


async def test_an_ending_is_on_record_although_another_branch_still_waits(begin: Begin) -> None:
    case = await begin("side_by_side")
    view = await case.report(Signed())
    assert (view.version, [task.name for task in view.tasks]) == (2, ["remittance"])
    assert case.path() == ["opened", "signed"]
    view = await case.report(Remitted())
    assert (view.version, view.outcome) == (3, "signed, remitted")


async def test_the_silence_of_one_task_leaves_the_other_open(begin: Begin) -> None:
    case = await begin("side_by_side")
    await case.bench.advance(2 * DAY + SECOND)
    view = await case.stands("opened", "remittance_overdue")
    assert [task.name for task in view.tasks] == ["signature"]
    assert case.changes()[-1].data == {"deadline_at": (view.opened_at + 2 * DAY).isoformat()}
    await case.report(Signed())
    assert await case.ends() == "signed, not remitted"


async def test_an_outcome_that_settles_everything_ends_every_wait(begin: Begin) -> None:
    case = await begin("side_by_side")
    view = await case.report(Rejected())
    assert (view.stage, view.outcome, view.tasks) == ("closed", "rejected", ())
    assert case.path() == ["opened", "rejected"]


async def test_silence_can_settle_everything_too(begin: Begin) -> None:
    case = await begin("side_by_side")
    await case.report(Extended(reason="holiday", task="remittance", by=30 * DAY), actor=OPERATOR)
    assert await case.ends() == "unsigned, not remitted"
    assert case.path() == ["opened", "extended", "signature_overdue"]


async def in_one_moment(bench: Bench, story: str, *events: Event) -> tuple[Opened, list[object]]:
    """What becomes of events that reach their case in the same workflow task."""
    async with made_up_worker(bench, cached_workflows=0):
        case = await begin_made_up(bench, story)
        await case.on_record()
    sent = [await case.sent(event, key=f"k-{number}") for number, event in enumerate(events)]
    async with made_up_worker(bench):
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await case.on_record()
    return case, list(answers)


async def test_events_accepted_in_the_same_moment_never_share_a_row(lone_bench: Bench) -> None:
    case, answers = await in_one_moment(lone_bench, "side_by_side", Signed(), Remitted())
    assert [change.event for change in case.changes()] == ["opened", "signed", "remitted"]
    assert [change.key for change in case.changes()] == [None, "k-0", "k-1"]
    assert [change.version for change in case.changes()] == [1, 2, 3]
    assert len(answers) == 2
    assert not any(isinstance(answer, BaseException) for answer in answers)


async def test_what_was_accepted_before_a_settling_event_keeps_its_row(lone_bench: Bench) -> None:
    case, answers = await in_one_moment(lone_bench, "side_by_side", Remitted(), Rejected())
    assert sorted(case.path()) == ["opened", "rejected", "remitted"]
    assert not any(isinstance(answer, BaseException) for answer in answers)
    view = await case.on_record(3)
    assert (view.version, view.outcome) == (3, "rejected")


async def test_what_comes_in_the_moment_after_a_settling_event_is_refused(lone_bench: Bench) -> None:
    case, [_, refused] = await in_one_moment(lone_bench, "side_by_side", Rejected(), Remitted())
    assert getattr(getattr(refused, "cause", None), "type", None) == "OutOfTurn"
    assert case.path() == ["opened", "rejected"]
    assert (await case.on_record(2)).outcome == "rejected"


async def test_a_ruling_beside_an_event_is_a_row_of_its_own(lone_bench: Bench) -> None:
    ruling = Extended(reason="holiday", task="remittance", by=DAY)
    case, answers = await in_one_moment(lone_bench, "side_by_side", ruling, Signed())
    assert case.path() == ["opened", "extended", "signed"]
    assert not any(isinstance(answer, BaseException) for answer in answers)


async def test_a_ruling_is_for_one_task_or_for_all(begin: Begin) -> None:
    case = await begin("side_by_side")
    one = await case.report(Paused(reason="appeal", task="signature"), actor=OPERATOR)
    assert [task.paused for task in one.tasks] == [True, False]
    await case.refuses(Signed())
    both = await case.report(Paused(reason="appeal"), actor=OPERATOR)
    assert [task.paused for task in both.tasks] == [True, True]
    view = await case.report(Remitted())  # money is taken even then
    assert [task.name for task in view.tasks] == ["signature"]
    resumed = await case.report(Resumed(reason="decided"), actor=OPERATOR)
    assert [task.paused for task in resumed.tasks] == [False]
    await case.report(Signed())
    assert await case.ends() == "signed, remitted"


async def test_attempts_are_counted_where_everybody_sees_them(begin: Begin) -> None:
    case = await begin("guessing")
    assert [task.attempts_left for task in (await case.on_record()).tasks] == [3]
    seen = [(await case.report(Guessed(right=False))).tasks for _ in range(2)]
    assert [[task.attempts_left for task in tasks] for tasks in seen] == [[2], [1]]
    view = await case.report(Guessed(right=False))
    assert (view.outcome, view.version) == ("given up", 4)


async def test_a_task_without_a_deadline_waits_for_years(begin: Begin) -> None:
    case = await begin("guessing")
    await case.bench.advance(1000 * DAY)
    view = await case.report(Guessed(right=True))
    assert view.outcome == "found"
    assert await case.ends() == "found"


async def test_a_deadline_can_be_an_instant_and_can_be_planned_anew(begin: Begin, bench: Bench) -> None:
    """AMB-54."""
    now = await bench.now()
    case = await begin("meeting", now + 3 * DAY)
    assert await case.due() == now + 3 * DAY
    await case.handle.signal("move_meeting", now + 9 * DAY)
    view = await case.stands("opened", "replanned")
    assert view.tasks[0].deadline_at == now + 9 * DAY
    await bench.advance(5 * DAY)
    await case.report(Met())
    assert await case.ends() == "met"


async def test_an_instant_can_be_planned_earlier_and_the_same_instant_is_no_news(
    begin: Begin, bench: Bench
) -> None:
    """AMB-54."""
    now = await bench.now()
    case = await begin("meeting", now + 9 * DAY)
    for until in (now + 9 * DAY, now + 2 * DAY, now + 2 * DAY):
        await case.handle.signal("move_meeting", until)
    assert await case.ends() == "missed"
    assert case.path() == ["opened", "replanned", "meeting_overdue"]
    assert now + 2 * DAY <= case.changes()[-1].at < now + 2 * DAY + MINUTE


async def test_a_meeting_on_hold_stays_on_hold_when_it_is_planned_anew(begin: Begin, bench: Bench) -> None:
    """AMB-54."""
    now = await bench.now()
    case = await begin("meeting", now + 9 * DAY)
    await case.report(Paused(reason="appeal"), actor=OPERATOR)
    await case.handle.signal("move_meeting", now + 2 * DAY)
    await bench.advance(3 * DAY)
    view = await case.report(Resumed(reason="decided"), actor=OPERATOR)
    assert case.path() == ["opened", "paused", "resumed"]
    due = view.tasks[0].deadline_at
    assert due is not None
    assert now + 12 * DAY - MINUTE < due < now + 12 * DAY + MINUTE
