"""What stands against an event of a product or shop, and how reasons are numbered."""

from typing import Any

import pytest

from models.checklists import Reason
from models.listing_events import ContentBlock, ProductSubmitted, ShopSubmitted
from models.listing_reasons import ReviewReason
from models.listings import ListingKind
from models.rules.findings import Finding
from models.rules.listing_events import (
    approval_findings,
    numbered,
    reason_findings,
    self_check_findings,
    submission_findings,
)
from tests.listing_contents import product, shop

PRODUCT, SHOP = ListingKind
NO_DRAFT = ("content", "nothing-to-submit", "TCM-PROD-01")


def said(found: list[Finding]) -> list[tuple[str, str, str | None]]:
    assert all(each.detail and each.next for each in found)
    return [(each.field, each.code, each.rule) for each in found]


def reason(field: str = "basic.title", code: str = "misleading") -> Reason:
    return Reason(field=field, code=code, said="nobody can prove it")


# --- what is handed in


@pytest.mark.parametrize("event", [ProductSubmitted(), ShopSubmitted()])
@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param({}, [NO_DRAFT], id="nothing was ever handed in"),
        pytest.param({"live_version": None, "revision": {"stage": "drafting"}}, [NO_DRAFT], id="no draft"),
        pytest.param({"live_version": None, "revision": {"version": 1}}, [], id="a first draft"),
        pytest.param({"live_version": 2, "revision": {"version": 2}}, [NO_DRAFT], id="what is live"),
        pytest.param({"live_version": 2, "revision": {"version": 3}}, [], id="a next one"),
    ],
)
def test_there_is_something_to_hand_in_once_there_is_a_draft(
    event: Any, data: dict[str, Any], found: list[Any]
) -> None:
    """TCM-PROD-01."""
    assert said(submission_findings(event, data)) == found


@pytest.mark.parametrize("event", [ProductSubmitted(content=product()), ShopSubmitted(content=shop())])
def test_a_content_that_comes_along_is_something_to_hand_in(event: Any) -> None:
    assert submission_findings(event, {"live_version": 2, "revision": {"version": 2}}) == []


# --- what an operator confirms


@pytest.mark.parametrize(
    ("confirmed", "missing"),
    [
        ([], ["retail-channel-criteria", "licences"]),
        (["licences"], ["retail-channel-criteria"]),
        (["something else"], ["retail-channel-criteria", "licences"]),
        (["licences", "retail-channel-criteria"], []),
    ],
)
def test_what_the_category_asks_to_be_checked_is_confirmed_one_by_one(
    confirmed: list[str], missing: list[str]
) -> None:
    """AMB-06."""
    data: dict[str, Any] = {"revision": {"confirm": ["retail-channel-criteria", "licences"]}}
    found = approval_findings(confirmed, data)
    assert said(found) == [("confirmed", "not-confirmed", "AMB-06")] * len(missing)
    assert [name for each, name in zip(found, missing, strict=True) if name in each.detail] == missing


@pytest.mark.parametrize("data", [{}, {"revision": None}, {"revision": {"confirm": []}}])
def test_where_nothing_is_asked_nothing_has_to_be_confirmed(data: dict[str, Any]) -> None:
    assert approval_findings([], data) == []


# --- why


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (PRODUCT, "basic"),
        (PRODUCT, "basic.title"),
        (PRODUCT, "basic.pictures.0.caption"),
        (SHOP, "introduction"),
        (SHOP, "customer_service.phone"),
    ],
)
def test_a_reason_names_a_block_or_a_field(kind: ListingKind, field: str) -> None:
    assert reason_findings([reason(field)], kind) == []


@pytest.mark.parametrize(
    ("kind", "field"),
    [(PRODUCT, "basic.titel"), (PRODUCT, "introduction"), (PRODUCT, ""), (SHOP, "basic.title")],
)
def test_a_reason_that_names_no_field_is_refused_with_an_example(kind: ListingKind, field: str) -> None:
    """AMB-37."""
    wrong = Reason.model_construct(field=field, code="misleading", said="so")
    [found] = reason_findings([reason("basic" if kind is PRODUCT else "name"), wrong], kind)
    assert said([found]) == [("reasons.1.field", "unknown-field", "AMB-37")]
    assert found.next is not None
    assert found.next.endswith({PRODUCT: "basic.title", SHOP: "introduction"}[kind])


def test_every_code_that_is_explained_may_be_used_and_no_other() -> None:
    """AMB-37: its provider can read what each of them means."""
    assert reason_findings([reason(code=each) for each in ReviewReason], PRODUCT) == []
    found = reason_findings([reason(code="no-such"), reason("no.such", "nor-this")], PRODUCT)
    assert said(found) == [
        ("reasons.0.code", "unknown-reason", "AMB-37"),
        ("reasons.1.field", "unknown-field", "AMB-37"),
        ("reasons.1.code", "unknown-reason", "AMB-37"),
    ]


def test_reasons_are_numbered_by_their_round_from_one_on() -> None:
    reasons = [reason(), reason("basic.summary", "unclear"), reason("sales", "price-unclear")]
    found = numbered(reasons, 2)
    assert [each.number for each in found] == ["2.1", "2.2", "2.3"]
    assert [(each.field, each.code, each.said) for each in found] == [
        (each.field, each.code, each.said) for each in reasons
    ]
    assert numbered([], 3) == ()


# --- what a provider looks through


@pytest.mark.parametrize("left_out", ContentBlock)
def test_all_four_blocks_are_looked_through(left_out: ContentBlock) -> None:
    """ALI-RECT-04."""
    blocks = [each for each in ContentBlock if each is not left_out]
    [found] = self_check_findings(blocks, PRODUCT)
    assert said([found]) == [("blocks", "block-not-checked", "ALI-RECT-04")]
    assert left_out in found.detail
    assert self_check_findings([*blocks, left_out], PRODUCT) == []


def test_each_block_that_is_left_out_is_named_and_a_shop_has_none() -> None:
    assert len(self_check_findings([], PRODUCT)) == 4
    assert self_check_findings([], SHOP) == []
