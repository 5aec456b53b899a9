"""Which numbers are somebody's own, and which are nobody's."""

from datetime import date

import pytest
from stdnum import luhn

from models.rules.personal_data import personal_data
from tests.rules.made_up import card, unified_code

TODAY = date(2026, 11, 22)
IDENTITY = card()
CARD = next(f"622202020000000{n:04d}" for n in range(10) if luhn.is_valid(f"622202020000000{n:04d}"))
SIXTEEN = next(f"622588000000{n:04d}" for n in range(10) if luhn.is_valid(f"622588000000{n:04d}"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            IDENTITY,
            f"身份证{IDENTITY}号",
            f"{IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}",
            f"a\n{IDENTITY}\n",
        ),
        *(card(born="19991231", sequence="123"), card(sequence="001").lower()),
        "".join(chr(ord(sign) + 0xFEE0) for sign in IDENTITY),
        IDENTITY[:9] + "\u200b" + IDENTITY[9:],
    ],
)
def test_identity_numbers_are_found_however_they_are_written(text: str) -> None:
    assert personal_data(text, TODAY) == ["identity-number"]


def test_an_identity_number_may_end_in_x() -> None:
    with_x = next(number for n in range(100) if (number := card(sequence=f"{n:03d}")).endswith("X"))
    assert personal_data(with_x, TODAY) == personal_data(with_x.lower(), TODAY) == ["identity-number"]


@pytest.mark.parametrize(
    "text",
    [
        *(CARD, SIXTEEN, f"卡号{CARD}。", "-".join(SIXTEEN[n : n + 4] for n in range(0, 16, 4))),
        " ".join(CARD[n : n + 4] for n in range(0, 19, 4)),
        *("378282246310005", "9558800000000000" + "000"),
    ],
)
def test_card_numbers_are_found_however_they_are_written(text: str) -> None:
    assert personal_data(text, TODAY) == ["card-number"]


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY[:-1] + ("0" if IDENTITY[-1] != "0" else "1"),  # its check digit is wrong
        *(f"1{IDENTITY}", f"{IDENTITY}1", f"0.{IDENTITY}"),
        card(born="20261123"),  # born tomorrow
        CARD[:-1] + str((int(CARD[-1]) + 1) % 10),
        *(f"1{SIXTEEN}12", f"{CARD}1"),
        *("400-000-0000", "+86 571 2688 3312", "13800138000 13900139000", "0571-26883312-801"),
        *("62888888 62888889", "2026-11-22 2026-11-30", "1234 5678"),
        f"https://provider.example/item?id={CARD}",
        *(unified_code(), unified_code("51"), "3141592653589793", "2718281828459045235"),
    ],
)
def test_other_numbers_are_nobodys(text: str) -> None:
    assert personal_data(text, TODAY) == []


def test_a_companys_code_in_digits_alone_is_no_card() -> None:
    """One in ten would be taken for one by its check digit."""
    codes = (unified_code("51", body=f"{n:08d}") for n in range(5000))
    like_cards = [code for code in codes if code.isdecimal() and luhn.is_valid(code)]
    assert like_cards
    assert [code for code in like_cards if personal_data(code, TODAY)] == []
