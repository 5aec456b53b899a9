"""Which links may stand in a product's or a shop's description at all (ALI-RECT-01).

Nothing is looked up here: whether a link works is for the gateway `Links` to say.
"""

import unicodedata
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

import idna

from models.rules.findings import Finding
from models.rules.link_hosts import is_address, is_deceptive, labels_of, spelled_in_ascii

LONGEST = 500
PORT = 443
LONGEST_HOST = 253
NOT_WRITTEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Controls, marks that turn the direction of a text, spaces, and what is no character."""
ENDS_A_LINK = frozenset('"<>\\')
"""No address line shows them as they are. Where a page is written carelessly, what follows is no link."""
NEVER_PUBLIC = frozenset(
    {"alt", "arpa", "corp", "home", "internal", "invalid", "lan", "local", "localdomain", "localhost", "mail"}
    | {"onion", "test"}
)
"""Top-level names that no public server has. `example` may stand here: samples live there."""


def link_findings(url: str, field: str, *, longest: int = LONGEST) -> list[Finding]:
    """Everything that is wrong with a link, as findings on `field`.

    A link is https on port 443 at a public name, without credentials, in visible characters and at most
    `longest` of them; its host is valid in IDNA and cannot be taken for another (ALI-RECT-01).
    """
    if len(url) > longest:
        return [_finding(field, "link-malformed", f"it has more than {longest} characters", "shorten it")]
    parts = _parts(url)
    if parts is None:
        return [_finding(field, "link-malformed", "it is not a web address", FROM_A_BROWSER)]
    return [_finding(field, *each) for each in (*_about_the_whole(parts), *_about_the_host(parts))]


def host_of(url: str) -> str:
    """The host of a link without findings, as the name system is asked for it: in lower case and ASCII."""
    return spelled_in_ascii(urlsplit(url).hostname or "")


FROM_A_BROWSER = "copy it from the address line of a browser"
BY_NAME = "give the public name of the site"
Found = tuple[str, str, str]
"""Code, detail and what to do next."""


def _parts(url: str) -> SplitResult | None:
    """None for what no two readers would take apart in the same way."""
    if any(each in ENDS_A_LINK or unicodedata.category(each) in NOT_WRITTEN for each in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _about_the_whole(parts: SplitResult) -> Iterator[Found]:
    if parts.scheme != "https":
        yield "link-not-https", "it does not begin with https://", "give its https address"
    elif not parts.hostname:
        yield "link-malformed", "it names no site", FROM_A_BROWSER
    if "@" in parts.netloc:
        yield "link-deceptive", "it carries a user name or a password", "leave them out"
    if parts.port not in (None, PORT):
        yield "link-port", f"it names a port other than {PORT}", "leave the port out"


def _about_the_host(parts: SplitResult) -> Iterator[Found]:
    if not (host := parts.hostname):
        return
    if is_address(host):
        yield "link-not-public", "it names an address instead of a site", BY_NAME
        return
    try:
        if len(spelled := spelled_in_ascii(host)) > LONGEST_HOST:
            raise idna.IDNAError("too long")
        labels = labels_of(spelled)
    except UnicodeError:
        yield "link-malformed", "its host is not a name that a site can have", FROM_A_BROWSER
        return
    if len(labels) == 1 or labels[-1] in NEVER_PUBLIC:
        yield "link-not-public", "its host is not a public name", BY_NAME
    if is_deceptive(labels):
        yield "link-deceptive", "its host can be taken for another one", "use a host in plain letters"


def _finding(field: str, code: str, detail: str, then: str) -> Finding:
    return Finding(field=field, code=code, rule="ALI-RECT-01", detail=detail, next=then)
