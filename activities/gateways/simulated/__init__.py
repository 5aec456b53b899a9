"""An outside world that keeps its state in PostgreSQL, and can be told to misbehave."""

from sqlalchemy import Engine

from activities.gateways.outside import Outside
from activities.gateways.simulated.bank import SimulatedBank
from activities.gateways.simulated.payments import SimulatedPayments
from activities.gateways.simulated.registries import SimulatedRealNames, SimulatedRegistry


def outside(engine: Engine, payments: SimulatedPayments | None = None) -> Outside:
    return Outside(
        payments=payments or SimulatedPayments(engine),
        registry=SimulatedRegistry(engine),
        real_names=SimulatedRealNames(engine),
        bank=SimulatedBank(engine),
    )
