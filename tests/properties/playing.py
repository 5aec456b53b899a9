"""Orders played one after the other, and a count of what was played."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.properties.comparing import Differs
from tests.properties.driver import Broken
from tests.properties.play import Play, shortest


@dataclass
class Tally:
    """What was played."""

    steps: int = 0
    orders: int = 0
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, play: Play) -> None:
        self.steps += play.played
        self.orders += 1
        self.told += play.told
        self.outcomes[str(play.order.outcome)] += 1


class Found(AssertionError):
    """An order that differs: how to play it again, and the fewest steps that show it."""

    def __init__(self, play: Play) -> None:
        steps, how = shortest(play)
        order = f"SEED={play.seed}" + (", all of a workflow task at once" if play.at_once else "")
        lines = [
            order,
            *(f"  with the start: {send}" for send in play.first),
            *(f"  {step}" for step in steps),
        ]
        super().__init__("\n".join([*lines, how]))


def orders(seed: str, steps: int, new: Callable[[str], Play] = Play) -> Iterator[Tally]:
    """Whole orders until so many steps are done; a tally after each. A seed with a colon is one order's."""
    tally = Tally()
    while tally.steps < steps:
        play = new(seed if ":" in seed else f"{seed}:{tally.orders}")
        try:
            play.to_its_end()
        except (Differs, Broken):
            raise Found(play) from None
        finally:
            play.driver.evict()
        tally.add(play)
        yield tally
        if ":" in seed:
            return
