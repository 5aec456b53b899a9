"""Every route there is, what each role hears of it, and what it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.api.caller import Json

ROLES = ("service", "operator", "provider")
CASE = "/v1/markets/{market}"
HAND_IN = "POST /v1/documents"


@dataclass(frozen=True)
class Row:
    """What each role hears about what is its own. Of what is not, or is not there, everybody hears 404."""

    own: Mapping[str, int]
    bodies: Mapping[str, Json] | None = None
    of_a_case: bool = True

    def expected(self, role: str, whose: str) -> int:
        """A market has no owner: another provider's is where somebody else's case would be."""
        foreign = whose == "another's" and role == "provider" and self.of_a_case
        return 404 if foreign or whose in ("elsewhere", "unknown") else self.own[role]


def every(status: int) -> dict[str, int]:
    return dict.fromkeys(ROLES, status)


RESUMED = {"event": "resumed", "reason": "r"}
OUT_OF_TURN = {
    "service": {"event": "version_rejected", "reason": "r"},
    "operator": RESUMED,
    "provider": {"event": "business_certified"},
}
ACCOUNTS = ("bank-accounts", "merchant-accounts", "settlement-accounts")
NOTICES = ("bank-notices", "wallet-notices")
REVIEWS = ("product-reviews", "shop-reviews")
OF_PROVIDERS = {"provider-onboardings", "deposit-accounts", *ACCOUNTS, *REVIEWS}
BEGUN = {*OF_PROVIDERS, *NOTICES}
"""This market opens none but products of these. They are put on record, and Temporal knows none of them."""


def of_a_provider(process: str, own: int = 200) -> dict[str, Row]:
    """`own` is what a provider hears of its own: of a case that is nobody's it is as of all others."""
    path, events = f"{CASE}/{process}/{{id}}", {"service": 403, "operator": 503}
    readings = (f"GET {path}{more}" for more in ("", "/timeline", "/dossier"))
    return {
        **dict.fromkeys(readings, Row({**every(200), "provider": own})),
        f"POST {path}/events": Row(
            {**events, "provider": 403 if own == 200 else own}, dict.fromkeys(ROLES, RESUMED)
        ),
    }


def of_reviews(process: str, runs: int) -> dict[str, Row]:
    """`runs` is what is heard where the market has to run the process for that."""
    path, tried = f"{CASE}/{process}", {"content": {"kind": KINDS[process]}}
    readings = ("versions", "versions/{number}", "difference", "estimate")
    return {
        **of_a_provider(process),
        **dict.fromkeys((f"GET {path}/{{id}}/{each}" for each in readings), Row(every(200))),
        f"GET {path}/estimates": Row(every(runs), of_a_case=False),
        f"POST {path}/{{id}}/dry-run": Row(every(runs), dict.fromkeys(ROLES, tried)),
        f"POST {path}/dry-run": Row(every(runs)),
    }


