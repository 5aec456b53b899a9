"""Calls that take long, of which a provider makes few at once: others have their turn meanwhile."""

from collections import Counter
from collections.abc import AsyncIterator

from api.auth import Identified
from api.problems import too_many
from models.cases import Role


class OneOfFew:
    """A dependency of a route: refuses a provider's call while as many as it may make are under way."""

    def __init__(self, most: int, told: str) -> None:
        self.most, self.told = most, told
        self.under_way = Counter[tuple[str | None, str | None]]()

    async def __call__(self, caller: Identified) -> AsyncIterator[None]:
        if caller.role is not Role.PROVIDER:
            yield
            return
        whose = caller.market, caller.provider_id
        if self.under_way[whose] >= self.most:
            raise too_many(f"{self.most} of your {self.told}")
        self.under_way[whose] += 1
        try:
            yield
        finally:
            self.under_way[whose] -= 1
            if not self.under_way[whose]:
                del self.under_way[whose]
