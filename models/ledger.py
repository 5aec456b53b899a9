"""The ledger: double entry in fen. An entry is never changed; a correction is another transaction."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from models.base import Frozen
from models.rules.commission import commission_fen

CNY = "CNY"
PROVIDER = "provider:"
DEPOSIT = "deposit:"
ARREARS = "arrears:"


class Account(StrEnum):
    """The accounts that every market has. Each provider has more: `owed_to`, `deposit_of`, `arrears_of`."""

    GATEWAY = "gateway"
    """What the payment gateway holds for us."""
    UNAPPLIED = "unapplied"
    """Money that no order took yet."""
    ESCROW = "escrow"
    """Held for open orders."""
    COMMISSION = "commission"
    """What completed orders earned us (TCM-FEE-02)."""
    FEES = "fees"
    """What providers paid once to be certified (TCM-ONB-21)."""
    FORFEITED = "forfeited"
    """Deposits that became ours (AMB-05, AMB-39)."""
    REFUNDS_DUE = "refunds_due"
    """What buyers get back of money that their provider had got already (ALI-SET-20)."""


def owed_to(provider_id: str) -> str:
    """The account of what a provider is still to be paid."""
    return f"{PROVIDER}{provider_id}"


def deposit_of(provider_id: str) -> str:
    """The account of what a provider gave as security: no fee, and apart from what it earns (ALI-DEP-14)."""
    return f"{DEPOSIT}{provider_id}"


def arrears_of(provider_id: str) -> str:
    """The account of what a provider owes us, for refunds of what it had got already (ALI-SET-21, AMB-26)."""
    return f"{ARREARS}{provider_id}"


class AccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"

    @property
    def sign(self) -> Literal[1, -1]:
        """What makes a sum of entries a balance in the account's normal side: debit 1, credit -1."""
        return 1 if self is AccountKind.ASSET else -1


KINDS: dict[str, AccountKind] = {
    Account.GATEWAY: AccountKind.ASSET,
    Account.UNAPPLIED: AccountKind.LIABILITY,
    Account.ESCROW: AccountKind.LIABILITY,
    Account.COMMISSION: AccountKind.INCOME,
    Account.FEES: AccountKind.INCOME,
    Account.FORFEITED: AccountKind.INCOME,
    Account.REFUNDS_DUE: AccountKind.LIABILITY,
}


def kind_of(account: str) -> AccountKind:
    """An account's kind, and with it its normal side. Raises ValueError for what is no account."""
    if any(account.removeprefix(of_a_provider) not in ("", account) for of_a_provider in (PROVIDER, DEPOSIT)):
        return AccountKind.LIABILITY
    if account.removeprefix(ARREARS) not in ("", account):
        return AccountKind.ASSET
    if account in KINDS:
        return KINDS[account]
    raise ValueError(f"no account: {account}")


def _not_zero(amount_fen: int) -> int:
    if amount_fen == 0:
        raise ValueError("an entry of nothing")
    return amount_fen


class Entry(Frozen):
    account: Annotated[str, StringConstraints(min_length=1)]
    amount_fen: Annotated[int, Field(strict=True, ge=-(10**15), le=10**15), AfterValidator(_not_zero)]
    """Debit positive, credit negative, never 0."""


