"""What each market forbids, as data: one TOML file a market, beside this."""

from pathlib import Path

from models.catalogues import Catalogue, CatalogueFile
from models.policies.files import broken, check_market, files_in, parsed

HERE = Path(__file__).parent


def load_catalogues(folder: Path | None = None) -> dict[str, Catalogue]:
    """Of every market that has one. A file in `folder/catalogues` replaces ours of the same name.

    Raises BrokenPolicy for a broken file.
    """
    files = files_in(HERE, folder and folder / HERE.name)
    return {market: Catalogue(entries=read(file).entries) for market, file in files.items()}


def read(file: Path) -> CatalogueFile:
    """One market's catalogue. Refuses a broken file with its line and field.

    An entry may be named again when it ends, so that it goes on with other words, and not before.
    """
    table, text = parsed(file, CatalogueFile)
    check_market(file, text, table.market)
    for place, entry in enumerate(table.entries):
        if any(other.name == entry.name and other.overlaps(entry) for other in table.entries[:place]):
            raise broken(file, text, ("entries", place, "name"), "is in force twice at once")
    return table
