"""Deposits made up for tests of their rules."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.deposits import Deposit, DepositPayment
from models.rules.tariffs import Tariff

EACH = 3_000_000
PER_CLASS = Tariff(otherwise_fen=EACH, each_fen={"retail-channel": 5_000_000})
FLAT = Tariff(flat_fen=500_000)
AT = datetime(2026, 3, 1, tzinfo=UTC)
WHY = {"reason": "r"}


def deposit(*paid_fen: int, categories: Sequence[str] = ("service",), **changes: Any) -> Deposit:
    payments = tuple(
        DepositPayment(receipt=f"d-{n}", payment_id=f"p-{n}", amount_fen=fen, method=None, paid_at=AT)
        for n, fen in enumerate(paid_fen, 1)
    )
    known = {
        "categories": tuple(categories),
        "tariff": PER_CLASS,
        "tariff_version": "1",
        "payments": payments,
    }
    return Deposit.model_validate({**known, **changes})
