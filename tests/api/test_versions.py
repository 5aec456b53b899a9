"""What was handed in of a product or a shop, and what became of it."""

import pytest

from tests.api.caller import Json, finding, refusal
from tests.api.conftest import Quiet
from tests.api.reviews import FINDING, FLAG, Review, content, shop_content


async def listed(review: Review, role: str = "operator") -> list[tuple[int, str]]:
    found = (await review.reads("versions", role))["versions"]
    return [(each["version"], each["status"]) for each in found]


def long_story(quiet: Quiet) -> Review:
    """Everything that can become of a version."""
    review = Review(quiet).saves(content(title="one")).submits()
    review.fails(FINDING).submits(content(title="two")).passes(FLAG).is_rejected()
    review.submits(content(title="three")).passes().withdraws()
    review.submits(content(title="four")).passes().is_approved()
    review.moves("listed", "listed").submits(content(title="five")).is_approved(by_checks=True)
    review.saves(content(title="six")).saves(content(title="seven"))
    return review.submits(content(title="eight")).kept()


# --- what became of them


async def test_every_content_that_was_handed_in_is_listed_with_what_became_of_it(quiet: Quiet) -> None:
    assert await listed(long_story(quiet), "provider") == [
        *((8, "submitted"), (7, "draft"), (6, "draft"), (5, "live"), (4, "superseded")),
        *((3, "withdrawn"), (2, "rejected"), (1, "checks_failed")),
    ]


async def test_a_version_tells_who_handed_it_in_and_why_it_was_turned_down(quiet: Quiet) -> None:
    """AMB-37."""
    review = Review(quiet).submits(content()).passes(FLAG).is_rejected("a promise").kept()
    (version,) = (await review.reads("versions"))["versions"]
    assert version == {
        **{"version": 1, "handed_in_at": version["handed_in_at"], "event": "submitted", "round": 1},
        **{"by": {"role": "provider", "subject": "isv-staff", "on_behalf_of": None}, "status": "rejected"},
        "decided_at": version["rounds"][0]["decided_at"],
        "reasons": [{"number": "1.1", "field": "basic.title", "code": "misleading", "said": "a promise"}],
        "findings": [],
        "rounds": version["rounds"],
    }
    (round,) = version["rounds"]
    assert round["decided_by"] == {"role": "operator", "subject": "operator-9"}
    assert [flag["code"] for flag in round["flags"]] == ["similar"]
    assert round["submitted_at"] < round["decided_at"]


async def test_the_same_content_submitted_again_is_the_same_version_in_another_round(quiet: Quiet) -> None:
    review = Review(quiet).saves(content()).submits().fails(FINDING).submits().passes().is_rejected()
    review.submits().passes().kept()
    (version,) = (await review.reads("versions"))["versions"]
    rounds = [(each["round"], each["status"]) for each in version["rounds"]]
    assert rounds == [(1, "checks_failed"), (2, "rejected"), (3, "in_review")]
    assert (version["status"], version["round"], version["decided_at"]) == ("in_review", 3, None)
    assert version["reasons"] == version["findings"] == []
    codes = [[found["code"] for found in each["findings"]] for each in version["rounds"]]
    assert codes == [["not-allowed"], [], []]


async def test_what_two_operators_agreed_on_is_approved_by_the_second(quiet: Quiet) -> None:
    review = Review(quiet).submits(content()).passes().is_approved(agreed=True).kept()
    (version,) = (await review.reads("versions"))["versions"]
    assert version["status"] == "approved"
    assert version["rounds"][0]["decided_by"]["role"] == "operator"


@pytest.mark.parametrize(
    ("event", "stage", "status"),
    [
        ("listed", "listed", "live"),
        ("hidden", "hidden", "approved"),
        ("delisted", "delisted", "approved"),
        ("retired", "closed", "approved"),
    ],
)
async def test_a_version_is_live_only_while_buyers_see_it(
    quiet: Quiet, event: str, stage: str, status: str
) -> None:
    review = Review(quiet).submits(content()).passes().is_approved().moves(event, stage).kept()
    assert await listed(review) == [(1, status)]


# --- its content


@pytest.mark.parametrize("role", ["operator", "service", "provider"])
async def test_a_version_is_read_as_it_was_handed_in(quiet: Quiet, role: str) -> None:
    review = Review(quiet).saves(content(title="one")).submits().kept()
    found = await review.reads("versions/1", role)
    assert (found["content"]["basic"]["title"], found["status"]) == ("one", "submitted")
    assert found["content"]["sales"]["plans"][1]["price_fen"] == 98_000


async def test_a_shop_has_versions_too(quiet: Quiet) -> None:
    review = Review(quiet, "shop-reviews").submits(shop_content(name="Gates")).passes().kept()
    assert (await review.reads("versions/1"))["content"]["name"] == "Gates"


