"""What stands against each step to a corporate number, at the boundary: TCM-TEN-02, -04, -06, -14..16."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from models.admitting import Checked
from models.b2b_numbers import (
    AdministratorScanned,
    AgreementSigned,
    B2BFormSubmitted,
    B2BStage,
    B2BTerms,
    CollectionStarted,
    RegistrationApproved,
    Scanned,
    account_id,
)
from models.b2b_tasks import B2B_TASKS, REVIEW
from models.cases import SYSTEM, CaseView, Event, Opening, Party, Role
from models.clocks import Clock
from models.documents import DocumentRef, StoredDocument
from models.merchant_accounts import MerchantAccount, MerchantAccountTerms, Scenario
from models.merchant_forms import B2BDetails, CompanyForm, PaperKind
from models.periods import CHINA
from models.policies import MarketPolicy, load
from models.rules.b2b_numbers import b2b_findings
from models.rules.merchant_accounts import against
from tests.merchant_forms import LICENCE, NAME, PAPERS, RESPONSIBLE, administrator, b2b_details, company_form

POLICIES = load()
NOW = datetime(2024, 1, 11, 9, tzinfo=CHINA)
LATE, EARLY = datetime(2024, 1, 10, 23, 59, tzinfo=CHINA), datetime(2024, 1, 11, 0, 1, tzinfo=CHINA)
MOMENT = timedelta(microseconds=1)
CARD = (PaperKind.IDENTITY_CARD_PORTRAIT, PaperKind.IDENTITY_CARD_EMBLEM)
LICENCE_PICTURE = PaperKind.CREDIT_CODE_CERTIFICATE
APPLICANT, OTHER = "赵样品", "钱样品"
OPENING = Opening(
    case_id="merchant-accounts:tencent-cloud:m",
    process="merchant-accounts",
    market="tencent-cloud",
    id="m",
    provider_id="isv",
    policy_version="2023-06-26",
    opened_at=NOW,
    opened_by=SYSTEM,
    digest="",
)
Found = list[tuple[str, str, str | None]]


def terms(market: str = "tencent-cloud") -> MerchantAccountTerms:
    [policy] = POLICIES[market].merchant_accounts
    return policy.terms


def checked(
    stage: str = "awaiting_form",
    *,
    uploaded: Mapping[str, datetime] | None = None,
    market: str = "tencent-cloud",
    scenario: Scenario = Scenario.B2B,
    at: datetime = NOW,
    **facts: Any,
) -> Checked:
    """A case whose number stands here. Everything it keeps sealed is what the made-up forms say."""
    account = MerchantAccount(
        opening=OPENING,
        terms=terms(market),
        provider_id="isv",
        onboarding="provider-onboardings:tencent-cloud:o",
        scenario=scenario,
    )
    lane = {"stage": stage, "reasons": [], **facts}
    data: dict[str, JsonValue] = {"company_name": NAME, "licence_number": LICENCE, "b2b": lane}
    if stage != "awaiting_form":
        data["company"] = "sealed"
        lane["details"] = "sealed"
    view = CaseView(
        **OPENING.model_dump(exclude={"opened_by", "digest"}),
        stage="opening",
        changed_at=NOW,
        data=data,
    )
    days = uploaded or of_days(card=NOW, licence=NOW)
    kept = {CompanyForm: company_form(), B2BDetails: b2b_details()}

    def reveal(sealed: JsonValue, model: Any) -> Any:
        assert sealed == "sealed"
        return kept[model]

    def document(ref: DocumentRef) -> StoredDocument | None:
        return stored(ref, days[ref.kind]) if ref.kind in days else None

    policy = MarketPolicy(market=market, title=market, title_zh=market)
    return Checked(view, account.model_dump(mode="json"), policy, at, reveal, document)


def stored(ref: DocumentRef, at: datetime) -> StoredDocument:
    told = {"size": 1, "content_type": "image/png", "width": 1, "height": 1, "uploaded_by": SYSTEM}
    return StoredDocument.model_validate(
        {"kind": ref.kind, "sha256": ref.document_id, "uploaded_at": at, **told}
    )


def form(**changes: Any) -> B2BFormSubmitted:
    usual = {"company": company_form(), "details": b2b_details(), "papers": PAPERS}
    return B2BFormSubmitted.model_validate({**usual, **changes})


def found(event: Event, given: Checked) -> Found:
    return [(each.field, each.code, each.rule) for each in against(event, given)]


def scan(name: str) -> AdministratorScanned:
    return AdministratorScanned(scanned_by=Scanned(name=name), application_number="f-1")


def signature(name: str) -> AgreementSigned:
    return AgreementSigned(signed_by=Scanned(name=name))


# --- pictures of one day (TCM-TEN-02, AMB-35)


def of_days(*, card: datetime, licence: datetime) -> dict[str, datetime]:
    return {**dict.fromkeys(CARD, card), LICENCE_PICTURE: licence}


def older(*kinds: str) -> Found:
    return [(f"papers.{kind}", "uploaded-on-another-day", "TCM-TEN-02") for kind in kinds]


@pytest.mark.parametrize(
    ("card", "licence", "named"),
    [
        (LATE, EARLY, CARD),
        (EARLY, LATE, (LICENCE_PICTURE,)),
        (LATE, LATE, ()),
        (EARLY, EARLY, ()),
        (datetime(2024, 1, 11, tzinfo=CHINA), NOW, ()),
        (datetime(2024, 1, 11, tzinfo=CHINA) - MOMENT, NOW, CARD),
        (datetime(2024, 1, 10, 16, tzinfo=UTC), NOW, ()),
        (datetime(2024, 1, 10, 16, tzinfo=UTC) - MOMENT, NOW, CARD),
    ],
)
def test_pictures_of_two_days_in_china_are_refused_naming_the_older(
    card: datetime, licence: datetime, named: tuple[str, ...]
) -> None:
    assert found(form(), checked(uploaded=of_days(card=card, licence=licence))) == older(*named)


def test_on_a_later_day_everything_has_to_be_handed_in_again_where_the_days_differ() -> None:
    """Whoever sends the older one again on that day would have two days again."""
    uploaded = of_days(card=LATE, licence=EARLY)
    tomorrow = checked(uploaded=uploaded, at=NOW + timedelta(days=1))
    assert found(form(), tomorrow) == older(LICENCE_PICTURE, *CARD)


def test_pictures_of_one_day_may_be_older_than_the_form() -> None:
    assert found(form(), checked(uploaded=of_days(card=LATE, licence=LATE), at=NOW)) == []


def test_one_side_of_the_card_alone_may_be_older() -> None:
    _, emblem = CARD
    uploaded = {**of_days(card=NOW, licence=NOW), emblem: LATE}
    assert found(form(), checked(uploaded=uploaded)) == older(emblem)


def test_a_market_that_only_warns_refuses_none() -> None:
    uploaded = of_days(card=LATE, licence=EARLY)
    assert found(form(), checked(uploaded=uploaded, market="rehearsal")) == []


def test_pictures_of_an_earlier_form_count_as_well() -> None:
    """Left out of the form that follows a rejection, and a day old by then."""
    kept = {paper.kind: paper.document_id for paper in PAPERS}
    given = checked(
        uploaded={**of_days(card=LATE, licence=NOW)},
        papers=kept,
        reasons=[{"field": "papers.credit_code_certificate", "code": "not-clear"}],
    )
    [licence] = [paper for paper in PAPERS if paper.kind == LICENCE_PICTURE]
    assert found(form(papers=(licence,)), given) == older(*CARD)


# --- the rest of the form


def test_everything_that_is_wrong_with_a_form_is_told_at_once() -> None:
    sent = form(
        company=company_form(administrator=administrator(email=None), entity_type="club"),
        details=b2b_details(applicant_name=None),
        papers=PAPERS[:1],
    )
    assert {field for field, _, _ in found(sent, checked())} == {
        "company.entity_type",
        "company.administrator.email",
        "details.applicant_name",
        "papers.identity_card_portrait",
        "papers.identity_card_emblem",
    }


def test_a_form_without_anything_names_what_is_missing() -> None:
    assert found(B2BFormSubmitted(), checked()) == [
        ("company", "missing", "TCM-MCH-12"),
        ("details", "missing", "TCM-TEN-05"),
    ]


def test_what_was_sent_before_may_be_left_out_but_for_what_was_turned_down() -> None:
    kept = {paper.kind: paper.document_id for paper in PAPERS}
    again = B2BFormSubmitted(company=company_form())
    assert found(again, checked("awaiting_scan", papers=kept)) == []
    turned_down = ("details.applicant_name", "papers.identity_card_emblem")
    reasons = [{"field": field, "code": "wrong"} for field in turned_down]
    assert found(again, checked("awaiting_scan", papers=kept, reasons=reasons)) == [
        ("details.applicant_name", "missing", "AMB-33"),
        ("papers.identity_card_emblem", "missing", "AMB-33"),
    ]


def test_a_number_that_was_not_asked_for_takes_no_form() -> None:
    """The case then says that it is not its turn."""
    assert found(B2BFormSubmitted(), checked(scenario=Scenario.WALLET)) == []


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
