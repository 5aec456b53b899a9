"""What the ledger says of the cases of one run, and of no other: each line names its case."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.cases import Role
from models.ledger import ARREARS, DEPOSIT, PROVIDER, Account, arrears_of, deposit_of, owed_to
from rehearsal.caller import Caller

OF_PROVIDERS = (PROVIDER, DEPOSIT, ARREARS)
OF_MARKETS = {*Account} - {Account.GATEWAY}
"""Where money can be, besides the accounts of providers."""
SLACK = timedelta(hours=1)
"""By how much the clocks of the API and of the database may differ."""


@dataclass(frozen=True, slots=True)
class Books:
    """In fen: what providers are owed, what we earned, what providers gave as deposits, and what is held for
    whom is not settled yet."""

    owed: int = 0
    commission: int = 0
    deposits: int = 0
    forfeited: int = 0
    fees: int = 0
    held: int = 0
    refunds_due: int = 0
    """What buyers get back of money that was paid out already."""
    arrears: int = 0
    """What of that providers still owe us. The rest was deducted from their accounts."""

    @classmethod
    def of(cls, balances: Iterable[tuple[str, int]]) -> "Books":
        """From the balance of each account that there is."""
        found: Counter[str] = Counter()
        for account, fen in balances:
            found[account.partition(":")[0] if account.startswith(OF_PROVIDERS) else account] += fen
        return cls(
            owed=found[PROVIDER[:-1]],
            commission=found[Account.COMMISSION],
            deposits=found[DEPOSIT[:-1]],
            forfeited=found[Account.FORFEITED],
            fees=found[Account.FEES],
            held=found[Account.ESCROW] + found[Account.UNAPPLIED],
            refunds_due=found[Account.REFUNDS_DUE],
            arrears=found[ARREARS[:-1]],
        )

    @property
    def total(self) -> int:
        """What became of the money that was paid."""
        return self.owed + self.commission + self.deposits + self.forfeited + self.fees + self.held


@dataclass(frozen=True, slots=True)
class Ledger:
    """A market's ledger, as an operator reads it."""

    caller: Caller
    market: str

    async def of(
        self, case_ids: Set[str], providers: Iterable[str], since: datetime
    ) -> list[tuple[str, int]]:
        """What these cases left in each account that their money can be in."""
        wanted = {*OF_MARKETS, *(of(each) for each in providers for of in (owed_to, deposit_of, arrears_of))}
        return [
            (account, await self._left(account, case_ids, since))
            async for account in self._accounts()
            if account in wanted
        ]

    async def _accounts(self) -> AsyncIterator[str]:
        cursor: str | None = None
        while True:
            page = await self._read("", {"limit": 200} | ({"cursor": cursor} if cursor else {}))
            for each in page["accounts"]:
                yield each["account"]
            if (cursor := page["next"]) is None:
                return

    async def _left(self, account: str, case_ids: Set[str], since: datetime) -> int:
        asked: dict[str, Any] = {"limit": 200, "from": (since - SLACK).isoformat()}
        left = 0
        while (page := await self._read(f"/{account}", asked))["lines"]:
            left += sum(line["amount_fen"] for line in page["lines"] if line["case_id"] in case_ids)
            asked["after"] = page["next"]
        return left

    async def _read(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        accounts = f"/v1/markets/{self.market}/ledger/accounts"
        return await self.caller.ask("GET", accounts + path, Role.OPERATOR, market=self.market, params=asked)
