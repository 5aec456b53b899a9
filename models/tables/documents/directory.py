"""Documents in a directory of this machine."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
            with self._written(sealed) as temporary:
                try:
                    os.link(temporary, self._path / name)
                except FileExistsError:
                    return False
            self._settle()
            return True
        except OSError as error:
            raise StoreUnavailable(type(error).__name__) from error

    def replace(self, name: str, sealed: bytes, beginning: bytes) -> bool:
        """Of all processes that see the directory, one at a time compares and replaces."""
        try:
            with self._written(sealed) as temporary, self._opened() as directory:
                fcntl.flock(directory, fcntl.LOCK_EX)
                if self.get(name, len(beginning)) != beginning:
                    return False
                os.replace(temporary, self._path / name)
                os.fsync(directory)
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

    @contextmanager
    def _written(self, sealed: bytes) -> Iterator[str]:
        """A file that is on the disk, and goes unless it was given a name."""
        descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=self._path)
        try:
            with open(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(descriptor)
            yield temporary
        finally:
            Path(temporary).unlink(missing_ok=True)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _settle(self) -> None:
        """A name lasts once its directory is on the disk, too."""
        with self._opened() as directory:
            os.fsync(directory)
