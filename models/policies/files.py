"""How the files of policies are found and read: TOML, one a market, ours beside those of POLICY_DIR."""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

P = TypeVar("P", bound=BaseModel)


class BrokenPolicy(Exception):
    """A policy file that cannot be used: which file, which line, which field, and why."""

    def __init__(self, file: Path, line: int, field: str, reason: str) -> None:
        super().__init__(f"{file.name}, line {line}, {field}: {reason}")
        self.file, self.line, self.field, self.reason = file, line, field, reason


def files_in(ours: Path, theirs: Path | None) -> dict[str, Path]:
    """The file of each market. One of theirs adds a market, or replaces ours of the same name."""
    return {file.stem: file for folder in (ours, theirs) if folder for file in sorted(folder.glob("*.toml"))}


def parsed(file: Path, model: type[P]) -> tuple[P, str]:
    """What a TOML file says, and its text. Refuses a broken file with its line and field."""
    try:
        text = file.read_text("utf-8")
        return model.model_validate(tomllib.loads(text)), text
    except UnicodeDecodeError as error:
        raise BrokenPolicy(file, error.object.count(b"\n", 0, error.start) + 1, "-", str(error)) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BrokenPolicy(file, int(line[1]) if line else 0, "-", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise broken(file, text, first["loc"], first["msg"]) from error


def broken(file: Path, text: str, loc: tuple[str | int, ...], reason: str) -> BrokenPolicy:
    """The refusal of a file for what stands at this place in it."""
    return BrokenPolicy(file, line_of(text, loc), ".".join(str(part) for part in loc), reason)


def check_market(file: Path, text: str, market: str) -> None:
    """Refuses a file that is not named after the market it says."""
    if market != file.stem:
        raise broken(file, text, ("market",), f"is not {file.stem}")


def line_of(text: str, loc: tuple[str | int, ...]) -> int:
    """The line of a field, or of the nearest table around it that is written down."""
    names = [part for part in loc if isinstance(part, str)]
    which = next((part for part in loc if isinstance(part, int)), 0)
    table: list[str] = []
    count, best, best_depth = -1, 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", line)
        key = re.match(r"\s*([\w-]+)\s*=", line)
        if header:
            table = header[1].split(".")
            count += line.lstrip().startswith("[[") and table == names[: len(table)]
        path = table if header else [*table, key[1]] if key else []
        here = path and path == names[: len(path)] and (not table or count == which)
        if here and len(path) > best_depth:
            best, best_depth = number, len(path)
    return best
