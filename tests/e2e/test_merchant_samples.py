"""Samples of merchant numbers and settlement accounts: what companies say in them, and what is broken."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo import SAMPLES
from models.documents import DocumentRef
from models.merchant_forms import AccountForm, B2BDetails, CompanyForm, PaperKind
from models.processes import PROCESSES
from models.rules.merchant_forms import (
    account_findings,
    company_findings,
    details_findings,
    paper_findings,
    same_company_findings,
    signatory_findings,
)
from models.rules.settlement import alipay_findings, mybank_findings
from models.settlement_events import AlipayAccount, MybankDetails
from rehearsal import forms
from rehearsal.company import Applicant, Company, picture
from rehearsal.sample import awaitable
from rehearsal.samples import load, preludes
from rehearsal.steps import Send
from tests.e2e.broken import refused

TODAY = date(2026, 1, 1)
OURS = load(SAMPLES)
NUMBERS, SETTLEMENT = "37-both-numbers", "44-another-name"
BOTH, ALIPAY = OURS[NUMBERS], OURS[SETTLEMENT]
PAPERS = dict.fromkeys(
    ("credit_code_certificate", "identity_card_portrait", "identity_card_emblem"), "0" * 64
)
FORM = {"event": "wallet_form_submitted", "company": {}, "account": {}, "papers": [*PAPERS]}


@dataclass(frozen=True)
class Known:
    name: str
    licence_number: str


def applicant(id: str = "a", administrator: str | None = None) -> Applicant:
    return Applicant(Company(name="Sample Ltd", administrator=administrator), id)


def said(who: Applicant, event: dict[str, Any], accounts: int = 1, alipay: int = 0) -> Any:
    return forms.completed(who, event, PAPERS, accounts, alipay)


@pytest.mark.parametrize("administrator", [None, "Somebody Else"])
def test_nothing_stands_against_the_form_of_a_company(administrator: str | None) -> None:
    for number in range(50):
        who = applicant(f"run-{number}", administrator)
        form = said(who, FORM)
        company = CompanyForm.model_validate(form["company"])
        account = AccountForm.model_validate(form["account"])
        papers = [DocumentRef.model_validate(each) for each in form["papers"]]
        assert company_findings(company, TODAY, Known(who.company.name, who.licence_number)) == []
        assert account_findings(account, who.company.name, TODAY) == []
        assert paper_findings(papers, company) == []


def test_the_wallet_is_paid_from_the_account_that_was_given_last() -> None:
    who = applicant()
    assert said(who, FORM, accounts=2)["account"]["number"] == who.account_number(1)
    assert said(who, FORM, accounts=0)["account"]["number"] == who.account_number(0)


def test_a_form_leaves_out_what_the_sample_leaves_out() -> None:
    form = said(applicant(), {"event": "b2b_form_submitted", "details": {}})
    assert form.keys() == {"event", "details"}
    assert details_findings(B2BDetails.model_validate(form["details"])) == []


def test_a_form_says_what_the_sample_says_and_is_made_for_the_rest() -> None:
    who = applicant()
    other = said(who, {**FORM, "company": {"administrator": {"mobile": "13900139000"}}})["company"]
    first, second = (CompanyForm.model_validate(form) for form in (said(who, FORM)["company"], other))
    assert [found.field for found in same_company_findings(first, second)] == ["company.administrator.mobile"]


def test_who_has_to_scan_does_unless_the_sample_names_somebody_else() -> None:
    who = applicant(administrator="Somebody Else")
    administrator = said(who, FORM)["company"]["administrator"]["name"]
    applies = said(who, {"event": "b2b_form_submitted", "details": {}})["details"]["applicant_name"]
    scanned = said(who, {"event": "administrator_scanned"})
    assert signatory_findings(scanned["scanned_by"]["name"], administrator, "r") == []
    elsewhere = said(applicant("b"), {"event": "administrator_scanned"})
    assert scanned["application_number"] != elsewhere["application_number"]
    assert (
        signatory_findings(said(who, {"event": "agreement_signed"})["signed_by"]["name"], applies, "r") == []
    )
    other = said(who, {"event": "administrator_scanned", "scanned_by": {"name": "X"}})
    assert other["scanned_by"] == {"name": "X"}


def test_what_is_done_in_somebodys_stead_is_completed_too() -> None:
    act: dict[str, Any] = {"event": "registration_approved"}
    told = said(applicant(), {"event": "decided", "decision": "in_stead", "act": act})
    assert told["act"] == said(applicant(), act)
    assert told["act"]["registration_number"]


def test_the_account_that_was_opened_last_is_given() -> None:
    who = applicant()
    given = [
        said(who, {"event": "alipay_account_given", "contract_accepted": True}, alipay=opened)["account"]
        for opened in (1, 2)
    ]
    assert [each["alipay_account"] for each in given] == [
        forms.alipay_account(who, 1),
        forms.alipay_account(who, 2),
    ]
    assert given[0] != given[1]
    assert alipay_findings(AlipayAccount.model_validate(given[0]), "account", "r") == []


def test_nothing_stands_against_what_mybank_is_told() -> None:
    who = applicant()
    details = said(who, {"event": "mybank_details_given"})["details"]
    assert mybank_findings(MybankDetails.model_validate(details), "details", who.licence_number) == []


@pytest.mark.parametrize("kind", PaperKind)
def test_a_picture_is_small_enough(kind: PaperKind) -> None:
    for blurred in (True, False):
        assert len(picture(kind, blurred=blurred)) <= 409_600  # TCM-MCH-13, -25


def test_the_company_is_onboarded_before_as_in_its_market() -> None:
    [before] = preludes(BOTH)
    assert (before.market, before.company) == (BOTH.market, BOTH.company)
    assert before.body("a")["provider_id"] == BOTH.body("a")["provider_id"]
    assert BOTH.body("a")["onboarding"] == before.body("a")["id"]


def test_whoever_was_never_onboarded_is_not_onboarded_before() -> None:
    assert not OURS["43-never-onboarded"].before
    assert not OURS["23-a-partner-onboards"].before
    assert BOTH.before == ("provider-onboardings",)


def test_stages_of_both_numbers_can_be_waited_for_by_name() -> None:
    known = awaitable(PROCESSES["merchant-accounts"])
    assert {"wallet.open", "b2b.reviewing", "payouts", "service_agreement"} <= {*known}


def test_what_should_be_refused_says_no_more_than_the_event() -> None:
    step = Send.model_validate(
        {"step": "event", "sender": "signatory", "event": "x", "refused": "TCM-TEN-04"}
    )
    assert step.said == {"event": "x"}


def steps(*several: dict[str, Any]) -> dict[str, Any]:
    return {"steps": several}


SCAN = {"step": "event", "sender": "signatory", "event": "administrator_scanned"}


@pytest.mark.parametrize(
    ("sample", "change", "field", "reason"),
    [
        (NUMBERS, {"company": None}, "company", "required"),
        (NUMBERS, {"place": {"scenario": "both", "onboarding": "o"}}, "place.onboarding", "made anew"),
        (NUMBERS, {"place": {"scenario": "none"}}, "place.scenario", "'wallet'"),
        (NUMBERS, {"market": "alipay"}, "market", "onboarded/alipay.json is missing"),
        (NUMBERS, steps({**SCAN, "sender": "provider"}), "steps.0.sender", "must be signatory"),
        (NUMBERS, steps({**SCAN, "event": "applyment_changed"}), "steps.0.event", "nobody's"),
        (NUMBERS, steps({"step": "wait", "for": "wallet.reviewing"}), "steps.0.for", "is none of"),
        (NUMBERS, steps({"step": "review"}), "steps.0.passed", "required"),
        (NUMBERS, steps({"step": "open_alipay"}), "steps.0.step", "for a case of settlement-accounts"),
        (NUMBERS, steps({"step": "remit", "to": "deposit"}), "steps.0.to", "is none of provider-onboardings"),
        (SETTLEMENT, steps({"step": "sign"}), "steps.0.step", "for a case of merchant-accounts"),
        (SETTLEMENT, {"expect": {"stage": "open"}}, "expect.stage", "is none of opening, active"),
        ("01-completed", steps({"step": "remit"}), "steps.0.step", "for a case of bank-accounts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_sample_of_an_account_names_its_file_and_field(
    tmp_path: Path, sample: str, change: dict[str, Any], field: str, reason: str
) -> None:
    broken = refused(tmp_path, sample, change)
    assert broken.field == field
    assert reason in broken.reason
