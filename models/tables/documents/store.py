"""Documents at rest: sealed with their facts, under names that say nothing, and never written twice."""

from typing import Protocol

from cryptography.exceptions import InvalidTag

from models.documents import StoredDocument
from models.tables.privacy import Cipher

LENGTH_BYTES = 4
FACTS_WITHIN = 4096
"""In bytes: facts stand at the beginning, and whoever asks for nothing else waits for no picture."""


class StoreUnavailable(Exception):
    """The shelf did not answer, is full, or gave back something else than was put there."""


class DocumentStore(Protocol):
    """Each provider's documents in each market. Nobody finds one without saying whose it is."""

    def put_new(
        self, market: str, provider_id: str, document: StoredDocument, content: bytes
    ) -> StoredDocument:
        """Keep a document. Gives `document` itself back, or the one there was: of many at once, one is first.

        The same picture as another kind is another document (TCM-MCH-13).

        Raises StoreUnavailable; it may be there all the same, and putting it again does no harm.
        """
        ...

    def find(self, market: str, provider_id: str, kind: str, document_id: str) -> StoredDocument | None: ...

    def read(
        self, market: str, provider_id: str, kind: str, document_id: str
    ) -> tuple[StoredDocument, bytes] | None: ...


class Shelf(Protocol):
    """Where sealed bytes lie under a name of 64 hexadecimal digits. Whatever fails is StoreUnavailable."""

    def put_new(self, name: str, sealed: bytes) -> bool:
        """All of it or nothing. False where there is something under this name already, which stays."""
        ...

    def get(self, name: str, most: int | None = None) -> bytes | None:
        """What lies there, or its first `most` bytes."""
        ...


class SealedDocuments:
    """A DocumentStore on a shelf that is not trusted: it sees neither pictures, nor whose they are."""

    def __init__(self, shelf: Shelf, cipher: Cipher) -> None:
        self._shelf, self._cipher = shelf, cipher

    def put_new(
        self, market: str, provider_id: str, document: StoredDocument, content: bytes
    ) -> StoredDocument:
        name = self._name(market, provider_id, document.kind, document.sha256)
        facts = self._cipher.seal_bytes(document.model_dump_json().encode(), f"{name}:facts")
        picture = self._cipher.seal_bytes(content, f"{name}:content")
        if self._shelf.put_new(name, len(facts).to_bytes(LENGTH_BYTES) + facts + picture):
            return document
        there = self.find(market, provider_id, document.kind, document.sha256)
        if there is None:
            raise StoreUnavailable("what was there a moment ago is gone")
        return there

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
