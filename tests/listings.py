"""Products and shops that tests bring to sale, of providers that do not exist."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from activities.gateways.simulated.links import SimulatedLinks, ToldLink
from activities.records import Records
from models.cases import SYSTEM, Actor, Batch, CaseView, Change
from models.catalogues import Catalogue
from models.checklists import Reason
from models.interventions import Noted
from models.links import Reach
from models.listing_content import ProductContent, ShopContent
from models.listing_events import (
    DecidedToApprove,
    DecidedToDelist,
    DecidedToLift,
    DecidedToNotify,
    DecidedToReject,
    DecidedToRemove,
    Expedited,
    Listed,
    ProductDraftSaved,
    ProductSubmitted,
    Retired,
    SelfChecked,
    ShopDraftSaved,
    ShopSubmitted,
    SubmissionWithdrawn,
    Unlisted,
)
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.listing_terms import ListingTerms
from models.listings import ConnectListing
from models.policies import MarketPolicy
from models.process import Process
from models.search_attributes import next_due
from models.tables import CaseRow
from models.telling import ListingOutdated
from tests.bench import OPERATOR, Bench, Opened, until
from tests.listing_contents import product, shop

MARKET = "tencent-cloud"
PROVIDER = Actor(role="provider", subject="isv")
APPROVE = DecidedToApprove(reason="in order")
TITLE = (Reason(field="basic.title", code="misleading", said="says more than it does"),)
REJECT = DecidedToReject(reason="see below", reasons=TITLE)
NOTIFY = DecidedToNotify(reason="a buyer complained", reasons=TITLE)
DELIST = DecidedToDelist(reason="at once", reasons=TITLE)
LIFT = DecidedToLift(reason="looked at it again")
REMOVE = DecidedToRemove(reason="never again")
LISTED, UNLISTED, RETIRED = Listed(), Unlisted(), Retired()
WITHDRAWN, EXPEDITED = SubmissionWithdrawn(), Expedited()
SELF_CHECKED = SelfChecked(blocks=("access", "basic", "business", "sales"))
OUTDATED = ListingOutdated(why="a test")
Content = ProductContent | ShopContent


def good(**changes: Any) -> ProductContent:
    """A product in which nothing is wrong, that names no documents, in a class that one operator approves."""
    usual = {"basic__category": "service/consulting", "basic__pictures": [], "business__qualifications": []}
    return product(**{**usual, **changes})


def good_shop(**changes: Any) -> ShopContent:
    return shop(**{"logo": None, "best_sellers": [], **changes})


@dataclass
class Bazaar:
    """A market of a test's own, which asks nothing of its providers but what the test puts on record."""

    bench: Bench
    name: str = field(default_factory=lambda: f"bazaar-{uuid.uuid4().hex[:8]}")

    def opens(self, **changes: Any) -> None:
        """With terms like the cloud market's. `checks` and `review` are changed by their fields."""
        policy = self.policies[MARKET]
        changed: dict[str, Any] = {"market": self.name, "provider_onboardings": (), "catalogue": Catalogue()}
        for name in ("product_reviews", "shop_reviews"):
            [reviews] = getattr(policy, name)
            terms = reviews.terms.model_dump() | changes
            for part in ("checks", "review"):
                asked = {"pictures": None} if part == "checks" else {}
                terms[part] = getattr(reviews.terms, part).model_dump() | asked | changes.get(part, {})
            changed[name] = (reviews.model_copy(update={"terms": ListingTerms.model_validate(terms)}),)
        self.policies[self.name] = policy.model_copy(update=changed)

    def closes(self) -> None:
        self.policies.pop(self.name, None)

    def forbids(self, *words: str) -> None:
        """From now on, and nothing else."""
        began = {"effective_from": "2020-01-01T00:00:00+08:00", "kind": "content", "rule": "S88-POL-05"}
        entries = [
            {"name": word, "title": word, "title_zh": word, "terms": [word], **began} for word in words
        ]
        catalogue = Catalogue.model_validate({"entries": entries})
        self.policies[self.name] = self.policies[self.name].model_copy(update={"catalogue": catalogue})

    @property
    def policies(self) -> dict[str, MarketPolicy]:
        """Those of the worker, too."""
        return self.bench.admissions.policies


