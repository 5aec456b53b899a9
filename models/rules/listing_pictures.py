"""Pictures and papers of a product or a shop: whether they were handed in, how many, and how large."""

from collections.abc import Callable, Iterator, Sequence

from models.documents import DocumentRef, StoredDocument
from models.listing_terms import PictureTerms
from models.rules.findings import Finding, not_to_be_shown

Find = Callable[[DocumentRef], StoredDocument | None]
"""What is known of a document of this provider; None where it handed in no such."""


def picture_findings(
    pictures: Sequence[tuple[str, DocumentRef]], terms: PictureTerms | None, document: Find, field: str
) -> Iterator[Finding]:
    """What is wrong with pictures, each given with its place. Their number is told on `field`, their limits
    included. What a picture is was looked at when it was handed in."""
    if terms:
        yield from _number(len(pictures), terms, field)
    seen = set[str]()
    for place, picture in pictures:
        if terms and picture.kind != terms.kind:
            detail = f"pictures here are documents of the kind {terms.kind}"
            yield not_to_be_shown(place, "picture-of-another-kind", detail, "hand it in again as this kind")
        known = document(picture)
        if known is None:
            yield unknown(place)
        elif terms and (known.width < terms.min_width or known.height < terms.min_height):
            detail = f"has {known.width} x {known.height} pixels: at least {_size(terms)} are needed"
            yield not_to_be_shown(place, "picture-too-small", detail, "hand in a larger one")
        if picture.document_id in seen:
            yield not_to_be_shown(place, "picture-twice", "the same picture is shown already", "leave it out")
        seen.add(picture.document_id)


def paper_findings(papers: Sequence[DocumentRef], document: Find, field: str) -> Iterator[Finding]:
    """Papers that this provider has not handed in."""
    for place, paper in enumerate(papers):
        if document(paper) is None:
            yield unknown(f"{field}.{place}")


def unknown(field: str) -> Finding:
    detail = "this provider has handed in no such document of this kind here"
    return Finding(
        field=field, code="document-unknown", detail=detail, next="hand it in first: POST /v1/documents"
    )


def _number(given: int, terms: PictureTerms, field: str) -> Iterator[Finding]:
    if given < terms.at_least:
        detail = f"{given} given, at least {terms.at_least} needed"
        yield not_to_be_shown(field, "too-few-pictures", detail, f"add {terms.at_least - given}")
    if given > terms.at_most:
        detail = f"{given} given, at most {terms.at_most} taken"
        yield not_to_be_shown(field, "too-many-pictures", detail, f"leave out {given - terms.at_most}")


def _size(terms: PictureTerms) -> str:
    return f"{terms.min_width} x {terms.min_height}"
