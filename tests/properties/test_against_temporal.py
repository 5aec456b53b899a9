"""The same model and the same kind of chance, with a real server, PostgreSQL, receipts and gateway."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from models.tables.admissions import Admission
from tests.bench import Bench, Opened
from tests.properties import bodies
from tests.properties.comparing import same, same_view
from tests.properties.orders import KEEPS, Order
from tests.properties.papers import Reply, Result, Row, Sent
from tests.properties.steps import DAY, HOUR, SECOND, Send, some_event

STEPS = 30
Paid = tuple[str, int, datetime]


@dataclass
class Beside:
    """An order on the bench, and the model beside it."""

    opened: Opened
    order: Order
    random: Random
    keys: list[Sent] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    payments: list[Paid] = field(default_factory=list)
    rows: int = 0

    @property
    def bench(self) -> Bench:
        return self.opened.bench

    async def send(self, send: Send) -> None:
        sent = self._sent(send, await self.bench.now())
        if sent is None:
            return
        is_repeat = sent.key in self.answers
        try:
            answer = await self.opened.handle.execute_update(
                "report", bodies.report(sent), id=sent.key, result_type=dict, rpc_timeout=60 * SECOND
            )
        except WorkflowUpdateFailedError as failed:
            answer = getattr(failed.cause, "type", None)
        if is_repeat:
            same("repeated", answer, self.answers[sent.key])
            return
        reply = (await self.goes_on(sent))[sent.key]
        if isinstance(answer, str):
            same("refused", ("refused", answer), reply)
            return
        self.answers[sent.key] = answer
        same("answered", (reply[0], answer["digest"]), ("answered", sent.digest))
        (own,) = [change.version for change in self.opened.changes() if change.key == sent.key]
        assert answer["view"]["version"] >= own

    async def pay(self, wrong: bool) -> None:
        """The buyer pays, and the receipt finds the payment a home."""
        now, amount = await self.bench.now(), bodies.PRICE - wrong
        payment, receipt = await self.bench.pay(self.opened, at=now, amount_fen=amount)
        self.payments.append((payment.payment_id, amount, payment.paid_at))
        is_wanted = not wrong and self.order.paid is None and self.order.is_waiting_for("payment")
        same("receipt", await receipt.ends(), "applied" if is_wanted else "refunded")
        if is_wanted:
            key = f"receipt:{payment.payment_id}"
            body = {"event": "paid", "payment_id": payment.payment_id, "amount_fen": amount}
            await self.goes_on(Sent(body, key, key, bodies.GATEWAY, payment.paid_at))

    async def passes(self, to: datetime) -> None:
        """Let time pass, and stop wherever something is due before."""
        while (wakes := self.order.anchors().get("wake")) and wakes <= to:
            await self.bench.advance_to(wakes + SECOND / 100)
            await self.opened.on_record(self.order.version + 1)
            await self.goes_on(fired=True)
        await self.bench.advance_to(to)

    async def goes_on(self, *sent: Sent, fired: bool = False) -> dict[str, Reply]:
        """Let the model do what the workflow did, with each call answered at once, and compare the record."""
        await self.bench.settle(self.opened)
        new = self.opened.changes()[self.rows :]
        self.rows += len(new)
        now = new[0].at if new else await self.bench.now()
        rows: list[Row] = []
        replies = dict(self.order.step(now, sent, fired=fired))
        while self.order.rows or self.order.asks:
            if self.order.rows and not self.order.writing:
                rows += self.order.sends(len(self.order.rows))
            results = [
                self._result(call, [change.data for change in new]) for call in sorted(self.order.asks)
            ]
            replies |= self.order.step(now, results=results)
        self._compare(new, rows)
        return replies

    def _compare(self, new: list[Any], rows: list[Row]) -> None:
        names = ("version", "event", "actor", "key", "digest", "data", "stage_before", "stage_after")
        found = [[getattr(change, name) for name in names] for change in new]
        expected = [
            [row.version, row.event, row.actor, row.key, row.digest, row.data, row.before, row.after]
            for row in rows
        ]
        same("rows", found, expected)
        if rows:
            row = self.opened.row()
            assert row is not None
            same_view(row.view, rows[-1])

    def _result(self, call: str, written: list[Any]) -> Result:
        if call == "open_payment":
            return Result(call, next(data["pay_url"] for data in written if "pay_url" in data))
        return Result(call, self.payments if call == "close_payment" else None)

    def _sent(self, send: Send, now: datetime) -> Sent | None:
        if send.repeats is not None:
            return bodies.again(send, [each for each in self.keys if each.key in self.answers])
        if send.event == "paid":
            return None
        at = send.at.instant({**self.order.anchors(), "now": now})
        sent = bodies.sent(send, f"{self.opened.case_id}-{len(self.keys)}", at, self.order.recorded)
        self.keys.append(sent)
        return sent


async def placed(bench: Bench, seed: int) -> Beside:
    random, now = Random(seed), await bench.now()
    terms = bodies.some_terms(random)
    name = f"o-{uuid.uuid4().hex[:12]}"
    free, certifies = random.random() < 0.1, random.random() < 0.2
    input = bodies.placed(name, terms, now, free=free, certifies=certifies)
    opened = await bench.begin(Admission(input["opening"]["case_id"], "TemplateOrder", input, True))
    view = await opened.on_record()
    if view.data["amount_fen"]:
        await opened.stands("opened", "payment_opened")
    beside = Beside(opened, Order(input, terms), random)
    beside.order.begin(opened.changes()[0].at)
    await beside.goes_on()
    return beside


async def some_step(beside: Beside) -> None:
    order, random, now = beside.order, beside.random, await beside.bench.now()
    dice = random.random()
    anchors = order.anchors()
    if dice < 0.1:
        await beside.passes(now + random.choice((SECOND, HOUR, DAY)))
    elif dice < 0.2 and anchors:
        at = anchors[random.choice(sorted(anchors))]
        await beside.passes(at + random.choice((-HOUR, SECOND, SECOND)))
    elif dice < (0.5 if order.is_waiting_for("payment") else 0.22) and order.amount:
        await beside.pay(wrong=random.random() < 0.3)
    else:
        await beside.send(some_event(random, order, now, len(beside.answers), 0))


async def calm_step(beside: Beside) -> None:
    order = beside.order
    if order.claimed_by:
        await beside.send(Send("released"))
    elif order.is_paused:
        await beside.send(Send("resumed"))
    elif order.undecided:
        await beside.send(Send("disapproved"))
    elif order.is_waiting_for("escalated_appeal"):
        await beside.send(Send("decided: resume"))
    else:
        await beside.passes(order.anchors()["wake"] + SECOND)


@pytest.mark.parametrize("seed", range(24))
async def test_an_order_goes_as_its_documents_say_on_a_real_server(bench: Bench, seed: int) -> None:
    beside = await placed(bench, seed)
    for step in range(2 * STEPS):
        if beside.order.is_over:
            break
        await (some_step if step < STEPS else calm_step)(beside)
    same("outcome", await beside.opened.ends(), beside.order.outcome)
    taken = beside.order.paid[0] if beside.order.paid else None
    for payment_id, amount, _ in beside.payments:
        is_kept = payment_id == taken and beside.order.outcome in KEEPS
        given = [row.amount_fen for row in bench.all_refunds() if row.payment_id == payment_id]
        same(f"given back of {payment_id}", given, [] if is_kept else [amount])
