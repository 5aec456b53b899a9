"""What meets in one moment: two events, an event and a deadline, what another case tells and what ends it."""

import asyncio

import pytest

from models.cases import SYSTEM, Actor, Event
from models.telling import AccountChanged, DepositChanged
from tests.bench import OPERATOR, SECOND_OPERATOR, SOMEBODY, Bench
from tests.onboardings import AGREED, APPROVE, REJECT, WITHDRAW, Onboarding, correct, waive

COVERED = DepositChanged(deposit="d", required_fen=30_000, held_fen=30_000)
SHORT = DepositChanged(deposit="d", required_fen=30_000, held_fen=10_000)
PROVEN = AccountChanged(account="b", verified=True, account_version=1)
VOID = AccountChanged(account="b", verified=False, account_version=1)
CORRECT = correct(("application", "contact"))
NO_DEPOSIT = waive("deposit")


def by(event: Event) -> Actor:
    if event is AGREED:
        return SECOND_OPERATOR
    if isinstance(event, DepositChanged | AccountChanged):
        return SYSTEM
    return SOMEBODY if event is WITHDRAW else OPERATOR


async def waiting(bench: Bench, stage: str, *before: Event) -> Onboarding:
    """An onboarding of rehearsal in nobody's memory."""
    async with bench.working(cached_workflows=0):
        onboarding = await Onboarding.in_stage(bench, "rehearsal", stage)
        for event in before:
            await onboarding.case.report(event, actor=by(event))
        await bench.settle(onboarding.case)
    return onboarding


async def in_one_moment(bench: Bench, onboarding: Onboarding, *events: Event) -> list[object]:
    """What becomes of events that reach their case in the same workflow task. They are sent in order."""
    case = onboarding.case
    sent = [await case.sent(event, key=f"k-{n}", actor=by(event)) for n, event in enumerate(events)]
    async with bench.working():
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await bench.settle(case)
        await bench.clear()
    return [getattr(getattr(each, "cause", None), "type", None) for each in answers]


@pytest.mark.parametrize(
    ("stage", "events", "refusals", "path", "then"),
    [
        ("depositing", (COVERED, WITHDRAW), [None, None], ["deposit_changed", "withdrawn"], "closed"),
        ("depositing", (WITHDRAW, COVERED), [None, None], ["deposit_changed", "withdrawn"], "closed"),
        ("depositing", (COVERED, SHORT), [None, None], ["deposit_changed"] * 2, "depositing"),
        ("depositing", (SHORT, COVERED), [None, None], ["deposit_changed"] * 2, "proving_account"),
        ("depositing", (COVERED, REJECT), [None, None], ["deposit_changed", "decided"], "closed"),
        ("proving_account", (PROVEN, VOID), [None, None], ["account_changed"] * 2, "proving_account"),
        ("proving_account", (VOID, PROVEN), [None, None], ["account_changed"] * 2, "paying_fee"),
        ("reviewing", (APPROVE, WITHDRAW), [None, "OutOfTurn"], ["decided"], "depositing"),
        ("reviewing", (WITHDRAW, APPROVE), [None, "OutOfTurn"], ["withdrawn"], "closed"),
        ("reviewing", (CORRECT, REJECT), [None, "OutOfTurn"], ["decided"], "preparing"),
    ],
)
async def test_each_has_a_row_of_its_own_and_one_ending_counts(
    lone_bench: Bench,
    stage: str,
    events: tuple[Event, ...],
    refusals: list[str | None],
    path: list[str],
    then: str,
) -> None:
    waived = (NO_DEPOSIT, AGREED) if stage == "proving_account" else ()
    onboarding = await waiting(lone_bench, "depositing" if waived else stage, *waived)
    before = len(onboarding.case.path())
    assert await in_one_moment(lone_bench, onboarding, *events) == refusals
    assert onboarding.case.path()[before : before + len(path)] == path
    assert then in [row.stage_after for row in onboarding.case.changes()[before:]]


@pytest.mark.parametrize("first", [COVERED, AGREED], ids=["deposit", "agreement"])
async def test_a_waiver_and_the_deposit_itself_in_one_moment_both_lead_on(
    lone_bench: Bench, first: Event
) -> None:
    onboarding = await waiting(lone_bench, "depositing", NO_DEPOSIT)
    second = AGREED if first is COVERED else COVERED
    answers = await in_one_moment(lone_bench, onboarding, first, second)
    assert answers == [None, None]
    assert onboarding.checklist()["deposit"] == "waived"
    assert "proving_account" in {row.stage_after for row in onboarding.case.changes()}
