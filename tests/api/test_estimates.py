"""How long steps of a review take, measured from what is on record; in markets of their own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models.cases import Party, Task
from tests.api.caller import Json, refusal
from tests.api.conftest import Quiet
from tests.api.reviews import FINDING, Review, content, market_of_its_own

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)
RECENT = NOW - timedelta(days=20)
Begin = Callable[..., Review]


@pytest.fixture
def begin(quiet: Quiet) -> Iterator[Begin]:
    """Products of a market that is this test's alone, and reviews them."""
    with market_of_its_own(quiet) as market:
        yield lambda at=RECENT, **how: Review(quiet, market=market, at=at, **how)


async def steps(review: Review, role: str = "service") -> dict[str, Json]:
    path = review.path.rpartition("/")[0]
    answer = await review.api.get(f"{path}/estimates", role)
    assert answer.status_code == 200, answer.text
    return {each["step"]: each for each in answer.json()["steps"]}


def reviewed(begin: Begin, hours: int, at: datetime = RECENT) -> Review:
    return begin(at).submits(content()).passes().is_approved(after=hours * HOUR)


async def test_each_step_is_measured_from_when_it_began_until_it_was_done(begin: Begin) -> None:
    """Of one to five hours the median is three, and nine of ten take at most 4.6."""
    for hours in range(1, 6):
        review = begin().submits(content()).fails(FINDING)
        review.submits(content()).passes().is_rejected(after=hours * HOUR)
        review.saves(content()).submits().passes().is_approved(after=hours * HOUR)
        review.moves("listed", "listed", after=3 * hours * HOUR).kept()
    found = await steps(review)
    counted = {step: (each["source"], each["n"], each["median"], each["p90"]) for step, each in found.items()}
    assert counted == {
        "correcting": ("measured", 10, "PT1H30M", "PT2H"),
        "checking": ("measured", 15, "PT1H", "PT1H"),
        "reviewing": ("measured", 10, "PT3H", "PT5H"),
        "expedited": ("policy", 0, None, None),
        "listing": ("measured", 5, "PT9H", "PT13H48M"),
    }


async def test_fewer_than_five_say_nothing_and_the_policy_does(begin: Begin) -> None:
    for hours in range(1, 5):
        review = reviewed(begin, hours).kept()
    found = (await steps(review))["reviewing"]
    assert (found["source"], found["n"], found["median"]) == ("policy", 4, None)
    assert found["within"] == {"working_days": 5}
    reviewed(begin, 5).kept()
    found = (await steps(review))["reviewing"]
    assert (found["source"], found["n"], found["median"]) == ("measured", 5, "PT3H")


async def test_what_was_asked_for_sooner_is_measured_apart_from_then_on(begin: Begin) -> None:
    for _ in range(5):
        review = begin().submits(content()).passes().asks_to_go_first(after=9 * HOUR)
        review.is_rejected(after=2 * HOUR).kept()
    found = await steps(review)
    assert (found["expedited"]["n"], found["expedited"]["median"]) == (5, "PT2H")
    assert found["reviewing"]["n"] == 0


async def test_what_an_operator_asked_for_in_its_providers_stead_counts_so(begin: Begin) -> None:
    for _ in range(5):
        review = begin().submits(content()).passes()
        told = {"decision": "in_stead", "act": {"event": "expedited"}}
        review.revises("decided", "reviewing", told, after=9 * HOUR).is_approved(after=2 * HOUR).kept()
    found = await steps(review)
    assert (found["expedited"]["n"], found["reviewing"]["n"]) == (5, 0)


async def test_what_its_provider_took_back_counts_nowhere(begin: Begin) -> None:
    for _ in range(5):
        review = begin().submits(content()).withdraws().submits().passes().withdraws().kept()
    assert {each["n"] for step, each in (await steps(review)).items() if step != "checking"} == {0}
    assert (await steps(review))["checking"]["n"] == 5


async def test_what_its_provider_took_off_sale_itself_says_nothing_of_listing(begin: Begin) -> None:
    review = reviewed(begin, 1).moves("listed", "listed", after=HOUR)
    review.moves("unlisted", "approved", after=HOUR).moves("listed", "listed", after=900 * HOUR).kept()
    assert (await steps(review))["listing"]["n"] == 1


async def test_what_ended_ninety_days_ago_is_forgotten(begin: Begin) -> None:
    """What began before counts, if it ended since."""
    ninety = NOW - timedelta(days=90)
    for _ in range(5):
        before = reviewed(begin, 10, ninety - 13 * HOUR)
        before.moves("standing_changed", "approved", after=100 * HOUR).kept()
    assert (await steps(before))["reviewing"]["n"] == 0
    for _ in range(5):
        since = reviewed(begin, 10, ninety - 3 * HOUR).kept()
    assert (await steps(since))["reviewing"]["n"] == 5


