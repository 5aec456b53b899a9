"""Who may move a template order, with what, from where to where: the table that everything is made from."""

from dataclasses import replace

from models.appeals import BuyerAppealed, Hearing, ProviderAppealed
from models.cases import Event, Party
from models.orders import (
    Accepted,
    BusinessCertified,
    Cancelled,
    Declined,
    OrderOutcome,
    OrderStage,
    RefundRequested,
    ReworkRequested,
    VersionApproved,
    VersionRejected,
    VersionSubmitted,
)
from models.payments import Paid
from models.tasks import Leads, Step, TaskKind

_CLOSED, _GIVE_BACK = OrderStage.CLOSED, OrderStage.REFUNDING
_APPEAL: dict[type[Event], Leads] = {
    BuyerAppealed: Leads(OrderStage.APPEALING),
    ProviderAppealed: Leads(OrderStage.APPEALING),
}
_IN_IMPLEMENTING: dict[type[Event], Leads] = {
    Declined: Leads(_GIVE_BACK, OrderOutcome.DECLINED),
    RefundRequested: Leads(_GIVE_BACK, OrderOutcome.REFUND_REQUESTED),
}
_NOT_IMPLEMENTED = Leads(_GIVE_BACK, OrderOutcome.NOT_IMPLEMENTED)

PAYMENT = TaskKind(
    name="payment",
    stage=OrderStage.UNPAID,
    waiting_on=Party.BUYER,
    moves={
        Paid: Leads(OrderStage.IMPLEMENTING),
        Cancelled: Leads(OrderStage.CLOSING_PAYMENT, OrderOutcome.CANCELLED),
    },
    silence=Leads(OrderStage.CLOSING_PAYMENT, OrderOutcome.UNPAID),
    within="pay_within",
    even_paused=(Paid, Cancelled),
    rules={"paid": "AMP-ORD-20", "silence": "AMP-ORD-19"},
)
CERTIFICATION = TaskKind(
    name="certification",
    stage=OrderStage.IMPLEMENTING,
    waiting_on=Party.PROVIDER,
    moves={BusinessCertified: Leads(OrderStage.IMPLEMENTING), **_IN_IMPLEMENTING},
    silence=_NOT_IMPLEMENTED,
    within="implement_within",
    even_paused=(RefundRequested,),
    rules={"business_certified": "AMP-ORD-14", "refund_requested": "AMP-IMP-06", "silence": "AMP-IMP-04"},
)
IMPLEMENTATION = TaskKind(
    name="implementation",
    stage=OrderStage.IMPLEMENTING,
    waiting_on=Party.PROVIDER,
    moves={VersionSubmitted: Leads(OrderStage.IMPLEMENTING), **_IN_IMPLEMENTING, **_APPEAL},
    silence=_NOT_IMPLEMENTED,
    within="implement_within",
    even_paused=(RefundRequested,),
    rules={"version_submitted": "AMP-IMP-02", "refund_requested": "AMP-IMP-06", "silence": "AMP-IMP-04"},
)
VERSION_REVIEW = TaskKind(
    name="version_review",
    stage=OrderStage.IMPLEMENTING,
    waiting_on=Party.REVIEW,
    moves={
        VersionApproved: Leads(OrderStage.CONFIRMING),
        VersionRejected: Leads(OrderStage.IMPLEMENTING),
        **_IN_IMPLEMENTING,
    },
    silence=_NOT_IMPLEMENTED,
    within="implement_within",
    even_paused=(RefundRequested,),
    rules={
        "version_approved": "AMP-IMP-03",
        "version_rejected": "AMP-IMP-10",
        "refund_requested": "AMP-IMP-06",
        "silence": "AMP-IMP-08",
    },
)
CONFIRMATION = TaskKind(
    name="confirmation",
    stage=OrderStage.CONFIRMING,
    waiting_on=Party.BUYER,
    moves={
        Accepted: Leads(_CLOSED, OrderOutcome.COMPLETED),
        RefundRequested: Leads(_GIVE_BACK, OrderOutcome.REFUND_REQUESTED),
        ReworkRequested: Leads(OrderStage.IMPLEMENTING),
        **_APPEAL,
    },
    silence=Leads(_CLOSED, OrderOutcome.ACCEPTED_BY_SILENCE),
    within="confirm_within",
    even_paused=(RefundRequested,),
    rules={"accepted": "AMP-CONF-03", "refund_requested": "AMP-CONF-02", "silence": "AMP-CONF-04"},
)


def _held(kind: TaskKind, still: type[Event]) -> TaskKind:
    """The task during an appeal: what is left of its time still follows its terms."""
    held = kind.held_in(OrderStage.APPEALING, still, RefundRequested)
    tags = {event.tag() for event in held.moves}
    rules = {tag: rule for tag, rule in (kind.rules or {}).items() if tag in tags}
    return replace(held, within=kind.within, rules=rules)


HEARINGS = {
    kind.name: Hearing.of(
        _held(kind, still),
        back_to=kind.stage,
        refund=Leads(_GIVE_BACK, OrderOutcome.APPEAL_REFUNDED),
        accept=Leads(_CLOSED, OrderOutcome.APPEAL_ACCEPTED),
    )
    for kind, still in ((IMPLEMENTATION, Declined), (CONFIRMATION, Accepted))
}
"""By the task that an appeal interrupts."""

ORDER_TASKS = (
    PAYMENT,
    CERTIFICATION,
    IMPLEMENTATION,
    VERSION_REVIEW,
    CONFIRMATION,
    *(task for hearing in HEARINGS.values() for task in hearing.tasks),
)
ORDER_STEPS = (
    Step("payment_opened", OrderStage.UNPAID, Leads(OrderStage.UNPAID), "AMP-ORD-20"),
    Step("payment_closed", OrderStage.CLOSING_PAYMENT, Leads(_CLOSED), "AMP-ORD-19"),
    Step("payment_found", OrderStage.CLOSING_PAYMENT, Leads(OrderStage.IMPLEMENTING), "AMP-ORD-19"),
    Step("refunded", OrderStage.REFUNDING, Leads(_CLOSED), "AMP-IMP-05"),
)
