"""What checks would find in a product or a shop that is not handed in: told, and kept nowhere."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import Field
from sqlmodel import Session

from api import examples
from api.auth import Caller, Identified
from api.checks import document_of
from api.estimates import estimates_of
from api.few import OneOfFew
from api.office import Office, TheOffice
from api.problems import invalid, not_found
from api.reading import find, provider_of
from api.routing import of_every_process
from api.versions import LISTINGS
from models.base import Frozen, Id
from models.estimates import Estimate, ReviewStep
from models.listing_content import ProductContent, ShopContent
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.listing_terms import ListingTerms
from models.listings import ListingKind
from models.policies import ListingPolicy, MarketPolicy, market_in
from models.process import Process
from models.rules.blocks import Why
from models.rules.categories import confirmations
from models.rules.findings import Finding
from models.rules.listing_checks import scrutinise
from models.rules.listing_standing import counting, is_watched
from models.rules.trust import needs_operator
from models.tables import CaseRow
from models.tables.listings import agreed_with, history_of, own_products
from models.tables.selling import selling_of

UNCHECKED: tuple[Literal["links-answer"]] = ("links-answer",)
"""That addresses answer is asked when a version is submitted: here nobody is called."""


AT_ONCE = OneOfFew(2, "contents are being tried: send this one after them")
ONE_OF_FEW = [Depends(AT_ONCE)]


class ProductTry(Frozen):
    content: ProductContent


class ShopTry(Frozen):
    content: ShopContent


class ProductTryOf(ProductTry):
    provider_id: Id | None = Field(None, description="Whose it is; a provider's own token says so itself.")


class ShopTryOf(ShopTry):
    provider_id: Id | None = Field(None, description="Whose it is; a provider's own token says so itself.")


TRIES: dict[str, tuple[Any, Any]] = {
    PRODUCT_REVIEWS.name: (ProductTry, ProductTryOf),
    SHOP_REVIEWS.name: (ShopTry, ShopTryOf),
}
"""A content, and one that says whose it is."""


class DryRun(Frozen):
    """What would come of handing it in now."""

    findings: tuple[Finding, ...] = Field(description="What would turn it down, everything at once.")
    flags: tuple[Finding, ...] = Field(description="What an operator would have to look at.")
    blocked_by: tuple[Why, ...] = Field(description="What stands against being on sale, approved or not.")
    unchecked: tuple[Literal["links-answer"], ...] = Field(
        UNCHECKED, description="What only a submission checks: that links answer."
    )
    operator_looks: bool = Field(description="Whether an operator would look at it before it is approved.")
    estimate: tuple[Estimate, ...] = Field(
        description="How long the steps take that it would go through; with findings it goes back to its "
        "provider, and no further."
    )


def router() -> APIRouter:
    return of_every_process(_add, LISTINGS)


def _add(routes: APIRouter, process: Process) -> None:
    name = process.name.replace("-", "_")
    Try: Any = TRIES[process.name][0]  # noqa: N806  types that stand in the signatures below
    TryOf: Any = TRIES[process.name][1]  # noqa: N806

    @routes.post("/dry-run", summary="Try a content", operation_id=f"try_{name}", dependencies=ONE_OF_FEW)
    def try_content(
        market: str,
        body: Annotated[TryOf, Body(openapi_examples=examples.tried(process.name, in_case=False))],
        office: TheOffice,
        caller: Identified,
    ) -> DryRun:
        """What automatic checks find now, before there is a case. Nothing is kept. A provider's own token
        says whose content it is; anybody else's body does."""
        return _tried_for(office, caller, process, market, body)

    @routes.post(
        "/{id}/dry-run",
        summary="Try the next version",
        operation_id=f"try_version_{name}",
        dependencies=ONE_OF_FEW,
    )
    def try_version(
        market: str,
        id: str,
        body: Annotated[Try, Body(openapi_examples=examples.tried(process.name, in_case=True))],
        office: TheOffice,
        caller: Identified,
    ) -> DryRun:
        """What automatic checks find now in what may become the next version. Nothing is kept."""
        return _tried_in(office, process, find(office, caller, process, market, id), body)


def _tried_for(
    office: Office, caller: Caller, process: Process, market: str, body: ProductTryOf | ShopTryOf
) -> DryRun:
    provider_id = body.provider_id or caller.provider_id
    if provider_id is None:
        detail = "say whose content it is"
        raise invalid([Finding(field="provider_id", code="missing", detail=detail)])
    provider_of(office, caller, market, provider_id)
    return _tried(office, process, market, provider_id, body.content)


def _tried_in(office: Office, process: Process, row: CaseRow, body: ProductTry | ShopTry) -> DryRun:
    """By what the case was let in with: its submissions are checked by that."""
    assert row.provider_id is not None  # such a case has one from its beginning
    with Session(office.engine) as session:
        agreed = agreed_with(session, row.case_id)
    watched = is_watched(row.view["data"])
    return _tried(office, process, row.market, row.provider_id, body.content, agreed, watched=watched)


def _in_force(policy: MarketPolicy, process: Process, now: datetime) -> ListingTerms:
    version = policy.in_force(process.name, now)
    if not isinstance(version, ListingPolicy):
        raise not_found()
    return version.terms


def _tried(
    office: Office,
    process: Process,
    market: str,
    provider_id: str,
    content: ProductContent | ShopContent,
    agreed: ListingTerms | None = None,
    *,
    watched: bool = False,
) -> DryRun:
    """By the catalogue in force now, and the terms that a case was let in with, or those in force now: a
    submission at this moment is checked by the same."""
    policy, now = market_in(office.admissions.policies, market), datetime.now(UTC)
    terms = agreed or _in_force(policy, process, now)
    with Session(office.engine) as session:
        own = own_products(session, market, provider_id, content)
    found = scrutinise(
        content,
        terms,
        categories=policy.categories,
        catalogue=policy.catalogue.in_force(now),
        at=now,
        document=lambda ref: document_of(office, market, provider_id, ref),
        sells=own.__contains__,
    )
    with Session(office.engine) as session:
        barred = selling_of(session, policy, provider_id, now).blocked_by
        history = history_of(session, market, provider_id, now)
        estimates = estimates_of(session, process, market, now, terms)
    confirm = bool(confirmations(content.categories, policy.categories))
    said = {"flagged": bool(found.flags), "confirm": confirm, "watched": watched}
    looks = not found.findings and needs_operator(content, terms, history, now, **said)
    return DryRun(
        findings=found.findings,
        flags=found.flags,
        blocked_by=counting(barred, ListingKind(content.kind)),
        operator_looks=looks,
        estimate=tuple(estimates[step] for step in _ahead(bool(found.findings), looks)),
    )


def _ahead(turned_down: bool, looks: bool) -> tuple[ReviewStep, ...]:
    if turned_down:
        return (ReviewStep.CHECKING, ReviewStep.CORRECTING)
    return (ReviewStep.CHECKING, *((ReviewStep.REVIEWING,) if looks else ()), ReviewStep.LISTING)
