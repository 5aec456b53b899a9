"""What a backend service sends to place an order."""

import uuid
from typing import Any

from models.cases import OnBehalfOf, Party
from models.placing import PlaceOrder

BUYER = OnBehalfOf(party=Party.BUYER, id="buyer-1")


def order_body(**changes: Any) -> dict[str, Any]:
    """A request to place an order that nothing stands against."""
    return {
        "id": f"o-{uuid.uuid4().hex[:12]}",
        "provider_id": "isv-1",
        "on_behalf_of": {"party": "buyer", "id": BUYER.id},
        "template": {
            "id": "bakery",
            "kind": "industry",
            "published_on": "2020-12-01",
            "price_fen": 9900,
            "longest_service": "P2Y",
            "ends": ["alipay"],
        },
        "buyer": {"account_type": "enterprise"},
        "mini_program": {"id": f"mp-{uuid.uuid4().hex[:12]}"},
        "service_for": "P1Y",
        "contact": {"name": "Sample Buyer", "phone": "13800138000"},
        "agreement_accepted": True,
        **changes,
    }


def place_order(**changes: Any) -> PlaceOrder:
    return PlaceOrder.model_validate(order_body(**changes))
