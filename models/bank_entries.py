"""What moves on our account at the bank: payouts, what comes back of them, and remittances (TCM-WX-05)."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from models.bank import CheckRef, Personal, without_gaps
from models.base import Fen, Frozen, Id, Instant


class PaidOut(Frozen):
    """The bank's own reference of a payout."""

    reference: str


class EntryKind(StrEnum):
    RECEIVED = "received"
    RETURNED = "returned"


class BankEntry(Personal):
    """Money that the bank confirms: a remittance that we received, or a payout of ours that came back."""

    kind: EntryKind
    market: str
    entry_id: Id
    amount_fen: Fen
    payer_holder: str = ""
    payer_number: Annotated[str, BeforeValidator(without_gaps)] = ""
    remark: str
    at: Instant
    payout_key: str | None = None
    """The key under which we asked for the payout that came back."""


def payout_key(ref: CheckRef, n: int) -> str:
    return f"micro-deposit:{ref.case_id}:{ref.round}:{n}"


def check_of_payout(key: str) -> tuple[str, int]:
    """The case and the round that a payout was made for; ("", 0) where the key is none of ours."""
    kind, _, rest = key.partition(":")
    case_id, round, n = ("", *rest.rsplit(":", 2))[-3:] if rest.count(":") >= 2 else ("", "", "")
    if kind != "micro-deposit" or not (round.isdecimal() and n.isdecimal()):
        return "", 0
    return case_id, int(round)
