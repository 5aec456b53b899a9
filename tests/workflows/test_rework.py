"""The buyer sends the work back, as often as the terms allow."""

from datetime import timedelta
from typing import Any

import pytest

from models.interventions import Extended, Paused
from models.orders import Accepted, BusinessCertified, VersionRejected
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, SECOND, Bench
from tests.workflows.disputes import BUYER_APPEALS, NO_REWORK, ONE_REWORK, SENT_BACK, sent_back
from tests.workflows.test_template_order import CERTIFIES

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("before_due", "expected"),
    [
        pytest.param(12 * DAY, 12 * DAY, id="what was unused"),
        pytest.param(10 * DAY + SECOND, 10 * DAY + SECOND, id="a second more than the least"),
        pytest.param(10 * DAY, 10 * DAY, id="the least"),
        pytest.param(HOUR, 10 * DAY, id="the least, where less was unused"),
    ],
)
async def test_a_rework_has_the_unused_time_or_the_least_from_the_requests_own_time(
    bench: Bench, before_due: timedelta, expected: timedelta
) -> None:
    order = await bench.place_in("version_review")
    due = await order.due()
    await bench.advance_to(due - before_due + 2 * SECOND)
    await order.report(APPROVED, at=due - before_due)
    await bench.advance(3 * DAY)
    at = await bench.now() - HOUR
    view = await order.report(SENT_BACK, at=at)
    assert (view.stage, view.data["reworks"]) == ("implementing", 1)
    [task] = view.tasks
    assert (task.name, task.deadline_at) == ("implementation", at + expected)
    row = order.changes()[-1]
    ways = (row.event, row.stage_before, row.stage_after)
    assert ways == ("rework_requested", "confirming", "implementing")
    assert row.data == {"reason": "the menu is missing", "occurred_at": at.isoformat()}


async def test_what_an_operator_added_is_unused_time_too(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    await order.report(Extended(reason="holiday", by=9 * DAY), actor=OPERATOR)
    due, at = await order.due(), await bench.now()
    await order.report(APPROVED, at=at)
    view = await order.report(SENT_BACK, at=at)
    assert view.tasks[0].deadline_at == due


async def test_each_approval_opens_days_of_its_own_and_reworks_are_counted_down(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    first = (await order.on_record()).tasks[0]
    assert (first.attempts_left, "reworks" in (await order.on_record()).data) == (3, False)
    for left in (2, 1, 0):
        await bench.advance(DAY)
        for event in (SENT_BACK, BUILT):
            await order.report(event)
        at = await bench.now()
        view = await order.report(APPROVED, at=at)
        assert (view.tasks[0].attempts_left, view.tasks[0].deadline_at) == (left, at + 7 * DAY)
        assert view.data["reworks"] == 3 - left
    offered = {each.event for each in view.tasks[0].accepts}
    assert "rework_requested" not in offered
    assert await order.refuses(SENT_BACK) == "confirming does not take rework_requested"
    await order.report(Accepted(on_behalf_of=BUYER))
    assert await order.ends() == "completed"


async def test_a_rework_that_is_rejected_keeps_its_clock(bench: Bench) -> None:
    order = await bench.place_in("confirmation")
    due = (await order.report(SENT_BACK)).tasks[0].deadline_at
    for event in (BUILT, VersionRejected(reason="no address")):
        view = await order.report(event)
    assert (view.tasks[0].name, view.tasks[0].deadline_at) == ("implementation", due)
    assert await order.ends() == "not_implemented"
    assert order.path()[-4:] == ["reminded", "reminded", "implementation_overdue", "refunded"]


@pytest.mark.parametrize(
    ("version", "changes"),
    [pytest.param("2020-12-28", {}, id="earlier terms"), pytest.param("2026-01-01", NO_REWORK, id="none")],
)
async def test_where_the_terms_know_no_rework_nothing_is_sent_back(
    bench: Bench, version: str, changes: dict[str, Any]
) -> None:
    order = await bench.under(version, **changes).place_in("confirmation")
    assert (await order.on_record()).tasks[0].attempts_left is None
    await order.refuses(SENT_BACK)


async def test_nothing_is_sent_back_while_it_is_built_or_paused(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    await order.refuses(SENT_BACK)
    await order.report(APPROVED)
    await order.report(Paused(reason="talks"), actor=OPERATOR)
    await order.refuses(SENT_BACK)


async def test_a_buyer_becomes_a_business_only_once(bench: Bench) -> None:
    """AMP-ORD-14."""
    order = await bench.place_paid(**CERTIFIES)
    for built in (BusinessCertified(), BUILT, APPROVED):
        await order.report(built)
    view = await order.report(SENT_BACK)
    assert [task.name for task in view.tasks] == ["implementation"]


async def test_after_the_last_rework_the_buyer_appeals_instead(bench: Bench) -> None:
    order = await bench.under(**ONE_REWORK).place_in("confirmation")
    await order.refuses(BUYER_APPEALS)
    view = await sent_back(order)
    assert view.tasks[0].attempts_left == 0
    assert (await order.report(BUYER_APPEALS)).stage == "appealing"
