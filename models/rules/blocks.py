"""What a provider may not do in a market now, and everything that stands against it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.deposits import Block


class Why(StrEnum):
    NOT_ONBOARDED = "not-onboarded"
    DEPOSIT_UNPAID = "deposit-unpaid"
    DEPOSIT_SHORT = "deposit-short"
    DEPOSIT_RELEASING = "deposit-releasing"
    ACCOUNT_UNPROVEN = "account-unproven"
    CERTIFICATION_FEE_UNPAID = "certification-fee-unpaid"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider stands in a market. What its market does not ask for, or waived, blocks nothing."""

    onboarded: bool
    held_fen: int = 0
    due_fen: int = 0
    by_deposit: Collection[str] = ()
    """What the deposit account says that it blocks: that is its policy's, and so is a notice before."""
    by_account: Collection[str] = ()
    """The same of the bank account."""
    fee_owed: bool = False


def blocked_by(standing: Standing) -> dict[Block, tuple[Why, ...]]:
    """By activity, everything that stands against it; nothing where the provider is free to do it.

    Who is not onboarded sells nothing (TCM-ONB-02); a deposit guards as its policy says (TCM-DEP-03, -04);
    an account is payable only while it is proven (TCM-TEN-15); nothing is published before the fee is paid
    (TCM-ONB-21).
    """
    return {activity: tuple(_against(activity, standing)) for activity in Block}


def _against(activity: Block, standing: Standing) -> Iterator[Why]:
    if not standing.onboarded:
        yield Why.NOT_ONBOARDED
    if activity in standing.by_deposit:
        if not standing.due_fen:
            yield Why.DEPOSIT_RELEASING
        else:
            yield Why.DEPOSIT_SHORT if standing.held_fen else Why.DEPOSIT_UNPAID
    if activity in standing.by_account:
        yield Why.ACCOUNT_UNPROVEN
    if activity is Block.LISTING and standing.fee_owed:
        yield Why.CERTIFICATION_FEE_UNPAID
