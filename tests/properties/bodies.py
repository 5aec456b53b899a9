"""What is sent: the order as it is placed, and its events as they reach the workflow."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from pydantic import TypeAdapter

from tests.properties.orders import Terms
from tests.properties.papers import OPERATORS_EVENTS, RULINGS, Json, Sent
from tests.properties.steps import DAY, SPANS, Send
from tests.properties.world import Payment

OPENED = datetime(2026, 1, 5, 2, tzinfo=UTC)
PRICE = 9999
BUYER = {"party": "buyer", "id": "buyer-1"}
SERVICE = {"role": "service", "subject": "tests", "on_behalf_of": BUYER}
GATEWAY = {"role": "system", "subject": "payment-gateway", "on_behalf_of": None}
BODIES: dict[str, Json] = {
    "cancelled": {"on_behalf_of": BUYER},
    "accepted": {"on_behalf_of": BUYER},
    "refund_requested": {"on_behalf_of": BUYER, "reason": "no need"},
    "declined": {"reason": "no capacity"},
    "version_submitted": {"version": "1.0.0"},
    "version_rejected": {"reason": "no address"},
    "rework_requested": {"on_behalf_of": BUYER, "reason": "another colour"},
    "buyer_appealed": {"on_behalf_of": BUYER, "statement": "nothing happens", "evidence": []},
    "provider_appealed": {"statement": "nobody answers", "evidence": []},
    "buyer_stated": {"on_behalf_of": BUYER, "statement": "still nothing", "evidence": []},
    "provider_stated": {"statement": "it is all there", "evidence": []},
}
REMINDERS = {
    "pay_within": (DAY,),
    "implement_within": (7 * DAY, DAY),
    "confirm_within": (2 * DAY,),
    "decide_within": (DAY,),
}
SPAN = TypeAdapter(timedelta)


def some_terms(random: Random) -> Terms:
    """Each of the things that a market may do without is there more often than not."""
    return Terms(
        reworks=random.choice((0, 1, 2)),
        appeals=random.choice((0, 1, 2)),
        statements=random.choice((1, 20)),
        remind_before=REMINDERS if random.random() < 0.7 else {},
        commission=random.choice((Decimal(0), Decimal("0.1"))),
        approval_above=random.choice((0, PRICE, PRICE - 1)),
    )


def _as_json(terms: Terms) -> Json:
    rework = {"reworks": terms.reworks, "rework_within": _span(terms.rework_within)}
    appeal = {
        "appeals": terms.appeals,
        "statements": terms.statements,
        "idle_for": _span(terms.idle_for),
        "decide_within": _span(terms.decide_within),
        "replan_every": "P1D",
    }
    return {
        "pay_within": _span(terms.pay_within),
        "implement_within": _span(terms.implement_within),
        "confirm_within": _span(terms.confirm_within),
        "rework": rework if terms.reworks else None,
        "appeal": appeal if terms.appeals else None,
        "remind_before": {
            name: [_span(each) for each in spans] for name, spans in terms.remind_before.items()
        },
        "commission_rate": str(terms.commission),
        "approval_above_fen": terms.approval_above,
    }


def placed(name: str, terms: Terms, at: datetime, *, free: bool, certifies: bool) -> Json:
    """What the workflow of an order starts with."""
    return {
        "opening": {
            "case_id": f"template-orders:alipay:{name}",
            "process": "template-orders",
            "market": "alipay",
            "id": name,
            "provider_id": "isv-1",
            "policy_version": "1",
            "opened_at": at.isoformat(),
            "opened_by": SERVICE,
            "digest": "placed",
        },
        "terms": _as_json(terms),
        "buyer_id": "buyer-1",
        "template_id": "bakery",
        "mini_program_id": f"mp-{name}",
        "amount_fen": 0 if free else PRICE,
        "ends": ["alipay"],
        "service_for": "P1Y",
        "certify_as_business": certifies,
    }


def sent(send: Send, key: str, at: datetime, recorded: int) -> Sent:
    """An event as its sender would report it."""
    seen = None if send.seen is None else recorded + send.seen
    is_operators = send.event.split(":")[0] in (*OPERATORS_EVENTS, "in stead")
    actor = {"role": "operator", "subject": send.who, "on_behalf_of": None} if is_operators else SERVICE
    return Sent(_body(send), key, f"digest of {key}", actor, at, seen)


def _body(send: Send) -> Json:
    """An event, a decision ("decided: refund"), or one in a party's stead ("in stead: accepted")."""
    event, _, what = send.event.partition(": ")
    by = {"by": send.by, "seconds": SPANS[send.by].total_seconds()}
    reason = {"reason": "a holiday"}
    if event == "in stead":
        act = {"event": what, **BODIES.get(what, {})}
        return {"event": "decided", "decision": "in_stead", "act": act, **reason}
    if event == "decided":
        return {"event": event, "decision": what, **reason, **(by if what == "give_days" else {})}
    if event in RULINGS:
        task = {"task": send.task} if send.task else {}
        return {"event": event, **reason, **task, **(by if event == "extended" else {})}
    return {"event": event, **(reason if event in OPERATORS_EVENTS else BODIES.get(event, {}))}


def _span(span: timedelta) -> Any:
    return SPAN.dump_python(span, mode="json")


def again(send: Send, sent_before: Sequence[Sent]) -> Sent | None:
    """A key that was sent before, with the same body or another."""
    if not sent_before:
        return None
    known = sent_before[(send.repeats or 0) % len(sent_before)]
    digest = "of another body" if send.changed else known.digest
    return Sent(known.body, known.key, digest, known.actor, known.at, known.seen)


def notice(paid: Payment) -> Sent:
    """What a receipt reports of a payment."""
    key = f"receipt:{paid.id}"
    body = {"event": "paid", "payment_id": paid.id, "amount_fen": paid.amount}
    return Sent(body, key, key, GATEWAY, paid.at)


def report(sent: Sent) -> Json:
    return {
        "event": {name: value for name, value in sent.body.items() if name != "seconds"},
        "actor": sent.actor,
        "key": sent.key,
        "digest": sent.digest,
        "occurred_at": sent.at.isoformat(),
        "seen_version": sent.seen,
    }
