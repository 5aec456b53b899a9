"""Files of one's own that take the place of ours, or stand beside them."""

from pathlib import Path


def own(folder: Path, file: str, text: str) -> Path:
    """A file of one's own: the folder that all of them are in."""
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text, "utf-8")
    return folder


def line_of(start: str, text: str) -> int:
    """The first line of a file that begins so. Lines are counted from one."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))
