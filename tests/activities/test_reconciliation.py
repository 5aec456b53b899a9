"""What fell between two steps is found: cases let in and never started, money that no notice told of."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.alarms import raise_alarm
from activities.gateways.simulated.bank import SimulatedBank
from activities.reconciliation import Reconciliation
from activities.records import Records
from activities.stuck import STUCK
from models.cases import SYSTEM
from models.payments import Charge, Payment
from models.processes import PAYMENT_RECEIPTS, TEMPLATE_ORDERS, TellOfPayment
from models.reconciling import Found, Reconcile
from models.tables import AdmissionRow, CaseRow
from models.tables.admissions import Admission
from tests.activities.batches import batch, new_case, stands
from tests.bench import Bench, Opened, place_order

TERMS = Reconcile()
NOTHING = Found(untold_payments=0, orphans=0)


def ago(time: timedelta) -> datetime:
    return datetime.now(UTC) - time


def let_in(bench: Bench, at: datetime) -> Admission:
    """An order that the API admitted, and then it died."""
    return bench.admissions.admit(TEMPLATE_ORDERS, "alipay", place_order(), SYSTEM, at)


def paid(bench: Bench, at: datetime, market: str = "alipay") -> Payment:
    """Money that no notice tells of."""
    reference = f"template-orders:{market}:o-{uuid.uuid4().hex[:12]}"
    bench.gateway.open(Charge(market=market, reference=reference, amount_fen=9900))
    return bench.gateway.pay(reference, at=at)


def receipts(bench: Bench) -> list[str]:
    with Session(bench.engine) as session:
        found = select(AdmissionRow.case_id).where(AdmissionRow.process == "payment-receipts")
        return sorted(session.exec(found.order_by(col(AdmissionRow.case_id))))


def receipt_of(payment: Payment) -> str:
    return f"payment-receipts:{payment.market}:{payment.payment_id}"


def reconciliation(bench: Bench) -> Reconciliation:
    bank = SimulatedBank(bench.engine)
    return Reconciliation(bench.engine, bench.client, bench.gateway, bench.admissions, bank)


async def is_started(bench: Bench, case_id: str) -> bool:
    try:
        found = await bench.client.get_workflow_handle(case_id).describe(rpc_timeout=timedelta(seconds=5))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    assert found.status is WorkflowExecutionStatus.RUNNING
    return True


async def test_a_case_that_was_let_in_and_never_started_is_started(lone_bench: Bench) -> None:
    old = let_in(lone_bench, ago(TERMS.give_time + timedelta(seconds=5)))
    young = let_in(lone_bench, datetime.now(UTC) + timedelta(minutes=5))
    assert await reconciliation(lone_bench).reconcile(TERMS) == Found(untold_payments=0, orphans=1)
    assert await is_started(lone_bench, old.case_id)
    assert not await is_started(lone_bench, young.case_id)


async def test_a_case_that_is_on_record_or_over_is_no_orphan(lone_bench: Bench) -> None:
    old = let_in(lone_bench, ago(timedelta(minutes=1)))
    over = let_in(lone_bench, ago(timedelta(minutes=1)))
    with Session(lone_bench.engine) as session, session.begin():
        row = session.get(AdmissionRow, over.case_id)
        assert row is not None
        row.open = False
    async with lone_bench.working():
        assert await reconciliation(lone_bench).reconcile(TERMS) == Found(untold_payments=0, orphans=1)
        order = Opened(lone_bench, lone_bench.client.get_workflow_handle(old.case_id))
        await order.stands("opened", "payment_opened")
        assert await reconciliation(lone_bench).reconcile(TERMS) == NOTHING
    assert not await is_started(lone_bench, over.case_id)


async def test_a_case_that_was_started_and_is_not_on_record_yet_runs_once(lone_bench: Bench) -> None:
    old = let_in(lone_bench, ago(timedelta(minutes=1)))
    started = await lone_bench.begin(old)
    run = (await started.handle.describe()).run_id
    assert (await reconciliation(lone_bench).reconcile(TERMS)).orphans == 1
    assert (await started.handle.describe()).run_id == run


async def test_a_payment_that_no_notice_told_of_gets_one_receipt(lone_bench: Bench) -> None:
    """AMB-47: also when reconciliation comes by again."""
    payment = paid(lone_bench, ago(timedelta(hours=1)))
    reconcile = reconciliation(lone_bench).reconcile
    assert await reconcile(TERMS) == Found(untold_payments=1, orphans=0)
    assert await is_started(lone_bench, receipt_of(payment))
    assert await reconcile(TERMS) == NOTHING
    assert receipts(lone_bench) == [receipt_of(payment)]


async def test_a_receipt_that_was_let_in_and_never_started_is_started_as_any_case(
    lone_bench: Bench,
) -> None:
    """Killed between letting it in and starting it: the next reconciliation finds it as an orphan."""
    payment = paid(lone_bench, ago(timedelta(hours=1)))
    told, a_while_ago = TellOfPayment(id=payment.payment_id), ago(timedelta(minutes=1))
    lone_bench.admissions.admit(PAYMENT_RECEIPTS, payment.market, told, SYSTEM, a_while_ago)
    assert await reconciliation(lone_bench).reconcile(TERMS) == Found(untold_payments=0, orphans=1)
    assert await is_started(lone_bench, receipt_of(payment))


async def test_money_from_before_the_time_looked_back_is_left(lone_bench: Bench) -> None:
    paid(lone_bench, ago(TERMS.look_back + timedelta(minutes=1)))
    young = paid(lone_bench, ago(TERMS.look_back - timedelta(minutes=1)))
    assert (await reconciliation(lone_bench).reconcile(TERMS)).untold_payments == 1
    assert receipts(lone_bench) == [receipt_of(young)]


@pytest.mark.parametrize("first", ["nowhere", "alipay"])
async def test_money_for_a_market_that_does_not_exist_stops_no_other(lone_bench: Bench, first: str) -> None:
    other = {"nowhere": "alipay", "alipay": "nowhere"}[first]
    payments = {market: paid(lone_bench, ago(timedelta(hours=1)), market) for market in (first, other)}
    orphan = let_in(lone_bench, ago(timedelta(minutes=1)))
    assert await reconciliation(lone_bench).reconcile(TERMS) == Found(untold_payments=1, orphans=1)
    assert receipts(lone_bench) == [receipt_of(payments["alipay"])]
    assert await is_started(lone_bench, receipt_of(payments["alipay"]))
    assert await is_started(lone_bench, orphan.case_id)


async def test_where_temporal_does_not_say_what_is_stuck_nothing_changes_and_the_rest_is_found(
    lone_bench: Bench,
) -> None:
    """This server lists no workflows at all."""
    Records(lone_bench.engine).record(batch(case_id := new_case(), 1))
    with Session(lone_bench.engine) as session, session.begin():
        raise_alarm(session.get_one(CaseRow, case_id), STUCK)
    orphan = let_in(lone_bench, ago(timedelta(minutes=1)))
    with capture_logs() as said:
        found = await reconciliation(lone_bench).reconcile(TERMS)
    assert found == Found(untold_payments=0, orphans=1)
    assert await is_started(lone_bench, orphan.case_id)
    assert [line["log_level"] for line in said if line["event"] == "stuck_unknown"] == ["warning"]
    assert stands(lone_bench.engine, case_id).blocked_by == [STUCK]
