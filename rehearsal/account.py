"""The account of a rehearsal: what became of each case, and whether its books balance."""

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.cases import Role
from rehearsal.books import Books
from rehearsal.performance import Performance
from rehearsal.showing import ROOMY, grouped, mark, money, outcome, seen, title, yuan

MONEY_WIDTH = 17
TOOK_WIDTH = 6


def account(performances: list[Performance], width: int, pages: dict[Performance, str]) -> RenderableType:
    """What became of each case: its path, its outcome, its money, and how long it took."""
    tables: list[RenderableType] = []
    for names, members in grouped(performances):
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", expand=True)
        table.add_column("", width=1)
        table.add_column(f"{' '.join(names)}   › to a new stage", overflow="fold", ratio=1)
        if width >= ROOMY:
            table.add_column("outcome 结果", overflow="fold", width=19)
            table.add_column("money 款项", justify="right", no_wrap=True, width=MONEY_WIDTH)
        table.add_column("took", justify="right", no_wrap=True, style="dim", width=TOOK_WIDTH)
        for it in members:
            table.add_row(*_row(it, pages.get(it), roomy=width >= ROOMY))
        tables.append(table)
    return Group(*tables)


def _row(it: Performance, page: str | None, *, roomy: bool) -> Iterator[RenderableType]:
    named = title(it, f"bold link {page}" if page else "bold")
    end = [] if roomy else [Text("  ").join([outcome(it), money(it, ", ")])]
    path = (path_of(it), *(Text(each, "red") for each in it.differs))
    yield mark(it)
    yield Group(named, *end, *filter(None, path))
    if roomy:
        yield Text("\n").join(filter(None, [outcome(it), seen(it)]))
        yield money(it, "\n")
    yield f"{it.took_s:.1f} s"


# --- money


def differences(performances: list[Performance], books: Books) -> list[str]:
    """Everything that was not as its sample expects it, and money that is not accounted for."""
    found = [f"{it.name}: {what}" for it in performances for what in it.differs]
    if missing := _kept_fen(performances) - books.total:
        found.append(f"ledger: {yuan(missing)} of what the gateway kept is not in it")
    if missing := _deposits(performances, "held_fen", "returning_fen") - books.deposits:
        found.append(f"ledger: {yuan(missing)} of what deposit accounts hold is not in it")
    if missing := _deducted_fen(performances) - (books.refunds_due - books.arrears):
        found.append(f"ledger: {yuan(missing)} of what was deducted from Alipay accounts is not in it")
    return found


def balance(performances: list[Performance], books: Books) -> RenderableType:
    """What the gateway took against what it gave back and what the ledger says became of the rest; then what
    went through the bank, the wallet, and Alipay."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", width=7)
    table.add_column(width=1)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    outside = (*_bank(performances), *_wallet(performances), *_alipay(performances, books))
    lines = (*_gateway(performances, books), *outside)
    for head, sign, name, fen, source in lines:
        table.add_row(head, sign, name, yuan(fen), source)
    return table


Line = tuple[str, Text | str, str, int, str]


def _gateway(performances: list[Performance], books: Books) -> Iterator[Line]:
    paid, kept = sum(it.paid_fen for it in performances), _kept_fen(performances)
    yield "Money", "", "paid 已付", paid, "gateway 网关"
    yield "", _sign(equal=kept == books.total), "given back 已退", paid - kept, "gateway 网关"
    if any(it.deposit for it in performances):
        yield (
            "",
            "",
            "  of which deposits 其中保证金",
            _deposits(performances, "returned_fen"),
            "accounts 账户",
        )
    for name, fen in (
        ("owed to providers 应付服务商", books.owed),
        ("commission 佣金", books.commission),
        ("deposits held 在押保证金", books.deposits),
        ("deposits forfeited 没收保证金", books.forfeited),
        ("certification fees 认证费", books.fees),
        ("still held 在途", books.held),
    ):
        yield "", "+", name, fen, "ledger 账簿"


def _bank(performances: list[Performance]) -> Iterator[Line]:
    """Remittances prove an account, or go back, which is the wallet's to do (AMB-34)."""
    banks = [it.bank for it in performances if it.bank.remitted or it.bank.paid_in]
    if not banks:
        return
    remitted = sum(sum(bank.remitted.values()) for bank in banks)
    proved = sum(bank.proved_fen for bank in banks)
    unmatched = sum(bank.unmatched_fen for bank in banks)
    paid_in = [fen for bank in banks for fen in bank.paid_in]
    yield "Bank", "", "remitted to us 服务商汇入", remitted, "bank 银行"
    yield (
        "",
        _sign(equal=remitted == proved + unmatched),
        "proved an account 验证账户",
        proved,
        "notices 通知",
    )
    yield "", "+", "matched nothing 未匹配", unmatched, "notices 通知"
    yield "", "", "paid in to prove 打款验证", sum(paid_in), f"bank 银行, {len(paid_in)} payments 笔"


