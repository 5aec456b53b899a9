"""Telephone numbers: AMP-ORD-11."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.identity.phones import normalised_phone, phone_finding

OFFICE = "+8657126880000"


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("0571-26880000", OFFICE),
        ("(0571) 2688 0000", OFFICE),
        ("+86 571 26880000", OFFICE),
        ("0086 571 26880000", OFFICE),
        ("０５７１－２６８８００００", OFFICE),
        ("13800138000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("1380013-8000", "+8613800138000"),
        (" 13800138000\n", "+8613800138000"),
        ("400-910-0100", "+864009100100"),
        ("+44 20 7946 0018", "+442079460018"),
        ("+39 06 1234 5678", "+390612345678"),
    ],
)
def test_a_number_is_kept_as_it_is_dialled(written: str, dialled: str) -> None:
    assert normalised_phone(written) == dialled


@pytest.mark.parametrize(
    "extension",
    [
        *(
            "转801",
            " 转 801",
            "轉801",
            "转接801",
            "分机801",
            " 分机 801",
            "分機801",
            "分机号801",
            "分机：801",
        ),
        *("转分机801", "轉分機：801", "内线801", "內線801", "(转801)", "（转801）", "转８０１"),
        *(" ext. 801", "ext801", " Ext 801", "x801", " x 801", "#801", ";ext=801", "-801", "－801"),
    ],
)
def test_an_extension_is_read_however_it_is_written(extension: str) -> None:
    assert normalised_phone(f"0571-26880000{extension}") == f"{OFFICE};ext=801"


@pytest.mark.parametrize("extension", ["0", "01", "888888"])
def test_an_extension_keeps_its_zeros(extension: str) -> None:
    assert normalised_phone(f"0571-26880000转{extension}") == f"{OFFICE};ext={extension}"


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "call me", "12345", "95716", "26880000", "26880000-801", "+999 1", "0" * 40, "1" * 1000),
        *(
            "转801",
            "0571-26880000转",
            "0571-26880000转转801",
            "0571-26880000转801转802",
            "0571-26880000转经理",
        ),
        *("13800138000 or 13900139000", "138\x0000138000", "1380013800", "0571-26880000-1234567"),
    ],
)
def test_a_number_that_cannot_be_dialled_is_none(written: str) -> None:
    assert normalised_phone(written) is None


@given(
    st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    st.integers(0, 999_999).map(str) | st.none(),
)
def test_a_number_of_any_country_is_kept_and_to_normalise_twice_is_to_normalise_once(
    region: str, extension: str | None
) -> None:
    example = phonenumbers.example_number(region)
    if example is None:
        return
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    once = normalised_phone(f"{number} 转 {extension}" if extension else number)
    assert once == (f"{number};ext={extension}" if extension else number)
    assert normalised_phone(once) == once


@given(st.text(alphabet="0123456789+-() 转分机ext.,;#=８\x00", max_size=40))
def test_what_comes_out_is_read_again_and_nothing_breaks(text: str) -> None:
    once = normalised_phone(text)
    assert once is None or (once.isascii() and normalised_phone(once) == once)


def test_a_refusal_says_what_to_send_instead_and_does_not_repeat_the_number() -> None:
    finding = phone_finding("26880000", "contact.phone", "AMP-ORD-11")
    assert finding is not None
    assert (finding.field, finding.code, finding.rule) == ("contact.phone", "no-phone-number", "AMP-ORD-11")
    assert finding.next == "send a number with its area code, or +country code"
    assert "26880000" not in finding.model_dump_json()
    assert phone_finding("0571-26880000转801", "contact.phone", "AMP-ORD-11") is None