class LedgerTransaction(Frozen):
    """What one business step means in money. Refuses entries that do not sum to zero."""

    key: Annotated[str, StringConstraints(min_length=1)]
    """The business step, unique for ever."""
    market: str
    what: str
    currency: str
    entries: Annotated[tuple[Entry, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _balanced(self) -> Self:
        if total := sum(entry.amount_fen for entry in self.entries):
            raise ValueError(f"{self.key} is out of balance by {total} fen")
        return self


def received(market: str, payment_id: str, amount_fen: int, currency: str = CNY) -> LedgerTransaction:
    """The gateway holds a payment that no order took yet (AMP-ORD-20)."""
    return _transaction(
        f"received:{market}:{payment_id}",
        market,
        "payment_received",
        currency,
        (Account.GATEWAY, amount_fen),
        (Account.UNAPPLIED, -amount_fen),
    )


def applied(market: str, payment_id: str, amount_fen: int) -> LedgerTransaction:
    """An order took a payment: it is held until the order ends (AMP-ORD-20)."""
    return _transaction(
        f"applied:{market}:{payment_id}",
        market,
        "payment_applied",
        CNY,
        (Account.UNAPPLIED, amount_fen),
        (Account.ESCROW, -amount_fen),
    )


def of_provider(provider_id: str) -> tuple[str, ...]:
    """The accounts that a provider may see: what it is owed, gave as security, and owes."""
    return owed_to(provider_id), deposit_of(provider_id), arrears_of(provider_id)


def deposited(market: str, payment_id: str, provider_id: str, amount_fen: int) -> LedgerTransaction:
    """A deposit account took a payment: held for the provider until it is released, or forfeited."""
    return _transaction(
        f"applied:{market}:{payment_id}",
        market,
        "deposit_taken",
        CNY,
        (Account.UNAPPLIED, amount_fen),
        (deposit_of(provider_id), -amount_fen),
    )


def fee_paid(market: str, payment_id: str, amount_fen: int) -> LedgerTransaction:
    """A provider paid its certification fee, which is ours at once (TCM-ONB-21)."""
    return _transaction(
        f"fee_paid:{market}:{payment_id}",
        market,
        "fee_paid",
        CNY,
        (Account.UNAPPLIED, amount_fen),
        (Account.FEES, -amount_fen),
    )


def forfeited(case_id: str, number: int, market: str, provider_id: str, amount_fen: int) -> LedgerTransaction:
    """A part of a deposit became ours. Each of an account's forfeitures has a number (AMB-05, AMB-39)."""
    return _transaction(
        f"forfeited:{case_id}:{number}",
        market,
        "deposit_forfeited",
        CNY,
        (deposit_of(provider_id), amount_fen),
        (Account.FORFEITED, -amount_fen),
    )


def claimed(case_id: str, number: int, market: str, provider_id: str, amount_fen: int) -> LedgerTransaction:
    """A buyer is refunded what a provider had got already: it owes us that (ALI-SET-20). Each of a settlement
    account's claims has a number."""
    return _transaction(
        f"claimed:{case_id}:{number}",
        market,
        "recovery_claimed",
        CNY,
        (arrears_of(provider_id), amount_fen),
        (Account.REFUNDS_DUE, -amount_fen),
    )


def recovered(case_id: str, number: int, market: str, provider_id: str, amount_fen: int) -> LedgerTransaction:
    """What a provider owed us was deducted from its account (ALI-SET-20)."""
    return _transaction(
        f"recovered:{case_id}:{number}",
        market,
        "recovery_taken",
        CNY,
        (Account.GATEWAY, amount_fen),
        (arrears_of(provider_id), -amount_fen),
    )


def disclaimed(
    case_id: str, number: int, market: str, provider_id: str, amount_fen: int
) -> LedgerTransaction:
    """A claim was none: another one had asked for that payment before."""
    return _transaction(
        f"disclaimed:{case_id}:{number}",
        market,
        "recovery_disclaimed",
        CNY,
        (Account.REFUNDS_DUE, amount_fen),
        (arrears_of(provider_id), -amount_fen),
    )


def refunded(
    key: str,
    market: str,
    amount_fen: int,
    source: str,
    currency: str = CNY,
) -> LedgerTransaction:
    """A payment, or a part, went back from the account that held it. `key` is the refund's own (AMP-IMP-05,
    AMB-05, AMB-47)."""
    sides = (source, amount_fen), (Account.GATEWAY, -amount_fen)
    return _transaction(key, market, "payment_refunded", currency, *sides)


def completed(
    case_id: str, market: str, provider_id: str, amount_fen: int, rate: Decimal
) -> LedgerTransaction:
    """A paid order ended well: commission is ours, the rest is owed to the provider (TCM-FEE-02)."""
    commission = commission_fen(amount_fen, rate)
    return _transaction(
        f"completed:{case_id}",
        market,
        "order_completed",
        CNY,
        (Account.ESCROW, amount_fen),
        (owed_to(provider_id), commission - amount_fen),
        (Account.COMMISSION, -commission),
    )


def _transaction(
    key: str, market: str, what: str, currency: str, *sides: tuple[str, int]
) -> LedgerTransaction:
    entries = tuple(Entry(account=account, amount_fen=fen) for account, fen in sides if fen)
    return LedgerTransaction(key=key, market=market, what=what, currency=currency, entries=entries)
