"""Bodies of onboarding, deposit and bank account that nobody thought of: never a mistake of ours."""

import uuid
from dataclasses import dataclass
from urllib.parse import quote

import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.api.caller import Api, Json, new_key
from tests.api.test_any_body_at_all import JSON, VALUES, answered_well, bounded, changed, places, written
from tests.bank_accounts import details
from tests.onboardings import Applicant

MARKET = "rehearsal"
CANARY = "510104198911230029"
REASON = {"reason": "because"}
DECIDED = {"event": "decided", **REASON}
PICTURE = {"kind": "business_licence", "document_id": "ab" * 32}
APPLICATION: Json = {
    "event": "application_submitted",
    "company_name": "Sample Stars Ltd",
    "licence_number": "91440300MA00000000",
    "contact": {"name": "A", "phone": "13800138000", "email": "a@example.org"},
    "facts": {
        "founded_on": "2015-06-01",
        "registered_capital_fen": 100_000_000,
        "technical_staff": 8,
        "service_staff": 4,
        "support_days_a_week": 5,
        "support_hours_a_day": 8,
    },
    "categories": ["service"],
    "scope": "software",
    "papers": [PICTURE],
}
IDENTITY: Json = {
    "event": "identity_given",
    "identity": {
        "company_name": "Sample Stars Ltd",
        "licence_number": "91440300MA00000000",
        "legal_representative": {"name": "A", "document": {"type": "resident_id", "number": CANARY}},
    },
}
EVENTS: dict[str, list[Json]] = {
    "provider-onboardings": [
        IDENTITY,
        APPLICATION,
        {
            "event": "agreements_accepted",
            "agreements": [{"name": "access", "version": "1"}],
            "signatory": {"name": "A", "position": "B"},
            "authority_declared": True,
        },
        {"event": "withdrawn", "reason": "r"},
        {**DECIDED, "decision": "approve", "confirmed": ["a"]},
        {
            **DECIDED,
            "decision": "correct",
            "corrections": [{"requirement": "application", "field": "a", "code": "b", "said": "c"}],
        },
        {**DECIDED, "decision": "waive", "requirement": "application"},
        {**DECIDED, "decision": "in_stead", "act": {"event": "withdrawn", "reason": "r"}},
    ],
    "deposit-accounts": [
        {"event": "payment_requested", "method": "wechat_pay", "amount_fen": 1},
        {**DECIDED, "decision": "forfeit", "amount_fen": 1},
        {**DECIDED, "decision": "set_categories", "categories": ["service"]},
        {**DECIDED, "decision": "return_excess", "amount_fen": 1},
        {
            **DECIDED,
            "decision": "in_stead",
            "act": {"event": "payment_requested", "method": "alipay", "amount_fen": 1},
        },
        {"event": "tariff_changed", "tariff_version": "1"},
        {"event": "cooperation_ended", "why": "w"},
    ],
    "bank-accounts": [
        {"event": "account_given", "account": details().model_dump(mode="json")},
        {
            "event": "account_given",
            "account": {
                **details().model_dump(mode="json"),
                "controller_is_legal_representative": False,
                "controller": {"name": "A", "document": {"type": "resident_id", "number": CANARY}},
            },
        },
        {"event": "amounts_entered", "guess": {"amounts_fen": [1, 2], "code": "123456"}},
        {**DECIDED, "decision": "void"},
        {**DECIDED, "decision": "grant_round"},
        {"event": "remitted", "round": 1},
    ],
}
ANY = VALUES | st.sampled_from(
    [
        {"sealed": "A" * 40},
        [{"sealed": "A" * 40}],
        {"plain": {"sealed": "A" * 40}},
        {"sealed": {"sealed": "A" * 40}},
        {"sealed": "A" * 40, "number": CANARY},
        [None] * 300,
        ["service"] * 500,
    ]
)


