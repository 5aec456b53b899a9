"""Who scans and signs for a corporate number, and when: TCM-TEN-04, -06, -14..16."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from models.b2b_numbers import B2BStage, B2BTerms, CollectionStarted, RegistrationApproved, account_id
from models.b2b_tasks import B2B_TASKS, REVIEW
from models.cases import Party, Role
from models.clocks import Clock
from models.periods import CHINA
from models.rules.b2b_numbers import b2b_findings
from tests.merchant_forms import RESPONSIBLE
from tests.rules.b2b_cases import checked, found, scan, signature, terms
from tests.rules.merchant_cases import Found

MOMENT = timedelta(microseconds=1)
APPLICANT, OTHER = "赵样品", "钱样品"

# --- who scans and signs, and when


@pytest.mark.parametrize(
    ("name", "is_right"),
    [
        (RESPONSIBLE, True),
        (f" {RESPONSIBLE[0]} {RESPONSIBLE[1:]}", True),
        (RESPONSIBLE[:-1], False),
        (f"{RESPONSIBLE}样", False),
        (APPLICANT, False),
    ],
)
def test_a_scan_is_the_administrators(name: str, is_right: bool) -> None:
    refused = [] if is_right else [("scanned_by.name", "other-person", "TCM-TEN-04")]
    assert found(scan(name), checked("awaiting_scan")) == refused


@pytest.mark.parametrize(("name", "is_right"), [(APPLICANT, True), (OTHER, False), (RESPONSIBLE, False)])
def test_a_signature_is_the_applicants(name: str, is_right: bool) -> None:
    refused = [] if is_right else [("signed_by.name", "other-person", "TCM-TEN-14")]
    assert found(signature(name), checked("awaiting_signature")) == refused


def test_a_finding_repeats_no_name() -> None:
    for event, stage in ((scan(OTHER), "awaiting_scan"), (signature(OTHER), "awaiting_signature")):
        [finding] = b2b_findings(event, checked(stage))
        told = finding.model_dump_json()
        assert not [name for name in (OTHER, APPLICANT, RESPONSIBLE) if name in told]


SIGNED_TOO_EARLY = [("event", "account-not-checked", "TCM-TEN-16")]
STARTED_TOO_EARLY = [("event", "parts-missing", "TCM-TEN-15")]


@pytest.mark.parametrize(
    ("stage", "signing", "starting", "now"),
    [
        ("awaiting_form", SIGNED_TOO_EARLY, STARTED_TOO_EARLY, "data"),
        ("awaiting_scan", SIGNED_TOO_EARLY, STARTED_TOO_EARLY, "data"),
        ("reviewing", SIGNED_TOO_EARLY, STARTED_TOO_EARLY, "data"),
        ("proving_account", SIGNED_TOO_EARLY, STARTED_TOO_EARLY, "account check"),
        ("awaiting_signature", [], STARTED_TOO_EARLY, "signature"),
        ("ready", [], [], ""),
        ("open", [], [], ""),
        ("given_up", [], [], ""),
    ],
)
def test_the_three_parts_follow_one_another(stage: str, signing: Found, starting: Found, now: str) -> None:
    assert found(signature(APPLICANT), checked(stage)) == signing
    assert found(CollectionStarted(), checked(stage)) == starting
    for finding in b2b_findings(CollectionStarted(), checked(stage)):
        assert f"now it is the {now}" in finding.detail
        assert finding.next == f"finish the {now} first"


@pytest.mark.parametrize("stage", [stage for stage in B2BStage if stage != "awaiting_scan"])
def test_what_is_out_of_turn_is_left_to_the_case(stage: str) -> None:
    assert found(scan(OTHER), checked(stage)) == []
    assert found(RegistrationApproved(registration_number="n"), checked(stage)) == []


# --- time, and the table


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        (datetime(2024, 1, 11, 9, tzinfo=CHINA) - MOMENT, False),
        (datetime(2024, 1, 11, 9, tzinfo=CHINA), True),
    ],
)
def test_a_review_has_24_hours_exactly(at: datetime, is_late: bool) -> None:
    """TCM-TEN-06: of 2024-01-10 09:00 the result is due by 2024-01-11 09:00."""
    b2b = terms().b2b
    assert b2b is not None
    clock = Clock.starting(datetime(2024, 1, 10, 9, tzinfo=CHINA), b2b.review_within)
    assert clock.is_late(at) is is_late
    assert REVIEW.within == "review_within"


def test_who_speaks_for_whom() -> None:
    """Codes are scanned on our pages, the payment company speaks through them, accounts through us."""
    said_by = {event.tag(): event.party.spoken_for_by for task in B2B_TASKS for event in task.moves}
    assert said_by == {
        "b2b_form_submitted": {Role.PROVIDER},
        "administrator_scanned": {Role.SERVICE},
        "registration_approved": {Role.SERVICE},
        "registration_rejected": {Role.SERVICE},
        "account_changed": set(),
        "agreement_signed": {Role.SERVICE},
        "collection_started": {Role.PROVIDER},
    }
    assert Party.SIGNATORY in {task.waiting_on for task in B2B_TASKS}


def test_markets_block_or_warn() -> None:
    assert (terms().b2b, terms("rehearsal").b2b) == (
        B2BTerms.model_validate({"same_day": "block", "review_within": "PT24H"}),
        B2BTerms.model_validate({"same_day": "warn", "review_within": "PT15S"}),
    )
    with pytest.raises(ValidationError):
        B2BTerms.model_validate({"same_day": "perhaps", "review_within": "PT24H"})


def test_an_account_of_a_merchant_account_has_an_id_of_its_own() -> None:
    first, second = (account_id("merchant-accounts:tencent-cloud:m", number) for number in (1, 2))
    other = account_id("merchant-accounts:rehearsal:m", 1)
    assert len({first, second, other}) == 3
    assert len(account_id("merchant-accounts:x:" + "m" * 64, 999)) <= 64
