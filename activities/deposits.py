"""What a deposit account asks of our own house: the tariff in force, and which orders are still open."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select
from temporalio import activity

from activities.gateways.refusals import refused
from activities.tariffs import tariff_in_force
from models.deposits import AskedOrders, AskedTariff, OpenOrders, TariffInForce
from models.policies import MarketPolicy
from models.processes import TEMPLATE_ORDERS
from models.tables import AdmissionRow


@dataclass(frozen=True, slots=True)
class Deposits:
    engine: Engine
    policies: dict[str, MarketPolicy]

    @activity.defn(name="tariff_in_force")
    def tariff(self, asked: AskedTariff) -> TariffInForce:
        """What the market asks for now (ALI-ONB-13, -14, TCM-DEP-06). `Refused` where it asks for nothing."""
        found = tariff_in_force(self.policies.get(asked.market), datetime.now(UTC))
        if found is None:
            raise refused(f"{asked.market} has no tariff")
        return found

    @activity.defn(name="open_orders")
    def open_orders(self, asked: AskedOrders) -> OpenOrders:
        """How many orders of the provider are open in the market, those that have not begun yet included."""
        mine = (
            AdmissionRow.market == asked.market,
            AdmissionRow.process == TEMPLATE_ORDERS.name,
            AdmissionRow.provider_id == asked.provider_id,
            col(AdmissionRow.open),
        )
        with Session(self.engine) as session:
            return OpenOrders(orders=session.exec(select(func.count()).where(*mine)).one())
