"""Every process there is: how it starts, what moves it, and what it publishes of itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel, JsonValue

from models.base import Frozen, Id
from models.cases import Event, Opening, Role
from models.order_tasks import ORDER_STEPS, ORDER_TASKS
from models.orders import OrderEvent, OrderOutcome, OrderStage, PlacedOrder
from models.payments import RECEIPT_STEPS, ReceiptEvent, ReceiptOutcome, ReceiptStage, ReceivedPayment
from models.placing import PlaceOrder
from models.policies import MarketPolicy, MovePolicy, OrderPolicy, ProcessPolicy, ReceiptPolicy
from models.policy_moves import MOVE_STEPS, MoveEvent, MoveOutcome, MoveStage, OrderMove, PolicyMove
from models.rules.findings import Finding, Refused
from models.rules.placing import certifies_as_business, findings
from models.tasks import Step, TaskKind


class Admitted(Frozen):
    """A case that may begin: what its workflow starts with, and what nobody else may hold meanwhile."""

    input: dict[str, JsonValue]
    hold: str | None = None
    hold_field: str | None = None
    hold_rule: str | None = None
    private: dict[str, JsonValue] | None = None


class TellOfPayment(Frozen):
    """Somebody says that money arrived. Only the payment's id is taken from it."""

    id: Id


Admit = Callable[[Any, Any, Opening, MarketPolicy], Admitted]


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as the API, the docs and the pictures are made from it."""

    name: str
    title: str
    title_zh: str
    workflow: str
    started_by: frozenset[Role]
    start: type[BaseModel]
    event: Any
    tasks: tuple[TaskKind, ...]
    steps: tuple[Step, ...]
    stages: type[StrEnum]
    outcomes: type[StrEnum]
    admit: Admit
    ready: Callable[[dict[str, Any]], bool] = lambda _: True
    """Whether the data a caller waits for at the start are there; waited for briefly, never insisted on."""

    @property
    def events(self) -> tuple[type[Event], ...]:
        """Every event that its workflow knows; several of one tag where an operator decides."""
        return tuple(_members(self.event))


def _members(union: Any) -> Iterator[type[Event]]:
    for each in get_args(getattr(union, "__value__", union)):
        if isinstance(each, type) and issubclass(each, Event):
            yield each
        else:
            yield from _members(each)


def _place(order: PlaceOrder, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    assert isinstance(policy, OrderPolicy)
    if found := findings(order, policy.placing, opening.opened_at):
        raise Refused(*found)
    assert order.mini_program is not None and order.contact is not None  # noqa: PT018  findings saw to both
    placed = PlacedOrder(
        opening=opening,
        terms=policy.terms,
        buyer_id=order.on_behalf_of.id,
        template_id=order.template.id,
        mini_program_id=order.mini_program.id,
        amount_fen=order.template.price_fen,
        ends=order.ends or order.template.ends,
        service_for=order.service_for,
        certify_as_business=certifies_as_business(order),
        running_until=order.running_service.ends_on if order.running_service else None,
        service_desk_url=order.template.service_desk_url,
    )
    return Admitted(
        input=placed.model_dump(mode="json"),
        hold=f"mini-program:{order.mini_program.id}",
        hold_field="mini_program.id",
        hold_rule="AMP-ORD-06",
        private={"contact": order.contact.model_dump(exclude_none=True)},
    )


def _receive(_: TellOfPayment, policy: ProcessPolicy, opening: Opening, __: MarketPolicy) -> Admitted:
    assert isinstance(policy, ReceiptPolicy)
    return Admitted(input=ReceivedPayment(opening=opening, terms=policy.terms).model_dump(mode="json"))


def _move(asked: OrderMove, policy: ProcessPolicy, opening: Opening, market: MarketPolicy) -> Admitted:
    assert isinstance(policy, MovePolicy)
    if asked.process != TEMPLATE_ORDERS.name:
        detail = f"is none of {TEMPLATE_ORDERS.name}"
        raise Refused(Finding(field="process", code="not-movable", detail=detail))
    versions = {version.version: version for version in market.versions(asked.process)}
    if asked.to is not None and asked.to not in versions:
        raise Refused(Finding(field="to", code="unknown-version", detail=f"is none of {', '.join(versions)}"))
    if asked.to is not None and (begins := versions[asked.to].effective_from) > opening.opened_at:
        raise Refused(Finding(field="to", code="not-in-force", detail=f"begins at {begins.isoformat()}"))
    move = PolicyMove(
        opening=opening, terms=policy.terms, **asked.model_dump(include={"process", "to", "undoes", "reason"})
    )
    return Admitted(
        input=move.model_dump(mode="json"),
        hold=f"policy-move:{asked.process}",
        hold_field="process",
    )


TEMPLATE_ORDERS = Process(
    name="template-orders",
    title="Template order",
    title_zh="模板订购",
    workflow="TemplateOrder",
    started_by=frozenset({Role.SERVICE}),
    start=PlaceOrder,
    event=OrderEvent,
    tasks=ORDER_TASKS,
    steps=ORDER_STEPS,
    stages=OrderStage,
    outcomes=OrderOutcome,
    admit=_place,
    ready=lambda data: data["amount_fen"] == 0 or "pay_url" in data,
)
PAYMENT_RECEIPTS = Process(
    name="payment-receipts",
    title="Payment receipt",
    title_zh="收款回单",
    workflow="PaymentReceipt",
    started_by=frozenset({Role.SERVICE}),
    start=TellOfPayment,
    event=ReceiptEvent,
    tasks=(),
    steps=RECEIPT_STEPS,
    stages=ReceiptStage,
    outcomes=ReceiptOutcome,
    admit=_receive,
)
POLICY_MOVES = Process(
    name="policy-moves",
    title="Policy move",
    title_zh="条款迁移",
    workflow="PolicyMove",
    started_by=frozenset({Role.OPERATOR}),
    start=OrderMove,
    event=MoveEvent,
    tasks=(),
    steps=MOVE_STEPS,
    stages=MoveStage,
    outcomes=MoveOutcome,
    admit=_move,
)
PROCESSES = {process.name: process for process in (TEMPLATE_ORDERS, PAYMENT_RECEIPTS, POLICY_MOVES)}
