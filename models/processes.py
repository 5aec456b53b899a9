"""Every process there is."""

from models.admitting import Admitted, Hold
from models.bank_process import BANK_ACCOUNTS, BANK_NOTICES
from models.base import Frozen, Id
from models.cases import Opening, Role
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import Block
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.order_tasks import ORDER_STEPS, ORDER_TASKS
from models.orders import OrderEvent, OrderOutcome, OrderStage, PlacedOrder
from models.payments import RECEIPT_STEPS, ReceiptEvent, ReceiptOutcome, ReceiptStage, ReceivedPayment
from models.placing import PlaceOrder
from models.policies import MarketPolicy, MovePolicy, OrderPolicy, ProcessPolicy, ReceiptPolicy
from models.policy_moves import MOVE_STEPS, MoveEvent, MoveOutcome, MoveStage, OrderMove, PolicyMove
from models.process import Process
from models.rules.findings import Finding, Refused
from models.rules.placing import certifies_as_business, findings
from models.settlement_process import SETTLEMENT_ACCOUNTS
from models.wallet_process import WALLET_NOTICES


class TellOfPayment(Frozen):
    """Somebody says that money arrived. Only the payment's id is taken from it."""

    id: Id


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
        holds=(
            Hold(name=f"mini-program:{order.mini_program.id}", field="mini_program.id", rule="AMP-ORD-06"),
        ),
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
        holds=(Hold(name=f"policy-move:{asked.process}", field="process"),),
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
    guarded_by=Block.PURCHASE,
    product=("template.id", lambda order: str(order.template.id)),
    keeps=lambda selling: {"channels": [*selling.channels]},
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
PROCESSES = {
    process.name: process
    for process in (
        *(TEMPLATE_ORDERS, PAYMENT_RECEIPTS, POLICY_MOVES, PROVIDER_ONBOARDINGS, DEPOSIT_ACCOUNTS),
        *(BANK_ACCOUNTS, BANK_NOTICES, MERCHANT_ACCOUNTS, WALLET_NOTICES),
        *(SETTLEMENT_ACCOUNTS, PRODUCT_REVIEWS, SHOP_REVIEWS),
    )
}
