"""Flow 2: the form, the administrator's scan, and the payment company's review (TCM-TEN-02..07)."""

from datetime import timedelta

import pytest

from models.documents import DocumentRef
from models.merchant_forms import CompanyForm, PaperKind
from models.private import Sealed
from models.tables.privacy import Vault
from tests.bench import DAY, MINUTE, OPERATOR, SECOND, Bench
from tests.corporate_numbers import (
    APPLICANT,
    APPROVED,
    CARD_AND_LICENCE,
    OTHER,
    Corporate,
    in_stead,
    rejected,
    scanned,
)
from tests.merchant_forms import RESPONSIBLE, administrator, b2b_details, company_form
from tests.sealing import sealed_for

OTHERS_SCAN = ("scanned_by.name", "other-person", "TCM-TEN-04")


# --- the form


async def test_an_empty_form_is_told_everything_at_once_and_changes_nothing(bench: Bench) -> None:
    corporate = await Corporate.opened(bench)
    before = await corporate.case.on_record()
    nobody = company_form(administrator=None, representative=None)
    empty = await corporate.form(company=nobody, details=None, papers=())
    found = {field for field, _, _ in await corporate.codes(empty)}
    assert {"details", "company.administrator.name", "company.representative.validity"} <= found
    assert {f"papers.{kind}" for kind in CARD_AND_LICENCE} <= found
    assert await corporate.case.on_record() == before


async def test_pictures_of_two_days_are_refused_until_the_older_is_handed_in_again(bench: Bench) -> None:
    """AMB-35: the market blocks, and the same picture handed in again is of today."""
    corporate, now = await Corporate.opened(bench), await bench.now()
    old = corporate.hands_in(PaperKind.IDENTITY_CARD_EMBLEM, now - DAY)
    form = await corporate.form()
    field = "papers.identity_card_emblem"
    assert await corporate.codes(form) == [(field, "uploaded-on-another-day", "TCM-TEN-02")]
    assert corporate.hands_in(PaperKind.IDENTITY_CARD_EMBLEM, now) == old
    await corporate.says(form)
    assert (corporate.facts()["stage"], corporate.facts()["warnings"]) == ("awaiting_scan", [])


async def test_a_market_that_only_warns_takes_them_and_shows_what_is_older(bench: Bench) -> None:
    corporate = await Corporate.opened(bench, market="rehearsal")
    corporate.hands_in(PaperKind.CREDIT_CODE_CERTIFICATE, await bench.now() - DAY)
    await corporate.fills()
    [warned] = corporate.facts()["warnings"]
    assert (warned["field"], warned["rule"]) == ("papers.credit_code_certificate", "TCM-TEN-02")
    assert corporate.case.changes()[-1].data["warnings"] == [warned]
    corporate.hands_in(PaperKind.CREDIT_CODE_CERTIFICATE, await bench.now())
    await corporate.fills()
    assert corporate.facts()["warnings"] == []
    assert "warnings" not in corporate.case.changes()[-1].data


async def test_it_warns_of_pictures_that_were_sent_before_too(bench: Bench) -> None:
    corporate = await Corporate.opened(bench, market="rehearsal")
    await corporate.fills()
    sent = corporate.papers.copy()
    await corporate.scans()
    await corporate.says(rejected("details.applicant_mobile"))
    again = corporate.hands_in(PaperKind.CREDIT_CODE_CERTIFICATE, await bench.now() + DAY)
    await corporate.says(await corporate.form(company=None, papers=(again,)))
    warned = {each["field"] for each in corporate.facts()["warnings"]}
    assert warned == {"papers.identity_card_portrait", "papers.identity_card_emblem"}
    assert corporate.facts()["papers"] == {kind: paper.document_id for kind, paper in sent.items()}


async def test_until_somebody_scans_the_form_may_be_mended(bench: Bench) -> None:
    """A wrong name in it would keep everybody from scanning."""
    corporate = await Corporate.in_stage(bench, "awaiting_scan")
    assert await corporate.codes(scanned(OTHER)) == [OTHERS_SCAN]
    due = await corporate.case.due()
    await bench.advance(DAY)
    papers = {kind: corporate.hands_in(kind, await bench.now()) for kind in CARD_AND_LICENCE}
    mended = company_form(administrator=administrator(name=OTHER))
    await corporate.fills(company=mended, papers=(*papers.values(),))
    assert corporate.facts()["stage"] == "awaiting_scan"
    assert (await corporate.case.due()) - due == pytest.approx(DAY, abs=timedelta(minutes=1))
    assert await corporate.codes(scanned()) == [OTHERS_SCAN]
    await corporate.scans(OTHER)
    assert corporate.facts()["stage"] == "reviewing"


# --- the scan


async def test_only_the_administrator_scans(bench: Bench) -> None:
    """TCM-TEN-04: a scan by another person is refused, and changes nothing."""
    corporate = await Corporate.in_stage(bench, "awaiting_scan")
    for name in (OTHER, APPLICANT, f"{RESPONSIBLE}样"):
        assert await corporate.codes(scanned(name)) == [OTHERS_SCAN]
    assert corporate.facts()["stage"] == "awaiting_scan"
    await corporate.scans(f" {RESPONSIBLE[0]} {RESPONSIBLE[1:]} ")
    assert corporate.facts()["stage"] == "reviewing"


