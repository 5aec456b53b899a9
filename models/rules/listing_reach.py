"""Which links of a product or shop are followed, and what it means where they lead (ALI-RECT-01)."""

from collections.abc import Collection, Mapping

from models.base import Frozen
from models.links import LinkState, Reach
from models.listing_content import ProductContent, ShopContent
from models.rules.findings import Finding
from models.rules.listing_fields import Writing, public_texts

SAYS = {
    Reach.BROKEN: ("link-broken", "it does not work", "give a link that works"),
    Reach.UNSAFE: ("link-unsafe", "it is not safe to follow", "give a link that is"),
    Reach.SILENT: ("link-silent", "it did not answer", "open it, and decide whether it may stand here"),
}


class Reached(Frozen):
    findings: tuple[Finding, ...] = ()
    """What turns the version down."""
    silent: tuple[Finding, ...] = ()
    """What nobody could see: for an operator, where it stays so."""


def followed(
    content: ProductContent | ShopContent, wrong: Collection[Finding], at_most: int
) -> dict[str, str]:
    """The links to be looked at, by their fields. One that may not stand there as it is written is not."""
    known = {each.field for each in wrong}
    addresses = [each for each in public_texts(content) if each.writing is Writing.ADDRESS]
    good = [each for each in addresses if each.field not in known]
    urls = [*dict.fromkeys(each.text for each in good)][:at_most]
    return {each.field: each.text for each in good if each.text in urls}


def reached(links: Mapping[str, str], states: Mapping[str, LinkState]) -> Reached:
    """What came of looking at them. Silence is nobody's fault, and turns nothing down."""
    return Reached(
        findings=_told(links, states, Reach.BROKEN, Reach.UNSAFE), silent=_told(links, states, Reach.SILENT)
    )


def _told(links: Mapping[str, str], states: Mapping[str, LinkState], *which: Reach) -> tuple[Finding, ...]:
    return tuple(
        Finding(field=field, code=code, rule="ALI-RECT-01", detail=f"{so}: {states[url].detail}", next=then)
        for field, url in links.items()
        if states[url].state in which
        for code, so, then in (SAYS[states[url].state],)
    )
