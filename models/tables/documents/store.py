"""Documents at rest: sealed with their facts, under names that say nothing. A picture never changes."""

from typing import Protocol

from cryptography.exceptions import InvalidTag

from models.documents import StoredDocument
from models.tables.privacy import Cipher

LENGTH_BYTES = 4
FACTS_WITHIN = 4096
"""In bytes: facts stand at the beginning, and whoever asks for nothing else waits for no picture."""


ROUNDS = 20
"""Whoever loses against somebody who handed in the same a moment later has nothing more to write."""


class StoreUnavailable(Exception):
    """The shelf did not answer, is full, or gave back something else than was put there."""


class DocumentStore(Protocol):
    """Each provider's documents in each market. Nobody finds one without saying whose it is."""

    def put_new(
        self, market: str, provider_id: str, document: StoredDocument, content: bytes
    ) -> StoredDocument:
        """Keep a document. Gives `document` itself back where it is the first: of many at once, one is.

        Handed in again, it keeps when that was first, and counts as uploaded by who did so last (AMB-35).
        The same picture as another kind is another document (TCM-MCH-13).

        Raises StoreUnavailable; it may be there all the same, and putting it again does no harm.
        """
        ...

    def find(self, market: str, provider_id: str, kind: str, document_id: str) -> StoredDocument | None: ...

    def read(
        self, market: str, provider_id: str, kind: str, document_id: str
    ) -> tuple[StoredDocument, bytes] | None: ...


class Shelf(Protocol):
    """Where sealed bytes lie under a name of 64 hexadecimal digits. Whatever fails is StoreUnavailable.

    Nothing is sealed twice to the same bytes: whatever begins as it did was not replaced.
    """

    def put_new(self, name: str, sealed: bytes) -> bool:
        """All of it or nothing. False where there is something under this name already, which stays."""
        ...

    def get(self, name: str, most: int | None = None) -> bytes | None:
        """What lies there, or its first `most` bytes."""
        ...

    def replace(self, name: str, sealed: bytes, beginning: bytes) -> bool:
        """All of it or nothing. False where what lies there does not begin so: somebody else was faster."""
        ...


class SealedDocuments:
    """A DocumentStore on a shelf that is not trusted: it sees neither pictures, nor whose they are."""

    def __init__(self, shelf: Shelf, cipher: Cipher) -> None:
        self._shelf, self._cipher = shelf, cipher

    def put_new(
        self, market: str, provider_id: str, document: StoredDocument, content: bytes
    ) -> StoredDocument:
        name = self._name(market, provider_id, document.kind, document.sha256)
        if self._shelf.put_new(name, self._sealed(name, document, content)):
            return document
        for _ in range(ROUNDS):
            if (beginning := self._shelf.get(name, FACTS_WITHIN)) is None:
                raise StoreUnavailable("what was there a moment ago is gone")
            there, _picture = self._opened(name, beginning)
            if there.uploaded_at >= document.uploaded_at:
                return there
            again = document.model_copy(update={"first_uploaded_at": there.first_uploaded_at})
            if self._shelf.replace(name, self._sealed(name, again, content), beginning):
                return again
        raise StoreUnavailable("others hand in the same again and again")

    def find(self, market: str, provider_id: str, kind: str, document_id: str) -> StoredDocument | None:
        name = self._name(market, provider_id, kind, document_id)
        sealed = self._shelf.get(name, FACTS_WITHIN)
        return None if sealed is None else self._opened(name, sealed)[0]

    def read(
        self, market: str, provider_id: str, kind: str, document_id: str
    ) -> tuple[StoredDocument, bytes] | None:
        name = self._name(market, provider_id, kind, document_id)
        if (sealed := self._shelf.get(name)) is None:
            return None
        document, picture = self._opened(name, sealed)
        return document, self._open(picture, f"{name}:content")

    def _name(self, market: str, provider_id: str, kind: str, document_id: str) -> str:
        """A keyed digest: whoever sees names cannot tell whether a picture that he has lies here."""
        whose = {"market": market, "provider": provider_id}
        return self._cipher.digest({**whose, "kind": kind, "document": document_id})

    def _sealed(self, name: str, document: StoredDocument, content: bytes) -> bytes:
        facts = self._cipher.seal_bytes(document.model_dump_json().encode(), f"{name}:facts")
        picture = self._cipher.seal_bytes(content, f"{name}:content")
        return len(facts).to_bytes(LENGTH_BYTES) + facts + picture

    def _opened(self, name: str, sealed: bytes) -> tuple[StoredDocument, bytes]:
        """A document's facts, and its picture, still sealed."""
        ends = LENGTH_BYTES + int.from_bytes(sealed[:LENGTH_BYTES])
        facts = self._open(sealed[LENGTH_BYTES:ends], f"{name}:facts")
        return StoredDocument.model_validate_json(facts), sealed[ends:]

    def _open(self, sealed: bytes, bound_to: str) -> bytes:
        try:
            return self._cipher.open_bytes(sealed, bound_to)
        except (InvalidTag, ValueError) as error:
            raise StoreUnavailable("not what was put there, or sealed under another key") from error
