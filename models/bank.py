"""A provider's bank account, and the check that it is the provider's (TCM-TEN-08..17, TCM-WX-03..07)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from models.base import Fen, Flag, Frozen, Id, Instant, Text
from models.periods import Span
from models.private import Sealed
from models.rules.guessing import CODE_DIGITS, MOST_LIKELY, guess_chance
from models.rules.identity.persons import PersonDocument


class Direction(StrEnum):
    """Who pays whom, so that the account shows whose it is."""

    PLATFORM_PAYS = "platform_pays"
    PROVIDER_REMITS = "provider_remits"


class Proof(StrEnum):
    """What a provider reads off its account and types in."""

    TWO_AMOUNTS = "two_amounts"
    AMOUNT_AND_CODE = "amount_and_code"


class Personal(Frozen):
    """A value that never shows itself: neither in a log, nor in the text of an error."""

    model_config = ConfigDict(hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ()


def without_gaps(number: object) -> object:
    return number.replace(" ", "").replace("-", "") if isinstance(number, str) else number


AccountNumber = Annotated[
    str, BeforeValidator(without_gaps), StringConstraints(pattern=r"^[0-9]{8,32}$", max_length=32)
]
"""The digits of a bank account, without the spaces and hyphens that people write."""

ShortText = Annotated[Text, Field(max_length=128)]


class Controller(Personal):
    """The person who really controls a company, where that is not its legal representative (AMB-33)."""

    name: Annotated[Text, Field(max_length=64)]
    document: PersonDocument


class BankDetails(Personal):
    """The account as its provider gives it (TCM-TEN-08). A bank off the list is "other" (TCM-TEN-09)."""

    account_type: Literal["corporate"]
    holder: ShortText
    bank: ShortText
    branch_city: ShortText
    branch: ShortText
    number: AccountNumber
    controller_is_legal_representative: Flag
    controller: Controller | None = None

    @model_validator(mode="after")
    def _names_its_controller(self) -> Self:
        """Refused unless exactly one of both is said: the legal representative, or who else (AMB-33)."""
        if self.controller_is_legal_representative == (self.controller is not None):
            raise ValueError("name the controller where it is not the legal representative, and only there")
        return self


class Payee(Frozen):
    """Where a provider remits to: an account of the platform's own, and no secret (TCM-WX-06)."""

    name: ShortText
    number: AccountNumber
    bank: ShortText
    city: ShortText


class BankCheckTerms(Frozen):
    """How an account is checked. Terms that a blind guess could satisfy too easily are refused (AMB-36)."""

    direction: Direction
    proof: Proof | None = None
    """For `platform_pays` alone."""
    payee: Payee | None = None
    """For `provider_remits` alone."""
    lowest_fen: Annotated[Fen, Field(ge=1)]
    highest_fen: Annotated[Fen, Field(le=100_00)]
    attempts: Annotated[int, Field(strict=True, ge=1, le=10)]
    """How often the provider may type in what it received, in one round."""
    rounds: Annotated[int, Field(strict=True, ge=1, le=10)]
    """How often one account may be checked, ever."""
    accounts: Annotated[int, Field(strict=True, ge=1, le=100)]
    """How many different accounts a provider may try."""
    valid_for: Span
    """From the issue to the deadline (TCM-WX-04, AMB-36)."""
    cool_down: Span
    """From the end of a round that could be guessed to the next of the same account."""
    checked_within: Span
    """How long the bank may look at the data before operators are told (TCM-TEN-11)."""

    @property
    def secret_amounts(self) -> int:
        """How many amounts the provider types in."""
        if self.direction is Direction.PROVIDER_REMITS:
            return 0
        return 2 if self.proof is Proof.TWO_AMOUNTS else 1

    @property
    def has_code(self) -> bool:
        return self.proof is Proof.AMOUNT_AND_CODE

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        remits = self.direction is Direction.PROVIDER_REMITS
        if remits == (self.proof is not None):
            raise ValueError("a proof is for platform_pays, and for that alone")
        if remits != (self.payee is not None):
            raise ValueError("a payee is for provider_remits, and for that alone")
        if self.highest_fen < self.lowest_fen:
            raise ValueError("highest_fen is below lowest_fen")
        if (chance := guess_chance(self)) > MOST_LIKELY:
            raise ValueError(f"a blind guess succeeds with {chance}, more than {MOST_LIKELY}")
        return self


