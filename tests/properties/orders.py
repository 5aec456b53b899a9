"""The life of a template order as its documents tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.properties.model import Case
from tests.properties.papers import (
    APPEAL,
    APPEALS,
    CERTIFICATION,
    CONFIRMATION,
    ESCALATED,
    HELD,
    IMPLEMENTATION,
    MOVES_MONEY,
    PAYMENT,
    VERSION_REVIEW,
    Json,
    Kind,
    Open,
    Watch,
    name_of,
)

FACTS = ("buyer_id", "template_id", "mini_program_id", "amount_fen", "ends", "service_for")
CHINA = timezone(timedelta(hours=8))
OUTCOMES = {
    "declined": "declined",
    "refund_requested": "refund_requested",
    "accepted": "completed",
    "decided: refund": "appeal_refunded",
    "decided: accept": "appeal_accepted",
}
KEEPS = ("completed", "accepted_by_silence", "appeal_accepted")
FROM_THE_IDLE = {"implementation": "buyer_appealed", "confirmation": "provider_appealed"}


@dataclass(frozen=True)
class Terms:
    """What an order runs by."""

    pay_within: timedelta = timedelta(days=3)
    implement_within: timedelta = timedelta(days=30)
    confirm_within: timedelta = timedelta(days=7)
    reworks: int = 0
    rework_within: timedelta = timedelta(days=10)
    appeals: int = 0
    statements: int = 20
    idle_for: timedelta = timedelta(days=5)
    decide_within: timedelta = timedelta(days=4)
    remind_before: dict[str, tuple[timedelta, ...]] = field(default_factory=dict)
    commission: Decimal = Decimal(0)
    approval_above: int = 0


class Order(Case):
    def __init__(self, input: Json, terms: Terms) -> None:
        super().__init__(input["opening"])
        self.terms = terms
        self.case_id, self.provider = input["opening"]["case_id"], input["opening"]["provider_id"]
        self.amount: int = input["amount_fen"]
        self.certifies: bool = input["certify_as_business"]
        self.data = {**{name: input[name] for name in FACTS}, "authorisation": "given"}
        self.paid: tuple[str, int] | None = None
        self.reworks = self.appeals = 0
        self.work = self.watch(None)
        self.unused = timedelta()
        self.heard: Open | None = None
        """The task that an appeal interrupts."""
        self.to_be = ""
        """The outcome, once what it takes is done."""

    def has_said_enough(self, event: str) -> bool:
        return self.said[event] >= self.terms.statements

    def needs_approval(self, act: Json) -> bool:
        return name_of(act) in MOVES_MONEY and self.amount > self.terms.approval_above

    def start(self) -> None:
        if self.amount:
            self.asks.add("open_payment")
            self._open(PAYMENT, self.watch(self.since + self.terms.pay_within))
        else:
            self._deliver()

    def follow(self, task: Open) -> None:
        event = name_of(task.act) if task.act else None
        match task.kind.name, event:
            case "payment", "paid":
                self._stop_asking()
                self._take(task.act["payment_id"], task.act["amount_fen"])
                self._deliver()
            case "payment", _:
                self._stop_asking()
                self.to_be = event or "unpaid"
                self.move("closing_payment")
                self.asks.add("close_payment")
            case ("certification", "business_certified") | ("version_review", "version_rejected"):
                self._open(IMPLEMENTATION, self.work)
            case "implementation", "version_submitted":
                self.data["version_submitted"] = True
                self._open(VERSION_REVIEW, self.work)
            case "version_review", "version_approved":
                self.unused = self.work.clock.left_at(self.since)
                left = self._reworks_left() if self.terms.reworks else None
                self._open(CONFIRMATION, self.watch(self.since + self.terms.confirm_within), left)
            case "confirmation", "rework_requested":
                self.reworks += 1
                self.data["reworks"] = self.reworks
                self.work = self.watch(self.since + max(self.unused, self.terms.rework_within))
                self._open(IMPLEMENTATION, self.work)
            case "confirmation", None:
                self._complete("accepted_by_silence")
            case _, None if task.kind is APPEAL:
                self._open(ESCALATED, self.watch(None))
            case _ if event in APPEALS:
                self._appeal(task)
            case _, ("decided: resume" | "decided: give_days"):
                self._go_back(task.act)
            case _:
                self._finish(OUTCOMES[event] if event else "not_implemented")

    def hear(self, call: str, gave: Any) -> None:
        match call:
            case "open_payment":
                self.data["pay_url"] = gave
                self.note("payment_opened", {"pay_url": gave})
            case "close_payment":
                self._settle_payment(gave)
            case "refund_payment":
                assert self.paid is not None
                payment_id, fen = self.paid
                self.data["refunded_fen"] = fen
                self.note("refunded", {"refunded_fen": fen})
                self.post(f"refund:alipay:{payment_id}", "payment_refunded", escrow=fen, gateway=-fen)
                self._give_up()

    # --- payment

    def _settle_payment(self, payments: Sequence[tuple[str, int, datetime]]) -> None:
        """AMP-ORD-19: what was paid in time, to the fen, is taken after all; unless the buyer cancelled."""
        if self.to_be == "unpaid":
            for payment_id, amount, at in payments:
                if amount == self.amount and at < self.since:
                    self.since = at
                    self.note("payment_found", {"payment_id": payment_id})
                    self._take(payment_id, amount)
                    self._deliver()
                    return
        self.note("payment_closed", {})
        self._give_up()

    def _take(self, payment_id: str, fen: int) -> None:
        self.paid = (payment_id, fen)
        self.data["payment_id"] = payment_id
        self.post(f"received:alipay:{payment_id}", "payment_received", gateway=fen, unapplied=-fen)
        self.post(f"applied:alipay:{payment_id}", "payment_applied", unapplied=fen, escrow=-fen)
        self.refresh()

    def _stop_asking(self) -> None:
        self.asks.discard("open_payment")
        self.blocked = None

    # --- delivery

    def _deliver(self) -> None:
        self.work = self.watch(self.since + self.terms.implement_within)
        self._open(CERTIFICATION if self.certifies else IMPLEMENTATION, self.work)

    def _open(self, kind: Kind, watch: Watch, attempts_left: int | None = None) -> None:
        gates = {}
        if self.terms.appeals and kind in (IMPLEMENTATION, CONFIRMATION):
            gates = {FROM_THE_IDLE[kind.name]: self.watch(self.since + self.terms.idle_for)}
        reminds = self.terms.remind_before.get(kind.within, ())
        closed = self._closed_to(kind)
        self.open(kind, watch, attempts_left=attempts_left, closed=closed, gates=gates, reminds=reminds)

    def _closed_to(self, kind: Kind) -> frozenset[str]:
        """While reworks are left a buyer asks for one; a provider appeals against the last."""
        left = self._reworks_left()
        closed = set() if left else {"rework_requested"}
        if self.appeals >= self.terms.appeals:
            closed |= {*APPEALS}
        if kind is CONFIRMATION and left:
            closed.add("buyer_appealed")
        if kind is IMPLEMENTATION and (left or not self.reworks):
            closed.add("provider_appealed")
        return frozenset(closed)

    def _reworks_left(self) -> int:
        return max(self.terms.reworks - self.reworks, 0)

    # --- appeals

    def _appeal(self, task: Open) -> None:
        self.appeals += 1
        self.heard = task
        task.watch.clock = task.watch.clock.paused_at(self.since)
        self._open(APPEAL, self.watch(self.since + self.terms.decide_within))
        self.open(HELD[task.kind.name], task.watch)

    def _go_back(self, decided: Json) -> None:
        assert self.heard is not None
        task = self.heard
        task.watch.clock = task.watch.clock.resumed_at(self.since)
        if decided["decision"] == "give_days":
            task.watch.clock = task.watch.clock.extended(timedelta(seconds=decided["seconds"]))
        self._open(task.kind, task.watch, task.attempts_left)

    # --- the end

    def _finish(self, outcome: str) -> None:
        if outcome in KEEPS:
            self._complete(outcome)
            return
        self.to_be = outcome
        if self.paid is None:
            self._give_up()
        else:
            self.move("refunding")
            self.asks.add("refund_payment")

    def _complete(self, outcome: str) -> None:
        began = self.since.astimezone(CHINA).date()
        self.data |= {"service_since": began.isoformat(), "service_until": _a_year_later(began).isoformat()}
        if self.paid is not None:
            fen = self.paid[1]
            ours = int((fen * self.terms.commission).quantize(Decimal(1), ROUND_HALF_UP))
            entries = {f"provider:{self.provider}": ours - fen, "commission": -ours}
            self.post(f"completed:{self.case_id}", "order_completed", escrow=fen, **entries)
        self.end(outcome)

    def _give_up(self) -> None:
        self.data["authorisation"] = "to_be_revoked"
        self.end(self.to_be)


def _a_year_later(day: date) -> date:
    is_29_february = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_29_february else day.day)
