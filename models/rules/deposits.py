"""What a deposit account makes of what happens to it: pure, to the fen (ALI-DEP, TCM-DEP, AMB-04, AMB-05)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import JsonValue

from models.cases import CaseView, Event
from models.categories import Category
from models.deposits import (
    Block,
    DecidedOnCategories,
    DecidedToForfeit,
    DecidedToHold,
    DecidedToLift,
    DecidedToRelease,
    DecidedToReturnExcess,
    Deposit,
    DepositOutcome,
    DepositPayment,
    DepositStage,
    DepositTerms,
    Part,
    PaymentRequested,
    ReleaseRequested,
    TariffInForce,
)
from models.payments import Paid
from models.rules.findings import Finding
from models.rules.tariffs import Tariff, Unpriced, required_fen

MOST_PAYMENTS = 200
"""An account's payments stand in its record and go from run to run: one more goes back to its payer."""


def blocks(terms: DepositTerms, deposit: Deposit, stage: DepositStage, *, noticed: bool) -> tuple[Block, ...]:
    """What the provider may not do (AMB-38, TCM-DEP-03, -04). A notice that runs blocks nothing (AMB-04).

    Whoever leaves lists nothing any more, or its orders would never end; what is held still guards the rest.
    """
    if stage is DepositStage.CLOSED:
        return terms.unpaid_blocks
    short = () if noticed else _short_of(terms, deposit)
    leaving = (Block.LISTING,) if stage is DepositStage.RELEASING else ()
    return tuple(dict.fromkeys((*leaving, *short)))


def _short_of(terms: DepositTerms, deposit: Deposit) -> tuple[Block, ...]:
    match deposit.stage:
        case DepositStage.HELD:
            return ()
        case DepositStage.SHORT:
            return terms.short_blocks
    return terms.unpaid_blocks


def paid(deposit: Deposit, payment: DepositPayment) -> Deposit:
    """The payment is the account's, with a receipt of its own (ALI-DEP-12, TCM-DEP-10)."""
    return deposit.model_copy(update={"payments": (*deposit.payments, payment)})


def receipt_number(id: str, deposit: Deposit) -> str:
    """The next payment's receipt: unique in its market, as the account's id is (ALI-DEP-12)."""
    return f"{id}-{len(deposit.payments) + 1:03d}"


def forfeited(deposit: Deposit, amount_fen: int) -> Deposit:
    """A part is ours. Raises ValueError for more than is held."""
    _within(deposit, amount_fen)
    return deposit.model_copy(
        update={
            "forfeited_fen": deposit.forfeited_fen + amount_fen,
            "forfeits": deposit.forfeits + 1,
            "blemished": True,
        }
    )


def giving_back(deposit: Deposit, amount_fen: int) -> Deposit:
    """An amount begins its way back, to the payments that it came from: the oldest first, each once.

    Raises ValueError for more than is held. What was forfeited stays out, and what is back already.
    """
    _within(deposit, amount_fen)
    payments: list[DepositPayment] = []
    parts: list[Part] = []
    left = amount_fen
    for payment in deposit.payments:
        part = min(left, payment.amount_fen - payment.back_fen)
        left -= part
        payments.append(payment.model_copy(update={"back_fen": payment.back_fen + part}))
        if part:
            number = deposit.refunds + len(parts) + 1
            parts.append(Part(number=number, payment_id=payment.payment_id, amount_fen=part))
    return deposit.model_copy(
        update={
            "payments": tuple(payments),
            "returning": (*deposit.returning, *parts),
            "refunds": deposit.refunds + len(parts),
        }
    )


def _within(deposit: Deposit, amount_fen: int) -> None:
    if not 0 <= amount_fen <= deposit.held_fen:
        raise ValueError(f"{amount_fen} of {deposit.held_fen}")


def needs_decision(deposit: Deposit, *, decided: bool) -> bool:
    """Whether an operator has to release: what is on hold never goes by itself, nor after a violation, unless
    one of them decided so already (ALI-DEP-13, AMB-05)."""
    return deposit.on_hold or (deposit.blemished and not decided)


def still_decided(event: Event | None, *, decided: bool) -> bool:
    """Whether a release counts as an operator's after this event: a hold asks for the decision again."""
    return isinstance(event, DecidedToRelease) or (decided and not isinstance(event, DecidedToHold))


def outcome_of(deposit: Deposit) -> DepositOutcome:
    """Forfeited, when nothing was left of what was paid and not given back (AMB-05)."""
    gone = deposit.forfeited_fen > 0 and deposit.returned_fen + deposit.returning_fen == 0
    return DepositOutcome.FORFEITED if gone else DepositOutcome.RELEASED


def closed_to(deposit: Deposit) -> frozenset[type[Event]]:
    """What would change nothing now, or is not to be: no release while it is on hold (ALI-DEP-13)."""
    idle: set[type[Event]] = {DecidedToHold, DecidedToRelease} if deposit.on_hold else {DecidedToLift}
    if not deposit.over_fen:
        idle.add(DecidedToReturnExcess)
    if not deposit.held_fen:
        idle.add(DecidedToForfeit)
    return frozenset(idle)


