"""Writes the pages that the code knows best, docs/processes and docs/samples.md: `python -m docs.pages`."""

from collections.abc import Iterator
from pathlib import Path

from models.pictures import page, table
from models.policies import load as load_policies
from models.processes import PROCESSES
from rehearsal.samples import load as load_samples

DOCS = Path(__file__).parent
SAMPLES = DOCS.parent / "samples"
PROCESS_PAGES = DOCS / "processes"
PLAYBILL = """<!-- Made from samples/. Change those, then: make docs -->

# What the demo plays 演示案例

`make demo` plays these side by side, over HTTP alone, in the market `rehearsal`, where days are seconds.
[How to write your own](writing-samples.md). 以下案例同时进行，全部通过 HTTP；“天”在排练市场中以秒计。

{}
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Each page, and what it says."""
    markets = list(load_policies().values())
    for process in PROCESSES.values():
        yield PROCESS_PAGES / f"{process.name}.md", page(process, markets)
    rows = [
        (
            f"[{sample.title}](../samples/{name}.json)<br/>{sample.title_zh}",
            f"{sample.story}<br/>{sample.story_zh}",
            f"`{sample.expect.outcome}`",
            ", ".join(sample.rules),
        )
        for name, sample in load_samples(SAMPLES).items()
    ]
    head = ("Case 案例", "Story 经过", "Ends 结果", "Rules 规则")
    yield DOCS / "samples.md", PLAYBILL.format(table(head, rows))


if __name__ == "__main__":
    PROCESS_PAGES.mkdir(exist_ok=True)
    for file, text in pages():
        file.write_text(text, "utf-8")