async def test_there_is_nothing_to_scan_before_the_form_and_nothing_more_after(bench: Bench) -> None:
    corporate = await Corporate.opened(bench)
    scan = sealed_for(corporate.case, scanned())
    await corporate.case.refuses(scan)
    await corporate.fills()
    await corporate.scans()
    await corporate.case.refuses(scan)
    assert corporate.case.path().count("administrator_scanned") == 1


# --- the review


async def test_a_review_in_time_is_what_it_is(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "awaiting_scan")
    scanned_at = await bench.now()
    await corporate.scans(at=scanned_at)
    assert await corporate.case.due() == scanned_at + DAY
    await bench.advance_to(scanned_at + DAY - MINUTE)
    await corporate.says(APPROVED, at=scanned_at + DAY - SECOND)
    assert corporate.ways()[2] == ("registration_approved", "reviewing", "proving_account")


async def test_after_24_hours_the_review_is_escalated_to_operators(bench: Bench) -> None:
    """TCM-TEN-06: to the second, from the scan and not from the form."""
    corporate = await Corporate.in_stage(bench, "awaiting_scan")
    await bench.advance(DAY / 2)
    scanned_at = await bench.now()
    await corporate.scans(at=scanned_at)
    await corporate.case.refuses(APPROVED, at=scanned_at + DAY)
    await bench.advance_to(scanned_at + DAY + SECOND)
    view = await corporate.case.stands("registration_review_overdue")
    assert corporate.ways()[-1] == ("registration_review_overdue", "reviewing", "reviewing")
    waiting = {task.name: (str(task.waiting_on), task.deadline_at) for task in view.tasks}
    assert waiting["escalated_registration"] == ("operator", None)


@pytest.mark.parametrize("late", [False, True])
async def test_operators_say_what_the_payment_company_never_said(bench: Bench, late: bool) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    if late:
        await bench.advance(DAY + SECOND)
        await corporate.case.stands("registration_review_overdue")
    await corporate.case.report(in_stead(APPROVED), actor=OPERATOR)
    assert corporate.facts()["registration_number"] == "tp-100200"
    assert ("decided", "reviewing", "proving_account") in corporate.ways()


async def test_the_payment_company_may_still_answer_late(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    await bench.advance(3 * DAY)
    await corporate.case.stands("registration_review_overdue")
    await corporate.says(APPROVED)
    assert corporate.facts()["stage"] == "proving_account"


async def test_operators_may_turn_it_down_in_stead_too(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    turned_down = in_stead(rejected("company.administrator.email"))
    await corporate.case.report(turned_down, actor=OPERATOR)
    assert corporate.ways()[-1] == ("decided", "reviewing", "awaiting_form")
    assert [reason["field"] for reason in corporate.facts()["reasons"]] == ["company.administrator.email"]


# --- turned down


async def test_what_is_turned_down_is_named_by_field_and_sent_again(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    await corporate.says(rejected("company.administrator.email", "papers.credit_code_certificate"))
    facts = corporate.facts()
    assert (facts["stage"], [(each["field"], each["code"]) for each in facts["reasons"]]) == (
        "awaiting_form",
        [("company.administrator.email", "not-clear"), ("papers.credit_code_certificate", "not-clear")],
    )
    nothing = await corporate.form(company=None, details=None, papers=())
    assert [field for field, _, _ in await corporate.codes(nothing)] == [
        "company.administrator.email",
        "papers.credit_code_certificate",
    ]
    mended = company_form(administrator=administrator(email="other@example.com"))
    picture = corporate.hands_in(PaperKind.CREDIT_CODE_CERTIFICATE, await bench.now())
    await corporate.says(await corporate.form(company=mended, details=None, papers=(picture,)))
    assert (corporate.facts()["stage"], corporate.facts()["reasons"]) == ("awaiting_scan", [])
    kept = (await corporate.case.on_record()).data["company"]
    vault = Vault(bench.admissions.cipher)
    sent = vault.open(Sealed.model_validate(kept), corporate.case.case_id, CompanyForm)
    assert sent == mended
    await corporate.scans()
    await corporate.says(APPROVED)
    assert corporate.facts()["stage"] == "proving_account"


async def test_it_may_be_turned_down_as_often_as_it_is_sent(bench: Bench) -> None:
    corporate = await Corporate.opened(bench)
    for number in range(3):
        mobile = f"1390013900{number}"
        await corporate.says(await corporate.form(details=b2b_details(applicant_mobile=mobile)))
        await corporate.scans()
        await corporate.says(rejected("details.applicant_mobile"))
    assert corporate.case.path().count("registration_rejected") == 3
    assert corporate.facts()["stage"] == "awaiting_form"


async def test_pictures_that_were_not_handed_in_cannot_be_of_one_day(bench: Bench) -> None:
    """The API refuses them as unknown; here they count for nothing."""
    corporate = await Corporate.opened(bench)
    form = await corporate.form()
    unknown = DocumentRef(kind=PaperKind.IDENTITY_CARD_EMBLEM, document_id="0" * 64)
    others = [paper for paper in form.papers if paper.kind != unknown.kind]
    assert await corporate.codes(form.model_copy(update={"papers": (*others, unknown)})) == []
