"""What a person sees of a rehearsal: a live table or plain lines while it runs, then the account."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.cells import set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from models import words
from models.cases import CaseView, Role
from rehearsal.books import Books
from rehearsal.player import Performance

ROOMY = 118
"""Columns that it takes to show what follows silence, too."""
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
        for it in self._shown(options.size.height - AROUND):
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
        if it.ended is None and (it.case is None or it.case.closed_at):
            return None
        if it.differs:
            return f"{at}✗ {it.differs[0]}"
        if it.case is None or it.ended:
            return f"{at}✓ {it.case.outcome if it.case else ''}"
        waits = _waits_for(it.case)
        return f"{at}{it.case.stage}{', waits for ' + waits if waits else ''}"

    def _clock(self) -> float:
        return time.monotonic() - self._began

    # --- at its end

    def account(self, width: int) -> RenderableType:
        """What became of each case: its path, its outcome, its money, and how long it took."""
        roomy = width >= ROOMY
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", expand=True)
        table.add_column("", width=1)
        table.add_column("case and path 事项与路径   › to a new stage", overflow="fold", ratio=1)
        if roomy:
            table.add_column("outcome 结果", overflow="fold", width=19)
            table.add_column("money 款项", justify="right", no_wrap=True)
        table.add_column("took", justify="right", no_wrap=True, style="dim")
        for it in self.performances:
            page = self.page(it)
            title = _title(it, f"bold link {page}" if page else "bold")
            end = [] if roomy else [Text("  ").join([_outcome(it), _money(it, ", ")])]
            path = (path_of(it), *(Text(each, "red") for each in it.differs))
            ends = [_outcome(it), _money(it, "\n")] if roomy else []
            table.add_row(_mark(it), Group(title, *end, *filter(None, path)), *ends, f"{it.took_s:.1f} s")
        return table

    def differences(self) -> list[str]:
        """Everything that was not as its sample expects it, and money that is not accounted for."""
        found = [f"{it.name}: {what}" for it in self.performances for what in it.differs]
        missing = self._kept_fen - self.books.total
        return (
            [*found, f"ledger: {yuan(missing)} of what the gateway kept is not in it"] if missing else found
        )

    def balance(self) -> RenderableType:
        """What the gateway took, against what it gave back and what the ledger says became of the rest."""
        paid = sum(it.paid_fen for it in self.performances)
        sign = Text("=", "green") if self._kept_fen == self.books.total else Text("≠", "bold red")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="bold", width=7)
        table.add_column(width=1)
        table.add_column()
        table.add_column(justify="right")
        table.add_column(style="dim")
        for mark, name, fen, source in (
            ("", "paid 已付", paid, "gateway 网关"),
            (sign, "given back 已退", paid - self._kept_fen, "gateway 网关"),
            ("+", "owed to providers 应付服务商", self.books.owed, "ledger 账簿"),
            ("+", "commission 佣金", self.books.commission, "ledger 账簿"),
            ("+", "still held 在途", self.books.held, "ledger 账簿"),
        ):
            table.add_row("" if mark else "Money", mark, name, yuan(fen), source)
        return table

    @property
    def _kept_fen(self) -> int:
        return sum(it.paid_fen - it.refunded_fen for it in self.performances)

    def dossier(self) -> str | None:
        """Where the case that most happened to can be read, and printed."""
        most = max(self.performances, key=lambda it: len(it.changes), default=None)
        return f"{self.api_url}{most.path}/dossier?format=html" if most and most.changes else None

    def page(self, it: Performance) -> str | None:
        """The case in the Temporal UI, if there is either."""
        return f"{self.ui_url}/workflows/{it.case_id}" if self.ui_url and it.case else None


def yuan(fen: int) -> str:
    return f"-{yuan(-fen)}" if fen < 0 else f"¥{fen // 100:,}.{fen % 100:02d}"


def printed(console: Console, name: str, value: str) -> None:
    """One thing worth knowing: a name, and a line that may be long and is never broken."""
    console.print(f"[bold]{escape(name):<12}[/]", end="")
    console.print(value, markup=False, soft_wrap=True, highlight=False)


def _running(it: Performance, *, chinese: bool) -> Iterator[RenderableType]:
    yield WORKING
    yield _title(it, chinese=chinese)
    if it.case is None:
        yield Text("-", style="dim")
        return
    yield _both(it.case.stage, words.STAGES, "cyan", chinese=chinese)
    yield Text(_waits_for(it.case) or "our own system")
    if (task := it.due()) is not None and task.deadline_at is not None:
        left = max((task.deadline_at - datetime.now(UTC)).total_seconds(), 0)
        yield Text(f"{left:.1f} s", style="yellow" if left < URGENT_S else "")
        yield (task.on_deadline or "").rpartition(": ")[2]


def _ended(it: Performance, *, chinese: bool) -> Iterator[RenderableType]:
    yield _mark(it)
    yield _title(it, chinese=chinese)
    yield _outcome(it, chinese=chinese)
    yield Text(it.differs[0], style="red") if it.differs else _money(it, ", ")


def _title(it: Performance, style: str = "", *, chinese: bool = True) -> Text:
    return Text.assemble((it.sample.title, style), (f" {it.sample.title_zh}" if chinese else "", "dim"))


def _both(word: str, translated: dict[str, str], style: str, *, chinese: bool = True) -> Text:
    return Text.assemble((word, style), (f" {translated.get(word, '')}" if chinese else "", "dim"))


def _mark(it: Performance) -> Text:
    return Text("✗", style="bold red") if it.differs else Text("✓", style="green")


def _outcome(it: Performance, *, chinese: bool = True) -> Text:
    if it.case is None:
        return Text("not placed", style="red")
    style = "red" if it.differs else "green"
    if it.case.outcome is None:
        return _both(it.case.stage, words.STAGES, style, chinese=chinese)
    return _both(it.case.outcome, words.OUTCOMES, style, chinese=chinese)


def _money(it: Performance, between: str) -> Text:
    if not it.paid_fen:
        return Text("-", style="dim")
    back = Text(f"{yuan(it.refunded_fen)} back", style="magenta") if it.refunded_fen else Text()
    return Text(between).join(part for part in (Text(yuan(it.paid_fen)), back) if part)


def _waits_for(case: CaseView) -> str:
    """Whom it waits for, and with what; not what an appeal holds up meanwhile."""
    waits: dict[str, list[str]] = {}
    for task in [task for task in case.tasks if not task.paused] or case.tasks:
        waits.setdefault(task.waiting_on, []).append(task.name)
    return "; ".join(f"{party}: {', '.join(tasks)}" for party, tasks in waits.items())


def path_of(it: Performance) -> Text:
    """What happened, in order; what our own system notes, which moves nothing, is left out."""
    path, led_on = Text(style="dim"), False
    for change in it.changes[1:]:
        moves = change["stage_after"] != change["stage_before"]
        overdue = change["event"].endswith("_overdue")
        if moves or overdue or change["actor"]["role"] != "system":
            path.append((" › " if led_on else ", ") if path else "", "bold cyan" if led_on else "")
            path.append(_said(change))
            led_on = moves
    for receipt in it.receipts:
        if receipt["outcome"] == "refunded":
            path.append("; " if path else "")
            path.append(f"{yuan(receipt['amount_fen'])} refunded, {receipt['reason']}", "magenta")
    return path


def _said(change: dict[str, Any]) -> str:
    """The event; of a decision which one, and of operators who, where they have a name."""
    said, data, actor = str(change["event"]), change["data"], change["actor"]
    if "act" in data:
        said += f": {data['act']['event']} in stead"
    elif "decision" in data:
        said += f": {data['decision']}"
    named = actor["role"] == Role.OPERATOR and actor["subject"] != Role.OPERATOR
    return f"{said} by {actor['subject']}" if named else said