@pytest.mark.parametrize("number", ["0", "2", "-1", "99999999999"])
async def test_a_version_that_there_is_not_is_not_found(quiet: Quiet, number: str) -> None:
    review = Review(quiet).submits(content()).kept()
    refusal(await review.asked(f"versions/{number}"), 404, "not-found")


# --- drafts


async def test_a_draft_that_was_never_submitted_is_its_providers_alone(quiet: Quiet) -> None:
    review = (
        Review(quiet).submits(content()).passes().is_rejected().saves(content(title="secret plan")).kept()
    )
    assert await listed(review, "provider") == [(2, "draft"), (1, "rejected")]
    for role in ("operator", "service"):
        assert await listed(review, role) == [(1, "rejected")]
        unknown = await review.asked("versions/3", role)
        answer = await review.asked("versions/2", role)
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content
    assert (await review.reads("versions/2", "provider"))["content"]["basic"]["title"] == "secret plan"


@pytest.mark.parametrize("what", ["timeline", "dossier", "dossier?format=html"])
async def test_neither_the_timeline_nor_the_dossier_shows_a_draft_to_others(quiet: Quiet, what: str) -> None:
    review = Review(quiet).saves(content(title="secret plan")).kept()
    for role, seen in (("provider", True), ("operator", False), ("service", False)):
        answer = await review.asked(what, role)
        assert answer.status_code == 200
        assert ("secret plan" in answer.text) is seen
        assert "•••" in answer.text or seen


async def test_the_feed_does_not_show_a_draft_to_others(quiet: Quiet) -> None:
    review = Review(quiet, provider_id="isv-drafts").saves(content(title="secret plan")).kept()
    own = await quiet.speaking(provider_id="isv-drafts").get("/v1/changes", "provider")
    assert "secret plan" in own.text
    found: list[Json] = []
    after = None
    while page := (await quiet.get("/v1/changes", "operator", **({"after": after} if after else {}))).json():
        found, after = found + page["changes"], page["next"]
        if not page["changes"]:
            break
    (row,) = [r for r in found if r["case_id"] == review.case_id and r["event"] == "draft_saved"]
    assert row["data"]["content"] == "•••"


async def test_what_was_submitted_stands_in_everybodys_timeline(quiet: Quiet) -> None:
    review = Review(quiet).submits(content(title="for all to see")).kept()
    for role in ("provider", "operator", "service"):
        assert "for all to see" in (await review.asked("timeline", role)).text


# --- pages of them


async def test_pages_hold_every_version_once_with_the_same_story(quiet: Quiet) -> None:
    review = long_story(quiet)
    whole = (await review.reads("versions", "provider"))["versions"]
    for limit in (1, 3):
        found: list[Json] = []
        cursor: Json = {}
        while True:
            page = await review.reads("versions", "provider", limit=limit, **cursor)
            found += page["versions"]
            if page["next"] is None:
                break
            assert len(page["versions"]) == limit
            cursor = {"cursor": page["next"]}
        assert found == whole


async def test_a_cursor_that_is_none_is_refused(quiet: Quiet) -> None:
    review = Review(quiet).submits(content()).kept()
    for odd in ("x", "WyJhIl0", "W10"):
        assert finding(await review.asked("versions", cursor=odd))["code"] == "no-cursor"


# --- whom they are shown to


@pytest.mark.parametrize("what", ["versions", "versions/1", "difference", "estimate"])
async def test_versions_are_shown_in_their_market_and_to_their_provider(quiet: Quiet, what: str) -> None:
    review = Review(quiet).submits(content()).passes().kept()
    for role in ("operator", "service", "provider"):
        await review.reads(what, role)
    unknown = await quiet.get(f"/v1/markets/rehearsal/product-reviews/p-none/{what}", "operator")
    for role, claims in (
        ("provider", {"provider_id": "isv-2"}),
        ("provider", {"market": "alipay"}),
        ("operator", {"market": "alipay"}),
        ("service", {"market": "alipay"}),
    ):
        answer = await quiet.speaking(**claims).get(f"{review.path}/{what}", role)
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content


async def test_who_exactly_acted_is_for_operators(quiet: Quiet) -> None:
    review = Review(quiet).submits(content()).passes().is_rejected().kept()
    for role, handed_in, decided in (
        ("operator", "isv-staff", "operator-9"),
        ("provider", None, None),
        ("service", None, None),
    ):
        (version,) = (await review.reads("versions", role))["versions"]
        assert version["by"].get("subject") == handed_in
        assert version["rounds"][0]["decided_by"].get("subject") == decided
        assert version["rounds"][0]["decided_by"]["role"] == "operator"
