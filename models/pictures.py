"""A process drawn and written down from its own table: Mermaid for the eye, Markdown for the rest."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from models import words
from models.base import Frozen
from models.cases import Event, Party
from models.interventions import INTERVENTIONS, Approved, Disapproved, InStead
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.listings import RECTIFICATION, RectificationStage
from models.moves import SILENCE, SYSTEM, Move, moves, routed
from models.natural_days import NaturalDays
from models.orders import OrderStage
from models.policies import MarketPolicy
from models.process import Process
from models.processes import TEMPLATE_ORDERS
from models.tasks import NEXT
from models.working_days import WorkingDays

CLOSED = "closed"
Length = timedelta | WorkingDays | NaturalDays
COLOURS = {
    Party.BUYER: ("blue", "蓝色", "fill:#dbeafe,stroke:#2563eb,color:#1e3a8a"),
    Party.PROVIDER: ("orange", "橙色", "fill:#ffedd5,stroke:#ea580c,color:#7c2d12"),
    Party.OPERATOR: ("violet", "紫色", "fill:#ede9fe,stroke:#7c3aed,color:#4c1d95"),
    Party.REGISTRY: ("green", "绿色", "fill:#dcfce7,stroke:#16a34a,color:#14532d"),
    Party.BANK: ("teal", "青色", "fill:#ccfbf1,stroke:#0d9488,color:#134e4a"),
    Party.OFFICE: ("yellow", "黄色", "fill:#fef9c3,stroke:#ca8a04,color:#713f12"),
    Party.REVIEW: ("pink", "粉色", "fill:#fce7f3,stroke:#db2777,color:#831843"),
    Party.WALLET: ("lime", "黄绿色", "fill:#ecfccb,stroke:#65a30d,color:#365314"),
    Party.SIGNATORY: ("red", "红色", "fill:#fee2e2,stroke:#dc2626,color:#7f1d1d"),
    SYSTEM: ("grey", "灰色", "fill:#e5e7eb,stroke:#6b7280,color:#1f2937"),
    CLOSED: ("black", "黑色", "fill:#1f2937,stroke:#94a3b8,color:#ffffff"),
}
"""Whom a stage waits for; legible on light and on dark pages."""
SPACED = "%%{init: {'flowchart': {'wrappingWidth': 400}, 'state': {'nodeSpacing': 80, 'rankSpacing': 80}}}%%"
BEGINNINGS: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    (TEMPLATE_ORDERS.name, ""): (
        (OrderStage.UNPAID, "placed"),
        (OrderStage.IMPLEMENTING, "placed, free of charge"),
    ),
    **{
        (process.name, RECTIFICATION): ((RectificationStage.NOTICED, "notice given"),)
        for process in (PRODUCT_REVIEWS, SHOP_REVIEWS)
    },
}
"""Where a case, or a lane of it, can begin, if not always in the first stage, or not when it is opened."""


def picture(process: Process, terms: object = None, lane: str = "") -> str:
    """The process, or one of its lanes, as a Mermaid state diagram; by these terms, where they say the order
    of its steps."""
    rows = moves(process) if terms is None else routed(process, terms)
    rows = [row for row in rows if row.lane == lane]
    drawn = {row.stage for row in rows} | {row.leads.stage for row in rows} - {CLOSED}
    stages = [str(stage) for stage in process.stories[lane] if stage in drawn]
    if any(row.leads.stage is NEXT for row in rows):
        stages.append(NEXT)
    nodes = {stage: [_plain(stage, words.STAGES)] for stage in stages}
    lasts = {stage for stage in stages if stage not in {row.stage for row in rows}} - {NEXT}
    waits = {stage: CLOSED if stage in lasts else _waits_for(process, lane, stage) for stage in stages}
    arrows: dict[tuple[str, str], list[Move]] = {}
    stay: dict[str, list[Move]] = {}
    for row in rows:
        there = str(row.leads.stage)
        if there == CLOSED:
            outcomes = _outcomes(row, rows)
            there = f"end_{'_'.join(outcomes)}"
            nodes[there] = [_plain(outcome, words.OUTCOMES) for outcome in outcomes]
            waits[there] = CLOSED
        same = stay.setdefault(there, []) if there == row.stage else arrows.setdefault((row.stage, there), [])
        same.append(row)
    for stage, staying in stay.items():
        nodes[stage] += [f"↻ {label}" for label in _labels(staying)]
    first = next(iter(process.route(terms))) if process.route and terms is not None else stages[0]
    begins = BEGINNINGS.get((process.name, lane), ((first, "opened"),))
    lines = [
        *(f'state "{_lines(said)}" as {node}' for node, said in nodes.items()),
        *(f"[*] --> {stage} : {how}" for stage, how in begins),
        *(f"{here} --> {there} : {_lines(_labels(ways))}" for (here, there), ways in arrows.items()),
    ]
    for who in dict.fromkeys(waits.values()):
        lines += [
            f"classDef {who} {COLOURS[who][2]}",
            f"class {','.join(node for node in waits if waits[node] == who)} {who}",
        ]
    return "\n".join([SPACED, "stateDiagram-v2", *(f"  {line}" for line in lines)])


def _labels(ways: Iterable[Move]) -> list[str]:
    """Who does what; the decisions of one party stand together."""
    found: dict[str, dict[str, None]] = {}
    for move in ways:
        what, _, which = move.event.partition(": ")
        said = what if what.startswith(f"{move.who}_") else f"{move.who} · {what}"
        found.setdefault(f"⏱ {what}" if move.who == SILENCE else said, {})[which] = None
    return [f"{said}{': ' * any(which)}{', '.join(which)}" for said, which in found.items()]


def _outcomes(move: Move, rows: Iterable[Move]) -> list[str]:
    """The outcome that a move says itself, or all that its stage may have been entered with."""
    if move.leads.outcome:
        return [str(move.leads.outcome)]
    return list(
        dict.fromkeys(str(r.leads.outcome) for r in rows if r.leads.stage == move.stage and r.leads.outcome)
    )


def _waits_for(process: Process, lane: str, stage: str) -> str:
    """Whose turn it is: of tasks without a clock only where somebody else than we is to move."""
    mine = [task for task in process.tasks if (task.lane, task.stage) == (lane, stage)]
    waited = (t for t in sorted(mine, key=lambda t: t.held) if not (t.held and t.waiting_on is Party.OFFICE))
    return next((str(task.waiting_on) for task in waited), SYSTEM)


def _lines(lines: Iterable[str]) -> str:
    return "<br/>".join(lines)


# --- the page

NOTE = "<!-- Made from the process's own table. Change that, then: make docs -->"
STEPPING_IN = """## Operators 运营介入

