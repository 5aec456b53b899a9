"""What the stories of one case know together."""

from typing import Generic, TypeVar

from models.base import Frozen

T = TypeVar("T", bound=Frozen)


class Known(Generic[T]):
    """What is carried from run to run, and whether the case is over for every story of it."""

    def __init__(self, now: T) -> None:
        self.now, self.over = now, False

    def change(self, **facts: object) -> None:
        self.now = self.now.model_copy(update=facts)
