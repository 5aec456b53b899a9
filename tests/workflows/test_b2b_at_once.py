"""What reaches a corporate number in one moment, and both numbers of an account side by side (TCM-MCH-07)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.cases import SYSTEM, Actor, Event
from models.merchant_accounts import Number, Scenario, WalletFormSubmitted, Withdrawn
from models.telling import AccountChanged
from tests.bench import DAY, SECOND, Bench
from tests.corporate_numbers import (
    APPROVED,
    PAGE,
    PROVIDER,
    STARTED,
    Corporate,
    rejected,
    scanned,
    signed,
)
from tests.merchant_forms import NAME, account_form, administrator, company_form
from tests.sealing import sealed_for

Way = tuple[str, str, str]
WITHDRAWN = Withdrawn(number=Number.B2B)
REJECTED = rejected("company.administrator.email")
NO_TIME = timedelta()


def by(event: Event) -> Actor:
    if isinstance(event, AccountChanged):
        return SYSTEM
    return PROVIDER if event.party == "provider" else PAGE


async def waiting(bench: Bench, stage: str, scenario: Scenario = Scenario.B2B) -> Corporate:
    """A number that has come so far, in nobody's memory."""
    async with bench.working(cached_workflows=0):
        corporate = await Corporate.in_stage(bench, stage, scenario=scenario)
        if stage in ("awaiting_signature", "ready"):
            await bench.settle((await corporate.bank_account()).case)
        await bench.settle(corporate.case)
    return corporate


async def in_one_moment(corporate: Corporate, *events: Event, at: Any = None) -> list[object]:
    """What becomes of events that reach the case in the same workflow task. They are sent in order."""
    bench, case = corporate.bench, corporate.case
    sent = [
        await case.sent(sealed_for(corporate.case, event), key=f"k-{number}", actor=by(event), at=at)
        for number, event in enumerate(events)
    ]
    async with bench.working():
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        await bench.settle(case)
        await bench.clear()
    return [getattr(getattr(each, "cause", None), "type", None) for each in answers]


def account_says(corporate: Corporate, verified: bool) -> AccountChanged:
    account = corporate.facts()["bank_account"]["case_id"]
    why = None if verified else "void"
    return AccountChanged(account=account, verified=verified, account_version=1, why=why, company=NAME)


def wallet_form(**changes: Any) -> WalletFormSubmitted:
    told = {"company": company_form(), "account": account_form()}
    return WalletFormSubmitted.model_validate({**told, **changes})


# --- one number


@pytest.mark.parametrize(
    ("stage", "events", "refusals", "way", "then"),
    [
        (
            "reviewing",
            (APPROVED, REJECTED),
            [None, "OutOfTurn"],
            ("registration_approved", "reviewing", "proving_account"),
            "proving_account",
        ),
        (
            "reviewing",
            (REJECTED, APPROVED),
            [None, "OutOfTurn"],
            ("registration_rejected", "reviewing", "awaiting_form"),
            "awaiting_form",
        ),
        (
            "awaiting_signature",
            (signed(), STARTED),
            [None, "OutOfTurn"],
            ("agreement_signed", "awaiting_signature", "ready"),
            "ready",
        ),
        (
            "awaiting_scan",
            (scanned(), WITHDRAWN),
            [None, None],
            ("administrator_scanned", "awaiting_scan", "reviewing"),
            "given_up",
        ),
        ("ready", (STARTED, WITHDRAWN), [None, None], ("collection_started", "ready", "open"), "open"),
    ],
)
async def test_one_thing_follows_and_each_has_a_row_of_its_own(
    lone_bench: Bench,
    stage: str,
    events: tuple[Event, ...],
    refusals: list[str | None],
    way: Way,
    then: str,
) -> None:
    corporate = await waiting(lone_bench, stage)
    before = len(corporate.ways())
    assert await in_one_moment(corporate, *events) == refusals
    assert (corporate.ways()[before], corporate.facts()["stage"]) == (way, then)


@pytest.mark.parametrize(
    ("stage", "event"), [("awaiting_signature", signed()), ("ready", STARTED)], ids=["signed", "started"]
)
async def test_what_comes_with_the_news_that_the_account_is_unproven_is_refused(
    lone_bench: Bench, stage: str, event: Event
) -> None:
    """TCM-TEN-16: nothing is signed or opened for an account that is not proven."""
    corporate = await waiting(lone_bench, stage)
    unproven = account_says(corporate, verified=False)
    assert await in_one_moment(corporate, unproven, event) == [None, "OutOfTurn"]
    facts = corporate.facts()
    assert (facts["stage"], facts["signed"], "number" in facts) == ("proving_account", False, False)


async def test_a_signature_that_came_before_that_news_is_to_be_given_again(lone_bench: Bench) -> None:
    corporate = await waiting(lone_bench, "awaiting_signature")
    unproven = account_says(corporate, verified=False)
    assert await in_one_moment(corporate, signed(), unproven) == [None, None]
    assert (corporate.facts()["stage"], corporate.facts()["signed"]) == ("proving_account", False)
    assert corporate.ways()[-2:] == [
        ("agreement_signed", "awaiting_signature", "ready"),
        ("account_unproven", "ready", "proving_account"),
    ]


async def test_a_number_that_was_started_before_that_news_is_open(lone_bench: Bench) -> None:
    corporate = await waiting(lone_bench, "ready")
    unproven = account_says(corporate, verified=False)
    assert await in_one_moment(corporate, STARTED, unproven) == [None, None]
    assert corporate.facts()["stage"] == "open"


