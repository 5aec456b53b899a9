"""Documents in a directory of this machine."""

import os
import tempfile
from pathlib import Path

from models.tables.documents.store import StoreUnavailable


class Directory:
    """A shelf that is made when it is first needed. Its files are for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    def put_new(self, name: str, sealed: bytes) -> bool:
        """Whoever is killed halfway leaves a file that nobody looks for, and no half document."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=self._path)
            try:
                with open(descriptor, "wb") as file:
                    file.write(sealed)
                    file.flush()
                    os.fsync(descriptor)
                os.link(temporary, self._path / name)
            except FileExistsError:
                return False
            finally:
                os.unlink(temporary)
            self._settle()
            return True
        except OSError as error:
            raise StoreUnavailable(type(error).__name__) from error

    def get(self, name: str, most: int | None = None) -> bytes | None:
        try:
            with (self._path / name).open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(type(error).__name__) from error

    def _settle(self) -> None:
        """A name lasts once its directory is on the disk, too."""
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
