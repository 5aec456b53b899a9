"""What a policy says of products and shops that means nothing: a check that would never hold, or always."""

from collections.abc import Collection, Iterator

from models.listing_terms import ListingTerms
from models.listings import ListingKind
from models.rules.listing_fields import is_field

Error = tuple[tuple[str, ...], str]
"""Where the terms say it, and what is wrong with it."""


def term_errors(
    terms: ListingTerms, kind: ListingKind, documents: Collection[str], classes: Collection[str]
) -> Iterator[Error]:
    """Names that nobody knows: of fields, of document kinds, of classes, of hosts."""
    for path in terms.checks.required:
        if not is_field(kind, path):
            yield ("checks", "required"), f"a {kind} has no field {path}"
    if (pictures := terms.checks.pictures) and pictures.kind not in documents:
        yield ("checks", "pictures", "kind"), f"no document is of the kind {pictures.kind}"
    for name in terms.risky:
        if name not in classes:
            yield ("risky",), f"there is no class {name}"
    for host in terms.checks.links.hosts:
        if host != host.lower() or not host.isascii() or "*" in host:
            yield ("checks", "links", "hosts"), f"{host} is no host in small letters of ASCII"
