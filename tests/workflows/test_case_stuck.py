"""A record that our own database refuses: the case is blocked, loudly, and neither lost nor ended."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import pytest_asyncio
from sqlalchemy import text

from models.interventions import Noted, Paused, Resumed
from models.orders import Accepted, Declined, VersionSubmitted
from models.payments import Paid
from models.processes import TEMPLATE_ORDERS
from tests.bench import APPROVED, BUILT, BUYER, OPERATOR, Bench, Opened, place_order, until
from workflows.inbox import MOST_WAITING

NOTED = Noted(reason="called them")
RESUMED = Resumed(reason="the stray row is gone")


@pytest_asyncio.fixture(loop_scope="session")
async def own(lone_bench: Bench) -> AsyncIterator[Bench]:
    """A bench whose database may be damaged."""
    async with lone_bench.working():
        yield lone_bench
        await lone_bench.clear()


def run(bench: Bench, *statements: str) -> None:
    with bench.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def stray_row(order: Opened) -> Iterator[None]:
    """The next version of the case is on record already, and it is another."""
    view = order.case()
    assert view is not None
    mine, following = f"case_id = '{order.case_id}'", view.version + 1
    columns = "case_id, version, run_id, at, event, actor, data, stage_before, stage_after, hash, answer"
    copied = columns.replace("version,", f"{following},").replace("hash,", "'stray',")
    run(
        order.bench,
        f"INSERT INTO case_changes ({columns}) SELECT {copied} FROM case_changes"
        f" WHERE {mine} AND version = {view.version}",
        f"UPDATE cases SET version = {following} WHERE {mine}",
    )
    try:
        yield
    finally:
        run(
            order.bench,
            f"DELETE FROM case_changes WHERE {mine} AND hash = 'stray'",
            f"UPDATE cases SET version = {view.version} WHERE {mine}",
        )


@contextmanager
def forbidden_event(order: Opened, event: str) -> Iterator[None]:
    """A constraint that nobody thought of."""
    broken = f"CHECK (event <> '{event}') NOT VALID"
    run(order.bench, f"ALTER TABLE case_changes ADD CONSTRAINT unforeseen {broken}")
    try:
        yield
    finally:
        run(order.bench, "ALTER TABLE case_changes DROP CONSTRAINT unforeseen")


async def on_the_desk(order: Opened, kind: str) -> None:
    """What the worklist shows to operators, and the case's page in the Temporal UI."""

    def there() -> bool:
        row = order.row()
        return row is not None and row.blocked_by == [kind] and "operator" in row.waiting_on

    await until(there)
    assert f"blocked by {kind}" in await order.page()


async def alarmed(order: Opened, times: int) -> None:
    """Wait until its record was refused so often."""
    async with asyncio.timeout(60):
        while True:
            events = (await order.history()).events
            asked = [event.activity_task_scheduled_event_attributes.activity_type.name for event in events]
            if asked.count("alarm") >= times:
                return
            await asyncio.sleep(0.01)


async def test_a_case_that_diverged_is_blocked_and_goes_on_when_the_stray_row_is_gone(own: Bench) -> None:
    order = await own.place_in("version_review")
    before = await order.on_record()
    with stray_row(order):
        approving = await order.sent(APPROVED, key="approve")
        await on_the_desk(order, "Diverged")
        assert not approving.done()
        assert order.case() == before  # what is on record stays as it is
    resumed = await order.report(RESUMED, actor=OPERATOR)
    assert resumed.blocked_by == ()
    approved = await approving
    assert (approved.stage, approved.version) == ("confirming", before.version + 1)
    assert order.path()[-2:] == ["version_approved", "resumed"]
    row = order.row()
    assert row is not None
    assert (row.blocked_by, row.waiting_on) == ([], ["buyer"])
    await order.report(Accepted(on_behalf_of=BUYER))
    assert await order.ends() == "completed"


