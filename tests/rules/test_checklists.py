"""What a provider still has to bring, and which step follows: the checklist of AMB-01 by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cases import Party
from models.checklists import Checklist, Reason, Requirement, RequirementState

MISSING, GIVEN, IN_REVIEW, ACCEPTED, REJECTED, WAIVED = RequirementState
STEPS = ("identity", "application", "agreements")
BLURRED = Reason(field="papers", code="blurred")


def listed(**states: RequirementState) -> Checklist:
    """Requirements by name, where what stands before an underscore is the step."""
    return Checklist(
        requirements=tuple(
            Requirement(name=name, step=name.partition("_")[0], owed_by=Party.PROVIDER, rule="", state=state)
            for name, state in states.items()
        )
    )


def states(checklist: Checklist) -> dict[str, RequirementState]:
    return {each.name: each.state for each in checklist.requirements}


@pytest.mark.parametrize(
    ("first", "second", "third", "step"),
    [
        (MISSING, MISSING, MISSING, "identity"),
        (GIVEN, ACCEPTED, ACCEPTED, "identity"),
        (ACCEPTED, IN_REVIEW, MISSING, "application"),
        (WAIVED, ACCEPTED, REJECTED, "agreements"),
        (REJECTED, ACCEPTED, ACCEPTED, "identity"),
        (ACCEPTED, WAIVED, ACCEPTED, None),
    ],
)
def test_the_next_step_is_the_first_with_something_unmet(
    first: RequirementState, second: RequirementState, third: RequirementState, step: str | None
) -> None:
    assert listed(identity=first, application=second, agreements=third).next_step() == step


@pytest.mark.parametrize(
    ("state", "owed"), [(MISSING, True), (REJECTED, True), (GIVEN, False), (WAIVED, False)]
)
def test_what_is_missing_or_was_turned_down_is_owed(state: RequirementState, owed: bool) -> None:
    assert bool(listed(identity=state).owed("identity")) is owed


def test_what_is_given_again_counts_its_rounds_and_forgets_why_it_was_turned_down() -> None:
    before = listed(application=GIVEN).put_in_review("application")
    turned_down = before.rejected([("application", BLURRED)], "application")
    assert turned_down.requirements[0].reasons == (BLURRED,)
    again = turned_down.given("application").requirements[0]
    assert (again.state, again.round, again.reasons) == (GIVEN, 1, ())


def test_a_rejection_names_all_its_reasons_and_keeps_what_it_does_not_name() -> None:
    other = Reason(field="papers", code="cut-off", said="the seal is not on it")
    before = listed(application=IN_REVIEW, application_licence=IN_REVIEW, agreements=ACCEPTED)
    reasons = [("application_licence", BLURRED), ("application_licence", other)]
    after = before.rejected(reasons, "application")
    assert states(after) == {"application": GIVEN, "application_licence": REJECTED, "agreements": ACCEPTED}
    assert after.requirements[1].reasons == (BLURRED, other)


def test_a_step_is_reviewed_and_approved_as_a_whole_and_alone() -> None:
    before = listed(application=GIVEN, application_licence=GIVEN, agreements=GIVEN)
    reviewed = before.put_in_review("application")
    assert states(reviewed) == {
        "application": IN_REVIEW,
        "application_licence": IN_REVIEW,
        "agreements": GIVEN,
    }
    approved = reviewed.approved("application")
    assert states(approved) == {"application": ACCEPTED, "application_licence": ACCEPTED, "agreements": GIVEN}


def test_what_was_never_given_is_not_approved() -> None:
    after = listed(application=IN_REVIEW, application_licence=MISSING).approved("application")
    assert states(after) == {"application": ACCEPTED, "application_licence": MISSING}


def test_a_name_that_no_requirement_has_changes_nothing() -> None:
    before = listed(identity=MISSING)
    for after in (before.waived("deposit"), before.given("deposit"), before.accepted("deposit")):
        assert after == before
    assert before.find("deposit") is None


NAMES = [f"{step}{part}" for step in STEPS for part in ("", "_licence")]
names = st.sampled_from(NAMES)
checklists: st.SearchStrategy[Checklist] = st.builds(
    lambda found: listed(**dict(zip(NAMES, found, strict=True))),
    st.tuples(*[st.sampled_from(RequirementState)] * len(NAMES)),
)


def changed(checklist: Checklist, how: str, name: str) -> Checklist:
    step = name.partition("_")[0]
    changes: dict[str, Any] = {
        "given": lambda: checklist.given(name),
        "missing": lambda: checklist.missing(name),
        "accepted": lambda: checklist.accepted(name),
        "waived": lambda: checklist.waived(name),
        "reviewed": lambda: checklist.put_in_review(step),
        "approved": lambda: checklist.approved(step),
        "rejected": lambda: checklist.rejected([(name, BLURRED)], step),
    }
    found: Checklist = changes[how]()
    return found


CHANGES = ("given", "missing", "accepted", "waived", "reviewed", "approved", "rejected")


@given(checklists)
def test_a_checklist_that_is_met_asks_for_nothing_and_any_other_for_something(checklist: Checklist) -> None:
    met = all(each.state.is_met for each in checklist.requirements)
    assert (checklist.next_step() is None) is met
    if met:
        assert [checklist.owed(step) for step in STEPS] == [(), (), ()]


@given(checklists, names)
def test_a_rejection_always_returns_to_its_step_or_to_an_earlier_one(checklist: Checklist, name: str) -> None:
    step = name.partition("_")[0]
    after = checklist.rejected([(name, BLURRED)], step)
    if states(checklist)[name] is WAIVED:
        assert states(after)[name] is WAIVED
        return
    assert name in {each.name for each in after.owed(step)}
    following = after.next_step()
    assert following is not None
    assert STEPS.index(following) <= STEPS.index(step)


@given(checklists, st.lists(st.tuples(st.sampled_from(CHANGES), names), max_size=12))
def test_what_is_waived_stays_so_whatever_happens(
    checklist: Checklist, happens: list[tuple[str, str]]
) -> None:
    waived = {name for name, state in states(checklist).items() if state is WAIVED}
    for how, name in happens:
        waived |= {name} if how == "waived" else set()
        checklist = changed(checklist, how, name)
        assert {name for name, state in states(checklist).items() if state is WAIVED} == waived


@given(checklists, st.lists(st.tuples(st.sampled_from(CHANGES), names), max_size=12))
def test_no_change_touches_another_step_or_the_order(
    checklist: Checklist, happens: list[tuple[str, str]]
) -> None:
    for how, name in happens:
        step, before = name.partition("_")[0], checklist
        checklist = changed(checklist, how, name)
        pairs = zip(before.requirements, checklist.requirements, strict=True)
        assert all(old == new for old, new in pairs if old.step != step)
        assert [each.name for each in before.requirements] == [each.name for each in checklist.requirements]
