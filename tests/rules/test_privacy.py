import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from models.tables.privacy import NONCE_BYTES, Cipher

CIPHER = Cipher("k" * 32)
CONTACT = {"name": "样例", "phone": "13800138000"}
VALUES = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=5)


@given(VALUES, st.text())
def test_what_was_sealed_opens_as_it_was(value: dict[str, object], case_id: str) -> None:
    assert CIPHER.open(CIPHER.seal(value, case_id), case_id) == value


def test_what_was_sealed_shows_nothing_and_never_looks_the_same_twice() -> None:
    first, again = CIPHER.seal(CONTACT, "order-1"), CIPHER.seal(CONTACT, "order-1")
    assert first[:NONCE_BYTES] != again[:NONCE_BYTES]
    assert first[NONCE_BYTES:] != again[NONCE_BYTES:]
    assert b"26883312" not in first


def test_what_was_sealed_for_one_case_does_not_open_for_another() -> None:
    with pytest.raises(InvalidTag):
        CIPHER.open(CIPHER.seal(CONTACT, "order-1"), "order-2")


def test_what_was_changed_or_sealed_under_another_key_does_not_open() -> None:
    sealed = CIPHER.seal(CONTACT, "order-1")
    with pytest.raises(InvalidTag):
        CIPHER.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "order-1")
    with pytest.raises(InvalidTag):
        Cipher("another key, and as long as it has to be").open(sealed, "order-1")


def test_equal_values_have_equal_digests_in_whatever_order_they_are_written() -> None:
    assert CIPHER.digest({"a": 1, "b": "二"}) == CIPHER.digest({"b": "二", "a": 1})
    assert CIPHER.digest({"a": 1}) != CIPHER.digest({"a": "1"})


def test_nobody_without_the_key_can_try_values_out() -> None:
    assert CIPHER.digest(CONTACT) != Cipher("l" * 32).digest(CONTACT)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Cipher("k" * 31)
