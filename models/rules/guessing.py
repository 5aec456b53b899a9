"""How likely a bank check falls to somebody who only guesses."""

from fractions import Fraction
from math import comb
from typing import Protocol

CODE_DIGITS = 6
MOST_LIKELY = Fraction(13, 10_000)
"""A blind guess may succeed at most so often over an account's life: 0.13 %."""


class Guessable(Protocol):
    """What a guesser has to do with. `secret_amounts` is 0 where nothing secret is asked for."""

    @property
    def secret_amounts(self) -> int: ...
    @property
    def has_code(self) -> bool: ...
    @property
    def lowest_fen(self) -> int: ...
    @property
    def highest_fen(self) -> int: ...
    @property
    def attempts(self) -> int: ...
    @property
    def rounds(self) -> int: ...


def guess_chance(terms: Guessable) -> Fraction:
    """The chance that blind guesses, all different, hit within an account's life, exact (AMB-36).

    Two amounts are distinct and count in any order: of 1..99 fen, 3 tries in 2 rounds are 6/4851.
    """
    if terms.secret_amounts == 0:
        return Fraction(0)
    amounts = max(terms.highest_fen - terms.lowest_fen + 1, 0)
    secrets = comb(amounts, terms.secret_amounts) * (10**CODE_DIGITS if terms.has_code else 1)
    tries = terms.attempts * terms.rounds
    return min(Fraction(tries, secrets), Fraction(1)) if secrets else Fraction(1)
