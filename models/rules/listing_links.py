"""The links of a product or a shop: each by itself, how many, and where they lead (ALI-RECT-01)."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from models.listing_content import Link
from models.listing_terms import LinkTerms
from models.rules.findings import Finding, not_to_be_shown
from models.rules.links import host_of, link_findings


def links_findings(links: Sequence[Link], terms: LinkTerms, field: str) -> Iterator[Finding]:
    """What is wrong with a list of links. Their number is told on `field`, its limit included."""
    if len(links) > terms.at_most:
        detail = f"{len(links)} given, at most {terms.at_most} taken"
        yield not_to_be_shown(field, "too-many-links", detail, f"leave out {len(links) - terms.at_most}")
    seen = set[str]()
    for place, link in enumerate(links):
        yield from address_findings(link.url, terms, f"{field}.{place}.url")
        if (same := _spelt(link.url)) in seen:
            yield not_to_be_shown(
                f"{field}.{place}.url", "link-twice", "this link is given already", "leave it out"
            )
        seen.add(same)


def address_findings(url: str, terms: LinkTerms, field: str) -> list[Finding]:
    """What is wrong with one link, and whether it leads where links may lead."""
    if found := link_findings(url, field):
        return found
    if not terms.hosts or _is_within(host_of(url), terms.hosts):
        return []
    detail = f"links may lead to {', '.join(terms.hosts)} and what is below them"
    return [not_to_be_shown(field, "link-not-admitted", detail, "give a link to one of these")]


def _is_within(host: str, hosts: Sequence[str]) -> bool:
    return any(f".{host}".endswith(f".{each.lower()}") for each in hosts)


def _spelt(url: str) -> str:
    """One spelling of what a browser opens alike. Of what is no link, it is the link itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.lower().removesuffix(":443")
    return parts._replace(scheme=parts.scheme.lower(), netloc=host, path=parts.path or "/").geturl()
