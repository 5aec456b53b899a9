"""What an account asks of our own house, and how a new tariff reaches it (ALI-DEP-09, TCM-DEP-06)."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.deposits import Deposits
from activities.tariffs import AT_ONCE, outdated, tariff_in_force
from models.cases import SYSTEM
from models.deposits import AskedOrders, AskedTariff
from models.payments import Charge
from models.policies import MarketPolicy
from models.process import Process
from models.processes import TEMPLATE_ORDERS
from models.reconciling import Found, Reconcile
from models.rules.tariffs import Tariff
from models.tables import AdmissionRow, CaseRow
from models.telling import TariffChanged
from tests.activities.test_reconciliation import reconciliation
from tests.bench import Bench, place_order
from tests.workflows.depositing import DEPOSITS, body, funded

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def published(policy: MarketPolicy, version: str, tariff: Tariff, since: datetime) -> MarketPolicy:
    newest = policy.deposit_accounts[-1]
    changed = newest.model_copy(update={"version": version, "tariff": tariff, "effective_from": since})
    return policy.model_copy(update={"deposit_accounts": (*policy.deposit_accounts, changed)})


@pytest.fixture
def rehearsal(policies: dict[str, MarketPolicy]) -> MarketPolicy:
    return policies["rehearsal"]


def test_the_tariff_is_the_one_in_force_at_that_instant(rehearsal: MarketPolicy) -> None:
    changed = published(rehearsal, "2", Tariff(flat_fen=1), NOW)
    versions = [tariff_in_force(changed, at) for at in (NOW - timedelta(microseconds=1), NOW, NOW + HOUR)]
    assert [found and found.version for found in versions] == ["1", "2", "2"]
    assert tariff_in_force(changed, datetime(2019, 1, 1, tzinfo=UTC)) is None
    assert tariff_in_force(None, NOW) is None


def test_a_market_without_deposits_has_no_tariff(engine: Engine, policies: dict[str, MarketPolicy]) -> None:
    deposits = Deposits(engine, policies)
    assert deposits.tariff(AskedTariff(market="tencent-cloud")).tariff.flat_fen == 500_000
    for market in ("alipay", "nowhere"):
        with pytest.raises(ApplicationError) as refused:
            deposits.tariff(AskedTariff(market=market))
        assert (refused.value.type, refused.value.non_retryable) == ("Refused", True)


# --- open orders


def order_of(bench: Bench, provider: str, market: str, process: Process = TEMPLATE_ORDERS) -> str:
    order = place_order(provider_id=provider)
    return bench.admissions.admit(process, market, order, SYSTEM, NOW).case_id


async def test_orders_that_never_began_count_as_open_and_closed_ones_do_not(lone_bench: Bench) -> None:
    """Safety: never while orders are open."""
    deposits = Deposits(lone_bench.engine, lone_bench.admissions.policies)
    provider = f"isv-{uuid.uuid4().hex[:8]}"
    asked = AskedOrders(market="rehearsal", provider_id=provider)
    assert deposits.open_orders(asked).orders == 0
    order_of(lone_bench, provider, "alipay")
    order_of(lone_bench, "isv-other", "rehearsal")
    lone_bench.admissions.admit(DEPOSITS, "rehearsal", body(provider_id=provider), SYSTEM, NOW)
    assert deposits.open_orders(asked).orders == 0
    first, _ = order_of(lone_bench, provider, "rehearsal"), order_of(lone_bench, provider, "rehearsal")
    assert deposits.open_orders(asked).orders == 2
    with Session(lone_bench.engine) as session, session.begin():
        session.get_one(AdmissionRow, first).open = False
    assert deposits.open_orders(asked).orders == 1


# --- who has to be told


def on_record(engine: Engine, stage: str, tariff: str, market: str = "rehearsal", **how: Any) -> str:
    name = f"d-{uuid.uuid4().hex[:8]}"
    row: dict[str, Any] = {
        "case_id": f"deposit-accounts:{market}:{name}",
        "process": "deposit-accounts",
        "market": market,
        "id": name,
        "provider_id": "isv-1",
        "stage": stage,
        "version": 7,
        "run_id": "run",
        "opened_at": NOW,
        "changed_at": NOW,
        "waiting_on": [],
        "blocked_by": [],
        "view": {"data": {"tariff_version": tariff}},
    }
    with Session(engine) as session, session.begin():
        session.add(CaseRow(**{**row, **how}))
    return str(row["case_id"])


def told(engine: Engine, policies: Sequence[MarketPolicy]) -> list[tuple[str, str]]:
    found = outdated(engine, {policy.market: policy for policy in policies}, NOW)
    assert all(isinstance(each.message, TariffChanged) for each in found)
    return sorted((each.case_id, each.key) for each in found)


def test_open_accounts_of_another_tariff_are_told_and_no_others(
    own_engine: Engine, policies: dict[str, MarketPolicy]
) -> None:
    changed = published(policies["rehearsal"], "2", Tariff(flat_fen=1), NOW)
    stale = [on_record(own_engine, stage, "1") for stage in ("unpaid", "short", "held")]
    on_record(own_engine, "held", "2")
    on_record(own_engine, "releasing", "1")
    on_record(own_engine, "closed", "1", outcome="released", closed_at=NOW)
    on_record(own_engine, "held", "1", process="others")
    elsewhere = on_record(own_engine, "held", "2024", market="tencent-cloud")
    mine = [(case_id, "tariff:2:7") for case_id in stale]
    assert told(own_engine, [changed]) == sorted(mine)
    assert told(own_engine, [changed, policies["tencent-cloud"]]) == sorted(
        [*mine, (elsewhere, "tariff:2024-06-25:7")]
    )
    assert told(own_engine, [policies["alipay"]]) == []


def test_some_are_told_at_a_time_and_not_always_the_same(
    own_engine: Engine, policies: dict[str, MarketPolicy]
) -> None:
    changed = published(policies["rehearsal"], "2", Tariff(flat_fen=1), NOW)
    every = {on_record(own_engine, "held", "1") for _ in range(AT_ONCE + 5)}
    rounds = [told(own_engine, [changed]) for _ in range(40)]
    assert {len(each) for each in rounds} == {AT_ONCE}
    assert {case_id for each in rounds for case_id, _ in each} == every


async def test_reconciliation_brings_a_new_tariff_to_an_account_once(lone_bench: Bench) -> None:
    """ALI-DEP-09, ALI-ONB-14, TCM-DEP-06."""
    policies = lone_bench.admissions.policies
    rehearsal = policies["rehearsal"]
    reconcile = reconciliation(lone_bench).reconcile
    terms = Reconcile(give_time=HOUR, look_back=timedelta(microseconds=1))
    try:
        async with lone_bench.working():
            account = await funded(lone_bench, 30_000)
            assert await reconcile(terms) == Found(untold_payments=0, orphans=0)
            policies["rehearsal"] = published(rehearsal, "2", Tariff(flat_fen=30_001), NOW - HOUR)
            assert (await reconcile(terms)).tariffs == 1
            view = await account.on_record()
            assert (view.stage, view.data["due_fen"], view.data["tariff_version"]) == ("short", 1, "2")
            assert (await reconcile(terms)).tariffs == 0
            assert account.path().count("tariff_changed") == 1
            await lone_bench.clear()
    finally:
        policies["rehearsal"] = rehearsal


async def test_an_account_that_cannot_change_over_holds_up_no_other(lone_bench: Bench) -> None:
    policies = lone_bench.admissions.policies
    rehearsal = policies["rehearsal"]
    reconcile = reconciliation(lone_bench).reconcile
    terms = Reconcile(give_time=HOUR, look_back=timedelta(microseconds=1))
    try:
        async with lone_bench.working():
            stuck = await lone_bench.start(DEPOSITS, body(categories=("website-building",)), "rehearsal")
            other = await lone_bench.start(DEPOSITS, body(), "rehearsal")
            for account in (stuck, other):
                await account.on_record()
            policies["rehearsal"] = published(rehearsal, "2", Tariff(each_fen={"service": 5}), NOW - HOUR)
            assert (await reconcile(terms)).tariffs == 1
            assert (await other.on_record()).data["tariff_version"] == "2"
            assert (await stuck.on_record()).data["tariff_version"] == "1"
            await lone_bench.clear()
    finally:
        policies["rehearsal"] = rehearsal


# --- keys


def test_parts_have_keys_of_their_own_and_orders_keep_theirs() -> None:
    """Safety: one distinct effect for each business step."""
    charge = Charge(market="m", reference="r", amount_fen=1)
    assert charge.key == "pay:r"
    assert charge.model_copy(update={"part": 2}).key == "pay:r:2"