def _wallet(performances: list[Performance]) -> Iterator[Line]:
    """None of it is ours: what does not match, the wallet sends back itself (AMB-34)."""
    wallets = [it.wallet for it in performances if it.wallet.remitted]
    if wallets:
        verified = sum(wallet.verified_fen for wallet in wallets)
        back = sum(wallet.sent_back_fen for wallet in wallets)
        yield "Wallet", "", "remitted to it 服务商汇入", verified + back, "wallet 钱包"
        yield "", "=", "verified an account 验证账户", verified, "wallet 钱包"
        yield "", "+", "sent back by it 钱包退回", back, "wallet 钱包"


def _alipay(performances: list[Performance], books: Books) -> Iterator[Line]:
    """Refunds of what providers had got already: deducted from their accounts, or owed still (ALI-SET-20)."""
    if books.refunds_due:
        deducted = _deducted_fen(performances)
        yield "Alipay", "", "refunds to recover 待追回退款", books.refunds_due, "ledger 账簿"
        yield (
            "",
            _sign(equal=books.refunds_due == deducted + books.arrears),
            "deducted 已代扣",
            deducted,
            "Alipay 支付宝",
        )
        yield "", "+", "owed still 欠款", books.arrears, "ledger 账簿"


def _sign(*, equal: bool) -> Text:
    return Text("=", "green") if equal else Text("≠", "bold red")


def _deposits(performances: list[Performance], *names: str) -> int:
    return sum(it.deposit.get(name, 0) for it in performances for name in names)


def _deducted_fen(performances: list[Performance]) -> int:
    return sum(sum(it.deducted.values()) for it in performances)


def _kept_fen(performances: list[Performance]) -> int:
    return sum(it.paid_fen - it.refunded_fen for it in performances)


# --- paths


def path_of(it: Performance) -> Text:
    """What happened, in order; what our own system notes, which moves nothing, is left out."""
    path, led_on, there = Text(style="dim"), bool(it.sample.before), frozenset[str]()
    if led_on:
        path.append("onboarded before")
    for change in it.told():
        lane = change["data"] if "lane" in change["data"] else change
        moves = lane["stage_after"] != lane["stage_before"]
        before, there = there, _there_at_the_wallet(change, there)
        if moves or _is_told(change) or there - before:
            path.append((" › " if led_on else ", ") if path else "", "bold cyan" if led_on else "")
            path.append(" and ".join(sorted(there - before)) or _said(change))
            led_on = moves
    for receipt in it.receipts:
        if receipt["outcome"] == "refunded":
            path.append("; " if path else "")
            path.append(f"{yuan(receipt['amount_fen'])} refunded, {receipt['reason']}", "magenta")
    if unmatched := it.bank.unmatched_fen:
        path.append(f"; {yuan(unmatched)} remitted, and matched nothing", "magenta")
    if sent_back := it.wallet.sent_back_fen:
        path.append(f"; {yuan(sent_back)} sent back by the wallet", "magenta")
    return path


def _there_at_the_wallet(change: dict[str, Any], before: frozenset[str]) -> frozenset[str]:
    """What the wallet has of an application, which comes in any order (TCM-WX-02)."""
    if change["event"] == "applyment_changed":
        said = change["data"].get("seen", {}).get("facts", change["data"])
        return before | {name for name in OF_THE_WALLET if said[name]}
    return frozenset() if change["event"] == "submitted" else before


def _is_told(change: dict[str, Any]) -> bool:
    event, role = change["event"], change["actor"]["role"]
    return role != "system" or event.endswith("_overdue") or event in OF_MONEY


OF_THE_WALLET = ("review_passed", "account_verified", "signed")
OF_MONEY = frozenset({"paid", "given_back"})


def _said(change: dict[str, Any]) -> str:
    """The event; of a decision which one, of checks how many findings, of a guess whether it was right, of
    money how much.

    Of operators also who, where they have a name.
    """
    said, data, actor = str(change["event"]), change["data"], change["actor"]
    if "act" in data:
        said += f": {data['act']['event']} in stead"
    elif "decision" in data:
        said += f": {data['decision']}{_numbers(data)}"
    elif "findings" in data:
        said += f": {len(data['findings'])} found"
    elif "right" in data:
        said += f": {'right' if data['right'] else 'wrong'}"
    elif said in OF_MONEY and "amount_fen" in data:
        said += f" {yuan(data['amount_fen'])}"
    named = actor["role"] == Role.OPERATOR and actor["subject"] != Role.OPERATOR
    return f"{said} by {actor['subject']}" if named else said


def _numbers(data: dict[str, Any]) -> str:
    """Of a version that was turned down the numbers of the reasons."""
    numbers = [each["number"] for each in data.get("numbered", ())]
    return f" ({', '.join(numbers)})" if numbers else ""
