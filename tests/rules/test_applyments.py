"""What the wallet says, weighed against what is known: old answers change nothing, and facts only grow."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.applyments import ApplymentFacts, ApplymentState, AskedApplyment, AuditDetail
from models.rules.applyments import is_news, is_open, merged

AT = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BAD = (AuditDetail(field="company.administrator.email", reason="邮箱无法送达"),)
WORSE = (AuditDetail(field="account.number", reason="账号不存在"),)
STATES = ApplymentState
FACTS = ("review_passed", "account_verified", "signed")


def facts(state: str = "account_need_verify", **changes: Any) -> ApplymentFacts:
    usual = {"submission": 1, "remit_by": AT + timedelta(days=3), "can_sign": True}
    return ApplymentFacts.model_validate({**usual, "state": state, **changes})


def finished(**changes: Any) -> ApplymentFacts:
    done = dict.fromkeys(FACTS, True)
    usual = {**done, "number": "1600000001", "remit_by": None, "can_sign": False}
    return facts("finish", **{**usual, **changes})


def asked(known: ApplymentFacts | None = None, **changes: Any) -> AskedApplyment:
    usual = {
        "market": "tencent-cloud",
        "case_id": "merchant-accounts:tencent-cloud:m-1",
        "reference": "ma-1",
        "known": known,
        "submitted_at": AT,
        "stale_for": 10 * MINUTE,
    }
    return AskedApplyment.model_validate({**usual, **changes})


def test_the_first_that_is_seen_is_what_is_known() -> None:
    assert merged(None, facts()) == facts()
    assert is_news(asked(), facts(), AT)


def test_what_is_known_already_is_no_news() -> None:
    assert not is_news(asked(facts()), facts(), AT)


@pytest.mark.parametrize("order", [*itertools.permutations(FACTS)], ids="-".join)
def test_facts_come_in_any_order_and_an_old_answer_takes_none_back(order: tuple[str, ...]) -> None:
    """TCM-WX-02: every answer so far may come once more at any moment."""
    known, seen = facts(), [facts()]
    for number in range(1, 4):
        there = dict.fromkeys(order[:number], True)
        now = facts("auditing", **there, can_sign="signed" not in there)
        known = merged(known, now)
        seen.append(now)
        assert {name: getattr(known, name) for name in FACTS} == {name: name in there for name in FACTS}
        for old in seen:
            assert merged(known, old) == known
            assert not is_news(asked(known), old, AT)


@pytest.mark.parametrize("state", [each for each in STATES if each not in ("finish", "rejected", "canceled")])
def test_what_has_ended_stays_ended(state: str) -> None:
    for end in (finished(), facts("rejected", reasons=BAD), facts("canceled")):
        assert merged(end, facts(state)) == end


def test_a_check_that_was_over_does_not_begin_again() -> None:
    known = facts("auditing", account_verified=True)
    assert merged(known, facts("checking", account_verified=True)) == known
    assert merged(facts("checking"), facts()) == facts()


def test_a_frozen_one_goes_on_where_it_stood() -> None:
    known = facts("auditing", account_verified=True, signed=True)
    frozen = merged(known, facts("frozen", can_sign=True))
    assert (frozen.state, frozen.account_verified, frozen.signed) == ("frozen", True, True)
    assert frozen.can_sign is False
    thawed = merged(frozen, facts("auditing", account_verified=True, signed=True))
    assert thawed.state == "auditing"


def test_an_end_counts_although_it_forgets_what_was_known() -> None:
    """A wallet that tells states alone says no more of a rejected one than that."""
    known = facts("need_sign", review_passed=True, account_verified=True)
    rejected = merged(known, facts("rejected", reasons=BAD))
    assert (rejected.state, rejected.reasons, rejected.account_verified) == ("rejected", BAD, True)


def test_a_deadline_moves_on_and_never_back() -> None:
    later = AT + timedelta(days=6)
    assert merged(facts(), facts(remit_by=later)).remit_by == later
    assert merged(facts(remit_by=later), facts()).remit_by == later
    assert merged(facts(), facts(remit_by=None)).remit_by == facts().remit_by


def test_another_submission_begins_anew_and_the_one_before_is_over() -> None:
    known = facts("rejected", reasons=BAD, signed=True)
    second = facts(submission=2)
    assert merged(known, second) == second
    assert merged(second, known) == second


def test_a_number_may_follow_the_end() -> None:
    """Never one without the other: open is what has a number."""
    without = finished(number=None)
    assert not is_open(without)
    assert merged(without, finished()) == finished()
    assert is_open(finished())
    assert not is_open(facts("need_sign", number="1600000001"))


@pytest.mark.parametrize(
    ("after", "is_told"),
    [(timedelta(), False), (10 * MINUTE - timedelta(seconds=1), False), (10 * MINUTE, True)],
)
@pytest.mark.parametrize("end", [facts("rejected", reasons=BAD), facts("canceled", remit_by=None)])
def test_the_end_of_the_last_submission_is_old_for_a_while(
    end: ApplymentFacts, after: timedelta, is_told: bool
) -> None:
    question = asked(facts(submission=2, remit_by=None), last=end)
    again = end.model_copy(update={"submission": 2})
    assert is_news(question, again, AT + after) is is_told


def test_other_reasons_are_news_at_once() -> None:
    question = asked(facts(submission=2), last=facts("rejected", reasons=BAD))
    other = facts("rejected", submission=2, reasons=WORSE)
    assert is_news(question, other, AT)
    assert is_news(question, facts("canceled", submission=2), AT)


def test_the_instruction_of_the_last_submission_is_no_news() -> None:
    """One that lapsed, and whose facts are no longer so: it is known by its deadline."""
    last = facts(signed=True)
    question = asked(facts(submission=2, remit_by=AT + timedelta(days=6)), last=last)
    assert not is_news(question, last.model_copy(update={"submission": 2}), AT)
    assert is_news(question, facts(submission=2, remit_by=AT + timedelta(days=6), signed=True), AT)
