"""What the workflow did, beside what the model says. Anything else than the same is an error."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from tests.properties.driver import Driver, Outcome
from tests.properties.model import Case
from tests.properties.orders import KEEPS, Order
from tests.properties.papers import RULINGS, Json, Reply, Row
from tests.properties.world import Gateway

SPAN = TypeAdapter(timedelta)
FLOAT = timedelta(microseconds=100)
"""The SDK counts in floating seconds; a timer that is early by that is started again."""


class Differs(AssertionError):
    """The workflow did otherwise than its documents say."""


def same(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Differs(f"{what}:\n  found    {found}\n  expected {expected}")


def same_replies(outcome: Outcome, replies: Mapping[str, Reply], digests: Mapping[str, str]) -> None:
    """Each sender hears what is due to it, with its own digest, and nobody else hears anything."""
    refused = {key: told for key, (how, told) in replies.items() if how == "refused"}
    same("refused", outcome.refused, refused)
    answered = {key: told for key, (how, told) in replies.items() if how == "answered"}
    same("answered", sorted(outcome.answered), sorted(answered))
    for key, answer in outcome.answered.items():
        same("digest", answer["digest"], digests[key])
        same_view(answer["view"], answered[key])


def same_batch(batch: Json, case: Case) -> None:
    """What goes on record: the rows that are due, in order, and the case as the last of them leaves it."""
    changes = batch["changes"]
    if not (case.writing or case.rows):
        raise Differs(f"recorded without a reason: {changes}")
    rows = case.writing or case.sends(len(changes))
    same("rows", [audit(change) for change in changes], [expected(row) for row in rows])
    following = case.rows[0] if case.rows else None
    if following and following.key and following.at == case.now and following.event not in RULINGS:
        # Accepted together with what is recorded here: its task has ended, and its row comes next.
        shown = [task for task in rows[-1].shows["tasks"] if following.event not in task["accepts"]]
        if len(batch["view"]["tasks"]) == len(shown):
            rows[-1].shows["tasks"] = shown
    same_view(batch["view"], rows[-1])
    same("ledger", [posted(each) for each in batch["ledger"]], [each for row in rows for each in row.posts])


def same_state(driver: Driver, case: Case) -> None:
    """The calls and timers that are under way, and whether it is all over."""
    if case.rows and not case.writing:
        raise Differs(f"not sent to the record: {[row.event for row in case.rows]}")
    same("calls", sorted(call.name for call in driver.calls.values()), sorted(case.asks))
    due = sorted(wakes for task in case.tasks if (wakes := task.wakes()))
    found = sorted(driver.timers.values())
    if len(found) != len(due) or any(abs(a - b) > FLOAT for a, b in zip(found, due, strict=True)):
        raise Differs(f"timers: {found} instead of {due}")
    same("completed", driver.completed, case.is_over)


def same_money(order: Order, gateway: Gateway) -> None:
    """Each payment is kept by a completed order, or given back once and in full."""
    for paid in gateway.payments:
        is_kept = order.outcome in KEEPS and order.paid is not None and order.paid[0] == paid.id
        same(f"given back of {paid.id}", gateway.given_back(paid.id), [] if is_kept else [paid.amount])
    same("refunds", len(gateway.refunds), sum(len(gateway.given_back(p.id)) for p in gateway.payments))


def same_view(view: Json, row: Row) -> None:
    tasks = [
        {
            "name": task["name"],
            "waiting_on": task["waiting_on"],
            "accepts": {each["event"] for each in task["accepts"]},
            "deadline_at": task["deadline_at"] and datetime.fromisoformat(task["deadline_at"]),
            "paused": task["paused"],
            "left": task["left"] and SPAN.validate_python(task["left"]),
            "on_deadline": task["on_deadline"],
            "attempts_left": task["attempts_left"],
        }
        for task in sorted(view["tasks"], key=lambda each: str(each["name"]))
    ]
    seen = {name: view[name] for name in ("stage", "outcome", "blocked_by", "claimed_by", "data")}
    seen |= {"tasks": tasks}
    same("version", view["version"], row.version)
    if seen != row.shows:
        for name, value in seen.items():
            same(f"{name} of version {row.version}", value, row.shows[name])
    same("closed", view["closed_at"] is not None, row.shows["outcome"] is not None)


AUDIT = ("version", "event", "actor", "key", "digest", "data", "stage_before", "stage_after", "internal")


def audit(change: Json) -> dict[str, Any]:
    return {**{name: change[name] for name in AUDIT}, "at": datetime.fromisoformat(change["at"])}


def expected(row: Row) -> dict[str, Any]:
    return {
        "version": row.version,
        "event": row.event,
        "actor": row.actor,
        "key": row.key,
        "digest": row.digest,
        "data": row.data,
        "stage_before": row.before,
        "stage_after": row.after,
        "at": row.at,
        "internal": row.internal,
    }


def posted(transaction: Json) -> Json:
    entries = {entry["account"]: entry["amount_fen"] for entry in transaction["entries"]}
    return {"key": transaction["key"], "what": transaction["what"], "entries": entries}