@dataclass
class Item:
    """A product, or a shop, under test."""

    bazaar: Bazaar
    case: Opened
    provider_id: str
    process: Process = PRODUCT_REVIEWS

    @classmethod
    async def begun(
        cls, bazaar: Bazaar, process: Process = PRODUCT_REVIEWS, provider_id: str | None = None
    ) -> "Item":
        name = uuid.uuid4().hex[:12]
        body = ConnectListing(id=f"p-{name}", provider_id=provider_id or f"isv-{name}")
        case = await bazaar.bench.start(process, body, bazaar.name)
        await case.on_record()
        return await cls(bazaar, case, body.provider_id, process).at_rest()

    @classmethod
    async def in_review(cls, bazaar: Bazaar, process: Process = PRODUCT_REVIEWS) -> "Item":
        item = await cls.begun(bazaar, process)
        await item.submits()
        return item

    @classmethod
    async def approved(cls, bazaar: Bazaar, process: Process = PRODUCT_REVIEWS) -> "Item":
        item = await cls.in_review(bazaar, process)
        await item.decides(APPROVE)
        await item.stands(case="approved")
        return await item.at_rest()

    @classmethod
    async def on_sale(cls, bazaar: Bazaar, process: Process = PRODUCT_REVIEWS) -> "Item":
        item = await cls.approved(bazaar, process)
        await item.says(LISTED)
        return await item.at_rest()

    @property
    def bench(self) -> Bench:
        return self.bazaar.bench

    def written(self, text: str | None = None) -> Content:
        """Something to hand in, with a text that buyers read."""
        if self.process is SHOP_REVIEWS:
            return good_shop(**({"introduction": text} if text else {}))
        return good(**({"basic__description": text} if text else {}))

    def with_a_silent_link(self) -> Content:
        """Something with a link that answers nothing for a while: checking it takes longer."""
        host = f"{uuid.uuid4().hex[:12]}.example"
        SimulatedLinks(self.bench.engine).tell(ToldLink(place=host, state=Reach.SILENT, times=3))
        links = [{"title": "Manual", "url": f"https://{host}/"}]
        return good_shop(links=links) if self.process is SHOP_REVIEWS else good(basic__links=links)

    def draft(self) -> Any:
        kind = ShopDraftSaved if self.process is SHOP_REVIEWS else ProductDraftSaved
        return kind.model_validate({"content": self.written()})

    async def says(self, event: Any, **how: Any) -> CaseView:
        return await self.case.report(event, actor=PROVIDER, **how)

    async def decides(self, event: Any, *, actor: Actor = OPERATOR, **how: Any) -> CaseView:
        return await self.case.report(event, actor=actor, **how)

    async def hears(self, event: Any = OUTDATED, **how: Any) -> CaseView:
        return await self.case.report(event, actor=SYSTEM, **how)

    async def refuses(self, event: Any, **how: Any) -> str:
        return await self.case.refuses(event, **how)

    async def saves(self, content: Content | None = None) -> CaseView:
        kind = ShopDraftSaved if self.process is SHOP_REVIEWS else ProductDraftSaved
        return await self.says(kind.model_validate({"content": content or self.written()}))

    def submission(self, content: Content | None = None, **said: Any) -> Any:
        kind = ShopSubmitted if self.process is SHOP_REVIEWS else ProductSubmitted
        return kind.model_validate({"content": content, **said})

    async def submits(
        self, content: Content | None = None, *, until: str = "reviewing", **said: Any
    ) -> CaseView:
        """Hand a version in, and wait for what the checks come to."""
        await self.says(self.submission(content or self.written(), **said))
        return await self.stands(revision=until)

    async def at_rest(self) -> "Item":
        """What stands against it is looked at whenever that may have changed: nothing of that is to come."""
        await self.bench.settle(self.case)
        return self

    async def stands(self, **stages: str) -> CaseView:
        """Wait until its stories, or the case itself, are on record in these stages."""

        def there() -> CaseView | None:
            case = self.case.case()
            found = case and all(stage_of(case, story) == stage for story, stage in stages.items())
            return case if found else None

        return await until(there, meanwhile=self.bench.tick)

    async def in_another_run(self) -> CaseView:
        """Notes until the case goes on in another run: what it is there."""
        before = self.runs()
        while self.runs() == before:
            await self.decides(Noted(reason="looked at it"))
        return await self.case.on_record(len(self.case.path()))

    def runs(self) -> int:
        return len({change.run_id for change in self.case.changes()})

    async def reviewed_until(self) -> datetime:
        """When the review is due: working days are planned a moment after it begins."""

        def planned() -> datetime | None:
            case = self.case.case()
            due = next_due(case) if case else None
            return due.deadline_at if due else None

        return await until(planned, meanwhile=self.bench.tick)

    async def shows(self, **facts: Any) -> CaseView:
        """Wait until these facts are on record."""

        def there() -> CaseView | None:
            case = self.case.case()
            return case if case and all(case.data.get(name) == fact for name, fact in facts.items()) else None

        return await until(there, meanwhile=self.bench.tick)

    async def barred_by(self, *blocks: str, paid_fen: int = 0, leaving: bool = True) -> None:
        """Something stands against its provider from now on, or nothing more: it hears of that."""
        put_on_record(self.bazaar, self.provider_id, blocks, paid_fen, leaving=leaving)
        await self.hears()


def put_on_record(
    bazaar: Bazaar, provider_id: str, blocks: Sequence[str], paid_fen: int = 0, *, leaving: bool = False
) -> None:
    """A deposit that is given back, or of which too little is paid, and what its market bars for that."""
    name = f"d-{provider_id}"
    case_id = f"deposit-accounts:{bazaar.name}:{name}"
    due = 0 if leaving else 500_000 - paid_fen
    data = {"required_fen": 500_000, "held_fen": paid_fen, "due_fen": due, "blocks": [*blocks]}
    stage, at = "short" if paid_fen else "unpaid", datetime.now(UTC)
    with Session(bazaar.bench.engine) as session:
        before = session.get(CaseRow, case_id)
    view = CaseView(
        case_id=case_id,
        process="deposit-accounts",
        market=bazaar.name,
        id=name,
        provider_id=provider_id,
        stage=stage,
        version=before.version + 1 if before else 1,
        opened_at=at,
        changed_at=at,
        policy_version="1",
        data=data,
    )
    was = before.stage if before else None
    event = {None: "opened", stage: "tariff_changed"}.get(was, "partly_covered" if paid_fen else "emptied")
    change = Change(
        version=view.version,
        at=at,
        event=event,
        actor=SYSTEM,
        stage_before=was,
        stage_after=stage,
    )
    Records(bazaar.bench.engine).record(Batch(run_id="a-run", changes=(change,), view=view))


def listed_in(view: CaseView, name: str) -> list[dict[str, Any]]:
    """A fact that is a table."""
    rows = view.data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def facts_of(view: CaseView, lane: str) -> dict[str, Any]:
    facts = view.data.get(lane)
    return facts if isinstance(facts, dict) else {}


def stage_of(view: CaseView, story: str) -> str | None:
    """Where a story beside the case stands, or the case itself."""
    return view.stage if story == "case" else facts_of(view, story).get("stage")
