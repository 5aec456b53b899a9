"""How likely a blind guess is, and when a guess is right: TCM-TEN-13, AMB-36."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.bank import BankCheckTerms, Guess, Secret
from models.rules.bank import (
    guess_chance,
    guess_findings,
    matches,
)
from tests.banking import PAYEE, check_terms, remittance_terms

CODE = {"proof": "amount_and_code"}


# --- how likely a blind guess is


@pytest.mark.parametrize(
    ("terms", "chance"),
    [
        pytest.param({}, Fraction(6, 4851), id="3 tries and 2 rounds for two of 99"),
        pytest.param({"attempts": 1, "rounds": 1}, Fraction(1, 4851), id="one try"),
        pytest.param({"lowest_fen": 10, "highest_fen": 108}, Fraction(6, 4851), id="99 others"),
        pytest.param({**CODE, "attempts": 5}, Fraction(10, 99 * 10**6), id="an amount and a code"),
        pytest.param({**CODE, "highest_fen": 1}, Fraction(6, 10**6), id="a code beside a known amount"),
    ],
)
def test_the_chance_of_a_blind_guess_is_exact(terms: dict[str, Any], chance: Fraction) -> None:
    assert guess_chance(check_terms(**terms)) == chance


def test_nothing_can_be_guessed_where_the_provider_pays() -> None:
    assert guess_chance(remittance_terms(attempts=10, rounds=10)) == 0


@dataclass(frozen=True)
class Small:
    """Terms too easy to be allowed, so that everything can be counted."""

    highest_fen: int
    attempts: int
    secret_amounts: int
    has_code: bool = False
    lowest_fen: int = 1
    rounds: int = 1


@pytest.mark.parametrize("amounts", [1, 2])
@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("highest", [1, 2, 5, 9])
def test_the_chance_is_what_counting_says(highest: int, attempts: int, amounts: int) -> None:
    """Of all the secrets there are, those that some try hits; where there are none, anything does."""
    secrets = [*combinations(range(1, highest + 1), amounts)]
    hit = [secret for secret in secrets if secret in secrets[:attempts]]
    counted = Fraction(len(hit), len(secrets)) if secrets else Fraction(1)
    assert guess_chance(Small(highest, attempts, amounts)) == counted


@pytest.mark.parametrize(
    ("terms", "sound"),
    [
        pytest.param({}, True, id="0.124 %"),
        pytest.param({"attempts": 7, "rounds": 1}, False, id="0.144 %"),
        pytest.param({"attempts": 3, "rounds": 3}, False, id="0.186 %"),
        pytest.param({"highest_fen": 97}, True, id="6 of 4656 are 0.1289 %"),
        pytest.param({"highest_fen": 96}, False, id="6 of 4560 are 0.1316 %"),
        pytest.param({"lowest_fen": 5, "highest_fen": 5}, False, id="no second amount"),
        pytest.param({**CODE, "attempts": 10, "rounds": 10}, True, id="a code is another way"),
    ],
)
def test_terms_that_a_blind_guess_meets_too_often_are_refused(terms: dict[str, Any], sound: bool) -> None:
    """At most 0.13 % over an account's life (AMB-36)."""
    if sound:
        assert guess_chance(check_terms(**terms)) <= Fraction(13, 10_000)
    else:
        with pytest.raises(ValidationError, match="blind guess"):
            check_terms(**terms)


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"proof": None}, id="paid without a proof"),
        pytest.param({"payee": PAYEE.model_dump()}, id="paid, to a payee of ours"),
        pytest.param({"direction": "provider_remits"}, id="a proof where the provider pays"),
        pytest.param({"direction": "provider_remits", "proof": None}, id="no payee to remit to"),
        pytest.param({"lowest_fen": 0}, id="nothing at all is paid"),
        pytest.param({"lowest_fen": 99, "highest_fen": 1}, id="upside down"),
        pytest.param({"highest_fen": 10001}, id="more than a hundred yuan"),
        pytest.param({"attempts": 0}, id="no attempt"),
        pytest.param({"attempts": True}, id="true"),
        pytest.param({"rounds": "2"}, id="text"),
        pytest.param({"valid_for": 3}, id="three of what"),
        pytest.param({"unknown": 1}, id="an unknown field"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check_terms(**terms)


def test_terms_travel_as_they_are() -> None:
    for terms in (check_terms(), remittance_terms()):
        assert BankCheckTerms.model_validate_json(terms.model_dump_json()) == terms


# --- what a provider types in


@pytest.mark.parametrize(
    "guess",
    [
        {"amounts_fen": []},
        {"amounts_fen": [1, 2, 3]},
        *(
            {"amounts_fen": [amount, 2]}
            for amount in (True, "1", "1_0", 1.0, 1e2, -1, None, "１", float("nan"))
        ),
        *(
            {"amounts_fen": [1], "code": code}
            for code in ("12345", "1234567", 123456, "12345a", "１２３４５６")
        ),
    ],
    ids=str,
)
def test_a_guess_that_is_no_money_is_no_guess(guess: dict[str, Any]) -> None:
    """CV-8."""
    with pytest.raises(ValidationError):
        Guess.model_validate(guess)


@pytest.mark.parametrize(
    ("guess", "terms", "codes"),
    [
        pytest.param({"amounts_fen": (1, 99)}, {}, [], id="the ends of the range"),
        pytest.param({"amounts_fen": (0, 99)}, {}, ["amount-out-of-range"], id="below it"),
        pytest.param({"amounts_fen": (1, 100)}, {}, ["amount-out-of-range"], id="above it"),
        pytest.param({"amounts_fen": (7,)}, {}, ["wrong-number-of-amounts"], id="one of two"),
        pytest.param({"amounts_fen": (7, 7)}, {}, ["amounts-not-distinct"], id="one amount twice"),
        pytest.param({"amounts_fen": (7, 8), "code": "000000"}, {}, ["code-not-asked-for"], id="a code too"),
        pytest.param({"amounts_fen": (7,), "code": "000000"}, CODE, [], id="an amount and its code"),
        pytest.param({"amounts_fen": (7,)}, CODE, ["code-missing"], id="no code"),
        pytest.param(
            {"amounts_fen": (7, 7)},
            CODE,
            ["wrong-number-of-amounts", "amounts-not-distinct", "code-missing"],
            id="everything at once",
        ),
    ],
)
def test_a_guess_of_another_shape_is_told_what_is_wrong_with_it(
    guess: dict[str, Any], terms: dict[str, Any], codes: list[str]
) -> None:
    found = guess_findings(Guess(**guess), check_terms(**terms))
    assert [finding.code for finding in found] == codes
    assert {finding.rule for finding in found} <= {"TCM-TEN-13"}


@given(st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True))
def test_the_order_of_the_amounts_does_not_matter(amounts: list[int]) -> None:
    secret = Secret(amounts_fen=tuple(amounts))
    for said in permutations(amounts):
        assert matches(Guess(amounts_fen=said), secret)


@given(
    st.sets(st.integers(1, 99), min_size=2, max_size=2), st.sets(st.integers(1, 99), min_size=2, max_size=2)
)
def test_both_amounts_must_be_right(said: set[int], paid: set[int]) -> None:
    assert matches(Guess(amounts_fen=tuple(said)), Secret(amounts_fen=tuple(paid))) is (said == paid)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ({"amounts_fen": (53,), "code": "012345"}, True),
        ({"amounts_fen": (52,), "code": "012345"}, False),
        ({"amounts_fen": (53,), "code": "012346"}, False),
        ({"amounts_fen": (53,)}, False),
        ({"amounts_fen": (0, 53), "code": "012345"}, False),
    ],
)
def test_the_amount_and_the_code_must_be_right(said: dict[str, Any], right: bool) -> None:
    """TCM-TEN-13: the exact amount passes."""
    assert matches(Guess(**said), Secret(amounts_fen=(53,), code="012345")) is right