While a task is open, an operator may do this. Each event needs a `reason` and, as `If-Match`, the version
that was looked at; both stay on record. Claims, notes and decisions that wait for a second operator are shown
to operators alone. 任务进行中，运营人员可以介入，须说明理由并留痕；认领、备注与待复核的裁定仅运营可见。"""
STEPS_IN: tuple[type[Event], ...] = (*INTERVENTIONS, InStead, Approved, Disapproved)


def page(process: Process, markets: Iterable[MarketPolicy]) -> str:
    """What docs/processes says of a process: its picture, its tables and its clocks."""
    rows = moves(process)
    kinds = dict.fromkeys(row.kind for row in rows if row.kind)
    ways = table(("From 从", "Event 事件", "Who 谁", "To 到", "Task 任务", "Rule 规则"), _ways(rows))
    parts = [
        NOTE,
        f"# {process.title} {process.title_zh}",
        *_pictures(process, markets),
        _key(process),
        f"## What moves it 流转\n\n{ways}",
    ]
    if kinds:
        parts.append(f"## Events 事件\n\n{_events(kinds)}")
    if clocks := _clocks(process, markets):
        parts.append(f"## Clocks 期限\n\n{clocks}")
    if process.tasks:
        parts += [STEPPING_IN, _events(STEPS_IN)]
    return "\n\n".join(parts) + "\n"


def _pictures(process: Process, markets: Iterable[MarketPolicy]) -> Iterator[str]:
    """One, or where the order of steps is a market's own, one for each."""
    if process.route is None:
        yield f"```mermaid\n{picture(process)}\n```"
        for lane in process.lanes:
            heading = f"## {_plain(lane, words.LANES)}"
            yield f"{heading}\n\n```mermaid\n{picture(process, lane=lane)}\n```"
        return
    for policy in markets:
        for version in policy.versions(process.name)[-1:]:
            drawn = picture(process, getattr(version, "terms", None))
            yield f"## {policy.market} {policy.title_zh}\n\n```mermaid\n{drawn}\n```"


