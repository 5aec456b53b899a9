"""How one case is shown in a line: its name, its end, its money, and whom it waits for."""

from collections.abc import Iterator

from rich.text import Text

from models import words
from models.cases import CaseView, Party
from models.listing_tasks import (
    CORRECTION,
    FIRST_VERSION,
    ON_SALE,
    OUT_OF_SIGHT,
    PRODUCT_DRAFTS,
    SHOP_DRAFTS,
)
from models.listings import ListingStage
from models.processes import PROCESSES
from rehearsal.performance import Performance, stages_of

STAGES = {**words.STAGES, "onboarded before": "已入驻"}
SETTLED = ("accepted", "corrected", "lifted", "lapsed")
"""Where a story beside a product's or shop's own stands when nothing of it is under way."""
POSSIBLE = tuple(each.name for each in (FIRST_VERSION, ON_SALE, OUT_OF_SIGHT, CORRECTION))
POSSIBLE += tuple({drafts.accepted.name for drafts in (PRODUCT_DRAFTS, SHOP_DRAFTS)})
"""What always can be done to a product or shop, and is waited for only where nothing else is."""
ROOMY = 118
"""Columns that it takes to show what follows silence, too."""


def grouped(performances: list[Performance]) -> Iterator[tuple[tuple[str, str], list[Performance]]]:
    """Cases of one process together, under its names in both languages."""
    groups: dict[str, list[Performance]] = {}
    for it in performances:
        groups.setdefault(it.sample.process, []).append(it)
    for members in groups.values():
        kind = members[0].sample.kind
        yield (f"{kind.title}s", kind.title_zh), members


def yuan(fen: int) -> str:
    return f"-{yuan(-fen)}" if fen < 0 else f"¥{fen // 100:,}.{fen % 100:02d}"


def title(it: Performance, style: str = "", *, chinese: bool = True) -> Text:
    return Text.assemble((it.sample.title, style), (f" {it.sample.title_zh}" if chinese else "", "dim"))


def both(word: str, translated: dict[str, str], style: str, *, chinese: bool = True) -> Text:
    return Text.assemble((word, style), (f" {translated.get(word, '')}" if chinese else "", "dim"))


def mark(it: Performance) -> Text:
    return Text("✗", style="bold red") if it.differs else Text("✓", style="green")


def outcome(it: Performance, *, chinese: bool = True) -> Text:
    if it.case is None:
        return Text("not placed", style="red")
    style = "red" if it.differs else "green"
    if it.case.outcome is None:
        return both(it.case.stage, words.STAGES, style, chinese=chinese)
    return both(it.case.outcome, words.OUTCOMES, style, chinese=chinese)


def seen(it: Performance) -> Text:
    """Which version of a product or shop buyers see, or would, and how many were handed in."""
    live = it.case and it.case.data.get("live_version")
    if not live:
        return Text()
    handed_in = [change["data"]["version"] for change in it.changes if "version" in change["data"]]
    return Text(f"version {live} of {max(handed_in)}", "dim")


def money(it: Performance, between: str) -> Text:
    if not it.paid_fen:
        return Text("-", style="dim")
    back = Text(f"{yuan(it.refunded_fen)} back", style="magenta") if it.refunded_fen else Text()
    return Text(between).join(part for part in (Text(yuan(it.paid_fen)), back) if part)


def stage(it: Performance, case: CaseView, *, chinese: bool = True) -> Text:
    """Where a case stands; of one that tells several stories, where each of them does."""
    at = stages_of(case, PROCESSES[case.process].lanes)
    if case is not it.case:
        return both("onboarded before" if it.case is None else case.stage, STAGES, "cyan", chinese=chinese)
    if "" in at:
        return both(at[""], STAGES, "cyan", chinese=chinese)
    if PROCESSES[case.process].stages is ListingStage:
        under_way = [stage for stage in at.values() if stage not in SETTLED]
        chinese = chinese and not under_way
        return Text(", ").join(
            [both(case.stage, STAGES, "cyan", chinese=chinese), *(Text(each, "cyan") for each in under_way)]
        )
    return Text(", ".join(f"{lane} {stage}" for lane, stage in at.items()), "cyan")


def waits_for(case: CaseView) -> str:
    """Whom it waits for, and with what; not what an appeal holds up meanwhile, nor what stays possible."""
    waits: dict[str, list[str]] = {}
    running = [task for task in case.tasks if not task.paused] or case.tasks
    for task in [task for task in running if task.name not in POSSIBLE] or running:
        waits.setdefault(task.waiting_on, []).append(task.name)
    if len(waits) > 1:
        waits.pop(Party.OFFICE, None)
    return "; ".join(f"{party}: {', '.join(tasks)}" for party, tasks in waits.items())
