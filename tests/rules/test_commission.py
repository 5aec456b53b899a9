"""What the market keeps of a completed order, to the fen: TCM-FEE-02, AMB-40."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.rules.commission import Rate, commission_fen

RATE = TypeAdapter[Decimal](Rate)
amounts = st.integers(min_value=0, max_value=10**15)
rates = st.integers(min_value=0, max_value=10_000).map(lambda parts: Decimal(parts).scaleb(-4))


@pytest.mark.parametrize(
    ("amount_fen", "rate", "commission"),
    [
        *((100_000, "0.10", 10_000), (99_999, "0.10", 10_000), (5, "0.10", 1)),
        *((4, "0.10", 0), (14, "0.10", 1), (15, "0.10", 2), (25, "0.10", 3), (1, "0.5", 1), (3, "0.5", 2)),
        *((4_999, "0.0001", 0), (5_000, "0.0001", 1)),
        *((0, "0.10", 0), (9_900, "0", 0), (9_900, "1", 9_900), (1, "0.9999", 1)),
        (10**15, "0.9999", 999_900_000_000_000),
    ],
)
def test_half_a_fen_is_rounded_up(amount_fen: int, rate: str, commission: int) -> None:
    assert commission_fen(amount_fen, Decimal(rate)) == commission


@given(amounts, rates)
def test_commission_and_the_providers_part_are_the_amount_and_neither_is_negative(
    amount_fen: int, rate: Decimal
) -> None:
    commission = commission_fen(amount_fen, rate)
    assert type(commission) is int
    assert 0 <= commission <= amount_fen
    assert abs(commission - amount_fen * rate) <= Decimal("0.5")


@given(amounts, amounts, rates)
def test_more_money_never_means_less_commission(one: int, other: int, rate: Decimal) -> None:
    less, more = sorted((one, other))
    assert commission_fen(less, rate) <= commission_fen(more, rate)


@pytest.mark.parametrize(("amount_fen", "rate"), [(-1, "0.1"), (1, "1.0001"), (1, "-0.0001")])
def test_there_is_no_commission_on_what_cannot_be(amount_fen: int, rate: str) -> None:
    with pytest.raises(ValueError, match="no commission"):
        commission_fen(amount_fen, Decimal(rate))


@pytest.mark.parametrize("written", ["0", "1", "0.1", "0.10", "0.0001", "1.0000"])
def test_a_rate_is_written_as_a_string_and_kept_exactly(written: str) -> None:
    rate = RATE.validate_python(written)
    assert rate == Decimal(written)
    assert RATE.validate_json(RATE.dump_json(rate)) == rate


@pytest.mark.parametrize(
    "written", [0.1, 0, 1, True, None, "", "ten", "10%", "1.0001", "-0.1", "0.00001", "NaN", "Infinity"]
)
def test_anything_else_is_no_rate(written: object) -> None:
    with pytest.raises(ValidationError):
        RATE.validate_python(written)


@pytest.mark.parametrize("written", ["0.1", "1", "true"])
def test_a_bare_number_is_no_rate_in_json_either(written: str) -> None:
    with pytest.raises(ValidationError, match="string"):
        RATE.validate_json(written)
