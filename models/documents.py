"""Pictures and scans that a provider hands in: what a market takes, and what is known of one that is kept."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from models.base import Frozen, Id, Instant
from models.cases import Actor

DocumentId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(examples=["07d7fc31" * 8])]
"""The SHA-256 of what was handed in. The same picture has the same id in every kind (TCM-MCH-13)."""

ContentType = Literal["image/jpeg", "image/png"]


class DocumentRef(Frozen):
    """A document that was handed in before, by what it is known. The picture itself travels nowhere."""

    kind: Id
    document_id: DocumentId


class DocumentLimits(Frozen):
    """What a market takes as a document of one kind (TCM-ONB-15, TCM-MCH-13, TCM-MCH-25)."""

    most_bytes: Annotated[int, Field(strict=True, gt=0, le=10 * 1024 * 1024)]
    """Inclusive, and counted in binary units: 2 MB are 2,097,152 (AMB-29)."""
    types: Annotated[tuple[ContentType, ...], Field(min_length=1)]
    most_pixels: Annotated[int, Field(strict=True, gt=0, le=100_000_000)]
    """Width times height, inclusive. Each takes four bytes while the picture is looked at."""
    rule: str


class StoredDocument(Frozen):
    """What is known of a document that was kept, and of its first and its last upload."""

    kind: Id
    size: int
    """In bytes."""
    content_type: ContentType
    width: int
    height: int
    first_uploaded_at: Instant
    uploaded_at: Instant
    """When it was handed in last, by whom it was: the same picture again counts (TCM-TEN-02, AMB-35)."""
    uploaded_by: Actor
    sha256: DocumentId

    @model_validator(mode="before")
    @classmethod
    def _was_uploaded_once(cls, facts: Any) -> Any:
        """Documents were kept before anybody noted when they were handed in again."""
        if isinstance(facts, dict) and "first_uploaded_at" not in facts:
            return {**facts, "first_uploaded_at": facts.get("uploaded_at")}
        return facts

    @property
    def document_id(self) -> str:
        return self.sha256
