"""What operators see of a case in the Temporal UI: search attributes, and an account of it in Markdown."""

import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue
from temporalio import workflow

from models.cases import CaseView
from models.periods import CHINA
from models.private import SEALED
from models.rules.masking import MASK
from models.search_attributes import DEADLINE, STAGE, WAITING_ON, next_due, waiting_on

NOTHING: tuple[JsonValue, ...] = (None, [], {})
MARKUP = re.compile(r"[\\`*\[\]<>|!]")
"""What would be more than text in Markdown: callers write what stands in a case."""


def show(view: CaseView, before: CaseView) -> None:
    """Let Temporal's lists and the case's page say what the case is now."""
    due = next_due(view)
    now = (view.stage, waiting_on(view), due.deadline_at if due else None)
    was = next_due(before)
    if before.version == 0 or now != (before.stage, waiting_on(before), was.deadline_at if was else None):
        deadline = now[2]
        workflow.upsert_search_attributes(
            [
                STAGE.value_set(view.stage),
                WAITING_ON.value_set("+".join(now[1])) if now[1] else WAITING_ON.value_unset(),
                DEADLINE.value_set(deadline) if deadline else DEADLINE.value_unset(),
            ]
        )
    workflow.set_current_details(account(view))


def account(view: CaseView) -> str:
    """The case in a few lines: its stage, who is to move, until when, and what follows silence."""
    ending = f" · **{view.outcome}**" if view.outcome else ""
    lines = [f"### {view.process} {view.id}", f"**{view.stage}**{ending} · {view.market} · v{view.version}"]
    if view.blocked_by:
        lines.append(f"⛔ blocked by {', '.join(view.blocked_by)}: an operator may send `resumed`")
    if view.tasks:
        lines += ["", "| task | waiting on | until | then | accepts |", "|---|---|---|---|---|"]
    for task in view.tasks:
        until = f"paused, {task.left} left" if task.paused else _local(task.deadline_at)
        events = ", ".join(f"`{a.event}`" for a in task.accepts)
        lines.append(f"| {task.name} | {task.waiting_on} | {until} | {task.on_deadline or '-'} | {events} |")
    lines += _facts(view.data)
    return "\n".join(lines)


def _facts(data: Mapping[str, JsonValue]) -> list[str]:
    """Plain facts first; then what is a table; then each story that the case tells beside its own."""
    lanes = {name: value for name, value in data.items() if isinstance(value, dict) and "stage" in value}
    own = {name: value for name, value in data.items() if name not in lanes and value not in NOTHING}
    plain = [f"- {name}: {_told(value)}" for name, value in own.items() if not _rows(value)]
    lines = ["", *plain] if plain else []
    for name, value in own.items():
        lines += _table(name, _rows(value))
    for name, facts in lanes.items():
        rest = {fact: value for fact, value in facts.items() if fact != "stage"}
        lines += ["", f"#### {name}: {facts['stage']}", *_facts(rest)]
    return lines


def _rows(value: JsonValue) -> list[dict[str, JsonValue]]:
    """A fact that is a table."""
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _table(name: str, rows: list[dict[str, JsonValue]]) -> list[str]:
    """Its plain columns; what has a structure of its own is read elsewhere."""
    if not rows:
        return []
    columns = [key for key, value in rows[0].items() if not isinstance(value, dict | list)]
    cells = [" | ".join(_told(row.get(column)) for column in columns) for row in rows]
    return [
        "",
        f"**{name}**",
        "",
        f"| {' | '.join(columns)} |",
        "|---" * len(columns) + "|",
        *(f"| {c} |" for c in cells),
    ]


def _told(value: JsonValue) -> str:
    match value:
        case dict():
            if [*value] == [SEALED]:
                return MASK
            return ", ".join(f"{name}: {_told(each)}" for name, each in value.items() if each not in NOTHING)
        case list():
            return ", ".join(_told(each) for each in value)
        case bool():
            return "yes" if value else "no"
        case None:
            return "-"
        case _:
            return MARKUP.sub(r"\\\g<0>", " ".join(str(value).split()))


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} +08:00" if at else "-"