KINDS = {"product-reviews": "product", "shop-reviews": "shop"}
TABLE = {
    f"POST {CASE}/template-orders": Row({"service": 201, "operator": 403, "provider": 403}, of_a_case=False),
    f"GET {CASE}/template-orders/{{id}}": Row(every(200)),
    f"GET {CASE}/template-orders/{{id}}/timeline": Row(every(200)),
    f"GET {CASE}/template-orders/{{id}}/dossier": Row(every(200)),
    f"POST {CASE}/template-orders/{{id}}/events": Row(every(409), OUT_OF_TURN),
    f"POST {CASE}/payment-receipts": Row({"service": 201, "operator": 403, "provider": 403}, of_a_case=False),
    f"GET {CASE}/payment-receipts/{{id}}": Row({**every(200), "provider": 404}),
    f"GET {CASE}/payment-receipts/{{id}}/timeline": Row({**every(200), "provider": 404}),
    f"GET {CASE}/payment-receipts/{{id}}/dossier": Row({**every(200), "provider": 404}),
    f"POST {CASE}/payment-receipts/{{id}}/events": Row(
        {"service": 403, "operator": 409, "provider": 404}, dict.fromkeys(ROLES, RESUMED)
    ),
    f"POST {CASE}/policy-moves": Row({"service": 403, "operator": 422, "provider": 403}, of_a_case=False),
    f"GET {CASE}/policy-moves/{{id}}": Row({**every(200), "provider": 404}),
    f"GET {CASE}/policy-moves/{{id}}/timeline": Row({**every(200), "provider": 404}),
    f"GET {CASE}/policy-moves/{{id}}/dossier": Row({**every(200), "provider": 404}),
    f"POST {CASE}/policy-moves/{{id}}/events": Row(
        {"service": 403, "operator": 409, "provider": 404}, dict.fromkeys(ROLES, RESUMED)
    ),
    f"POST {CASE}/provider-onboardings": Row(
        {"service": 404, "operator": 403, "provider": 403}, of_a_case=False
    ),
    f"POST {CASE}/deposit-accounts": Row({"service": 403, "operator": 404, "provider": 403}, of_a_case=False),
    **dict.fromkeys(
        (f"POST {CASE}/{name}" for name in ACCOUNTS),
        Row({"service": 404, "operator": 403, "provider": 403}, of_a_case=False),
    ),
    **dict.fromkeys((f"POST {CASE}/{name}" for name in NOTICES), Row(every(403), of_a_case=False)),
    **of_a_provider("provider-onboardings"),
    **of_a_provider("deposit-accounts"),
    **{route: row for name in ACCOUNTS for route, row in of_a_provider(name).items()},
    **{route: row for name in NOTICES for route, row in of_a_provider(name, own=404).items()},
    f"POST {CASE}/product-reviews": Row({"service": 201, "operator": 403, "provider": 403}, of_a_case=False),
    f"POST {CASE}/shop-reviews": Row({"service": 404, "operator": 403, "provider": 403}, of_a_case=False),
    **of_reviews("product-reviews", 200),
    **of_reviews("shop-reviews", 404),  # this market shows none
    f"GET {CASE}/policies/template-orders/{{version}}/preview": Row(
        {"service": 403, "operator": 200, "provider": 403}, of_a_case=False
    ),
    f"GET {CASE}": Row(every(200), of_a_case=False),
    f"GET {CASE}/categories": Row(every(200), of_a_case=False),
    f"GET {CASE}/catalogue": Row(every(200), of_a_case=False),
    f"GET {CASE}/agreements": Row(every(200), of_a_case=False),
    f"GET {CASE}/agreements/{{name}}/{{version}}": Row(every(404), of_a_case=False),  # this market has none
    f"GET {CASE}/services": Row({**every(200), "service": 422}, of_a_case=False),  # of which buyer?
    f"GET {CASE}/ledger/accounts": Row(every(200), of_a_case=False),
    f"GET {CASE}/ledger/accounts/{{account}}": Row(every(200)),
    HAND_IN: Row(every(422)),  # this market asks for no such document
    f"GET {CASE}/providers/{{provider_id}}/documents/{{kind}}/{{document_id}}": Row(every(200)),
    f"GET {CASE}/providers/{{provider_id}}/console": Row(every(200)),
    f"GET {CASE}/providers/{{provider_id}}/channels": Row(every(200)),
    f"GET {CASE}/providers/{{provider_id}}/settlement": Row(every(200)),
}
LISTS = "GET /v1/cases", "GET /v1/changes", "GET /v1/markets"
STREAM = "GET /v1/changes/stream"
FIGURES = "GET /metrics"
OPEN = {
    *("GET /healthz", "GET /readyz"),
    *("GET /docs", "GET /docs/oauth2-redirect", "GET /redoc", "GET /openapi.json"),
}
SIGNED = {f"POST /v1/callbacks/{who}/{{market}}" for who in ("payments", "bank", "wallet")}
EMBEDDED = {
    *("GET /simulator/payments", "GET /simulator/payments/{reference}"),
    *("POST /simulator/payments/{reference}", "POST /simulator/misbehave"),
    *("GET /simulator/companies", "POST /simulator/companies"),
    *("GET /simulator/bank", "GET /simulator/bank/statement"),
    *("POST /simulator/bank/remittances", "POST /simulator/bank/returns"),
    *("GET /simulator/enterprise", "GET /simulator/enterprise/statement"),
    "POST /simulator/enterprise/accounts",
    *("GET /simulator/links", "POST /simulator/links"),
    *("GET /simulator/wallet", "GET /simulator/wallet/applyments"),
    *(f"POST /simulator/wallet/applyments/{{reference}}/{each}" for each in ("reviews", "remittances")),
    *(f"POST /simulator/wallet/applyments/{{reference}}/{each}" for each in ("signatures", "acts")),
}
COMPANY = {"name": "样例公司", "licence_number": "9199999900MADEUP01"}
BODIES: dict[str, Json] = {
    "payment-receipts": {},
    "policy-moves": {"process": "template-orders", "to": "no-version", "reason": "r"},
    "provider-onboardings": {"provider_id": "isv-1", "cloud_account": "c-1", "company": COMPANY},
    "deposit-accounts": {"provider_id": "isv-1", "categories": ["security"]},
    "bank-accounts": {"provider_id": "isv-1", "onboarding": "o-1"},
    "merchant-accounts": {"provider_id": "isv-1", "onboarding": "o-1", "scenario": "both"},
    "settlement-accounts": {"provider_id": "isv-1", "onboarding": "o-1"},
    "bank-notices": {},
    "wallet-notices": {"reference": "ma-1"},
    "product-reviews": {"provider_id": "isv-1"},
    "shop-reviews": {"provider_id": "isv-1"},
}
"""What starts a case besides its id."""
