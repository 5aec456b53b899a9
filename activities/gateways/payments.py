"""The payment gateway as we need it, and what it may answer."""

from datetime import datetime
from typing import Protocol

from models.payments import Charge, Payment, PaymentPage, Refund


class GatewayUnavailable(Exception):
    """No answer, or none that says what happened: the same call may be made again."""


class GatewayRefused(Exception):
    """An answer, and it is no. `code` is the gateway's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PaymentGateway(Protocol):
    """Every call may be repeated: each carries a key, or changes nothing the second time."""

    def open(self, charge: Charge) -> PaymentPage:
        """A page where the buyer pays, until the charge is closed."""

    def query(self, market: str, payment_id: str) -> Payment | None:
        """A confirmed payment; None where there is none of that id, or none yet."""

    def close(self, charge: Charge) -> list[Payment]:
        """Take no more money for the charge, and tell what was confirmed before.

        Unavailable while a payment is still being made: only a final answer is one.
        """

    def refund(self, refund: Refund) -> bool:
        """Give the payment back in full: True when done, False while it is under way."""

    def confirmed_since(self, since: datetime) -> list[Payment]:
        """Everything confirmed from that instant on, for reconciliation."""