async def test_markets_and_processes_are_measured_each_for_itself(begin: Begin, quiet: Quiet) -> None:
    for _ in range(5):
        here = reviewed(begin, 1).kept()
        begin(process="shop-reviews").submits(content()).passes().is_approved().kept()
        Review(quiet, market="elsewhere", at=RECENT).submits(content()).passes().is_approved().kept()
    assert (await steps(here))["reviewing"]["n"] == 5


async def test_where_nothing_is_reviewed_there_is_nothing_to_tell(begin: Begin, quiet: Quiet) -> None:
    path = begin().path.rpartition("/")[0]
    refusal(await quiet.get("/v1/markets/nowhere/product-reviews/estimates", "operator"), 404, "not-found")
    foreign = quiet.speaking(market="alipay")
    for role in ("service", "operator", "provider"):
        refusal(await foreign.get(f"{path}/estimates", role), 404, "not-found")


# --- of a case


async def test_a_case_tells_what_is_done_under_way_and_ahead(begin: Begin) -> None:
    for _ in range(5):
        reviewed(begin, 4).moves("listed", "listed", after=2 * HOUR).kept()
    review = begin(NOW - 2 * HOUR).submits(content()).passes().kept()
    for role in ("service", "operator", "provider"):
        checking, reviewing, listing = (await review.reads("estimate", role))["steps"]
        assert [checking["state"], reviewing["state"], listing["state"]] == ["done", "now", "ahead"]
        assert at(checking["since"]) == NOW - HOUR
        assert (at(reviewing["since"]), at(reviewing["expected_by"])) == (NOW, NOW + 4 * HOUR)
        assert at(listing["expected_by"]) == at(listing["likely_by"]) == NOW + 6 * HOUR


async def test_where_too_little_was_seen_a_case_tells_its_deadline(begin: Begin) -> None:
    review = begin(NOW - 2 * HOUR).submits(content()).passes().asks_to_go_first()
    deadline = NOW + 30 * HOUR
    review.tasks = (
        Task(name="expedited_review", waiting_on=Party.OPERATOR, accepts=(), deadline_at=deadline),
    )
    _, expedited, _ = (await review.kept().reads("estimate"))["steps"]
    assert (expedited["step"], expedited["source"], expedited["expected_by"]) == ("expedited", "policy", None)
    assert (expedited["within"], at(expedited["likely_by"])) == ({"working_days": 1}, deadline)
    assert at(expedited["since"]) == review.at


async def test_a_case_is_told_the_time_that_it_was_let_in_with(begin: Begin) -> None:
    """Its market gives operators five working days now; its review runs by what counted then."""
    review = begin(NOW - 2 * HOUR).submits(content()).passes().kept()
    assert (await review.reads("estimate"))["steps"][1]["within"] == {"working_days": 5}
    agreed = {"review_within": {"working_days": 9}, "expedited_within": {"working_days": 2}}
    review.let_in(review={**agreed, "replan_every": "P1D", "expedites": [{"times": 1, "within": "P7D"}]})
    assert (await review.reads("estimate"))["steps"][1]["within"] == {"working_days": 9}
    assert (await steps(review))["reviewing"]["within"] == {"working_days": 5}


async def test_while_its_provider_is_barred_nobody_says_when_it_will_be_on_sale(begin: Begin) -> None:
    for _ in range(5):
        reviewed(begin, 4).moves("listed", "listed", after=2 * HOUR).kept()
    review = begin(NOW - 2 * HOUR).submits(content()).passes()
    review.data["blocked_by"] = ["deposit-unpaid"]
    _, reviewing, listing = (await review.kept().reads("estimate"))["steps"]
    assert at(reviewing["expected_by"]) == NOW + 4 * HOUR
    assert (listing["state"], listing["expected_by"], listing["likely_by"]) == ("ahead", None, None)
    review.is_approved()
    _, _, listing = (await review.kept().reads("estimate"))["steps"]
    assert (listing["state"], listing["expected_by"], listing["likely_by"]) == ("now", None, None)


async def test_a_case_that_has_ended_expects_nothing(begin: Begin) -> None:
    review = reviewed(begin, 1).moves("retired", "closed").kept()
    assert (await review.reads("estimate"))["steps"] == []


def at(told: str) -> datetime:
    return datetime.fromisoformat(told)
