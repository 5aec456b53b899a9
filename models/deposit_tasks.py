"""Who may move a deposit account, with what, from where to where: the table that everything is made from.

What comes in leaves the stage as it is; where the figures lead elsewhere, that is a step of its own.
"""

from collections.abc import Iterator

from models.cases import Event, Party
from models.deposits import (
    DecidedOnCategories,
    DecidedToForfeit,
    DecidedToHold,
    DecidedToLift,
    DecidedToRelease,
    DecidedToReturnExcess,
    DepositOutcome,
    DepositStage,
    PaymentRequested,
    ReleaseRequested,
)
from models.payments import Paid
from models.tasks import Leads, Step, TaskKind
from models.telling import CooperationEnded, TariffChanged

UNPAID, SHORT, HELD, RELEASING, CLOSED = DepositStage
RULES = {
    "paid": "ALI-DEP-12",
    "payment_requested": "TCM-DEP-07",
    "tariff_changed": "ALI-DEP-09",
    "release_requested": "ALI-DEP-13",
    "cooperation_ended": "ALI-DEP-13",
    "decided": "AMB-05",
}
NOTICE = {**RULES, "silence": "AMB-04"}


def _moves(stage: DepositStage, *others: type[Event]) -> dict[type[Event], Leads]:
    stays: tuple[type[Event], ...] = (
        Paid,
        TariffChanged,
        DecidedToHold,
        DecidedToLift,
        DecidedOnCategories,
        *others,
    )
    leaves: tuple[type[Event], ...] = (ReleaseRequested, CooperationEnded, DecidedToRelease)
    return {**dict.fromkeys(stays, Leads(stage)), **dict.fromkeys(leaves, Leads(RELEASING))}


_UNPAID = _moves(UNPAID, PaymentRequested)
_SHORT = _moves(SHORT, PaymentRequested, DecidedToForfeit)
_HELD = _moves(HELD, DecidedToForfeit, DecidedToReturnExcess)


def _shortfall(stage: DepositStage, moves: dict[type[Event], Leads]) -> tuple[TaskKind, TaskKind]:
    """What is due: in the days that a notice gives, and without any."""
    noticed = TaskKind(
        name="top_up",
        stage=stage,
        waiting_on=Party.PROVIDER,
        moves=moves,
        silence=Leads(stage),
        within="top_up_within",
        even_paused=tuple(moves),
        rules=NOTICE,
    )
    # It has no time that a ruling could move.
    due = TaskKind("deposit_due", stage, Party.PROVIDER, moves, even_paused=(*moves,), rules=RULES, held=True)
    return noticed, due


UNPAID_NOTICED, UNPAID_DUE = _shortfall(UNPAID, _UNPAID)
SHORT_NOTICED, SHORT_DUE = _shortfall(SHORT, _SHORT)
HELD_ALONE = TaskKind(
    "deposit_held", HELD, Party.OFFICE, _HELD, even_paused=(*_HELD,), rules=RULES, held=True
)
_STAYS = Leads(RELEASING)
# An onboarding that comes to nothing meanwhile is heard, and need not tell again.
_STOPS: tuple[type[Event], ...] = (DecidedToHold, DecidedToForfeit, CooperationEnded)
_DECIDES: tuple[type[Event], ...] = (DecidedToRelease, DecidedToLift, *_STOPS)
OPEN_ORDERS = TaskKind(
    name="open_orders",
    stage=RELEASING,
    waiting_on=Party.OFFICE,
    moves=dict.fromkeys(_STOPS, _STAYS),
    even_paused=_STOPS,
    rules={"decided": "AMB-05"},
    held=True,
)
RELEASE_DECISION = TaskKind(
    name="release_decision",
    stage=RELEASING,
    waiting_on=Party.OPERATOR,
    moves=dict.fromkeys(_DECIDES, _STAYS),
    even_paused=_DECIDES,
    rules={"decided": "ALI-DEP-13"},
)

DEPOSIT_TASKS = (
    UNPAID_NOTICED,
    UNPAID_DUE,
    SHORT_NOTICED,
    SHORT_DUE,
    HELD_ALONE,
    OPEN_ORDERS,
    RELEASE_DECISION,
)


def task_of(stage: DepositStage, *, noticed: bool) -> TaskKind:
    """What an open account waits for."""
    if stage is HELD:
        return HELD_ALONE
    of_notice, due = (UNPAID_NOTICED, UNPAID_DUE) if stage is UNPAID else (SHORT_NOTICED, SHORT_DUE)
    return of_notice if noticed else due


ARRIVED = {
    (UNPAID, HELD): "covered",
    (SHORT, HELD): "covered",
    (UNPAID, SHORT): "partly_covered",
    (HELD, SHORT): "fell_short",
    (SHORT, UNPAID): "emptied",
    (HELD, UNPAID): "emptied",
}
"""What it is called when the figures lead from one stage to another."""
_WHY = {
    "covered": "ALI-ONB-08",
    "partly_covered": "TCM-DEP-05",
    "fell_short": "ALI-DEP-09",
    "emptied": "AMB-05",
}


def _steps() -> Iterator[Step]:
    for (before, after), event in ARRIVED.items():
        yield Step(event, before, Leads(after), _WHY[event])
    for stage in (UNPAID, SHORT, HELD):
        yield Step("payment_opened", stage, Leads(stage), "TCM-DEP-09")
    for stage in (SHORT, HELD, RELEASING):
        yield Step("given_back", stage, Leads(stage), "AMB-05")
    yield Step("orders_open", RELEASING, _STAYS, "ALI-EXIT-07")
    yield Step("no_open_orders", RELEASING, _STAYS, "ALI-EXIT-07")
    for outcome in DepositOutcome:
        yield Step("account_settled", RELEASING, Leads(CLOSED, outcome), "ALI-DEP-13")


DEPOSIT_STEPS = tuple(_steps())
