"""Products and shops of who may not connect them yet are refused, with every reason (TCM-ONB-02, -10)."""

import pytest
from sqlmodel import Session

from models.tables import AdmissionRow
from tests.api.caller import contents, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.providers import MARKET, Provider

LISTINGS = ("product-reviews", "shop-reviews")
NOT_ONBOARDED = ("provider_id", "not-onboarded", "TCM-ONB-02")


async def connected(provider: Provider, process: str) -> list[tuple[str, str, str]]:
    """What is refused; nothing where it is let in. Nobody is there to start it, and what is refused is not
    kept."""
    id, before = f"p-{new_key()}", contents(provider.api.engine)
    path = f"/v1/markets/{provider.market}/{process}"
    answer = await provider.api.call("POST", path, json={"id": id, "provider_id": provider.id})
    with Session(provider.api.engine) as session:
        kept = session.get(AdmissionRow, f"{process}:{provider.market}:{id}")
    if kept is not None:
        refusal(answer, 503, "not-confirmed")
        return []
    assert contents(provider.api.engine) == before
    errors = refusal(answer, 422, "invalid")["errors"]
    assert all(each["detail"] and each["next"] for each in errors)
    return [(each["field"], each["code"], each["rule"]) for each in errors]


@pytest.fixture
def provider(quiet: Quiet) -> Provider:
    return Provider(quiet, MARKET)


@pytest.mark.parametrize("process", LISTINGS)
async def test_nothing_is_begun_by_whom_nobody_knows(provider: Provider, process: str) -> None:
    assert await connected(provider, process) == [NOT_ONBOARDED]


@pytest.mark.parametrize("process", LISTINGS)
@pytest.mark.parametrize("state", ["missing", "given", "in_review", "rejected"])
async def test_nothing_is_begun_before_the_permission_is_open(
    provider: Provider, process: str, state: str
) -> None:
    provider.applies({"agreements": "accepted", "permission": state})
    assert await connected(provider, process) == [NOT_ONBOARDED]


@pytest.mark.parametrize("process", LISTINGS)
async def test_with_the_permission_it_is_begun_before_anything_is_paid(
    provider: Provider, process: str
) -> None:
    """TCM-ONB-02, TCM-PROD-07: a deposit that is owed bars listing, not connecting."""
    provider.applies({"agreements": "accepted", "permission": "accepted", "deposit": "missing"})
    provider.deposits(0, "listing", "withdrawal")
    assert await connected(provider, process) == []


@pytest.mark.parametrize("process", LISTINGS)
async def test_every_reason_against_connecting_is_named_as_the_providers_page_names_it(
    provider: Provider, process: str
) -> None:
    provider.deposits(0, "connecting")
    found = await connected(provider, process)
    assert found == [NOT_ONBOARDED, ("provider_id", "deposit-unpaid", "TCM-DEP-04")]
    assert [code for _, code, _ in found] == await provider.cannot_connect()


async def test_who_is_permitted_in_another_market_is_not_here(provider: Provider) -> None:
    provider.applies({"permission": "accepted"}, market="rehearsal")
    assert await connected(provider, "product-reviews") == [NOT_ONBOARDED]