async def test_who_resumes_too_early_finds_the_case_on_the_desk_again(own: Bench) -> None:
    order = await own.place_in("implementation")
    with stray_row(order):
        building = await order.sent(BUILT, key="build")
        await on_the_desk(order, "Diverged")
        resuming = await order.sent(RESUMED, key="resume-1", actor=OPERATOR)
        await alarmed(order, 2)
        await on_the_desk(order, "Diverged")
        assert not building.done()
        assert not resuming.done()
    await order.report(RESUMED, actor=OPERATOR)
    assert (await building).tasks[0].name == "version_review"
    assert (await resuming).version == (await order.on_record()).version
    assert order.path()[-3:] == ["version_submitted", "resumed", "resumed"]


async def test_a_change_that_can_never_be_recorded_blocks_its_case_and_loses_nothing(own: Bench) -> None:
    order = await own.place_in("implementation")
    with forbidden_event(order, "version_submitted"):
        building = await order.sent(BUILT, key="build")
        await on_the_desk(order, "Unrecordable")
        other = await own.place_in("payment")  # nobody else is held up
        assert other.path() == ["opened", "payment_opened"]
    await order.report(RESUMED, actor=OPERATOR)
    assert (await building).tasks[0].name == "version_review"
    assert [change.key for change in order.changes()].index("build") == len(order.changes()) - 2


async def test_people_are_not_turned_away_from_a_case_that_is_stuck(own: Bench) -> None:
    """What they report is accepted, waits with the rest, and goes on record in its order."""
    order = await own.place_in("version_review")
    with forbidden_event(order, "version_approved"):
        approving = await order.sent(APPROVED, key="approve")
        await on_the_desk(order, "Unrecordable")
        accepting = await order.sent(Accepted(on_behalf_of=BUYER), key="accept")
        await order.refuses(BUILT)
    await order.report(RESUMED, actor=OPERATOR)
    assert (await approving).stage == "confirming"
    assert (await accepting).outcome == "completed"
    assert [path for path in order.path() if path != "resumed"][-2:] == ["version_approved", "accepted"]


async def test_a_case_that_cannot_even_begin_is_on_the_desk_too(own: Bench) -> None:
    with forbidden_event(Opened(own, own.client.get_workflow_handle("none")), "opened"):
        order = await own.start(TEMPLATE_ORDERS, place_order())
        await on_the_desk(order, "Unrecordable")
        row = order.row()
        assert row is not None
        assert (row.version, row.stage, row.closed_at) == (0, "opening", None)
        waiting = await order.sent(Declined(reason="which order?"), key="too-early")
        assert not waiting.done()
    await order.report(RESUMED, actor=OPERATOR)
    view = await order.on_record(3)
    assert (view.stage, view.blocked_by) == ("unpaid", ())
    assert sorted(order.path()) == ["opened", "payment_opened", "resumed"]
    with pytest.raises(Exception, match="Workflow update failed"):
        await waiting
    await order.refuses(Paused(reason="appeal"), "Stale", actor=OPERATOR, seen_version=1)


async def test_a_payment_that_waits_for_a_stuck_order_is_neither_lost_nor_refunded(own: Bench) -> None:
    order = await own.place()
    with forbidden_event(order, "paid"):
        payment, receipt = await own.pay(order)
        await on_the_desk(order, "Unrecordable")
        assert (await receipt.on_record(2)).stage == "applying"
        await order.refuses(Paid(payment_id="another", amount_fen=9900))
    await order.report(RESUMED, actor=OPERATOR)
    assert await receipt.ends() == "applied"
    assert own.refunds(payment) == []
    assert (await order.on_record()).data["payment_id"] == payment.payment_id
    await order.report(VersionSubmitted(version="1.0.0"))


async def test_so_many_wait_for_a_stuck_case_that_whoever_resumes_it_still_gets_in(own: Bench) -> None:
    order = await own.place_in("version_review")
    with forbidden_event(order, "noted"):
        notes = [await order.sent(NOTED, key=f"note-{n}", actor=OPERATOR) for n in range(MOST_WAITING)]
        await on_the_desk(order, "Unrecordable")
        await order.refuses(NOTED, "Blocked", actor=OPERATOR)
    await order.report(RESUMED, actor=OPERATOR)
    await asyncio.gather(*notes)
    assert order.path().count("noted") == MOST_WAITING