def _key(process: Process) -> str:
    """What the colours and signs of the picture mean."""
    places = [(lane, stage) for lane, stages in process.stories.items() for stage in stages]
    leave = {(row.lane, row.stage) for row in moves(process)}
    waits = dict.fromkeys(_waits_for(process, *place) for place in places if place in leave)
    english = ", ".join(f"{COLOURS[who][0]} {who}" for who in waits)
    chinese = "，".join(f"{COLOURS[who][1]}为{words.PARTIES[who]}" for who in waits)
    return (
        f"Colours say whom a stage waits for ({english}); black is an end.\n"
        f"↻ stays in the stage, ⏱ is the end of a period.\n\n"
        f"颜色表示该阶段在等谁（{chinese}）；黑色为终点。↻ 不离开本阶段，⏱ 期限届满。"
    )


def _ways(rows: Iterable[Move]) -> Iterable[tuple[str, ...]]:
    """Rows that differ in nothing but their task are one."""
    merged: dict[tuple[str, ...], tuple[dict[str, None], dict[str, None]]] = {}
    for row in rows:
        silent = row.who == SILENCE
        lane = f"{_word(row.lane, words.LANES)} · " if row.lane else ""
        to = (lane if row.leads.stage != CLOSED else "") + _word(row.leads.stage, words.STAGES)
        if row.leads.outcome:
            to += f" → {_word(row.leads.outcome, words.OUTCOMES)}"
        way = (
            lane + _word(row.stage, words.STAGES),
            f"⏱ {_word(row.event, words.CLOCKS)}" if silent else _word(row.event, words.EVENTS),
            _plain(row.who, words.PARTIES),
            to,
        )
        tasks, rules = merged.setdefault(way, ({}, {}))
        tasks |= {f"`{row.task}`": None} if row.task else {}
        rules |= {row.rule: None} if row.rule else {}
    return ((*way, ", ".join(tasks), ", ".join(rules)) for way, (tasks, rules) in merged.items())


def _events(kinds: Iterable[type[Event]]) -> str:
    rows = [(_word(kind.label(), words.EVENTS), _fields(kind), _meaning(kind)) for kind in kinds]
    return table(("Event 事件", "Fields 字段", "Meaning 含义"), rows)


def _fields(kind: type[Event]) -> str:
    own = {name: field for name, field in kind.model_fields.items() if name != "event"}
    return ", ".join(f"`{name}`" if field.is_required() else f"`{name}`?" for name, field in own.items())


def _meaning(kind: type[Event]) -> str:
    """The first paragraph of a docstring, or of the event's that it is made from, without the rules that
    stand in the table above."""
    first = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r" \([A-Z]{3}-[A-Z0-9, -]+\)", "", first)


def _clocks(process: Process, markets: Iterable[MarketPolicy]) -> str:
    """How long each period lasts, by the newest version of each market that runs the process."""
    newest = {
        policy.market: max(versions, key=lambda version: version.effective_from)
        for policy in markets
        if (versions := policy.versions(process.name))
    }
    periods: dict[str, dict[str, Length]] = {}
    for market, version in newest.items():
        for name, length in _lengths(getattr(version, "terms", ())):
            periods.setdefault(name, {})[market] = length
    rows = [
        (_word(name, words.CLOCKS), *(_period(lengths.get(market)) for market in newest))
        for name, lengths in periods.items()
    ]
    return table(("Period 期限", *newest), rows) if rows else ""


def _lengths(terms: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Length]]:
    """Everything in the terms, and in what they are made of, that has a length."""
    for name, value in terms:
        if isinstance(value, Length):
            yield name, value
        elif isinstance(value, Frozen):
            yield from _lengths(value)


def _period(length: Length | None) -> str:
    if length is None:
        return ""
    if isinstance(length, WorkingDays):
        count, unit = length.working_days, "working day"
    elif isinstance(length, NaturalDays):
        count, unit = length.natural_days, "natural day"
    else:
        count, unit = (length.days, "day") if length.days else (int(length.total_seconds()), "second")
    return f"{count} {unit}{'s' * (count != 1)}"


def _plain(word: str, chinese: Mapping[str, str]) -> str:
    return f"{word} {chinese.get(word, '')}".strip()


def _word(word: str, chinese: Mapping[str, str]) -> str:
    return f"`{word}` {chinese.get(word, '')}".strip()


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
