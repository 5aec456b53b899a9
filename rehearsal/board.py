"""What a person sees of a rehearsal: a live table or plain lines while it runs, then the account."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich import box
from rich.cells import set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from rehearsal import account
from rehearsal.books import Books
from rehearsal.performance import Performance, next_due
from rehearsal.selling import selling
from rehearsal.showing import ROOMY, grouped, mark, money, outcome, stage, title, waits_for

AROUND = 6
"""Lines around the cases: head, foot, and air."""
URGENT_S = 3
WORKING = Spinner("dots", style="cyan")


@dataclass
class Board:
    """`ui_url` is the Temporal UI's, with the namespace; cases are linked to it."""

    performances: list[Performance]
    api_url: str
    ui_url: str | None
    books: Books = field(default_factory=Books)

    def __post_init__(self) -> None:
        self._began = time.monotonic()

    # --- while it runs

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """One line a case: where it stands, whom it waits for, how long still, and what follows silence."""
        roomy = options.max_width >= ROOMY
        table = Table(
            box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="dim", expand=True
        )
        table.add_column("", width=1)
        table.add_column("case 事项", no_wrap=True, ratio=1)
        table.add_column("stage 阶段", no_wrap=True, width=27 if roomy else 17)
        table.add_column("waits for 等待", no_wrap=True, width=26 if roomy else 24)
        table.add_column("left", no_wrap=True, justify="right", width=7)
        if roomy:
            table.add_column("then 逾期", no_wrap=True, style="dim", width=19)
        groups = len([*grouped(self.performances)])
        named = groups if groups > 1 else 0
        for names, members in grouped(self._shown(options.size.height - AROUND - named)):
            if named:
                table.add_row("", *(Text(name, "bold") for name in names))
            for it in members:
                cells = [*(_ended(it, chinese=roomy) if it.ended else _running(it, chinese=roomy))]
                table.add_row(*cells[: 6 if roomy else 5])
        ended = sum(it.ended is not None for it in self.performances)
        yield table
        yield Text(f" {self._clock():5.1f} s   {ended} of {len(self.performances)} ended", style="dim")

    def _shown(self, room: int) -> list[Performance]:
        """Those that fit: what runs comes before what has ended, and what has yet to begin comes last."""
        if len(self.performances) <= room:
            return self.performances
        chosen = sorted(self.performances, key=lambda it: (it.began is None, it.ended is not None))[:room]
        return [it for it in self.performances if it in chosen]

    def line(self, it: Performance) -> str | None:
        """The same for a log: one line whenever a case has reached a stage, or has ended."""
        at = f"{self._clock():6.1f} s  {set_cell_size(it.name, 29)} "
        case = it.at if it.case is None else it.case
        if it.ended is None and (case is None or (case is it.case and case.closed_at)):
            return None
        if it.differs:
            return f"{at}✗ {it.differs[0]}"
        if case is None or it.ended:
            return f"{at}✓ {outcome(it, chinese=False)}"
        waits = waits_for(case)
        return f"{at}{stage(it, case, chinese=False)}{', waits for ' + waits if waits else ''}"

    def _clock(self) -> float:
        return time.monotonic() - self._began

    # --- at its end

    def account(self, width: int) -> RenderableType:
        """What became of each case, and how the providers sell that there are now."""
        pages = {it: page for it in self.performances if (page := self.page(it))}
        shown = [account.account(self.performances, width, pages)]
        if any(it.selling for it in self.performances):
            shown.append(selling(self.performances))
        return Group(*shown)

    def differences(self) -> list[str]:
        return account.differences(self.performances, self.books)

    def balance(self) -> RenderableType:
        return account.balance(self.performances, self.books)

    def dossier(self) -> str | None:
        """Where the case that most happened to can be read, and printed."""
        most = max(self.performances, key=lambda it: len(it.changes), default=None)
        return f"{self.api_url}{most.path}/dossier?format=html" if most and most.changes else None

    def console(self) -> str | None:
        """Where the provider that has been through most sees how it stands."""
        applied = [it for it in self.performances if it.applicant and it.changes]
        most = max(applied, key=lambda it: len(it.told()), default=None)
        if most is None:
            return None
        return f"{self.api_url}/v1/markets/{most.sample.market}/providers/{most.provider_id}/console"

    def page(self, it: Performance) -> str | None:
        """The case in the Temporal UI, if there is either."""
        return f"{self.ui_url}/workflows/{it.case_id}" if self.ui_url and it.case else None


def printed(console: Console, name: str, value: str) -> None:
    """One thing worth knowing: a name, and a line that may be long and is never broken."""
    console.print(f"[bold]{escape(name):<12}[/]", end="")
    console.print(value, markup=False, soft_wrap=True, highlight=False)


def _running(it: Performance, *, chinese: bool) -> Iterator[RenderableType]:
    yield WORKING
    yield title(it, chinese=chinese)
    if (at := it.at) is None:
        yield Text("being onboarded" if it.began is not None and it.sample.before else "-", style="dim")
        return
    yield stage(it, at, chinese=chinese)
    yield Text(waits_for(at) or "our own system")
    if (task := next_due(at) or it.due()) is not None and task.deadline_at is not None:
        left = max((task.deadline_at - datetime.now(UTC)).total_seconds(), 0)
        yield Text(_left(left), style="yellow" if left < URGENT_S else "")
        yield (task.on_deadline or "").rpartition(": ")[2]


def _left(seconds: float) -> str:
    """Days where there are days: markets other than the rehearsal's have them."""
    return f"{seconds / 86_400:.0f} d" if seconds >= 86_400 else f"{seconds:.1f} s"


def _ended(it: Performance, *, chinese: bool) -> Iterator[RenderableType]:
    yield mark(it)
    yield title(it, chinese=chinese)
    yield outcome(it, chinese=chinese)
    yield Text(it.differs[0], style="red") if it.differs else money(it, ", ")
