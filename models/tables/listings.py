"""Products and shops as they stand on record, and what was decided about them before."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Text, and_, case, cast
from sqlmodel import Session, col, func, select

from models.interventions import Approved
from models.listing_content import ProductContent, ShopContent
from models.listing_events import DecidedToApprove, DecidedToDelist, DecidedToNotify, DecidedToReject
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.listing_terms import ListingTerms
from models.listings import RECTIFICATION, ListingStage
from models.rules.on_sale import Offered
from models.rules.trust import ListingHistory
from models.tables import AdmissionRow, CaseRow, ChangeRow

APPROVE = DecidedToApprove.model_fields["decision"].default
AGAINST = [
    each.model_fields["decision"].default for each in (DecidedToReject, DecidedToNotify, DecidedToDelist)
]


def products_with(
    session: Session, market: str, provider_id: str, tasks: Sequence[str], at_most: int
) -> list[CaseRow]:
    """Products of a provider in which one of these tasks is open, what changed last first."""
    mine = (
        select(CaseRow)
        .where(CaseRow.market == market, CaseRow.provider_id == provider_id)
        .where(CaseRow.process == PRODUCT_REVIEWS.name, col(CaseRow.tasks).op("&&")(cast(tasks, ARRAY(Text))))
        .order_by(col(CaseRow.changed_at).desc(), col(CaseRow.case_id))
        .limit(at_most)
    )
    return list(session.exec(mine))


def offered(session: Session, market: str, product_id: str) -> Offered | None:
    """The product of this id, whosever it is and whatever its stage; None where the market knows none. One
    that was let in and is not on record yet is a draft."""
    case_id = PRODUCT_REVIEWS.case_id(market, product_id)
    if (row := session.get(CaseRow, case_id)) is not None:
        shown_before = row.view["data"].get("live_version") is not None
        return Offered(provider_id=row.provider_id, stage=row.stage, shown_before=shown_before)
    if (admitted := session.get(AdmissionRow, case_id)) is not None:
        return Offered(provider_id=admitted.provider_id, stage=ListingStage.DRAFT, shown_before=False)
    return None


def own_products(
    session: Session, market: str, provider_id: str, content: ProductContent | ShopContent
) -> Collection[str]:
    """Which of the products that a shop names are its provider's."""
    named = content.best_sellers if isinstance(content, ShopContent) else ()
    cases = {PRODUCT_REVIEWS.case_id(market, product): product for product in named}
    theirs = select(CaseRow.case_id).where(
        col(CaseRow.case_id).in_(cases), CaseRow.provider_id == provider_id
    )
    return {cases[case_id] for case_id in session.exec(theirs)}


def agreed_with(session: Session, case_id: str) -> ListingTerms | None:
    """The terms that a product or a shop was let in with: they stay its own, whatever its market says later.
    None where it was never let in."""
    admitted = session.get(AdmissionRow, case_id)
    return ListingTerms.model_validate(admitted.input["terms"]) if admitted else None


def history_of(session: Session, market: str, provider_id: str, at: datetime) -> ListingHistory:
    """What was decided about the provider's products and its shop until then; approvals of products alone.
    What waited for a second operator and was not agreed to was not decided."""
    mine = (
        col(CaseRow.market) == market,
        col(CaseRow.provider_id) == provider_id,
        col(CaseRow.process).in_((PRODUCT_REVIEWS.name, SHOP_REVIEWS.name)),
    )
    data = col(ChangeRow.data)
    alone = and_(col(ChangeRow.event) == DecidedToApprove.tag(), col(ChangeRow.internal).is_(False))
    decision = case(
        (alone, data["decision"].astext),
        (col(ChangeRow.event) == Approved.tag(), data["decided"]["decision"].astext),
    )
    decided = (
        select(
            func.count().filter(decision == APPROVE, col(CaseRow.process) == PRODUCT_REVIEWS.name),
            func.max(col(ChangeRow.at)).filter(decision.in_(AGAINST)),
        )
        .join(CaseRow, col(CaseRow.case_id) == col(ChangeRow.case_id))
        .where(*mine, col(ChangeRow.at) <= at)
    )
    noticed = CaseRow.view["data"][RECTIFICATION]["noticed_at"].astext.cast(DateTime(timezone=True))
    approvals, turned_down_at = session.exec(decided).one()
    noticed_at = session.exec(select(func.max(noticed)).where(*mine, noticed <= at)).one()
    blemishes = [each for each in (turned_down_at, noticed_at) if each is not None]
    return ListingHistory(approvals=approvals, blemished_at=max(blemishes, default=None))
