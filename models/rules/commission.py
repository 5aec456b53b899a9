"""What the market keeps of a completed order (TCM-FEE-02, AMB-40)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field


def _as_written(rate: object) -> object:
    if isinstance(rate, Decimal | str):
        return rate
    raise ValueError('must be written as a string such as "0.10"')


Rate = Annotated[Decimal, BeforeValidator(_as_written), Field(ge=0, le=1, decimal_places=4)]
"""A part of the whole, "0.10" for 10 %. A bare number is refused: 0.1 is not a tenth in a float."""


def commission_fen(amount_fen: int, rate: Decimal) -> int:
    """The market's part in fen of what was paid less refunds, half a fen rounded up (TCM-FEE-02, AMB-40).

    Raises ValueError for a negative amount or a rate outside 0 to 1.
    """
    if amount_fen < 0 or not 0 <= rate <= 1:
        raise ValueError(f"no commission of {rate} on {amount_fen} fen")
    return int((amount_fen * rate).quantize(Decimal(1), ROUND_HALF_UP))
