"""What a provider may not do in a market now, and everything that stands against it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.deposits import Block
from models.rules.findings import Finding


class Why(StrEnum):
    NOT_ONBOARDED = "not-onboarded"
    DEPOSIT_UNPAID = "deposit-unpaid"
    DEPOSIT_SHORT = "deposit-short"
    DEPOSIT_RELEASING = "deposit-releasing"
    ACCOUNT_UNPROVEN = "account-unproven"
    CERTIFICATION_FEE_UNPAID = "certification-fee-unpaid"
    NO_MERCHANT_NUMBER = "no-merchant-number"
    SETTLEMENT_NOT_ACTIVATED = "settlement-not-activated"
    DEDUCTION_NOT_AUTHORISED = "deduction-not-authorised"
    AGREEMENT_LAPSED = "agreement-lapsed"
    SHOP_NOT_APPROVED = "shop-not-approved"

    @property
    def rule(self) -> str:
        return _SAYS[self][0]


_SAYS: Mapping[Why, tuple[str, str, str]] = {
    Why.NOT_ONBOARDED: ("TCM-ONB-02", "is not onboarded in this market", "finish its onboarding"),
    Why.DEPOSIT_UNPAID: ("TCM-DEP-04", "has paid no deposit", "pay the deposit"),
    Why.DEPOSIT_SHORT: ("AMB-38", "has paid less deposit than is required", "top up the deposit"),
    Why.DEPOSIT_RELEASING: ("AMB-39", "gets its deposit back: it is leaving", "wait until that is over"),
    Why.ACCOUNT_UNPROVEN: ("TCM-TEN-15", "has no proven bank account", "prove the bank account"),
    Why.CERTIFICATION_FEE_UNPAID: ("TCM-ONB-21", "owes the certification fee", "pay the fee"),
    Why.NO_MERCHANT_NUMBER: ("TCM-MCH-01", "has opened no merchant number", "open one of the numbers"),
    Why.SETTLEMENT_NOT_ACTIVATED: (
        "ALI-SET-05",
        "has not activated its settlement account, and the old one is out of use",
        "open a settlement account",
    ),
    Why.DEDUCTION_NOT_AUTHORISED: (
        "ALI-SET-23",
        "has not authorised deductions from its settlement account",
        "authorise them",
    ),
    Why.AGREEMENT_LAPSED: ("ALI-REN-04", "has an agreement that is over", "sign the next one"),
    Why.SHOP_NOT_APPROVED: (
        "TCM-SHOP-02",
        "shows no approved shop",
        "have its shop approved, and publish it",
    ),
}
"""The rule, what is so, and what puts it right."""
GUARDED = (Block.LISTING, Block.WITHDRAWAL, Block.CONNECTING)
"""What no market lets anybody do who is not onboarded."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider stands in a market. What its market does not ask for, or waived, blocks nothing."""

    onboarded: bool
    permitted: bool = False
    """Its provider permission is open: it connects before it is onboarded (TCM-ONB-02)."""
    guarded: Collection[Block] = GUARDED
    """What nobody may do who is not onboarded. A market says for itself whether it guards purchases."""
    held_fen: int = 0
    due_fen: int = 0
    by_deposit: Collection[str] = ()
    """What the deposit account says that it blocks: that is its policy's, and so is a notice before."""
    by_account: Collection[str] = ()
    """The same of the bank account."""
    fee_owed: bool = False
    without_number: Collection[Block] = ()
    """What its market keeps from it because no merchant number of it is open."""
    not_activated: Collection[Block] = ()
    """The same, because the old settlement account is out of use and no new one is activated."""
    not_authorised: Collection[Block] = ()
    """The same, because nothing may be deducted from its settlement account."""
    agreement_lapsed: bool = False
    """An agreement that it accepted is past its last day."""
    without_shop: Collection[Block] = ()
    """What its market keeps from it because no shop of it is shown."""


def blocked_by(standing: Standing) -> dict[Block, tuple[Why, ...]]:
    """By activity, everything that stands against it; nothing where the provider is free to do it.

    Who is not onboarded sells nothing, and connects nothing before its permission is open (TCM-ONB-02, -10);
    a deposit guards as its policy says (TCM-DEP-03, -04); an account is payable only while it is proven
    (TCM-TEN-15); nothing is published before the fee is paid (TCM-ONB-21); nothing is bought of who has no
    merchant number (TCM-MCH-01), or no settlement account once the old one is out of use (ALI-SET-05);
    nothing is paid out that could not be deducted again (ALI-SET-23); nothing is listed once an agreement is
    over (ALI-REN-04, AMB-11), or without a shop where the market asks for one (TCM-SHOP-02, AMB-20).
    """
    return {activity: tuple(_against(activity, standing)) for activity in Block}


def block_findings(reasons: Collection[Why], field: str) -> list[Finding]:
    """The reasons as a refusal of whoever asked for it. `field` says where the provider was named."""
    return [
        Finding(field=field, code=why, rule=why.rule, detail=f"this provider {so}", next=then)
        for why in reasons
        for _, so, then in (_SAYS[why],)
    ]


def _against(activity: Block, standing: Standing) -> Iterator[Why]:
    admitted = standing.onboarded or (activity is Block.CONNECTING and standing.permitted)
    if not admitted and activity in standing.guarded:
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
    if activity in standing.without_number:
        yield Why.NO_MERCHANT_NUMBER
    if activity in standing.not_activated:
        yield Why.SETTLEMENT_NOT_ACTIVATED
    if activity in standing.not_authorised:
        yield Why.DEDUCTION_NOT_AUTHORISED
    if activity is Block.LISTING and standing.agreement_lapsed:
        yield Why.AGREEMENT_LAPSED
    if activity in standing.without_shop:
        yield Why.SHOP_NOT_APPROVED
