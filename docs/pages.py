"""Writes the pages that the code knows best, docs/processes and docs/samples.md: `python -m docs.pages`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from models.pictures import page, table
from models.policies import load as load_policies
from models.processes import PROCESSES
from rehearsal.sample import Sample
from rehearsal.samples import load as load_samples

DOCS = Path(__file__).parent
SAMPLES = DOCS.parent / "samples"
PROCESS_PAGES = DOCS / "processes"
PLAYBILL = """<!-- Made from samples/. Change those, then: make docs -->

# What the demo plays 演示案例

`make demo` plays these side by side, over HTTP alone; in the market `rehearsal` days are seconds.
[How to write your own](writing-samples.md). 以下案例同时进行，全部通过 HTTP；“天”在排练市场中以秒计。
"""
PART = """
## {title}s {title_zh}

{table}
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Each page, and what it says."""
    markets = list(load_policies().values())
    for process in PROCESSES.values():
        yield PROCESS_PAGES / f"{process.name}.md", page(process, markets)
    yield DOCS / "samples.md", playbill(load_samples(SAMPLES).items())


def playbill(samples: Iterable[tuple[str, Sample]]) -> str:
    """What is played, each process under a heading of its own."""
    parts: dict[str, list[tuple[str, ...]]] = {}
    for name, sample in samples:
        row = (
            f"[{sample.title}](../samples/{name}.json)<br/>{sample.title_zh}",
            f"{sample.story}<br/>{sample.story_zh}",
            sample.market,
            f"`{sample.expect.end}`",
            ", ".join(sample.rules),
        )
        parts.setdefault(sample.process, []).append(row)
    head = ("Case 案例", "Story 经过", "Market 市场", "Ends 结果", "Rules 规则")
    kinds = [(PROCESSES[process], rows) for process, rows in parts.items()]
    return PLAYBILL + "".join(
        PART.format(title=kind.title, title_zh=kind.title_zh, table=table(head, rows)) for kind, rows in kinds
    )


if __name__ == "__main__":
    PROCESS_PAGES.mkdir(exist_ok=True)
    for file, text in pages():
        file.write_text(text, "utf-8")
