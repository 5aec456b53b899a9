"""Performances as they may be seen half-way and at their end, and what a person then reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from demo import SAMPLES
from models.cases import CaseView
from rehearsal.board import Board
from rehearsal.books import Books
from rehearsal.performance import Performance
from rehearsal.samples import load

NOW = datetime.now(UTC)
WIDTHS = pytest.mark.parametrize("width", [80, 120])
OLGA, OMAR = ({"role": "operator", "subject": name} for name in ("olga", "omar"))


def change(event: str, actor: dict[str, str] | None = None, to: str | None = None, **data: Any) -> Any:
    told = {"event": event, "actor": actor or {"role": "system"}, "data": data}
    return {**told, "stage_before": "appealing", "stage_after": to or "appealing"}


def refunded() -> Performance:
    sample = load(SAMPLES / "17-appeal-refunded.json")["17-appeal-refunded"]
    it = Performance(sample, "17-appeal-refunded", "a", began=0.0, ended=1.0)
    facts = {
        "id": "a",
        "provider_id": "provider-1",
        "opened_at": NOW,
        "changed_at": NOW,
        "policy_version": "2",
    }
    it.case = CaseView(
        case_id=it.case_id,
        process=sample.process,
        market=sample.market,
        stage="closed",
        outcome="appeal_refunded",
        **facts,
    )
    it.payments, it.refunded_fen = {"p": 58000}, 58000
    it.changes = [
        change("opened"),
        change("reminded"),
        change("appeal_overdue"),
        change("decided", OLGA, decision="in_stead", act={"event": "accepted"}),
        change("disapproved", OMAR),
        change("decided", OLGA, decision="refund"),
        change("approved", OMAR, to="refunding", decided={"decision": "refund"}),
        change("refunded", to="closed"),
    ]
    return it


def board(books: Books | None = None) -> Board:
    return Board([refunded()], "http://api", None, books or Books())


def told(event: str, second: int, role: str = "provider", to: str | None = None, **data: Any) -> Any:
    """A change of a case that is `there`, and stays unless it is told where to go."""
    at = (NOW + timedelta(seconds=second)).isoformat()
    stages = {"stage_before": "there", "stage_after": to or "there"}
    return {"event": event, "at": at, "actor": {"role": role, "subject": role}, "data": data, **stages}


def view(process: str, stage: str, *, market: str = "tencent-cloud", **facts: Any) -> CaseView:
    case = {"case_id": f"{process}:{market}:b", "process": process, "market": market, "id": "b"}
    seen = {"opened_at": NOW, "changed_at": NOW, "policy_version": "1", "provider_id": "isv-b"}
    return CaseView.model_validate({**case, **seen, "stage": stage, **facts})


def task(name: str) -> dict[str, Any]:
    return {"name": name, "waiting_on": "provider", "accepts": ()}


def read(shown: Any, width: int) -> str:
    console = Console(width=width, height=40, force_terminal=False)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()
