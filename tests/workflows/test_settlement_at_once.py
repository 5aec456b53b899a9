"""What meets in one moment in a settlement account: choices, scans, decisions and its end."""

import asyncio

import pytest

from models.cases import Event
from tests.bench import OPERATOR, SOMEBODY, Bench
from tests.settlement_accounts import (
    AGREEMENT,
    ALIPAY,
    APPROVE,
    AUTHORISED,
    CORRECT,
    END,
    MYBANK,
    REVOKED,
    Settlement,
    asked,
    stage_of,
)

DECISIONS = (APPROVE, CORRECT, END)
ASKED = asked(600, "p-at-once")


async def waiting(bench: Bench, where: str) -> Settlement:
    """A settlement account in nobody's memory."""
    async with bench.working(cached_workflows=0):
        settlement = await Settlement.opened(bench)
        match where:
            case "approving":
                await settlement.matched()
                await settlement.case.stands("replanned")
            case "authorising":
                await settlement.fills_in()
                await settlement.says(AGREEMENT)
            case "active":
                await settlement.opens_alipay()
        await bench.settle(settlement.case)
    return settlement


async def in_one_moment(bench: Bench, settlement: Settlement, *events: Event) -> list[object]:
    """What becomes of events that reach their case in the same workflow task. They are sent in order."""
    sent = []
    for n, event in enumerate(events):
        actor = OPERATOR if event in DECISIONS else SOMEBODY
        sent.append(await settlement.case.sent(event, key=f"k-{n}", actor=actor))
    async with bench.working():
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await bench.settle(settlement.case)
        await bench.clear()
    return [getattr(getattr(each, "cause", None), "type", None) for each in answers]


@pytest.mark.parametrize(
    ("where", "events", "refusals", "path", "stages"),
    [
        ("opening", (ALIPAY, ALIPAY), [None, "OutOfTurn"], ["path_chosen"], {"alipay": "awaiting_account"}),
        (
            *("opening", (ALIPAY, MYBANK), [None, None], ["path_chosen"] * 2),
            {"alipay": "awaiting_account", "mybank": "awaiting_authorisation"},
        ),
        (
            *("approving", (APPROVE, END), [None, None], ["decided", "decided", "wound_up"]),
            {"alipay": "awaiting_deduction", "case": "closed"},
        ),
        (
            *("approving", (END, APPROVE), [None, None], ["decided", "decided", "wound_up"]),
            {"alipay": "awaiting_deduction", "case": "closed"},
        ),
        (
            *("approving", (APPROVE, CORRECT), [None, "OutOfTurn"], ["decided"]),
            {"alipay": "awaiting_deduction", "case": "opening"},
        ),
        (
            *("authorising", (AUTHORISED, END), [None, None]),
            ["decided", "deduction_authorised", "wound_up"],
            {"mybank": "open", "case": "closed"},
        ),
        (
            *("authorising", (END, AUTHORISED), [None, None]),
            ["decided", "deduction_authorised", "wound_up"],
            {"mybank": "open", "case": "closed"},
        ),
        (
            *("authorising", (AUTHORISED, AUTHORISED), [None, "OutOfTurn"]),
            ["deduction_authorised", "activated"],
            {"mybank": "open", "case": "active"},
        ),
        (
            *("active", (REVOKED, ASKED), [None, None], ["recovery_asked", "deduction_revoked"]),
            {"case": "suspended"},
        ),
        (
            *("active", (ASKED, END), [None, None], ["recovery_asked", "decided", "wound_up"]),
            {"case": "closed"},
        ),
        ("active", (END, MYBANK), [None, None], ["path_chosen", "decided", "wound_up"], {"case": "closed"}),
    ],
)
async def test_what_meets_is_taken_one_after_the_other(
    lone_bench: Bench,
    where: str,
    events: tuple[Event, ...],
    refusals: list[str | None],
    path: list[str],
    stages: dict[str, str],
) -> None:
    settlement = await waiting(lone_bench, where)
    before = len(settlement.case.path())
    assert await in_one_moment(lone_bench, settlement, *events) == refusals
    assert settlement.case.path()[before:] == path
    view = await settlement.case.on_record()
    assert {story: stage_of(view, story) for story in stages} == stages
    assert view.data["deduction"] is (stages.get("case") == "active")
    assert (view.closed_at is None) is bool(view.tasks)