class Guess(Personal):
    """What the provider says it received (TCM-TEN-13)."""

    amounts_fen: Annotated[tuple[Fen, ...], Field(min_length=1, max_length=2)]
    code: Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$")] | None = None


class Secret(Personal):
    """What only the account's owner can read, or is shown what to do with. It is kept sealed."""

    amounts_fen: tuple[Fen, ...]
    code: str | None = None
    payee: Payee | None = None


class Instruction(Personal):
    """What the provider must remit, shown to the provider alone (TCM-WX-05, -06). Never a payload."""

    payer_name: str
    payer_number: str
    amount_fen: Fen
    payee: Payee
    remark: str
    until: Instant


# --- what activities are told, and what they answer: no amounts, no account in clear


class CheckRef(Frozen):
    """A check, by its case and its round in it: 1, 2, ..."""

    market: str
    case_id: str
    round: Annotated[int, Field(strict=True, ge=1)]


class AskedAccount(Frozen):
    """An account whose data the bank is asked to check before anything is paid (TCM-TEN-11)."""

    ref: CheckRef
    account: Sealed
    company_name: Text


class AccountCheck(Frozen):
    """Whether the account is one that may be checked, and why not: `holder_mismatch`, or the bank's code."""

    ok: bool
    code: str | None = None


class IssueRound(Frozen):
    ref: CheckRef
    provider_id: Id
    account: Sealed
    terms: BankCheckTerms
    at: Instant
    granted: Flag = False
    """Operators ask for this round: at once where the account should rest, and once more where it is to remit
    again. Never one more to guess in: that would be beside the bound on guessing (AMB-36)."""


class Issued(Frozen):
    kind: Literal["issued"] = "issued"
    expires_at: Instant
    """At this instant it is too late (CV-6)."""
    attempts_left: int
    rounds_left: int
    """How many the account may have after this one."""


class WhyNotIssued(StrEnum):
    ROUNDS_USED_UP = "rounds_used_up"
    ACCOUNTS_USED_UP = "accounts_used_up"
    COOLING_DOWN = "cooling_down"


class NotIssued(Frozen):
    """`until` when it is refused; None: for ever."""

    kind: Literal["not_issued"] = "not_issued"
    reason: WhyNotIssued
    until: Instant | None = None


Issue = Annotated[Issued | NotIssued, Field(discriminator="kind")]


class SealedGuess(Frozen):
    """`key` is the event's: repeated, it uses no other attempt. `at` is when the API received it."""

    ref: CheckRef
    key: str
    guess: Sealed
    terms: BankCheckTerms
    at: Instant


class Compared(Frozen):
    """One generic no for everything that is not right."""

    right: bool
    attempts_left: int
    expired: bool = False
    malformed: bool = False
    """Not even of the shape that was asked for: it used no attempt."""


LAPSED = "lapsed"


class VoidCheck(Frozen):
    ref: CheckRef
    why: str
    """A word of ours, never anybody's text."""
    at: Instant


class RemittanceNotice(Frozen):
    """A notice of the bank: nothing in it is believed but the entry's id."""

    market: str
    entry_id: Id


class WhyUnmatched(StrEnum):
    """Why a remittance proves nothing. The wallet returns such money, not we (AMB-34)."""

    UNKNOWN_REMARK = "unknown_remark"
    NO_OPEN_CHECK = "no_open_check"
    WRONG_PAYER = "wrong_payer"
    LATE = "late"
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN_PAYOUT = "unknown_payout"


class Matched(Frozen):
    """The remittance proves that check's account; `at` is the bank's time."""

    kind: Literal["matched"] = "matched"
    case_id: str
    round: int
    at: Instant


class Unmatched(Frozen):
    kind: Literal["unmatched"] = "unmatched"
    reason: WhyUnmatched
    at: Instant


class Returned(Frozen):
    """A payout came back: that check is void, also after success."""

    kind: Literal["returned"] = "returned"
    case_id: str
    round: int
    at: Instant


Remitted = Annotated[Matched | Unmatched | Returned, Field(discriminator="kind")]
