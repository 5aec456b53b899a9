"""One order played twice at once, by the workflow and by the model, and compared after every step."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.properties import bodies
from tests.properties.comparing import Differs, same, same_batch, same_money, same_replies, same_state
from tests.properties.driver import Broken, Driver, Outcome
from tests.properties.messages import Call
from tests.properties.orders import Order
from tests.properties.papers import Reply, Result, Sent, name_of
from tests.properties.steps import (
    DAY,
    SECOND,
    Dies,
    Fails,
    Passes,
    Pays,
    Send,
    Step,
    Together,
    calm,
    choose,
    first,
)
from tests.properties.world import Payment, World
from workflows.template_order import TemplateOrder

BY_CHANCE = 60
AT_MOST = 600


class Play:
    """One order, its world, and what was done to it so far. `wary` keeps off what is known to differ."""

    def __init__(
        self, seed: str, workflow: type = TemplateOrder, world: type[World] = World, *, wary: bool = True
    ) -> None:
        self.seed, self.random, self.wary = seed, Random(seed), wary
        self.at_once = self.random.random() < 0.3
        free, certifies = self.random.random() < 0.1, self.random.random() < 0.2
        name = "o-" + hashlib.sha256(seed.encode()).hexdigest()[:8]
        terms = bodies.some_terms(self.random)
        self.input = bodies.placed(name, terms, bodies.OPENED, free=free, certifies=certifies)
        self.case_id = str(self.input["opening"]["case_id"])
        self.order = Order(self.input, terms)
        self.driver = Driver(workflow, self.case_id, at_once=self.at_once)
        self.world = world(self.case_id)
        self.now = bodies.OPENED + self.random.choice((timedelta(), SECOND, DAY))
        self.first = first(self.random)
        self.keys: list[Sent] = []
        self.digests: dict[str, str] = {}
        self.steps: list[Step] = []
        self.played = 0
        self.told: Counter[tuple[str, str]] = Counter()
        self._cancelled = False

    def to_its_end(self) -> None:
        """By chance at first, then calmly, until the order is closed and all its money is settled."""
        self._begin()
        while not self.order.is_over:
            if self.played > AT_MOST:
                raise Differs("it never ends")
            payments = len(self.world.gateway.payments)
            if len(self.steps) < BY_CHANCE:
                self.take(choose(self.random, self.order, self.now, len(self.keys), payments))
            else:
                self.take(calm(self.order, self.now, self._unsettled()))
        self._close()

    def again(self, steps: Sequence[Step]) -> None:
        """The same order, and only these steps."""
        self._begin()
        for step in steps:
            self.take(step)
        if self.order.is_over:
            self._close()

    def take(self, step: Step) -> None:
        if self.order.is_over:
            return
        self.steps.append(step)
        self.played += step.counts
        anchors = {**self.order.anchors(), "now": self.now}
        match step:
            case Passes(to):
                self.now = max(self.now, to.instant(anchors))
            case Pays(at, wrong):
                number = len(self.world.gateway.payments)
                paid_at = min(self.now, at.instant(anchors))
                self.world.gateway.payments.append(Payment(f"p-{number}", bodies.PRICE - wrong, paid_at))
            case Fails(name, does_it):
                for call in self._calls(name):
                    if does_it:
                        self.world.perform(name, call.arg)
            case Dies():
                self.driver.die()
            case Together():
                # The SDK's coming order lets a cancellation end any wait.
                cancels = step.cancels and not (self.wary and self.at_once)
                resumes = any(send.event == "resumed" for send in step.sends)
                if self.wary and resumes and not self.order.begun:
                    step = replace(step, answers=())  # which of the two comes first is nobody's business
                self._together(replace(step, cancels=cancels), anchors)

    # --- one step

    def _begin(self) -> None:
        sends = self._new(self.first, {"now": self.now})
        self.played += 1 + len(sends)
        replies = self.order.begin(self.now, sends)
        updates = [(each.key, bodies.report(each)) for each in sends]
        self._compare(self.driver.begin(self.now, self.input, updates), replies)

    def _together(self, step: Together, anchors: dict[str, datetime]) -> None:
        new = self._new(step.sends, anchors)
        expected = [
            each for each in new if each.key not in self.order.accepted.keys() | self.order.turned_away
        ]
        resolved: list[tuple[Call, Any]] = []
        for name, no in step.answers:
            resolved += [(call, no or self.world.perform(name, call.arg)) for call in self._calls(name)]
        fired = [seq for seq, at in self.driver.timers.items() if step.fires and at <= self.now]
        cancelled = step.cancels and not self._cancelled  # a server asks but once
        self._cancelled |= cancelled
        if not (new or resolved or fired or cancelled):
            return
        replies = self.order.step(
            self.now,
            expected,
            [_result(call.name, gave) for call, gave in resolved],
            fired=bool(fired),
            cancelled=cancelled,
            results_first=self.at_once,
        )
        updates = [(each.key, bodies.report(each)) for each in new]
        self._compare(self.driver.step(self.now, updates, resolved, fired, cancelled=cancelled), replies)

    def _compare(self, outcome: Outcome, replies: dict[str, Reply]) -> None:
        same_replies(outcome, replies, self.digests)
        for call in outcome.calls:
            if call.name == "record":
                same_batch(call.arg, self.order)
            elif call.name == "refund_payment":
                same("refund", (call.arg["payment_id"], call.arg["amount_fen"]), self.order.paid)
        same_state(self.driver, self.order)
        for key, (how, _) in replies.items():
            event = next((name_of(each.body) for each in self.keys if each.key == key), "paid")
            self.told[event, how] += 1
            if how == "refused" and key not in self.order.turned_away:
                self.world.known.discard(key)

    def _close(self) -> None:
        """The order is closed: its outcome, its rows, and where all the money is."""
        same("result", self.driver.result, self.order.outcome)
        rows = self.world.store.rows
        same("versions", [row["version"] for row in rows], [*range(1, self.order.version + 1)])
        for number in self._unsettled():
            self._notice(number)
        same("unsettled", self._unsettled(), [])
        same_money(self.order, self.world.gateway)
        self.driver.evict()

    # --- who sends what

    def _new(self, sends: Sequence[Send], anchors: dict[str, datetime]) -> list[Sent]:
        """What the server delivers: a key that it knows is answered with what is known."""
        made = [each for send in sends if (each := self._sent(send, anchors))]
        new = []
        for each in made:
            if self.world.is_new(each.key):
                self.world.known.add(each.key)
                self.digests[each.key] = each.digest
                new.append(each)
            elif (row := self.world.store.row_of(each.key)) and row["key"] not in self.order.accepted:
                raise Differs(f"{each.key} is on record, and was never accepted")
            else:
                self.told[name_of(each.body), "repeated"] += 1
        return new

    def _sent(self, send: Send, anchors: dict[str, datetime]) -> Sent | None:
        if send.repeats is not None:
            return bodies.again(send, self.keys)
        if send.event == "paid":
            return self._notice(send.payment)
        at = send.at.instant(anchors)
        sent = bodies.sent(send, f"k-{len(self.keys)}", at, self.order.recorded)
        self.keys.append(sent)
        return sent

    def _notice(self, number: int) -> Sent | None:
        """A receipt offers its payment to the order, unless the record says enough."""
        if number >= len(self.world.gateway.payments) or self.world.store.view is None:
            return None
        paid = self.world.gateway.payments[number]
        if paid.id in self.world.settled:
            return None
        wanted = self.world.wanted(paid, self.order.amount)
        if wanted is None:
            return bodies.notice(paid)
        self.world.settle(paid, wanted)
        return None

    def _calls(self, name: str) -> list[Call]:
        return [call for call in self.driver.calls.values() if call.name == name]

    def _unsettled(self) -> list[int]:
        return [n for n, paid in enumerate(self.world.gateway.payments) if paid.id not in self.world.settled]


def shortest(play: Play) -> tuple[list[Step], str]:
    """The fewest of its steps that still differ, and how."""

    def differs(steps: Sequence[Step]) -> str | None:
        other = Play(play.seed, play.driver.defn.cls, type(play.world), wary=play.wary)
        try:
            other.again(steps)
        except (Differs, Broken) as how:
            return str(how)
        finally:
            other.driver.evict()
        return None

    steps, how = list(play.steps), differs(play.steps)
    size = max(1, len(steps) // 2)
    while how and size:
        for start in range(len(steps) - size, -1, -size):
            fewer = steps[:start] + steps[start + size :]
            if told := differs(fewer):
                steps, how = fewer, told
        size //= 2
    return steps, how or "it does not differ again"


def _result(name: str, gave: Any) -> Result:
    match name, gave:
        case _, tuple():
            return Result(name, no=gave)
        case "open_payment", _:
            return Result(name, gave["pay_url"])
        case "close_payment", _:
            paid = [(p["payment_id"], p["amount_fen"], datetime.fromisoformat(p["paid_at"])) for p in gave]
            return Result(name, paid)
    return Result(name)
