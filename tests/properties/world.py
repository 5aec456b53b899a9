"""What stands around a case, in memory: the record, the gateway, its receipts, and known keys."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
No = tuple[str, str]


@dataclass
class Store:
    """The guard of the record, as PostgreSQL keeps it; every row that was ever written."""

    rows: list[Json] = field(default_factory=list)
    view: Json | None = None
    run_id: str = ""

    def record(self, batch: Json) -> No | None:
        changes, run_id = batch["changes"], batch["run_id"]
        first, last = changes[0]["version"], changes[-1]["version"]
        version = self.view["version"] if self.view else 0
        if version == first - 1:
            ours = version == 0 or self.run_id in (run_id, batch.get("continues"))
            if not ours and not batch["takes_over"]:
                return "Diverged", f"version {version} was written by another run"
            answer = batch["view"]
            self.rows += [{**each, "run_id": run_id, "answer": answer} for each in changes]
        else:
            stored = self.rows[first - 1 : last]
            if [_hash(row, row["run_id"]) for row in stored] != [_hash(each, run_id) for each in changes]:
                return "Diverged", f"version {version} is on record"
            if version > last:
                return None
        self.view, self.run_id = batch["view"], run_id
        return None

    def row_of(self, key: str) -> Json | None:
        return next((row for row in self.rows if row["key"] == key), None)


def _hash(change: Json, run_id: str) -> str:
    body = {name: value for name, value in change.items() if name not in ("run_id", "answer")}
    return json.dumps([body, run_id], sort_keys=True)


@dataclass(frozen=True)
class Payment:
    id: str
    amount: int
    at: datetime

    def as_json(self, reference: str) -> Json:
        return {
            "market": "alipay",
            "payment_id": self.id,
            "reference": reference,
            "amount_fen": self.amount,
            "currency": "CNY",
            "paid_at": self.at.isoformat(),
        }


@dataclass
class Gateway:
    """Refuses nothing by itself, and counts everything: a second refund would be seen."""

    payments: list[Payment] = field(default_factory=list)
    is_open: bool = False
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By key, so that a repeat counts once: the payment and the sum."""

    def open(self, charge: Json) -> Json:
        self.is_open = True
        return {"reference": charge["reference"], "pay_url": f"https://pay/{charge['reference']}"}

    def close(self, charge: Json) -> list[Json]:
        self.is_open = False
        return [paid.as_json(charge["reference"]) for paid in sorted(self.payments, key=lambda each: each.at)]

    def refund(self, refund: Json) -> None:
        key = f"refund:{refund['market']}:{refund['payment_id']}"
        self.refunds.setdefault(key, (refund["payment_id"], refund["amount_fen"]))

    def given_back(self, payment_id: str) -> list[int]:
        return [amount for paid, amount in self.refunds.values() if paid == payment_id]


@dataclass
class World:
    case_id: str
    store: Store = field(default_factory=Store)
    gateway: Gateway = field(default_factory=Gateway)
    known: set[str] = field(default_factory=set)
    """The keys that the server has an update for: it does not deliver them again."""
    settled: set[str] = field(default_factory=set)
    """Payments whose receipt is closed."""

    def is_new(self, key: str) -> bool:
        return key not in self.known and self.store.row_of(key) is None

    def perform(self, name: str, arg: Json) -> Any:
        """Do what an activity does: its answer, or the kind and text of an error that is final."""
        match name:
            case "record":
                return self.store.record(arg)
            case "open_payment":
                return self.gateway.open(arg)
            case "close_payment":
                return self.gateway.close(arg)
            case "refund_payment":
                return self.gateway.refund(arg)
        return None

    def wanted(self, paid: Payment, amount: int) -> bool | None:
        """What a receipt finds on record of an order that has begun: None where only itself can decide."""
        view = self.store.view
        assert view is not None
        taken = view["data"].get("payment_id")
        if taken == paid.id:
            return True
        refused = paid.amount != amount or taken is not None or view["closed_at"] is not None
        return False if refused else None

    def settle(self, paid: Payment, taken: bool) -> None:
        if not taken:
            self.gateway.refund({"market": "alipay", "payment_id": paid.id, "amount_fen": paid.amount})
        self.settled.add(paid.id)
