"""What is new in a version: as JSON, and as the page that operators read."""

from typing import Any

import pytest

from models.cases import Party, Task
from tests.api.caller import Json, finding, refusal
from tests.api.conftest import Quiet
from tests.api.dossiers import Reading
from tests.api.reviews import FINDING, FLAG, LONG, Review, content, shop_content
from tests.api.test_dossier_page import HOSTILE, TURNED

CRITERIA = {"criteria": ["Protects networks against attacks"], "confirm": ["security-licence"]}


def second_version(quiet: Quiet, **basic: Any) -> Review:
    """A product on sale, whose next version was turned down once and is looked at again."""
    review = Review(quiet).submits(content()).passes().is_approved().moves("listed", "listed")
    review.submits(content(title="Gate")).fails(FINDING)
    review.submits(content(title="The best gate")).passes().is_rejected("nobody can prove it")
    changed = {"title": "Gate for networks", "description": LONG, "industries": [], **basic}
    return review.submits(content(**changed)).passes(FLAG, **CRITERIA).kept()


async def page(review: Review, **params: Any) -> str:
    answer = await review.asked("difference", format="html", **params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return str(answer.text)


def fields(found: Json) -> list[tuple[str, str]]:
    return [(each["field"], each["kind"]) for each in found["changes"]]


# --- which versions


async def test_the_newest_version_is_compared_with_the_live_one(quiet: Quiet) -> None:
    found = await second_version(quiet).reads("difference")
    assert (found["from"]["version"], found["from"]["status"]) == (1, "live")
    assert (found["to"]["version"], found["to"]["status"]) == (4, "in_review")
    assert fields(found) == [
        ("basic.title", "changed"),
        ("basic.description", "changed"),
        ("basic.industries.0", "removed"),
    ]


async def test_any_two_versions_are_compared(quiet: Quiet) -> None:
    found = await second_version(quiet).reads("difference", "operator", **{"from": 2, "to": 3})
    (change,) = found["changes"]
    assert (change["before"], change["after"]) == ("Gate", "The best gate")


async def test_a_first_version_is_all_new(quiet: Quiet) -> None:
    review = Review(quiet, "shop-reviews").submits(shop_content()).kept()
    found = await review.reads("difference")
    assert found["from"] is None
    assert {each["kind"] for each in found["changes"]} == {"added"}


async def test_before_anything_was_submitted_nothing_differs(quiet: Quiet) -> None:
    review = Review(quiet).saves(content(title="secret plan")).kept()
    for role in ("operator", "service"):
        found = await review.reads("difference", role)
        assert (found["to"], found["changes"], found["rounds"]) == (None, [], [])
    assert "secret plan" not in await page(review)
    assert (await review.reads("difference", "provider"))["to"]["version"] == 1


@pytest.mark.parametrize("asked", [{"from": 9}, {"to": 9}, {"from": 0}, {"to": -1}, {"from": 2**40}])
async def test_versions_that_there_are_not_are_not_found(quiet: Quiet, asked: Json) -> None:
    refusal(await second_version(quiet).asked("difference", **asked), 404, "not-found")


async def test_a_draft_is_compared_with_nothing_for_others(quiet: Quiet) -> None:
    review = Review(quiet).submits(content()).passes().is_rejected().saves(content(title="plan")).kept()
    refusal(await review.asked("difference", "operator", **{"from": 1, "to": 2}), 404, "not-found")
    found = await review.reads("difference", "provider", **{"from": 1})
    assert [each["after"] for each in found["changes"]] == ["plan"]


async def test_what_is_no_number_is_refused(quiet: Quiet) -> None:
    review = second_version(quiet)
    assert finding(await review.asked("difference", **{"from": "x"}))["field"] == "from"
    assert finding(await review.asked("difference", format="pdf"))["field"] == "format"


# --- what else whoever decides has to know


async def test_what_was_said_of_earlier_rounds_stands_beside_it(quiet: Quiet) -> None:
    found = await second_version(quiet).reads("difference")
    rounds = [(each["version"], each["round"], each["status"]) for each in found["rounds"]]
    assert rounds == [(4, 4, "in_review"), (3, 3, "rejected"), (2, 2, "checks_failed")]
    assert found["rounds"][1]["reasons"][0]["number"] == "3.1"
    assert [each["code"] for each in found["rounds"][0]["flags"]] == ["similar"]


async def test_what_has_to_be_checked_stands_beside_the_version_that_is_looked_at(quiet: Quiet) -> None:
    """TCM-CAT-02..09, AMB-06."""
    review = second_version(quiet)
    found = await review.reads("difference")
    assert (found["criteria"], found["confirm"]) == tuple(CRITERIA.values())
    found = await review.reads("difference", to=3)
    assert (found["criteria"], found["confirm"]) == ([], [])


async def test_every_gate_that_is_closed_stands_beside_it(quiet: Quiet) -> None:
    review = Review(quiet).submits(content())
    review.data["blocked_by"] = ["not-onboarded", "deposit-unpaid", "no-longer-known"]
    found = await review.kept().reads("difference")
    gates = [(each["code"], each["rule"]) for each in found["gates"]]
    assert gates == [("not-onboarded", "TCM-ONB-02"), ("deposit-unpaid", "TCM-DEP-04")]


# --- the page


async def test_the_page_marks_what_is_new_in_both_languages(quiet: Quiet) -> None:
    review = Review(quiet)
    review.data["blocked_by"] = ["deposit-unpaid"]
    review.submits(content()).passes().is_approved().moves("listed", "listed")
    review.submits(content(title="Gates")).passes().is_rejected("nobody can prove it")
    review.submits(content(title="Gate for networks", description=LONG)).passes(FLAG, **CRITERIA)
    review.tasks = (Task(name="review", waiting_on=Party.OPERATOR, accepts=()),)
    html = await page(review.kept())
    text = Reading(html).text
    for shown in (
        *("版本对比 Comparison", "Gate for networks", "标题 Basic information", "修改 changed", "v1", "v3"),
        *("第 2 轮 Round 2", "nobody can prove it", "2.1", "内容具有误导性", "a person judges"),
        *("Protects networks against attacks", "security-licence", "has paid no deposit", "TCM-DEP-04"),
    ):
        assert shown in text, shown
    assert "<del>" in html
    assert "<ins>两天内部署完成。</ins>" in html or "<ins>两</ins>" in html


async def test_the_page_asks_nobody_for_anything(quiet: Quiet) -> None:
    answer = await second_version(quiet).asked("difference", format="html")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert answer.headers["cache-control"] == "no-store"
    tags = Reading(answer.text).tags
    assert {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "a", "form", "object"} == set()
    assert {name for _, attributes in tags for name in attributes} <= {
        *("lang", "charset", "name", "content", "class", "dir")
    }
    assert "url(" not in answer.text
    assert "@import" not in answer.text


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_people_wrote_stays_text(quiet: Quiet, name: str) -> None:
    """In a changed text, in an added link, in reasons, flags, criteria and the title."""
    said = HOSTILE[name]

    def told(said: str) -> Review:
        review = Review(quiet).submits(content()).passes().is_approved().moves("listed", "listed")
        review.submits(content(title="x")).passes().is_rejected(said)
        links = [{"title": said, "url": said}]
        changed = content(title=said, description=f"{LONG}{said}", links=links)
        flag = {**FLAG, "field": said, "detail": said}
        return review.submits(changed).passes(flag, criteria=[said], confirm=[said]).kept()

    harmless, found = Reading(await page(told("x"))), Reading(await page(told(said)))
    assert found.text.count(said) >= 10
    assert {tag for tag, _ in found.tags} == {tag for tag, _ in harmless.tags}
    assert found.open == []


async def test_marks_that_turn_text_around_are_shown(quiet: Quiet) -> None:
    html = await page(second_version(quiet, title=TURNED, description=f"{LONG} {TURNED}"))
    assert "⟨U+202E⟩" in html
    assert not set("\u202e\u2066\u200f") & set(html)


async def test_what_is_named_more_is_what_is_sent(quiet: Quiet) -> None:
    review = second_version(quiet)
    for accept, kind in (("text/html", "text/html; charset=utf-8"), ("*/*", "application/json")):
        answer = await quiet.call("GET", f"{review.path}/difference", "operator", headers={"Accept": accept})
        assert answer.headers["content-type"] == kind
    name = f"difference-product-reviews-rehearsal-{review.id}.json"
    assert answer.headers["content-disposition"] == f'inline; filename="{name}"'
