"""A long play, with SEED and STEPS from the environment."""

import os
import secrets
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.properties.playing import Found, Tally, orders

console = Console()
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def main(seed: str, steps: int) -> None:
    tally, began = Tally(), time.monotonic()
    try:
        with Progress(*COLUMNS, console=console) as progress:
            bar = progress.add_task(f"SEED={seed}", total=steps)
            for tally in orders(seed, steps):
                progress.update(bar, completed=min(tally.steps, steps))
    except Found as found:
        console.print(str(found), markup=False, highlight=False)
        sys.exit(1)
    console.print(table(tally, tally.steps / (time.monotonic() - began)))


def table(tally: Tally, pace: float) -> Table:
    made = Table("", "answered", "refused", "repeated", title=f"{tally.steps} steps, {pace:.0f} a second")
    for event in sorted({event for event, _ in tally.told}):
        made.add_row(event, *(str(tally.told[event, how]) for how in ("answered", "refused", "repeated")))
    made.add_section()
    made.add_row(f"{tally.orders} orders")
    for outcome, times in sorted(tally.outcomes.items()):
        made.add_row(f"  {outcome}", str(times))
    return made


if __name__ == "__main__":
    main(os.environ.get("SEED") or secrets.token_hex(4), int(os.environ.get("STEPS") or 100_000))
