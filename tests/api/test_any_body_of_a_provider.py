"""Bodies of a provider's cases that nobody thought of: never a mistake of ours."""

import uuid
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.api.caller import Api, Json, new_key
from tests.api.providers import Provider
from tests.api.said import CANARY, EVENTS
from tests.api.test_any_body_at_all import JSON, VALUES, answered_well, bounded, changed, places, written
from tests.bank_accounts import onboarded
from tests.merchant_forms import LICENCE, NAME
from tests.onboardings import Applicant

MARKET = "rehearsal"
LONG_LIVED = {"merchant-accounts": "tencent-cloud", "settlement-accounts": "aliyun"}
"""Where they do not lapse meanwhile."""
PERMITS = "tencent-cloud"
"""Where a provider connects its shop and products once it is permitted to."""
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
    """A case of each kind, of one provider."""
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
    for process, market in LONG_LIVED.items():
        company = {"company_name": NAME, "licence_number": LICENCE}
        onboarding = onboarded(api, market, provider_id=applicant.provider_id, data=company)
        more = {"scenario": "both"} if process == "merchant-accounts" else {}
        body = {"id": applicant.id, "provider_id": applicant.provider_id, "onboarding": onboarding, **more}
        answer = await api.call("POST", f"/v1/markets/{market}/{process}", json=body)
        assert answer.status_code == 201, answer.text
        paths[process] = f"/v1/markets/{market}/{process}/{applicant.id}"
        await api.until(paths[process], lambda case: bool(case["tasks"]))
    permitted = Provider(api, PERMITS)
    permitted.id = applicant.provider_id
    permitted.applies({"permission": "accepted"})
    for process in ("product-reviews", "shop-reviews"):
        body = {"id": applicant.id, "provider_id": applicant.provider_id}
        answer = await api.call("POST", f"/v1/markets/{PERMITS}/{process}", json=body)
        assert answer.status_code == 201, answer.text
        paths[process] = f"/v1/markets/{PERMITS}/{process}/{applicant.id}"
    return Cases(api, api.speaking(provider_id=applicant.provider_id), paths)


@pytest.mark.parametrize("process", EVENTS)
@bounded
@given(role=st.sampled_from(["provider", "provider", "operator", "service"]), data=st.data())
async def test_an_event_with_anything_in_one_of_its_fields(
    cases: Cases, process: str, role: str, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(EVENTS[process]))
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
    "merchant-accounts": (
        "service",
        {"id": "m", "provider_id": "isv-m", "onboarding": "m", "scenario": "both"},
    ),
    "settlement-accounts": ("service", {"id": "s", "provider_id": "isv-s", "onboarding": "s"}),
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
        f"/v1/markets/{m}/providers/{p}/channels",
        f"/v1/markets/{m}/providers/{p}/settlement?paid_at={k}",
        f"/v1/markets/{m}/providers/{p}/documents/{k}/{p}",
        f"/v1/markets/{m}/agreements/{p}/{k}",
        f"/v1/markets/{m}/agreements",
        f"/v1/markets/{m}/bank-accounts/{p}",
        f"/v1/markets/{m}/deposit-accounts/{p}/timeline",
        f"/v1/markets/{m}/merchant-accounts/{p}",
        f"/v1/markets/{m}/settlement-accounts/{p}/dossier",
    ):
        answer = await api.get(path, "operator")
        assert answer.status_code in (200, 404, 422), (path, answer.text)
