"""How the providers of a rehearsal sell at its end: what is open, and how their buyers can pay."""

from rich import box
from rich.table import Table
from rich.text import Text

from models.selling import channel
from rehearsal.performance import Performance


def selling(performances: list[Performance]) -> Table:
    """Each provider that was to open something, in one line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", expand=True)
    table.add_column("Provider 服务商", overflow="fold", ratio=3)
    table.add_column("has open 已开通", overflow="fold", ratio=3)
    table.add_column("its buyers pay by 买家支付方式", overflow="fold", ratio=5)
    table.add_column("paid out 提现", justify="right", width=13)
    for it in performances:
        if it.selling and it.applicant:
            table.add_row(Text(it.applicant.company.name), _open(it), _ways(it), _paid_out(it))
    return table


def _open(it: Performance) -> Text:
    opened = [
        Text.assemble((lane, "green"), f" {number}" if number else "") for lane, number in it.opened().items()
    ]
    return Text("\n").join(opened) if opened else Text("nothing 无", style="dim")


def _ways(it: Performance) -> Text:
    ways = [channel(name) for name in it.selling["channels"]]
    shown = [Text.assemble((each.title, "bold"), (f" {each.title_zh}", "dim")) for each in ways]
    return Text(", ").join(shown) if shown else Text("nothing 无", style="dim")


def _paid_out(it: Performance) -> Text:
    return Text("✓", "green") if it.selling["paid_out"] else Text("✗", "red")
