"""Orders on record of a buyer that no other test knows, and how a buyer's services are read."""

from datetime import datetime, timedelta
from typing import Any

from models.periods import CHINA
from tests.api.caller import Api, Json, new_key
from tests.api.conftest import Quiet

SERVICES = "/v1/markets/alipay/services"
AT = datetime(2026, 3, 1, 12, tzinfo=CHINA)
HOUR = timedelta(hours=1)


def put(quiet: Quiet, buyer: str, hour: int = 0, **facts: Any) -> str:
    """The id of an order on record, begun that many hours after others; open, unless it has an outcome."""
    id, at = f"o-{new_key()}", AT + hour * HOUR
    outcome, provider_id = facts.pop("outcome", None), facts.pop("provider_id", "isv-1")
    market = facts.pop("market", "alipay")
    data = {"buyer_id": buyer, "template_id": "bakery", "mini_program_id": "mp-1", **facts}
    ended = {"stage": "closed", "outcome": outcome, "closed_at": at, "tasks": ()} if outcome else {}
    quiet.put(id, market=market, provider_id=provider_id, opened_at=at, data=data, **ended)
    return id


def completed(quiet: Quiet, buyer: str, since: str, until: str, hour: int = 0, **facts: Any) -> str:
    period = {"service_since": since, "service_until": until}
    return put(quiet, buyer, hour, **{"outcome": "completed", **period, **facts})


async def listed(api: Api, buyer: str, role: str = "service", **wanted: Any) -> list[Json]:
    answer = await api.get(SERVICES, role, buyer_id=buyer, **wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["services"])


def ids(lines: list[Json]) -> list[list[str]]:
    return [[order["id"] for order in line["orders"]] for line in lines]
