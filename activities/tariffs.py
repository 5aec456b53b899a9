"""Which tariff a market asks deposits by, and which accounts do not know it yet."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import DepositStage, TariffInForce
from models.policies import DepositPolicy, MarketPolicy
from models.tables import CaseRow
from models.telling import TariffChanged, Telling

DEPOSITS = DEPOSIT_ACCOUNTS.name
AT_ONCE = 20
"""How many accounts are told in one round: a new tariff reaches thousands of them, a few at a time."""


def tariff_in_force(market: MarketPolicy | None, at: datetime) -> TariffInForce | None:
    """The tariff of the version in force; None where the market asks for no deposit."""
    policy = market.in_force(DEPOSITS, at) if market else None
    if not isinstance(policy, DepositPolicy):
        return None
    return TariffInForce(version=policy.version, tariff=policy.tariff)


def outdated(engine: Engine, policies: dict[str, MarketPolicy], at: datetime) -> list[Telling]:
    """What to tell open accounts that run by another tariff than the one in force, some of them.

    They are chosen at random, so that those that cannot answer keep no others waiting. An account is told
    once in each of its versions.
    """
    in_force = {name: found for name, market in policies.items() if (found := tariff_in_force(market, at))}
    tariff = CaseRow.view["data"]["tariff_version"].astext
    tellings: list[Telling] = []
    with Session(engine) as session:
        for market, found in in_force.items():
            others = (
                select(CaseRow.case_id, CaseRow.version)
                .where(CaseRow.process == DEPOSITS, CaseRow.market == market)
                .where(col(CaseRow.closed_at).is_(None), CaseRow.stage != DepositStage.RELEASING)
                .where(tariff != found.version)
                .order_by(func.random())
                .limit(AT_ONCE)
            )
            tellings += [
                Telling(
                    case_id=case_id,
                    message=TariffChanged(tariff_version=found.version),
                    key=f"tariff:{found.version}:{version}",
                    at=at,
                )
                for case_id, version in session.exec(others)
            ]
    return tellings[:AT_ONCE]
