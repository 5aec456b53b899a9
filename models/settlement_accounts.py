"""A provider's settlement account: its stages, how it begins, what it carries from run to run (ALI-SET)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from models.base import Fen, Flag, Frozen, Id, Instant
from models.cases import Carried, Opening
from models.private import Sealed
from models.rules.settlement import blocks, cut_over_at
from models.settlement_terms import Path, SettlementTerms


class SettlementStage(StrEnum):
    OPENING = "opening"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Nothing may be deducted, and nothing is paid out (ALI-SET-23)."""
    WINDING_UP = "winding_up"
    CLOSED = "closed"


class AlipayStage(StrEnum):
    AWAITING_ACCOUNT = "awaiting_account"
    MATCHING = "matching"
    APPROVING = "approving"
    REJECTED = "rejected"
    AWAITING_DEDUCTION = "awaiting_deduction"
    OPEN = "open"


class MybankStage(StrEnum):
    AWAITING_AUTHORISATION = "awaiting_authorisation"
    AWAITING_DETAILS = "awaiting_details"
    MATCHING = "matching"
    AWAITING_AGREEMENT = "awaiting_agreement"
    AWAITING_DEDUCTION = "awaiting_deduction"
    OPEN = "open"


class SettlementOutcome(StrEnum):
    ENDED = "ended"
    COOPERATION_ENDED = "cooperation_ended"
    NO_ONBOARDING = "no_onboarding"


class OpenSettlementAccount(Frozen):
    """A provider is to have its money settled to an account of its own (ALI-SET-02)."""

    id: Id
    provider_id: Id
    onboarding: Id


class Debt(Frozen):
    """What is to be recovered of one payment, and when that is tried next (AMB-26)."""

    number: Annotated[int, Field(strict=True, ge=1)]
    """Of all that was ever asked for in this case: 1, 2, ..."""
    payment_id: Id
    amount_fen: Annotated[Fen, Field(ge=1)]
    next_at: Instant
    tries: int = 0


class SettlementStanding(Frozen):
    """What a case takes along into its next run; where its paths stand is on record."""

    company_name: str = ""
    activated_at: Instant | None = None
    deduction: Flag = False
    cut_over: Flag = False
    """The old account is out of use: that has been told."""
    reminded_at: Instant | None = None
    accounts: Mapping[Path, Sealed] = Field(default_factory=dict)
    """What was given for each path."""
    debts: tuple[Debt, ...] = ()
    recoveries: int = 0
    """How many were ever asked for."""

    @property
    def arrears_fen(self) -> int:
        return sum(debt.amount_fen for debt in self.debts)


class SettlementAccount(Frozen):
    """A settlement account that was let in: what each run of its workflow starts with."""

    opening: Opening
    terms: SettlementTerms
    provider_id: Id
    onboarding: str
    """The onboarding's case."""
    carried: Carried | None = None
    standing: SettlementStanding | None = None

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows from its beginning."""
        return {
            "onboarding": self.onboarding,
            "old_account_until": cut_over_at(self.terms).isoformat(),
            "activated_at": None,
            "deduction": False,
            "arrears_fen": 0,
            "blocks": [*blocks(self.opening.opened_at, None, self.terms, deduction=False)],
        }


# --- what activities are told, and what they answer


class AskedHolder(Frozen):
    """An enterprise Alipay account whose company has to be the provider's (ALI-SET-11)."""

    market: Id
    case_id: str
    path: Path
    account: Sealed
    company_name: str


class HolderMatch(Frozen):
    """Whether it is, and why not: `unknown_account`, or `holder_mismatch`."""

    ok: bool
    code: str | None = None


class AskedRecovery(Frozen):
    market: Id
    case_id: str
    path: Path
    account: Sealed
    debt: Debt


class RecoveryState(StrEnum):
    RECOVERED = "recovered"
    NOTHING_TAKEN = "nothing_taken"
    """Not enough is there, or the right is gone: tried again later (ALI-SET-21)."""
    ASKED_BEFORE = "asked_before"
    """Another one asked for that payment, and nothing is taken twice."""


class Recovery(Frozen):
    state: RecoveryState