@dataclass
class Cases:
    api: Api
    provider: Api
    paths: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cases(api: Api) -> Cases:
    """An onboarding, a deposit account and a bank account of one provider."""
    applicant = Applicant(MARKET)
    paths = {}
    at = f"/v1/markets/{MARKET}"
    body = applicant.asks().model_dump(mode="json")
    answer = await api.call("POST", f"{at}/provider-onboardings", json=body)
    assert answer.status_code == 201, answer.text
    paths["provider-onboardings"] = f"{at}/provider-onboardings/{applicant.id}"
    body = {"id": applicant.id, "provider_id": applicant.provider_id, "categories": ["service"]}
    answer = await api.call("POST", f"{at}/deposit-accounts", "operator", json=body)
    assert answer.status_code == 201, answer.text
    paths["deposit-accounts"] = f"{at}/deposit-accounts/{applicant.id}"
    body = {"id": applicant.id, "provider_id": applicant.provider_id, "onboarding": applicant.id}
    answer = await api.call("POST", f"{at}/bank-accounts", json=body)
    assert answer.status_code == 201, answer.text
    paths["bank-accounts"] = f"{at}/bank-accounts/{applicant.id}"
    return Cases(api, api.speaking(provider_id=applicant.provider_id), paths)


@bounded
@given(
    what=st.sampled_from([(name, event) for name, events in EVENTS.items() for event in events]),
    role=st.sampled_from(["provider", "provider", "operator", "service"]),
    data=st.data(),
)
async def test_an_event_with_anything_in_one_of_its_fields(
    cases: Cases, what: tuple[str, Json], role: str, data: st.DataObject
) -> None:
    process, whole = what
    place = data.draw(st.sampled_from([*places(whole), ("more",)]))
    caller, path = (cases.provider if role == "provider" else cases.api), cases.paths[process]
    version = (await cases.api.get(path)).json()["version"]
    headers = {**JSON, "Idempotency-Key": new_key(), "If-Match": str(version)}
    raw = written(changed(whole, place, data.draw(ANY)))
    answer = await caller.call("POST", f"{path}/events", role, content=raw, headers=headers)
    if answer.status_code != 412:
        answered_well(answer)


START: dict[str, tuple[str, Json]] = {
    "provider-onboardings": ("service", Applicant(MARKET).asks().model_dump(mode="json")),
    "deposit-accounts": (
        "operator",
        {"id": "d", "provider_id": "isv-d", "categories": ["service"], "onboarding": "x"},
    ),
    "bank-accounts": ("service", {"id": "b", "provider_id": "isv-b", "onboarding": "b"}),
}


@bounded
@given(process=st.sampled_from(sorted(START)), data=st.data())
async def test_a_case_with_anything_in_one_of_its_fields(api: Api, process: str, data: st.DataObject) -> None:
    role, body = START[process]
    name = uuid.uuid4().hex[:12]
    whole = {**body, "id": name, "provider_id": f"isv-{name}"}
    place = data.draw(st.sampled_from([*places(whole), ("more",)]))
    raw = written(changed(whole, place, data.draw(ANY)))
    path = f"/v1/markets/{MARKET}/{process}"
    answered_well(await api.call("POST", path, role, content=raw, headers=JSON))


CALLED = st.text(min_size=1, max_size=80) | st.sampled_from(["a" * 5000, "%00", "isv-1", "*", "\u202e"])


@bounded
@given(market=st.sampled_from([MARKET, "aliyun", "*"]) | CALLED, provider=CALLED, kind=CALLED)
async def test_a_provider_of_any_name(api: Api, market: str, provider: str, kind: str) -> None:
    m, p, k = (quote(each.encode("utf-8", "surrogatepass"), safe="") for each in (market, provider, kind))
    for path in (
        f"/v1/markets/{m}/providers/{p}/console",
        f"/v1/markets/{m}/providers/{p}/documents/{k}/{p}",
        f"/v1/markets/{m}/agreements/{p}/{k}",
        f"/v1/markets/{m}/agreements",
        f"/v1/markets/{m}/bank-accounts/{p}",
        f"/v1/markets/{m}/deposit-accounts/{p}/timeline",
    ):
        answer = await api.get(path, "operator")
        assert answer.status_code in (200, 404, 422), (path, answer.text)
