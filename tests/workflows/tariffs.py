"""Markets of one test, which publish tariffs as they go."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activities.other_cases import OtherCases
from activities.tariffs import outdated
from models.policies import MarketPolicy
from models.rules.tariffs import Tariff
from tests.bench import DAY, Bench

LAST_YEAR = datetime.now(UTC) - timedelta(days=365)


@dataclass
class Market:
    """A market that publishes tariffs."""

    bench: Bench
    name: str

    @property
    def policies(self) -> dict[str, MarketPolicy]:
        return self.bench.admissions.policies

    def publishes(self, version: str, tariff: Tariff, since: datetime | None = None) -> None:
        market = self.policies[self.name]
        first = market.deposit_accounts[0]
        since = since or LAST_YEAR + len(market.deposit_accounts) * DAY
        changes = {"version": version, "tariff": tariff, "effective_from": since}
        versions = (*market.deposit_accounts, first.model_copy(update=changes))
        self.policies[self.name] = market.model_copy(update={"deposit_accounts": versions})

    async def reconciles(self) -> list[bool]:
        """What reconciliation tells accounts of this market, and whether it was taken."""
        bench = self.bench
        found = outdated(bench.engine, {self.name: self.policies[self.name]}, await bench.now())
        others = OtherCases(bench.engine, bench.client, bench.admissions)
        return [(await others.tell(each)).taken for each in found]


@contextmanager
def market_of(bench: Bench) -> Iterator[Market]:
    """Another one, as rehearsal is."""
    name = f"deposits-{uuid.uuid4().hex[:8]}"
    policies = bench.admissions.policies
    policies[name] = policies["rehearsal"].model_copy(update={"market": name})
    yield Market(bench, name)
    del policies[name]
