"""What each market sorts by, as data: one TOML file a market, beside this."""

from pathlib import Path

from models.categories import Category, CategoryFile
from models.policies.files import broken, check_market, files_in, parsed

HERE = Path(__file__).parent


def load_categories(folder: Path | None = None) -> dict[str, tuple[Category, ...]]:
    """Of every market that has any. A file in `folder/categories` replaces ours of the same name.

    Raises BrokenPolicy for a broken file.
    """
    files = files_in(HERE, folder and folder / HERE.name)
    return {market: read(file).categories for market, file in files.items()}


def read(file: Path) -> CategoryFile:
    """One market's categories. Refuses a broken file with its line and field, and a class named twice."""
    table, text = parsed(file, CategoryFile)
    check_market(file, text, table.market)
    names = [each.name for each in table.categories]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise broken(file, text, ("categories", place, "name"), "has a class twice")
    return table
