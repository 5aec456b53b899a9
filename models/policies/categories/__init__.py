"""What each market sorts by, as data: one TOML file a market, beside this."""

from pathlib import Path

from models import policies  # as a whole: it may be on its way to import us
from models.categories import Category, CategoryFile

HERE = Path(__file__).parent


def load_categories(folder: Path | None = None) -> dict[str, tuple[Category, ...]]:
    """Of every market that has any. A file in `folder/categories` replaces ours of the same name.

    Raises BrokenPolicy for a broken file.
    """
    folders = (HERE, *([folder / HERE.name] if folder else []))
    files = {file.stem: file for each in folders for file in sorted(each.glob("*.toml"))}
    return {market: read(file).categories for market, file in files.items()}


def read(file: Path) -> CategoryFile:
    """One market's categories. Refuses a broken file with its line and field, and a class named twice."""
    table, text = policies.parsed(file, CategoryFile)
    if table.market != file.stem:
        line = policies.line_of(text, ("market",))
        raise policies.BrokenPolicy(file, line, "market", f"is not {file.stem}")
    names = [each.name for each in table.categories]
    for place, name in enumerate(names):
        if name in names[:place]:
            line = policies.line_of(text, ("categories", place, "name"))
            raise policies.BrokenPolicy(file, line, f"categories.{place}.name", "has a class twice")
    return table
