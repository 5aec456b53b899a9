"""An outside world that keeps its state in PostgreSQL, and can be told to misbehave."""

from sqlalchemy import Engine

from activities.gateways.links import Links
from activities.gateways.outside import Outside
from activities.gateways.simulated.bank import SimulatedBank
from activities.gateways.simulated.enterprise import SimulatedEnterpriseAccounts
from activities.gateways.simulated.links import SimulatedLinks
from activities.gateways.simulated.payments import SimulatedPayments
from activities.gateways.simulated.registries import SimulatedRealNames, SimulatedRegistry
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.wallet import Wallet


def outside(
    engine: Engine,
    payments: SimulatedPayments | None = None,
    wallet: Wallet | None = None,
    links: Links | None = None,
) -> Outside:
    return Outside(
        payments=payments or SimulatedPayments(engine),
        registry=SimulatedRegistry(engine),
        real_names=SimulatedRealNames(engine),
        bank=SimulatedBank(engine),
        wallet=wallet or SimulatedWallet(engine),
        enterprise=SimulatedEnterpriseAccounts(engine),
        links=links or SimulatedLinks(engine),
    )
