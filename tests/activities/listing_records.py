"""A provider whose products, shop and other cases tests put on record, as their workflows would have."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from activities.records import Records
from models.cases import SYSTEM, Actor, Batch, CaseView, Change

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
OPERATOR = Actor(role="operator", subject="op-1")


@dataclass
class Seller:
    engine: Engine
    market: str = "rehearsal"
    id: str = field(default_factory=lambda: f"isv-{uuid.uuid4().hex[:12]}")

    def has(self, process: str, data: dict[str, Any], *rows: Change, stage: str = "open", **how: Any) -> str:
        """A case, and what happened in it."""
        id = uuid.uuid4().hex[:12]
        usual: dict[str, Any] = {"opened_at": AT, "changed_at": AT, "stage": stage} | how
        if "outcome" in how:
            usual |= {"stage": "closed", "closed_at": AT}
        opened = row(1, "opened", actor=SYSTEM)
        changes = (opened, *(each.model_copy(update={"version": n}) for n, each in enumerate(rows, 2)))
        view = CaseView(
            case_id=f"{process}:{self.market}:{id}",
            process=process,
            market=self.market,
            id=id,
            provider_id=self.id,
            version=len(changes),
            policy_version="1",
            data=data,
            **usual,
        )
        Records(self.engine).record(Batch(run_id="a-run", changes=changes, view=view))
        return view.case_id

    def lists(
        self, *rows: Change, stage: str = "listed", process: str = "product-reviews", **data: Any
    ) -> str:
        """A product, as its workflow left it when it looked last: nothing stood against it."""
        usual = {"blocked_by": [], "live_version": 1, "catalogue": "none"}
        return self.has(process, usual | data, *rows, stage=stage)

    def shows_a_shop(self, stage: str = "listed", **data: Any) -> str:
        return self.lists(stage=stage, process="shop-reviews", **data)

    def is_onboarded(self, agreements: Sequence[dict[str, Any]] = (), **how: Any) -> str:
        data = {"checklist": [], "agreements": [*agreements]}
        return self.has("provider-onboardings", data, outcome="onboarded", **how)

    def deposits(self, held: int, *blocks: str, **how: Any) -> str:
        data = {"required_fen": 10, "held_fen": held, "due_fen": 10 - held, "blocks": [*blocks]}
        return self.has("deposit-accounts", data, **how)


def row(version: int, event: str, at: datetime = AT, actor: Actor = OPERATOR, **how: Any) -> Change:
    return Change(
        **{"version": version, "at": at, "event": event, "actor": actor, "stage_before": "draft"}
        | {"stage_after": "draft"}
        | how
    )


def decided(decision: str, at: datetime = AT, **how: Any) -> Change:
    """By one operator; `internal` while a second one has to agree."""
    return row(0, "decided", at, data={"decision": decision, "reason": "so"}, **how)


def agreed(decision: str, at: datetime = AT) -> Change:
    """What a second operator agreed to."""
    return row(0, "approved", at, data={"reason": "so", "decided": {"decision": decision, "reason": "so"}})
