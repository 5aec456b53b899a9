"""What a deposit account asks of our own house: the tariff in force, and which orders are still open."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select
from temporalio import activity
from temporalio.exceptions import ApplicationError

from models.deposits import AskedOrders, AskedTariff, OpenOrders, TariffInForce
from models.policies import DepositPolicy, MarketPolicy
from models.tables import AdmissionRow

ORDERS = "template-orders"


@dataclass(frozen=True, slots=True)
class Deposits:
    engine: Engine
    policies: dict[str, MarketPolicy]

    @activity.defn(name="tariff_in_force")
    def tariff(self, asked: AskedTariff) -> TariffInForce:
        """What the market asks for now (ALI-ONB-13, -14, TCM-DEP-06). `Refused` where it asks for nothing."""
        policy = deposit_policy(self.policies, asked.market, datetime.now(UTC))
        if policy is None:
            raise ApplicationError(f"{asked.market} has no tariff", type="Refused", non_retryable=True)
        return TariffInForce(version=policy.version, tariff=policy.tariff)

    @activity.defn(name="open_orders")
    def open_orders(self, asked: AskedOrders) -> OpenOrders:
        """How many orders of the provider are open in the market, those that have not begun yet included."""
        mine = (
            AdmissionRow.market == asked.market,
            AdmissionRow.process == ORDERS,
            AdmissionRow.provider_id == asked.provider_id,
            col(AdmissionRow.open),
        )
        with Session(self.engine) as session:
            return OpenOrders(orders=session.exec(select(func.count()).where(*mine)).one())


def deposit_policy(policies: dict[str, MarketPolicy], market: str, at: datetime) -> DepositPolicy | None:
    """The version in force, of a market that asks for deposits."""
    found = policies[market].in_force("deposit-accounts", at) if market in policies else None
    assert found is None or isinstance(found, DepositPolicy)
    return found
