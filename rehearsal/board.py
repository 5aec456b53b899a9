"""What a person sees of a rehearsal: a live table or plain lines while it runs, then the account."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich import box
from rich.cells import set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from models import words
from rehearsal.player import Performance

ROOMY = 118
"""Columns that it takes to show what follows silence, too."""
URGENT_S = 3
WORKING = Spinner("dots", style="cyan")


@dataclass
class Board:
    """`ui_url` is the Temporal UI's, with the namespace; cases are linked to it."""

    performances: list[Performance]
    ui_url: str | None

    def __post_init__(self) -> None:
        self._began = time.monotonic()

    # --- while it runs

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """One line a case: where it stands, whom it waits for, how long still, and what follows silence."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", expand=True)
        table.add_column("", width=1)
        table.add_column("case 事项", no_wrap=True, ratio=4)
        table.add_column("stage 阶段", no_wrap=True, ratio=3)
        table.add_column("waits for 等待", no_wrap=True, ratio=3)
        table.add_column("left", no_wrap=True, justify="right", width=7)
        if roomy := options.max_width >= ROOMY:
            table.add_column("then 逾期", no_wrap=True, style="dim", width=19)
        for it in self.performances:
            cells = [*(self._ended(it) if it.ended else self._running(it))]
            table.add_row(*cells[: 6 if roomy else 5])
        ended = sum(it.ended is not None for it in self.performances)
        yield table
        yield Text(f" {self._clock():5.1f} s   {ended} of {len(self.performances)} ended", style="dim")

    def line(self, it: Performance) -> str | None:
        """The same for a log: one line whenever a case has reached a stage, or has ended."""
        at = f"{self._clock():6.1f} s  {set_cell_size(it.name, 29)} "
        if it.ended is None and (it.case is None or it.case.closed_at):
            return None
        if it.differs:
            return f"{at}✗ {it.differs[0]}"
        if it.case is None or it.ended:
            return f"{at}✓ {it.case.outcome if it.case else ''}"
        waits = ", ".join(f"{task.waiting_on}: {task.name}" for task in it.case.tasks)
        return f"{at}{it.case.stage}{', waits for ' + waits if waits else ''}"

    def _running(self, it: Performance) -> Iterator[RenderableType]:
        yield WORKING
        yield _title(it)
        if it.case is None:
            yield Text("-", style="dim")
            return
        yield _both(it.case.stage, words.STAGES, "cyan")
        yield Text(", ".join(f"{task.waiting_on}: {task.name}" for task in it.case.tasks) or "our own system")
        if (task := it.due()) is not None and task.deadline_at is not None:
            left = max((task.deadline_at - datetime.now(UTC)).total_seconds(), 0)
            yield Text(f"{left:.1f} s", style="yellow" if left < URGENT_S else "")
            yield (task.on_deadline or "").rpartition(": ")[2]

    def _ended(self, it: Performance) -> Iterator[RenderableType]:
        yield _mark(it)
        yield _title(it)
        yield _outcome(it)
        yield Text(it.differs[0], style="red") if it.differs else _money(it, ", ")

    def _clock(self) -> float:
        return time.monotonic() - self._began

    # --- at its end

    def account(self) -> RenderableType:
        """What became of each case: its path, its outcome, its money, and how long it took."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", expand=True)
        table.add_column("", width=1)
        table.add_column("case and path 事项与路径   › to a new stage", overflow="fold", ratio=1)
        table.add_column("outcome 结果", overflow="fold", width=19)
        table.add_column("money 款项", justify="right", no_wrap=True)
        table.add_column("took", justify="right", no_wrap=True, style="dim")
        for it in self.performances:
            page = self.page(it)
            title = _title(it, f"bold link {page}" if page else "bold")
            story = Group(title, *filter(None, [_path(it)]), *(Text(each, "red") for each in it.differs))
            table.add_row(_mark(it), story, _outcome(it), _money(it, "\n"), f"{it.took_s:.1f} s")
        return table

    def differences(self) -> list[str]:
        """Everything that was not as its sample expects it."""
        return [f"{it.name}: {what}" for it in self.performances for what in it.differs]

    def balance(self) -> str:
        """What the gateway took and gave back, against what our own record says is kept."""
        paid = sum(it.paid_fen for it in self.performances)
        back = sum(it.refunded_fen for it in self.performances)
        kept = sum(it.kept_fen for it in self.performances)
        sign = "=" if paid == kept + back else "≠"
        return f"paid {yuan(paid)} {sign} kept {yuan(kept)} + given back {yuan(back)}"

    def page(self, it: Performance) -> str | None:
        """The case in the Temporal UI, if there is either."""
        return f"{self.ui_url}/workflows/{it.case_id}" if self.ui_url and it.case else None


def yuan(fen: int) -> str:
    return f"¥{fen // 100:,}.{fen % 100:02d}"


def printed(console: Console, name: str, value: str) -> None:
    """One thing worth knowing: a name, and a line that may be long and is never broken."""
    console.print(f"[bold]{escape(name):<12}[/]", end="")
    console.print(value, markup=False, soft_wrap=True, highlight=False)


def _title(it: Performance, style: str = "") -> Text:
    return Text.assemble((it.sample.title, style), " ", (it.sample.title_zh, "dim"))


def _both(word: str, chinese: dict[str, str], style: str) -> Text:
    return Text.assemble((word, style), " ", (chinese.get(word, ""), "dim"))


def _mark(it: Performance) -> Text:
    return Text("✗", style="bold red") if it.differs else Text("✓", style="green")


def _outcome(it: Performance) -> Text:
    if it.case is None:
        return Text("not placed", style="red")
    style = "red" if it.differs else "green"
    if it.case.outcome is None:
        return _both(it.case.stage, words.STAGES, style)
    return _both(it.case.outcome, words.OUTCOMES, style)


def _money(it: Performance, between: str) -> Text:
    if not it.paid_fen:
        return Text("-", style="dim")
    back = Text(f"{yuan(it.refunded_fen)} back", style="magenta") if it.refunded_fen else Text()
    return Text(between).join(part for part in (Text(yuan(it.paid_fen)), back) if part)


def _path(it: Performance) -> Text:
    """What happened, in order; our own notes, which move nothing, are left out."""
    path, led_on = Text(style="dim"), False
    for change in it.changes[1:]:
        moves = change["stage_after"] != change["stage_before"]
        if moves or change["actor"]["role"] != "system":
            path.append((" › " if led_on else ", ") if path else "", "bold cyan" if led_on else "")
            path.append(change["event"])
            led_on = moves
    for receipt in it.receipts:
        if receipt["outcome"] == "refunded":
            path.append(f"; {yuan(receipt['amount_fen'])} refunded, {receipt['reason']}", "magenta")
    return path
