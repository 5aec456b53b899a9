"""Where documents are kept, as the settings choose."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from models.tables.documents.directory import Directory
from models.tables.documents.store import DocumentStore, SealedDocuments, Shelf
from models.tables.privacy import Cipher


class BrokenDocumentsUrl(Exception):
    """DOCUMENTS_URL cannot be used, and why."""


def documents_in(url: str | None, directory: Path, cipher: Cipher) -> DocumentStore:
    """The store at `s3://bucket/prefix?endpoint=...&region=...`, or in the directory where there is none."""
    return SealedDocuments(Directory(directory) if url is None else _bucket(url), cipher)


def _bucket(url: str) -> Shelf:
    try:
        from models.tables.documents.s3 import Bucket  # noqa: PLC0415  only who chooses it has it
    except ImportError:
        raise BrokenDocumentsUrl("S3 needs the extra s3") from None
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "s3" or not parts.netloc or not asked.keys() <= {"endpoint", "region"}:
        raise BrokenDocumentsUrl("write s3://bucket, s3://bucket/prefix or s3://bucket?endpoint=https://...")
    prefix = f"{path}/" if (path := parts.path.strip("/")) else ""
    return Bucket(parts.netloc, prefix, asked.get("endpoint"), asked.get("region"))
