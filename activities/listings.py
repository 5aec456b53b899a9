"""What a product or a shop asks of our own house, and of the web: whether it may be shown, and sold, now."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import now
from activities.gateways.links import Links
from activities.turns import Turns
from models.links import LinkState
from models.listing_content import Content
from models.listings import AskedCheck, AskedLook, CheckedContent, ListingKind, Looked
from models.policies import MarketPolicy, market_in
from models.rules.categories import confirmations, criteria
from models.rules.findings import Finding
from models.rules.listing_checks import Scrutiny, capped, scrutinise
from models.rules.listing_fields import public_texts
from models.rules.listing_reach import Reached, followed, reached
from models.rules.listing_standing import counting
from models.rules.listing_texts import forbidden
from models.rules.trust import needs_operator
from models.tables.documents.store import DocumentStore
from models.tables.listings import history_of, own_products
from models.tables.selling import selling_of

CHECKS_AT_ONCE = 4
"""Of a worker's ten activities, how many may wait for the web."""
CHECKS_OF_ONE_PROVIDER = 2
"""How many of them may be one provider's: sites that keep us waiting keep nobody else."""
TRIES = 4
"""How often links that do not answer are asked, before an operator is asked to open them."""


@dataclass(frozen=True, slots=True)
class Listings:
    engine: Engine
    policies: Mapping[str, MarketPolicy]
    documents: DocumentStore
    links: Links
    clock: Callable[[], datetime] = now
    following: Turns = field(default_factory=lambda: Turns(CHECKS_AT_ONCE, CHECKS_OF_ONE_PROVIDER))
    """The web may be slow: what follows links leaves room for everything else that a worker does."""

    @activity.defn(name="check_listing")
    def check(self, asked: AskedCheck) -> CheckedContent:
        """Everything that turns a version down, everything that an operator has to look at, what its category
        asks for, and whether an operator is needed at all (ALI-RECT-01, -05, TCM-PROD-02).

        `Undecided` while a link does not answer, and tried again; after a few tries that is a flag.
        """
        market = market_in(self.policies, asked.market)
        found = self._scrutinised(asked, market)
        web, kind = self._reached(asked, found.findings), ListingKind(asked.content.kind)
        flags = capped((*found.flags, *web.silent), kind)
        chosen = asked.content.categories
        confirm = tuple(sorted(confirmations(chosen, market.categories)))
        return CheckedContent(
            findings=capped((*found.findings, *web.findings), kind),
            flags=flags,
            criteria=criteria(chosen, market.categories),
            confirm=confirm,
            trusted=not self._needs_operator(asked, flagged=bool(flags), confirm=bool(confirm)),
        )

    @activity.defn(name="look_at_listing")
    def look(self, asked: AskedLook) -> Looked:
        """Everything that stands against its being on sale now, and what is forbidden now in what is live
        (ALI-RECT-05)."""
        at, market = self.clock(), market_in(self.policies, asked.market)
        with Session(self.engine) as session:
            barred = selling_of(session, market, asked.provider_id, at).blocked_by
        return Looked(
            blocked_by=counting(barred, asked.kind),
            findings=_forbidden(asked.content, market, at) if asked.content else (),
            catalogue=market.catalogue.version(at),
        )

    def _scrutinised(self, asked: AskedCheck, market: MarketPolicy) -> Scrutiny:
        """By what was forbidden when it was submitted (S88-POL-04)."""
        with Session(self.engine) as session:
            own = own_products(session, asked.market, asked.provider_id, asked.content)
        return scrutinise(
            asked.content,
            asked.terms,
            categories=market.categories,
            catalogue=market.catalogue.in_force(asked.at),
            at=asked.at,
            document=lambda ref: self.documents.find(
                asked.market, asked.provider_id, ref.kind, ref.document_id
            ),
            sells=own.__contains__,
        )

    def _reached(self, asked: AskedCheck, wrong: Collection[Finding]) -> Reached:
        links = followed(asked.content, wrong, asked.terms.checks.links.at_most + 1)
        web = reached(links, self._looked(asked, {*links.values()}))
        if web.silent and _attempt() < TRIES:
            places = ", ".join(each.field for each in web.silent)
            raise ApplicationError(f"no answer from {places}", type="Undecided")
        return web

    def _looked(self, asked: AskedCheck, urls: Collection[str]) -> dict[str, LinkState]:
        if not urls:
            return {}
        with self.following.turn((asked.market, asked.provider_id)) as mine:
            if not mine:
                raise ApplicationError("other links are being followed", type="Undecided")
            return self.links.look(urls)

    def _needs_operator(self, asked: AskedCheck, *, flagged: bool, confirm: bool) -> bool:
        with Session(self.engine) as session:
            history = history_of(session, asked.market, asked.provider_id, asked.at)
        said = {"flagged": flagged, "confirm": confirm, "watched": asked.watched}
        return needs_operator(asked.content, asked.terms, history, asked.at, **said)


def _forbidden(content: Content, market: MarketPolicy, at: datetime) -> tuple[Finding, ...]:
    entries = market.catalogue.in_force(at)
    found = [finding for text in public_texts(content) for finding in forbidden(text, entries)[0]]
    return capped(found, ListingKind(content.kind))


def _attempt() -> int:
    return activity.info().attempt if activity.in_activity() else 1
