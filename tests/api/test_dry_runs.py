"""A content is tried: what checks find is told, and nothing is kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.dry_runs import AT_ONCE
from models.catalogues import Catalogue
from models.documents import DocumentRef
from settings import Settings
from tests.api.caller import Json, contents, finding, refusal
from tests.api.conftest import Quiet
from tests.api.providers import Provider
from tests.api.reviews import Review, content, market_of_its_own, shop_content
from tests.listing_contents import LOGO, PICTURE, QUALIFICATION, kept

VPN: Json = {
    "name": "vpn",
    "kind": "service",
    "title": "Ways around",
    "title_zh": "翻墙服务",
    "terms": ["forbidden tunnel"],
    "similar": ["secret tunnel"],
    "effective_from": "2020-01-01T00:00:00+08:00",
    "rule": "S88-POL-05",
}
NOT_YET = {**VPN, "name": "later", "terms": ["coming tunnel"], "effective_from": "2099-01-01T00:00:00+08:00"}


@pytest.fixture
def market(quiet: Quiet) -> Iterator[str]:
    catalogue = Catalogue.model_validate({"entries": [VPN, NOT_YET]})
    trust = {"approvals": 2, "clean_for": "P1D"}
    with market_of_its_own(quiet, catalogue, trust=trust, risky=["website-building"]) as market:
        assert quiet.office is not None
        for reference in (PICTURE, LOGO, QUALIFICATION):
            known = kept(DocumentRef.model_validate(reference))
            quiet.office.documents.put_new(market, "isv-1", known, b"a picture")
        yield market


async def tried(
    quiet: Quiet,
    market: str,
    said: Json,
    role: str = "provider",
    process: str = "product-reviews",
    **more: Any,
) -> Json:
    path = f"/v1/markets/{market}/{process}/dry-run"
    answer = await quiet.call("POST", path, role, json={"content": said, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def codes(found: Json, what: str = "findings") -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in found[what]]


# --- what is told


async def test_what_is_in_order_would_be_looked_at_by_an_operator(quiet: Quiet, market: str) -> None:
    found = await tried(quiet, market, content())
    assert (found["findings"], found["flags"], found["blocked_by"]) == ([], [], [])
    assert found["operator_looks"] is True
    assert found["unchecked"] == ["links-answer"]
    assert [each["step"] for each in found["estimate"]] == ["checking", "reviewing", "listing"]
    assert found["estimate"][1]["within"] == {"working_days": 5}


async def test_everything_that_is_wrong_is_told_at_once(quiet: Quiet, market: str) -> None:
    """ALI-RECT-04, S88-POL-04, -05: what is not in force yet is not forbidden."""
    said = content(title="A forbidden tunnel", summary="A secret tunnel", description="A coming tunnel")
    del said["business"]
    found = await tried(quiet, market, said)
    (first, _), (second, code) = codes(found)
    assert (first, second, code) == ("basic.title", "business", "block-missing")
    assert [field for field, _ in codes(found, "flags")] == ["basic.summary"]
    assert found["operator_looks"] is False
    assert [each["step"] for each in found["estimate"]] == ["checking", "correcting"]


async def test_an_empty_content_is_well_formed_too(quiet: Quiet, market: str) -> None:
    found = await tried(quiet, market, {})
    assert {code for _, code in codes(found)} == {"block-missing"}
    found = await tried(quiet, market, {"kind": "shop"}, process="shop-reviews")
    assert ("name", "missing") in codes(found)


async def test_a_shop_is_tried_as_a_shop(quiet: Quiet, market: str) -> None:
    found = await tried(quiet, market, shop_content(), process="shop-reviews")
    assert found["findings"] == []
    path = f"/v1/markets/{market}/shop-reviews/dry-run"
    answer = await quiet.call("POST", path, "provider", json={"content": content()})
    refusal(answer, 422, "invalid")


async def test_documents_of_somebody_else_are_none(quiet: Quiet, market: str) -> None:
    own = await tried(quiet, market, content(), "service", provider_id="isv-1")
    assert own["findings"] == []
    theirs = await tried(quiet, market, content(), "service", provider_id="isv-2")
    fields = {field for field, _ in codes(theirs)}
    assert fields == {"basic.pictures.0", "business.qualifications.0"}


async def test_what_stands_against_listing_is_told_beside_it(quiet: Quiet, market: str) -> None:
    provider = Provider(quiet, market)
    provider.id = "isv-1"
    provider.deposits(0, "listing")
    found = await tried(quiet, market, content())
    assert (found["findings"], found["blocked_by"]) == ([], ["deposit-unpaid"])


async def test_whom_a_market_trusts_needs_no_operator(quiet: Quiet, market: str) -> None:
    """Unless a person has to judge, or the class is risky."""
    for _ in range(2):
        Review(quiet, market=market).submits(content()).passes().is_approved().kept()
    found = await tried(quiet, market, content())
    assert found["operator_looks"] is False
    assert [each["step"] for each in found["estimate"]] == ["checking", "listing"]
    assert (await tried(quiet, market, content(summary="A secret tunnel")))["operator_looks"] is True
    assert (await tried(quiet, market, content(category="website-building")))["operator_looks"] is True


# --- of a case


async def test_the_next_version_of_a_case_is_tried_by_what_it_was_let_in_with(
    quiet: Quiet, market: str
) -> None:
    review = Review(quiet, market=market).submits(content()).passes().kept()
    path, said = f"{review.path}/dry-run", {"content": content(title="forbidden tunnel", summary=None)}
    for role in ("provider", "service", "operator"):
        answer = await quiet.call("POST", path, role, json=said)
        fields = [field for field, _ in codes(answer.json())]
        assert fields == ["basic.title", "basic.summary"]
    review.let_in(checks={"required": []})
    answer = await quiet.call("POST", path, "provider", json=said)
    assert [field for field, _ in codes(answer.json())] == ["basic.title"]


# --- nothing is kept


def shelved(settings: Settings) -> set[tuple[Path, int]]:
    folder = settings.documents_directory
    return {(file, file.stat().st_mtime_ns) for file in folder.rglob("*") if file.is_file()}


async def test_nothing_is_kept(quiet: Quiet, market: str) -> None:
    """No row, no document; and without Temporal there is nobody who could be told."""
    review = Review(quiet, market=market).submits(content()).kept()
    assert quiet.office is not None
    before = contents(quiet.engine), shelved(quiet.office.settings)
    paths = (f"/v1/markets/{market}/product-reviews/dry-run", f"{review.path}/dry-run")
    for path in paths:
        for said in (content(), content(title="A forbidden tunnel"), {}):
            for key in ({}, {"Idempotency-Key": "again"}):
                answer = await quiet.call("POST", path, "provider", json={"content": said}, headers=key)
                assert answer.status_code == 200, answer.text
    assert (contents(quiet.engine), shelved(quiet.office.settings)) == before


# --- who may, and how


async def test_it_is_tried_for_who_is_meant(quiet: Quiet, market: str) -> None:
    path = f"/v1/markets/{market}/product-reviews/dry-run"
    review = Review(quiet, market=market).submits(content()).kept()
    body = {"content": content()}
    for role in ("service", "operator"):
        assert finding(await quiet.call("POST", path, role, json=body))["field"] == "provider_id"
    foreign = {**body, "provider_id": "isv-2"}
    refusal(await quiet.call("POST", path, "provider", json=foreign), 404, "not-found")
    stranger = quiet.speaking(provider_id="isv-2")
    refusal(await stranger.call("POST", f"{review.path}/dry-run", "provider", json=body), 404, "not-found")
    away = quiet.speaking(market="alipay")
    for role in ("service", "operator", "provider"):
        for each in (path, f"{review.path}/dry-run"):
            said = {**body, "provider_id": "isv-1"} if each is path else body
            refusal(await away.call("POST", each, role, json=said), 404, "not-found")
    refusal(await quiet.call("POST", path, None, json=body), 401, "unauthenticated")


async def test_a_case_says_itself_whose_it_is(quiet: Quiet, market: str) -> None:
    review = Review(quiet, market=market).submits(content()).kept()
    body = {"content": content(), "provider_id": "isv-1"}
    assert finding(await quiet.call("POST", f"{review.path}/dry-run", json=body))["field"] == "provider_id"


@pytest.mark.parametrize("body", [{}, {"content": None}, {"content": {"basic": {"colour": "red"}}}, []])
async def test_what_is_not_well_formed_is_refused(quiet: Quiet, market: str, body: Any) -> None:
    path = f"/v1/markets/{market}/product-reviews/dry-run"
    refusal(await quiet.call("POST", path, "provider", json=body), 422, "invalid")


async def test_a_content_that_is_too_large_is_refused(quiet: Quiet, market: str) -> None:
    assert quiet.office is not None
    most = quiet.office.settings.max_body_bytes
    path = f"/v1/markets/{market}/product-reviews/dry-run"
    headers = {"Content-Type": "application/json"}
    answer = await quiet.call("POST", path, "provider", content=b" " * (most + 1), headers=headers)
    refusal(answer, 413, "too-large")


async def test_a_market_that_reviews_nothing_tries_nothing(quiet: Quiet) -> None:
    path = "/v1/markets/nowhere/product-reviews/dry-run"
    refusal(await quiet.call("POST", path, "provider", json={"content": content()}), 404, "not-found")


async def test_a_provider_tries_few_at_once(quiet: Quiet) -> None:
    """Trying takes the processor's time: others have their turn meanwhile."""
    provider = Provider(quiet)
    whose = ("*", provider.id)
    own = quiet.speaking(**provider.claims("provider"))
    path = f"/v1/markets/{provider.market}/product-reviews/dry-run"
    AT_ONCE.under_way[whose] = AT_ONCE.most
    try:
        busy = await own.call("POST", path, "provider", json={"content": {"kind": "product"}})
        refusal(busy, 429, "too-many")
    finally:
        del AT_ONCE.under_way[whose]
    answer = await own.call("POST", path, "provider", json={"content": {"kind": "product"}})
    assert (answer.status_code, AT_ONCE.under_way) == (200, {})
