"""Enterprise Alipay accounts as we need them. They fail as every gateway does: `GatewayUnavailable`,
`GatewayRefused`."""

from typing import Protocol

from models.base import Fen


class EnterpriseAccounts(Protocol):
    """Every call may be repeated: each carries a key, or changes nothing the second time."""

    def holder_of(self, account: str) -> str | None:
        """The company behind an account, as it is registered there; None where there is no such account."""

    def deduct(self, market: str, key: str, account: str, amount_fen: Fen) -> bool:
        """Take the whole amount from the account, once for a key. False: nothing was taken, because not
        enough is there or nobody may take it. Asked again later, it may be."""
