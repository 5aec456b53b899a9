"""The bank as we need it. It fails as every gateway does: `GatewayUnavailable`, `GatewayRefused`."""

from datetime import datetime
from typing import Protocol

from models.bank import AccountCheck, BankDetails
from models.bank_entries import BankEntry, PaidOut


class Bank(Protocol):
    """Every call may be repeated: each carries a key, or changes nothing the second time."""

    def check(self, account: BankDetails) -> AccountCheck:
        """Whether the bank knows the account under that holder. It may take long (TCM-TEN-11)."""

    def pay_out(self, market: str, key: str, account: BankDetails, amount_fen: int, remark: str) -> PaidOut:
        """Pay into the account, once for a key (TCM-TEN-12)."""

    def entry(self, entry_id: str) -> BankEntry | None:
        """A confirmed entry of ours; None where there is none of that id, or none yet."""

    def entries_since(self, since: datetime) -> list[BankEntry]:
        """Every entry from that instant on, for reconciliation."""
