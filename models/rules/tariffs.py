"""How much deposit the categories that a provider joins ask for, in fen (ALI-DEP, TCM-DEP)."""

from collections.abc import Mapping, Sequence

from pydantic import model_validator

from models.base import Fen, Frozen, Id
from models.rules.categories import classes_of


class Unpriced(Exception):
    """The tariff does not say what these categories ask for."""


class Tariff(Frozen):
    """One amount for any number of categories, or one a class: exactly one of the two ways."""

    flat_fen: Fen | None = None
    each_fen: Mapping[Id, Fen] = {}
    """By class. A class of its own price adds to the others; it replaces none of them (AMB-03)."""
    otherwise_fen: Fen | None = None
    """For each class that `each_fen` does not name; without it, only what is named can be joined."""

    @model_validator(mode="after")
    def _one_way(self) -> "Tariff":
        if (self.flat_fen is not None) is bool(self.each_fen or self.otherwise_fen is not None):
            raise ValueError("must say either flat_fen, or each_fen and otherwise_fen")
        return self


def required_fen(categories: Sequence[str], tariff: Tariff) -> int:
    """The deposit for all of these. Amounts add up over distinct classes (ALI-DEP-03, AMB-02, AMB-03).

    Raises Unpriced for a class without a price, and for no category at all where they decide (ALI-ONB-15).
    """
    if tariff.flat_fen is not None:
        return tariff.flat_fen
    if not categories:
        raise Unpriced("no category is chosen")
    return sum(_price(each, tariff) for each in classes_of(categories))


def due_fen(required: int, held: int) -> int:
    """What is still to be paid, or topped up. Never negative (ALI-DEP-09, TCM-DEP-03)."""
    return max(required - held, 0)


def over_fen(required: int, held: int) -> int:
    """What is held beyond what is asked for. Never negative."""
    return max(held - required, 0)


def _price(category: str, tariff: Tariff) -> int:
    price = tariff.each_fen.get(category, tariff.otherwise_fen)
    if price is None:
        raise Unpriced(category)
    return price
