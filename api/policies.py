"""What another version of a policy would touch: told to operators before they move anything."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col, select

from api.auth import Identified, forbidden
from api.cursors import Limit, decoded, encoded
from api.office import TheOffice
from api.problems import not_found
from api.reading import market_of
from models.base import Frozen, Id
from models.cases import CaseView, Role
from models.orders import OrderTerms
from models.policies import MarketPolicy, OrderPolicy
from models.processes import TEMPLATE_ORDERS
from models.rules.previews import Preview, difference, preview
from models.tables import CaseRow

routes = APIRouter(tags=["Markets 市场"])
PREVIEW = "/v1/markets/{market}/policies/template-orders/{version}/preview"


class Previewed(Frozen):
    """Open orders that run by another version, and what moving them would do."""

    version: Id
    differs: dict[str, dict[str, Any]]
    """By the version that orders would leave: each term that differs, before and after. What an order's money
    follows is `unchanged`."""
    orders: list[Preview]
    next: str | None


@routes.get(PREVIEW, summary="What another version would touch")
def read_preview(
    market: str,
    version: str,
    office: TheOffice,
    caller: Identified,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Previewed:
    """Nothing is moved. To move them, start a `policy-moves` case; to move them back, another one."""
    policy = market_of(office, caller, market)
    if caller.role is not Role.OPERATOR:
        raise forbidden("policies are moved by operators")
    terms = _terms(policy)
    if version not in terms:
        raise not_found()
    query = select(CaseRow.view).where(
        CaseRow.market == market,
        CaseRow.process == TEMPLATE_ORDERS.name,
        col(CaseRow.closed_at).is_(None),
        CaseRow.version > 0,
        col(CaseRow.view)["policy_version"].astext != version,
    )
    if cursor is not None:
        query = query.where(CaseRow.case_id > decoded(cursor, "cursor", str)[0])
    with Session(office.engine) as session:
        rows = session.exec(query.order_by(col(CaseRow.case_id)).limit(limit + 1)).all()
    views = [CaseView.model_validate(view) for view in rows[:limit]]
    now = datetime.now(UTC)
    return Previewed(
        version=version,
        differs={own: difference(terms[own], terms[version]) for own in terms if own != version},
        orders=[preview(view, terms.get(view.policy_version), terms[version], now) for view in views],
        next=encoded(views[-1].case_id) if len(rows) > limit else None,
    )


def _terms(policy: MarketPolicy) -> dict[str, OrderTerms]:
    return {
        each.version: each.terms
        for each in policy.versions(TEMPLATE_ORDERS.name)
        if isinstance(each, OrderPolicy)
    }
