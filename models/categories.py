"""Categories: what a market sorts its products by, and what a provider asks to join (TCM-CAT-19)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from models.base import Frozen, Id, Text
from models.periods import Day

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
CategoryKey = Annotated[
    str, StringConstraints(pattern=rf"^{NAME}(/{NAME})?$"), Field(examples=["security/network-security"])
]
"""What a provider chooses: a class (`security`), or where a class has children, one of them
(`security/network-security`). One child's name may stand under several classes (TCM-CAT-19)."""


class CategoryKind(StrEnum):
    """General classes say what a product is, industries whom it is for (TCM-CAT-01, -18)."""

    GENERAL = "general"
    INDUSTRY = "industry"


class Named(Frozen):
    name: Id
    title: Text
    title_zh: Text


class Child(Named):
    """A first-level category of a class."""


class OfferedService(Named):
    """A service that providers of a category offer (ALI-RTL-04)."""


class Category(Named):
    """A class. Refuses a name twice among its children or services, and a window that ends too soon."""

    kind: CategoryKind = CategoryKind.GENERAL
    children: tuple[Child, ...] = ()
    joinable_from: Day | None = None
    joinable_until: Day | None = None
    """The first and the last day on which it can be joined, both included (CV-7)."""
    covers: Text | None = None
    covers_zh: Text | None = None
    """What belongs into it: a review judges by that (TCM-CAT-02..09)."""
    confirm: Id | None = None
    """What an operator must have checked in the review, where the criteria are kept elsewhere (AMB-06)."""
    services: tuple[OfferedService, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What can be chosen of it."""
        return tuple(f"{self.name}/{child.name}" for child in self.children) or (self.name,)

    @model_validator(mode="after")
    def _makes_sense(self) -> "Category":
        for several in (self.children, self.services):
            if len({each.name for each in several}) < len(several):
                raise ValueError(f"{self.name} has a name twice")
        if self.joinable_from and self.joinable_until and self.joinable_until < self.joinable_from:
            raise ValueError(f"{self.name} ends before it begins")
        return self


class CategoryFile(Frozen):
    """The categories of one market, as its file says them."""

    market: Id
    source: Text
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