@pytest.mark.parametrize(
    ("stage", "verified", "then"),
    [
        ("ready", (False, True), "ready"),
        ("ready", (True, False), "proving_account"),
    ],
)
async def test_of_what_an_account_says_in_one_moment_the_last_counts(
    lone_bench: Bench, stage: str, verified: tuple[bool, bool], then: str
) -> None:
    corporate = await waiting(lone_bench, stage)
    said = [account_says(corporate, each) for each in verified]
    assert await in_one_moment(corporate, *said) == [None, None]
    assert corporate.facts()["stage"] == then


@pytest.mark.parametrize(
    ("before", "refusals", "then"),
    [(SECOND, [None], "proving_account"), (NO_TIME, ["OutOfTurn"], "reviewing")],
    ids=["in-time", "at-24-hours"],
)
async def test_a_result_counts_by_its_own_time_also_where_24_hours_pass_unseen(
    lone_bench: Bench, before: timedelta, refusals: list[str | None], then: str
) -> None:
    """TCM-TEN-06."""
    corporate = await waiting(lone_bench, "reviewing")
    due = await corporate.case.due()
    async with lone_bench.passing(due + SECOND):
        assert await in_one_moment(corporate, APPROVED, at=due - before) == refusals
    assert corporate.facts()["stage"] == then


# --- two numbers


async def test_the_second_form_takes_over_what_the_first_one_said(bench: Bench) -> None:
    """TCM-MCH-11."""
    corporate = await Corporate.opened(bench, Scenario.BOTH)
    await corporate.form()
    await corporate.says(wallet_form(papers=(*corporate.papers.values(),)))
    form = await corporate.form(company=None)
    await corporate.says(form)
    assert corporate.facts()["stage"] == "awaiting_scan"
    await corporate.scans()
    assert corporate.facts()["stage"] == "reviewing"


async def test_a_second_form_of_other_data_is_refused_naming_every_field(bench: Bench) -> None:
    """TCM-MCH-10."""
    corporate = await Corporate.opened(bench, Scenario.BOTH)
    await corporate.form()
    await corporate.says(wallet_form(papers=(*corporate.papers.values(),)))
    other = company_form(administrator=administrator(email="x@example.com", mobile="13700137000"))
    assert await corporate.codes(await corporate.form(company=other)) == [
        ("company.administrator.mobile", "differs", "TCM-MCH-10"),
        ("company.administrator.email", "differs", "TCM-MCH-10"),
    ]
    assert corporate.facts()["stage"] == "awaiting_form"


async def test_a_second_form_of_other_data_changes_nothing_in_the_case_either(bench: Bench) -> None:
    """TCM-MCH-10: whatever stood on record when it was checked."""
    corporate = await Corporate.opened(bench, Scenario.BOTH)
    form = await corporate.form(company=company_form(administrator=administrator(email="x@example.com")))
    await corporate.says(wallet_form(papers=form.papers))
    view = await corporate.case.report(sealed_for(corporate.case, form), actor=PROVIDER)
    facts = corporate.facts()
    assert (facts["stage"], facts["differs"]) == ("awaiting_form", ["company.administrator.email"])
    assert (view.stage, "papers" in facts) == ("opening", False)
    await corporate.fills(company=None)
    assert (corporate.facts()["stage"], corporate.facts()["differs"]) == ("awaiting_scan", [])


async def test_everything_for_both_numbers_in_one_moment(lone_bench: Bench) -> None:
    """Each number takes what is its own, and what is not its turn is refused without holding up the other."""
    corporate = await waiting(lone_bench, "awaiting_scan", Scenario.BOTH)
    events = (scanned(), wallet_form(papers=(*corporate.papers.values(),)), APPROVED, STARTED, signed())
    refused = "OutOfTurn"
    assert await in_one_moment(corporate, *events) == [None, None, refused, refused, refused]
    assert corporate.facts()["stage"] == "reviewing"
    rows = {row.event: row.data for row in corporate.case.changes()}
    assert (rows["administrator_scanned"]["lane"], rows["wallet_form_submitted"]["lane"]) == ("b2b", "wallet")
    assert rows["wallet_form_submitted"]["stage_after"] == "submitting"
    assert {row.stage_after for row in corporate.case.changes()} == {"opening"}


@pytest.mark.parametrize("same", [True, False])
async def test_two_forms_in_one_moment_are_of_the_same_company(lone_bench: Bench, same: bool) -> None:
    """TCM-MCH-10, also where neither was on record when the other came."""
    corporate = await waiting(lone_bench, "awaiting_form", Scenario.BOTH)
    form = await corporate.form()
    if not same:
        other = administrator(email="x@example.com")
        form = await corporate.form(company=company_form(administrator=other))
    assert await in_one_moment(corporate, wallet_form(papers=form.papers), form) == [None, None]
    facts = corporate.facts()
    differs = [] if same else ["company.administrator.email"]
    assert (facts["stage"], facts["differs"]) == ("awaiting_scan" if same else "awaiting_form", differs)
    assert corporate.ways()[0] == ("b2b_form_submitted", "awaiting_form", facts["stage"])


async def test_one_number_is_open_while_the_other_waits(bench: Bench) -> None:
    """TCM-MCH-07: {2, 3} done, and flow 1 not."""
    corporate = await Corporate.in_stage(bench, "open", scenario=Scenario.BOTH)
    view = await corporate.case.on_record()
    wallet = view.data["wallet"]
    assert isinstance(wallet, dict)
    assert (view.stage, wallet["stage"], corporate.facts()["stage"]) == ("opening", "awaiting_form", "open")
    await bench.advance(DAY)
    await corporate.says(Withdrawn())
    assert await corporate.case.ends() == "partly_opened"
    assert corporate.facts()["stage"] == "open"
