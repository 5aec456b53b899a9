"""What stands against a signature, and against what operators decide: TCM-ONB-06..10, AMB-01, AMB-06."""

import pytest

from models.onboarding_tasks import checklist_of
from models.onboardings import DecidedToApprove
from tests.onboardings import correct, waive
from tests.rules.applying import Codes, admitted, against, applicant, signed


def test_whoever_accepts_declares_that_it_may_bind_the_company() -> None:
    """TCM-ONB-07."""
    who = applicant("tencent-cloud")
    found = against(who, signed(who, authority_declared=False))
    assert found == [("authority_declared", "authority-not-declared", "TCM-ONB-07")]


def test_two_boxes_are_ticked_together_or_one_by_one_as_the_market_has_it() -> None:
    """TCM-ONB-06, -10, ALI-ONB-11."""
    cloud, bazaar = applicant("tencent-cloud"), applicant("aliyun")
    assert against(cloud, signed(cloud, "product-partner")) == [
        ("agreements", "agreement-missing", "TCM-ONB-10")
    ]
    assert against(bazaar, signed(bazaar, "partner-framework")) == []


def test_what_was_accepted_or_waived_is_not_asked_for_again() -> None:
    who = applicant("tencent-cloud")
    left = checklist_of(admitted(who)).waived("product-partner")
    assert against(who, signed(who, "access"), checklist=left) == []
    again = against(who, signed(who), checklist=left)
    assert [(field, code) for field, code, _ in again] == [("agreements.0.name", "unknown-agreement")]


def test_a_partner_does_not_sign_what_makes_one() -> None:
    """ALI-ONB-09."""
    partner = applicant("aliyun", is_partner=True)
    assert against(partner, signed(partner, "marketplace")) == []
    assert [code for _, code, _ in against(partner, signed(partner))] == ["unknown-agreement"] * 2


@pytest.mark.parametrize(
    ("categories", "confirmed", "found"),
    [
        (["service"], (), []),
        (["service", "retail-channel"], (), [("confirmed", "not-confirmed", "AMB-06")]),
        (["service", "retail-channel"], ("retail-channel-criteria",), []),
    ],
)
def test_an_operator_says_what_it_checked_elsewhere(
    categories: list[str], confirmed: tuple[str, ...], found: Codes
) -> None:
    """ALI-RTL-05, AMB-06."""
    approved = DecidedToApprove(reason="in order", confirmed=confirmed)
    assert against(applicant("aliyun"), approved, known={"categories": categories}) == found


def test_a_correction_names_what_was_handed_in() -> None:
    """AMB-01."""
    who = applicant("tencent-cloud")
    asked = correct(("application", "scope"), ("deposit", "amount"), ("nothing", "x"))
    assert [(field, code) for field, code, _ in against(who, asked)] == [
        ("corrections.1.requirement", "unknown-requirement"),
        ("corrections.2.requirement", "unknown-requirement"),
    ]
    done_without = checklist_of(admitted(who)).waived("business_licence")
    again = correct(("business_licence", "papers"))
    assert against(who, again, checklist=done_without) != []


def test_what_is_met_cannot_be_waived() -> None:
    who = applicant("tencent-cloud")
    met = checklist_of(admitted(who)).accepted("identity")
    assert against(who, waive("deposit"), checklist=met) == []
    for requirement in ("identity", "nothing"):
        [found] = against(who, waive(requirement), checklist=met)
        assert found == ("requirement", "unknown-requirement", "AMB-01")
