"""Samples of products and shops: what they show, what was there before, and what a person then reads."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo import SAMPLES
from models.documents import DocumentRef, StoredDocument
from models.listing_content import ProductContent, ShopContent
from models.listing_events import ProductSubmitted, ShopSubmitted
from models.policies import ListingPolicy
from models.policies import load as load_policies
from models.rules.listing_checks import Scrutiny, scrutinise
from rehearsal import contents
from rehearsal.account import path_of
from rehearsal.board import Board
from rehearsal.caller import Caller
from rehearsal.company import SIZE, Applicant, Company, Said
from rehearsal.performance import Performance
from rehearsal.samples import load, preludes
from rehearsal.scene import Scene
from tests.e2e.broken import refused
from tests.e2e.shown import NOW, WIDTHS, task, told, view
from tests.e2e.shown import read as shown

OURS = load(SAMPLES)
ON_SALE, ITS_ORDER = "53-on-sale-and-back", "61-its-template-goes"
PRODUCT, SHOP, ORDER = OURS[ON_SALE], OURS["49-a-shop-opens"], OURS[ITS_ORDER]
WHO = Applicant(Company(name="Sample Ltd"), "a")
PAPERS = {"product_picture": "a" * 64, "shop_logo": "b" * 64, "qualification": "c" * 64}


def found(ref: DocumentRef) -> StoredDocument:
    width, height = SIZE
    return StoredDocument.model_validate(
        {
            "kind": ref.kind,
            "sha256": ref.document_id,
            "size": 1000,
            "content_type": "image/png",
            "width": width,
            "height": height,
            "uploaded_at": NOW,
            "uploaded_by": {"role": "provider", "subject": "isv-a"},
        }
    )


def checked(said: Any) -> Scrutiny:
    """What the checks of the rehearsal find in what a sample says."""
    market = load_policies()["rehearsal"]
    reviews = market.in_force("shop-reviews" if isinstance(said, ShopContent) else "product-reviews", NOW)
    assert isinstance(reviews, ListingPolicy)
    return scrutinise(
        said,
        reviews.terms,
        categories=market.categories,
        catalogue=market.catalogue.in_force(NOW),
        at=NOW,
        document=found,
        sells=lambda _: True,
    )


def product(**said: Any) -> ProductContent:
    event = contents.completed(WHO, {"event": "submitted", "content": said}, PAPERS)
    content = ProductSubmitted.model_validate_json(json.dumps(event)).content
    assert content is not None
    return content


def shop(**said: Any) -> ShopContent:
    event = contents.completed(WHO, {"event": "submitted", "content": {"kind": "shop", **said}}, PAPERS)
    content = ShopSubmitted.model_validate_json(json.dumps(event)).content
    assert content is not None
    return content


@pytest.mark.parametrize("content", [product(), shop()], ids=["product", "shop"])
def test_nothing_stands_against_what_is_made_for_the_run(content: Any) -> None:
    assert checked(content) == Scrutiny(findings=(), flags=())


def test_what_a_sample_says_stands_and_what_it_says_is_null_is_left_out() -> None:
    said, made = product(basic={"title": "Another"}, sales={"refunds": None}, business=None), product()
    assert said.basic is not None
    assert made.basic is not None
    assert said.basic == made.basic.model_copy(update={"title": "Another"})
    assert [each.field for each in checked(said).findings] == ["business", "sales.refunds"]
    assert shop(customer_service=None).customer_service is None
    assert product(basic={}) == product()


def test_pictures_are_those_that_were_handed_in() -> None:
    event: Said = {"event": "submitted", "content": {}}
    told = contents.completed(WHO, event, {})["content"]
    assert isinstance(told, dict)
    assert ProductContent.model_validate(told).basic.pictures == ()  # type: ignore[union-attr]
    [picture] = product().basic.pictures  # type: ignore[union-attr]
    assert picture.document.document_id == PAPERS["product_picture"]


def test_an_event_without_content_is_left_as_it_is() -> None:
    assert contents.completed(WHO, {"event": "submitted"}, PAPERS) == {"event": "submitted"}


@pytest.mark.parametrize(
    ("sample", "before"),
    [
        (SHOP, ["provider-onboardings"]),
        (PRODUCT, ["provider-onboardings", "shop-reviews"]),
        (ORDER, ["provider-onboardings", "shop-reviews", "product-reviews"]),
        (OURS["01-completed"], []),
    ],
    ids=["shop", "product", "order of a product", "order"],
)
def test_what_a_story_needs_was_there_before(sample: Any, before: list[str]) -> None:
    assert [each.process for each in preludes(sample)] == before
    for each in preludes(sample):
        assert each.company == sample.company
        assert each.body("a").get("provider_id") == sample.body("a")["provider_id"]
        assert each.process in sample.beside


def test_an_order_is_for_the_product_of_its_company() -> None:
    template = ORDER.body("a")["template"]
    assert isinstance(template, dict)
    assert template["id"] == "a" == preludes(ORDER)[-1].body("a")["id"]


def test_another_one_has_an_id_and_a_mini_program_of_its_own() -> None:
    first, other = ORDER.body("a"), ORDER.body("a", "-2")
    assert first["id"] != other["id"]
    assert first["mini_program"] != other["mini_program"]
    assert (first["template"], first["provider_id"]) == (other["template"], other["provider_id"])


@pytest.mark.parametrize(
    ("sample", "change", "field", "reason"),
    [
        (ON_SALE, {"company": None}, "company", "required"),
        (ON_SALE, {"place": {"provider_id": "p"}}, "place.provider_id", "made anew"),
        (ON_SALE, {"market": "aliyun"}, "market", "nobody is shown there: shown/aliyun.json is missing"),
        (ON_SALE, {"expect": {"stage": "reviewing"}}, "expect.stage", "is none of draft, approved, listed"),
        (ON_SALE, {"expect": {"stage": "listed", "live_version": 0}}, "expect.live_version", "greater"),
        (
            ON_SALE,
            {"steps": [{"step": "wait", "for": "revision.noticed"}]},
            "steps.0.for",
            "is none of",
        ),
        (ON_SALE, {"steps": [{"step": "another"}]}, "steps.0.refused", "required"),
        (ON_SALE, {"steps": [{"step": "link", "place": "x", "state": "on"}]}, "steps.0.state", "reached"),
        (
            ON_SALE,
            {
                "steps": [
                    {"step": "event", "sender": "provider", "event": "submitted", "content": {"colour": 1}}
                ]
            },
            "steps.0.content.colour",
            "not permitted",
        ),
        (
            ITS_ORDER,
            {"steps": [{"step": "wait", "to": "merchant-accounts", "for": "closed"}]},
            "steps.0.to",
            "is none of provider-onboardings",
        ),
        (
            "01-completed",
            {"steps": [{"step": "wait", "to": "product-reviews", "for": "listed"}]},
            "steps.0.to",
            "opens no other case",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_sample_of_a_product_names_its_file_and_field(
    tmp_path: Path, sample: str, change: dict[str, Any], field: str, reason: str
) -> None:
    broken = refused(tmp_path, sample, change)
    assert broken.field == field
    assert reason in broken.reason


# --- what a person reads


def under_review(stage: str = "listed") -> Performance:
    """Its second version is in review while the first one is shown."""
    it = Performance(PRODUCT, ON_SALE, "b", began=0.0)
    it.case = view(
        "product-reviews",
        stage,
        market="rehearsal",
        tasks=[task("on_sale"), {**task("review"), "waiting_on": "operator"}],
        data={"live_version": 1, "revision": {"stage": "reviewing"}, "rectification": {"stage": "lifted"}},
    )
    moved = {"lane": "revision", "stage_before": "x", "stage_after": "y"}
    it.changes = [
        told("opened", 0),
        told("checks_failed", 1, "system", **moved, version=1, findings=[{}, {}, {}]),
        told("decided", 2, "operator", **moved, version=2, decision="reject", numbered=[{"number": "2.1"}]),
        told("submitted", 3, **moved, version=3),
    ]
    return it


def board(it: Performance) -> Board:
    return Board([it], "http://api", None)


@WIDTHS
def test_of_a_product_it_shows_what_buyers_see_what_is_under_way_and_whom_that_waits_for(width: int) -> None:
    said = shown(board(under_review()), width)
    assert "listed, reviewing" in said
    assert "lifted" not in said
    assert "operator: review" in said
    assert "on_sale" not in said


def test_nothing_under_way_is_shown_in_both_languages_with_what_is_possible() -> None:
    it = under_review()
    assert it.case is not None
    it.case = it.case.model_copy(
        update={"data": {"revision": {"stage": "accepted"}}, "tasks": it.case.tasks[:1]}
    )
    said = shown(board(it), 120)
    assert "listed 在售" in said
    assert "provider: on_sale" in said


def test_a_path_says_how_much_was_found_and_by_which_numbers_it_was_turned_down() -> None:
    assert path_of(under_review()).plain == (
        "onboarded before › checks_failed: 3 found › decided: reject (2.1) › submitted"
    )


def test_the_account_says_which_version_is_live_and_how_many_there_were() -> None:
    it = under_review()
    it.ended = 1.0
    assert "version 1 of 3" in shown(board(it).account(120), 120)


def test_another_live_version_than_expected_is_named() -> None:
    it = under_review()
    assert "live_version is 1, expected 3" in it.differences()


async def test_a_case_is_told_of_when_it_moves_though_none_of_its_stories_does() -> None:
    it, heard = under_review("approved"), list[str]()
    assert it.case is not None
    seen = [it.case.model_copy(update={"stage": stage}) for stage in ("approved", "listed", "listed")]
    answers = [httpx.Response(200, json=each.model_dump(mode="json")) for each in seen]
    world = httpx.MockTransport(lambda _: answers.pop(0))
    async with httpx.AsyncClient(transport=world, base_url="http://api") as http:
        caller = Caller(http, lambda *_, **__: "a token")
        scene = Scene(it, caller, lambda told: heard.append(told.case.stage if told.case else ""))
        for _ in seen:
            await scene.look()
    assert heard == ["listed"]


def test_a_path_tells_what_became_of_the_shop_beside_it() -> None:
    it = under_review("hidden")
    it.changes = [told("opened", 0), told("hidden", 4, "system", to="hidden")]
    it.changes_beside = {
        "shop-reviews": [
            told("opened", 1, "system"),
            told("decided", 2, "operator", decision="notify"),
            told("standing_changed", 2, "system"),
            told("delisted", 3, "system", to="delisted"),
        ]
    }
    assert path_of(it).plain == "onboarded before › decided: notify, delisted › hidden"
