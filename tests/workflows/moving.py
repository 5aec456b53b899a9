"""Moves of open orders to another version: the market that offers it, and what is asked."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from models.cases import CaseView
from models.policies import MarketPolicy
from models.policy_moves import OrderMove
from models.processes import POLICY_MOVES, TEMPLATE_ORDERS
from tests.bench import Bench, Opened, place_order
from tests.replay.paths import FREE

OLD, NEW = "2020-12-28", "2026-01-01"


def selling(bench: Bench, **markets: MarketPolicy) -> Bench:
    policies = {**bench.admissions.policies, **markets}
    return replace(bench, admissions=replace(bench.admissions, policies=policies))


def offering(
    bench: Bench,
    *versions: str,
    longer: timedelta = timedelta(),
    periods: Iterable[str] = ("implement_within",),
    since: datetime | None = None,
) -> Bench:
    """The bench in a market with these versions only; the newest gives that much more time."""
    market = bench.admissions.policies["alipay"]
    kept = [each for each in market.template_orders if each.version in versions]
    terms, begins = kept[-1].terms, since or kept[-1].effective_from
    terms = terms.model_copy(update={period: getattr(terms, period) + longer for period in periods})
    kept[-1] = kept[-1].model_copy(update={"terms": terms, "effective_from": begins})
    return selling(bench, alipay=market.model_copy(update={"template_orders": tuple(kept)}))


async def old_order(bench: Bench, market: str = "alipay") -> Opened:
    """A free order under the old version, being implemented."""
    old = offering(bench, OLD)
    old = selling(old, **{market: old.admissions.policies["alipay"]})
    order = await old.start(TEMPLATE_ORDERS, place_order(**FREE), market)
    await order.stands("opened")
    return order


def asked(**how: Any) -> OrderMove:
    ids = {"id": f"move-{uuid.uuid4().hex[:8]}", "process": TEMPLATE_ORDERS.name}
    return OrderMove.model_validate({**ids, "reason": "a new year", **how})


async def moved(bench: Bench, market: str = "alipay", **how: Any) -> CaseView:
    move = await bench.start(POLICY_MOVES, asked(**how), market)
    await move.ends()
    return await move.on_record()


def left(bench: Bench, move: CaseView) -> list[Any]:
    """The cases that a move left as they were, and why."""
    changes = Opened(bench, bench.client.get_workflow_handle(move.case_id)).changes()
    return [each for change in changes for each in change.data.get("not_moved", ()) if change.key is None]
