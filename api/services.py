"""What a buyer bought: its mini-programs, until when each is served, and what may follow (AMP-ORD-22..24).

Nothing here ends a service: buyer and provider settle that among themselves (AMP-ORD-25).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, literal_column, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from api.auth import Caller, Identified
from api.cursors import Limit, decoded, encoded, instant
from api.office import TheOffice
from api.problems import invalid
from api.reading import market_of, snapshot
from models.base import Frozen, Id
from models.cases import Role
from models.orders import COMPLETES
from models.periods import local_date
from models.placing import RunningService
from models.processes import TEMPLATE_ORDERS
from models.rules.findings import Finding
from models.rules.services import NextStep, ServicePeriod, together, what_next
from models.tables import CaseRow

routes = APIRouter(tags=["Services 我的服务"])
IDENTITY = ("buyer_id", "template_id", "mini_program_id")
"""What orders of one line have in common, beside their provider."""


class Order(Frozen):
    """An order and how far it is, whatever became of its service (AMB-60)."""

    id: str
    case_id: str
    stage: str
    outcome: str | None
    opened_at: AwareDatetime
    service: ServicePeriod | None = Field(description="Null until the order is completed.")


class DetailPage(Frozen):
    """Where the next step leads, with what the next order's body wants to know."""

    template_id: str
    mini_program_id: str
    running_service: RunningService


class Desk(Frozen):
    """Where the provider serves the buyer on a mobile (AMP-ORD-23)."""

    url: str


class NoDesk(Frozen):
    """The provider has configured nothing for mobiles: the buyer goes on at a computer (AMP-ORD-23)."""

    prompt: Literal["configure_on_pc"] = "configure_on_pc"
    text: str = "Open the portal on a computer: My services, then the entry to configuration."
    text_zh: str = "请在电脑端打开门户，进入“我的服务”，再点击配置入口。"


class Service(Frozen):
    """A mini-program and a template that was ordered for it, with all of its orders, the newest first."""

    buyer_id: str
    provider_id: str
    template_id: str
    mini_program_id: str
    orders: list[Order]
    service: ServicePeriod | None = Field(description="Renewals included; null while nothing is completed.")
    next: NextStep | None
    detail_page: DetailPage | None
    service_desk: Desk | NoDesk


class Services(Frozen):
    services: list[Service]
    next: str | None = Field(description="Send it as `cursor` for the rest; null when this was all.")


class Wanted(Frozen):
    buyer_id: Id | None = Field(default=None, description="Backend services say whose services they show.")
    mini_program_id: Id | None = None
    cursor: str | None = None
    limit: Limit = 50


@routes.get("/v1/markets/{market}/services", summary="Services")
def services(
    market: str, wanted: Annotated[Wanted, Query()], office: TheOffice, caller: Identified
) -> Services:
    """The mini-programs of a buyer's ordered templates, the newest first. What was given up is left out."""
    market_of(office, caller, market)
    if caller.role is Role.SERVICE and wanted.buyer_id is None:
        raise invalid([Finding(field="buyer_id", code="missing", detail="say whose services these are")])
    newer = aliased(CaseRow)
    is_newer = tuple_(newer.opened_at, newer.case_id) > tuple_(CaseRow.opened_at, CaseRow.case_id)
    superseded = select(newer.case_id).where(
        *_listed(newer, market), _line(newer) == _line(CaseRow), is_newer
    )
    query = select(CaseRow).where(*_listed(CaseRow, market), *_of(caller, wanted), ~superseded.exists())
    if wanted.cursor is not None:
        at, case_id = decoded(wanted.cursor, "cursor", str, str)
        query = query.where(tuple_(CaseRow.opened_at, CaseRow.case_id) < (instant(at, "cursor"), case_id))
    with snapshot(office) as session:
        newest = query.order_by(col(CaseRow.opened_at).desc(), col(CaseRow.case_id).desc())
        lines = session.exec(newest.limit(wanted.limit + 1)).all()
        more, lines = len(lines) > wanted.limit, lines[: wanted.limit]
        orders = _orders(session, market, lines)
    today = local_date(datetime.now(UTC))
    last = lines[-1] if more else None
    return Services(
        services=[_service(orders[_key(row)], today) for row in lines],
        next=encoded(last.opened_at.isoformat(), last.case_id) if last else None,
    )


def _fact(row: Any, name: str) -> ColumnElement[str]:
    """Written as in the index, which would not be used otherwise."""
    data = row.view.op("->")(literal_column("'data'"))
    return data.op("->>")(literal_column(f"'{name}'"))  # type: ignore[no-any-return]


def _line(row: Any) -> ColumnElement[Any]:
    return tuple_(row.provider_id, *(_fact(row, name) for name in IDENTITY))


def _listed(row: Any, market: str) -> list[ColumnElement[bool]]:
    """Orders that are open or completed: what was given up, or paid back, is no service."""
    kept = row.closed_at.is_(None) | row.outcome.in_(sorted(COMPLETES))
    whole = [_fact(row, name).is_not(None) for name in IDENTITY]
    return [row.market == market, row.process == TEMPLATE_ORDERS.name, kept, *whole]


def _of(caller: Caller, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        _fact(CaseRow, name) == value
        for name in ("buyer_id", "mini_program_id")
        if (value := getattr(wanted, name)) is not None
    ]
    if caller.role is Role.PROVIDER:
        conditions.append(col(CaseRow.provider_id) == caller.provider_id)
    return conditions


def _key(row: CaseRow) -> tuple[str, ...]:
    return str(row.provider_id), *(row.view["data"][name] for name in IDENTITY)


def _orders(session: Session, market: str, lines: Sequence[CaseRow]) -> dict[tuple[str, ...], list[CaseRow]]:
    """The orders of each line, the newest first."""
    buyers = {row.view["data"]["buyer_id"] for row in lines}
    of_lines = _fact(CaseRow, "buyer_id").in_(buyers), _line(CaseRow).in_([_key(row) for row in lines])
    query = select(CaseRow).where(*_listed(CaseRow, market), *of_lines)
    found: dict[tuple[str, ...], list[CaseRow]] = {_key(row): [] for row in lines}
    for row in session.exec(query.order_by(col(CaseRow.opened_at).desc(), col(CaseRow.case_id).desc())):
        found[_key(row)].append(row)
    return found


def _service(rows: list[CaseRow], today: date) -> Service:
    newest, orders = rows[0].view["data"], [_order(row) for row in rows]
    service = together(order.service for order in orders if order.service)
    names = {"template_id": newest["template_id"], "mini_program_id": newest["mini_program_id"]}
    running = _running(service, rows) if service else None
    desk = newest.get("service_desk_url")
    return Service(
        buyer_id=newest["buyer_id"],
        provider_id=str(rows[0].provider_id),
        **names,
        orders=orders,
        service=service,
        next=what_next(service.until, today) if service else None,
        detail_page=DetailPage(**names, running_service=running) if running else None,
        service_desk=Desk(url=desk) if desk else NoDesk(),
    )


def _running(service: ServicePeriod, rows: list[CaseRow]) -> RunningService:
    """An appeal may complete an order that nothing was submitted for."""
    completed = [row.view["data"] for row in rows if row.outcome is not None]
    submitted = any(data.get("version_submitted", False) for data in completed)
    return RunningService(ends_on=service.until, version_submitted=submitted)


def _order(row: CaseRow) -> Order:
    data, facts = row.view["data"], row.model_dump(include=set(Order.model_fields) - {"service"})
    since, until = data.get("service_since"), data.get("service_until")
    return Order(**facts, service=ServicePeriod(since=since, until=until) if since and until else None)