def needs_second_operator(act: Event, held_fen: int, above_fen: int) -> bool:
    """Whether a decision moves more than one operator may move: `above_fen` itself is still allowed."""
    match act:
        case DecidedToForfeit() | DecidedToReturnExcess():
            return act.amount_fen > above_fen
        case DecidedToRelease() | ReleaseRequested():
            return held_fen > above_fen
    return False


def facts(terms: DepositTerms, deposit: Deposit, shown: tuple[Block, ...]) -> dict[str, JsonValue]:
    """What the case shows of its account."""
    figures = ("required", "held", "due", "over", "paid", "returning", "returned", "forfeited")
    return {
        **{f"{name}_fen": getattr(deposit, f"{name}_fen") for name in figures},
        "categories": [*deposit.categories],
        "tariff_version": deposit.tariff_version,
        "methods": None if terms.methods is None else [str(method) for method in terms.methods],
        "blocks": [str(block) for block in shown],
        "on_hold": deposit.on_hold,
        "payments": [payment.model_dump(mode="json") for payment in deposit.payments],
    }


# --- what stands against an event


@dataclass(frozen=True, slots=True)
class Figures:
    """What an event is measured by: the account as it is, or as it stands on record."""

    due_fen: int
    over_fen: int
    held_fen: int
    methods: Collection[str] | None
    payment_ids: Collection[str]

    @classmethod
    def of(cls, terms: DepositTerms, deposit: Deposit) -> Self:
        ids = {payment.payment_id for payment in deposit.payments}
        return cls(deposit.due_fen, deposit.over_fen, deposit.held_fen, terms.methods, ids)

    @classmethod
    def on_record(cls, view: CaseView) -> Self:
        data: dict[str, Any] = dict(view.data)
        ids = {payment["payment_id"] for payment in data.get("payments", ())}
        due, over, held = (data.get(name, 0) for name in ("due_fen", "over_fen", "held_fen"))
        return cls(due, over, held, data.get("methods"), ids)


def against(
    act: Event, figures: Figures, tariff: Tariff | None = None, offered: Sequence[Category] = ()
) -> list[Finding]:
    """Everything that stands against an act in an account with these figures, given the tariff in force."""
    return list(_against(act, figures, tariff, offered))


def _against(
    act: Event, figures: Figures, tariff: Tariff | None, offered: Sequence[Category]
) -> Iterator[Finding]:
    match act:
        case PaymentRequested():
            yield from _of_asking(act, figures)
        case DecidedToForfeit() if act.amount_fen > figures.held_fen:
            yield _too_much("more-than-held", f"{figures.held_fen} fen are held")
        case DecidedToReturnExcess() if act.amount_fen > figures.over_fen:
            yield _too_much("more-than-excess", f"{figures.over_fen} fen are held beyond what is required")
        case DecidedOnCategories() if tariff is not None:
            yield from unknown(act.categories, offered) or unpriced(act.categories, tariff)
        case Paid() if act.payment_id in figures.payment_ids:
            yield Finding(field="payment_id", code="taken-already", detail="this payment is taken already")
        case Paid() if len(figures.payment_ids) >= MOST_PAYMENTS:
            yield Finding(field="payment_id", code="too-many-payments", detail="the account is full")


def _of_asking(asked: PaymentRequested, figures: Figures) -> Iterator[Finding]:
    if figures.methods is not None and asked.method not in figures.methods:
        yield Finding(
            field="method",
            code="other-method",
            rule="TCM-DEP-07",
            detail="a deposit is not paid this way",
            next=f"choose among {', '.join(figures.methods)}",
        )
    if (asked.amount_fen or 1) > figures.due_fen:
        yield _too_much("more-than-due", f"{figures.due_fen} fen are due")


def _too_much(code: str, detail: str) -> Finding:
    return Finding(field="amount_fen", code=code, detail=detail, next="ask for that much at most")


def unpriced(categories: Sequence[str], tariff: Tariff) -> list[Finding]:
    """Why a tariff does not say what these categories ask for (ALI-ONB-15)."""
    try:
        required_fen(categories, tariff)
    except Unpriced as why:
        return [
            Finding(
                field="categories",
                code="no-deposit-known",
                rule="ALI-ONB-15",
                detail=f"the tariff has no amount: {why}",
                next="choose among the market's categories",
            )
        ]
    return []


def against_tariff(deposit: Deposit, in_force: TariffInForce) -> list[Finding]:
    """Why an account does not change over: it has this tariff, or one of its categories has no amount."""
    if in_force.version == deposit.tariff_version:
        detail = f"the account runs by {in_force.version}"
        return [Finding(field="tariff_version", code="in-force-already", detail=detail)]
    return unpriced(deposit.categories, in_force.tariff)


def unknown(categories: Sequence[str], offered: Sequence[Category]) -> list[Finding]:
    """Categories that the market does not have. A class as a whole is known: deposits ask by class."""
    known = {name for each in offered for name in (each.name, *each.keys)}
    return [
        Finding(
            field=f"categories.{place}",
            code="unknown-category",
            rule="TCM-CAT-19",
            detail="this market has no such category",
            next="choose among the market's categories",
        )
        for place, key in enumerate(categories)
        if offered and key not in known
    ]
