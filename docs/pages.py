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
ON_SAMPLES = """<!-- Made from samples/. Change those, or docs/pages.py, then: make docs -->

# What the demo plays 演示案例

`make demo` plays these side by side, over HTTP alone, in the market `rehearsal`, where days are seconds.

{table}

## Your own 自己编写

`make demo SAMPLES=path` plays a file, or every `*.json` of a folder. A sample says how a case starts (`place`, the
body of the first request without its id), what people and systems do then (`steps`, one after another), and how it
should end (`expect`). A broken one is refused before anything starts, with its file and field.

| Step | Does |
| --- | --- |
| `{{"step": "pay"}}` | the buyer pays what is asked; `amount_fen` another amount, `notices` how often the gateway tells of it (0 is a lost notice), `late` although the case has closed |
| `{{"step": "event", "sender": "provider", "event": "version_submitted", "version": "1.0.0"}}` | somebody reports an event: `buyer`, `provider`, `review` or `operator`. Its fields stand beside its name; the buyer's `on_behalf_of` is added |
| `{{"step": "wait", "for": "implementing"}}` | until the case has reached that stage |
| `{{"step": "wait", "for": "deadline"}}` | until the next deadline has passed |
| `{{"step": "wait", "for": "refund"}}` | until a payment that the case did not want went back |

| Expected | Means |
| --- | --- |
| `outcome` | how the case closed |
| `receipts` | what became of each payment that we were told of, oldest first |
| `refunded_fen` | what the gateway gave back, all in all |
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
    yield DOCS / "samples.md", ON_SAMPLES.format(table=table(head, rows))


if __name__ == "__main__":
    PROCESS_PAGES.mkdir(exist_ok=True)
    for file, text in pages():
        file.write_text(text, "utf-8")
