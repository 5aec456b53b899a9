"""Companies in samples do not exist, and say what a real one would."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo import SAMPLES
from models.identity import Person, RegisteredCompany
from models.policies import load as load_policies
from models.rules.identity.licences import licence_findings, subject_of
from models.rules.identity.persons import document_findings
from models.rules.pictures import picture_findings
from rehearsal.acting import other_amounts
from rehearsal.company import Applicant, Company, Registered, picture
from rehearsal.samples import load
from rehearsal.steps import Send
from tests.e2e.broken import refused

BLURRED = "25-a-blurred-licence"
OURS = load(SAMPLES / f"{BLURRED}.json")[BLURRED]
DEPOSIT, ACCOUNT = {"to": "deposit-accounts"}, {"to": "bank-accounts"}


def applicant(id: str = "a", **registered: Any) -> Applicant:
    return Applicant(Company(name="Sample Ltd", registered=Registered(**registered)), id)


def said(event: str, id: str = "a", papers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    step = Send.model_validate({"step": "event", "sender": "provider", "event": event, **more})
    return OURS.said(step, id, papers)


def steps(*several: dict[str, Any]) -> dict[str, Any]:
    return {"steps": several}


def sent(event: str, **more: Any) -> dict[str, Any]:
    return {"step": "event", "sender": "provider", "event": event, **more}


def test_numbers_of_companies_are_valid_and_never_the_same() -> None:
    made = [applicant(f"run-{number}") for number in range(300)]
    people = [Person.model_validate(each.representative) for each in made]
    assert [found for each in made for found in licence_findings(each.licence_number, "f")] == []
    assert {subject_of(each.licence_number) for each in made} == {"enterprise"}
    today = date(2026, 1, 1)
    assert [found for each in people for found in document_findings(each.document, "f", today)] == []
    assert len({each.licence_number for each in made}) == len(made)
    assert len({each.document.number for each in people}) == len(made)


def test_numbers_can_be_nobodys() -> None:
    """They name a province without a county, and people who were born before 1910."""
    person = Person.model_validate(applicant().representative)
    assert applicant().licence_number.startswith("91110000DEM")
    assert person.document.number.startswith("11000019")
    assert person.document.number[6:10] < "1910"


def test_the_registers_know_the_company_as_it_is_or_differently() -> None:
    placed: Any = applicant().place()
    known = applicant().registered()
    assert known["licence_number"] == placed["company"]["licence_number"]
    assert known["legal_representative"] == applicant().representative
    somebody_else = {**applicant().representative, "name": "Somebody Else"}
    other = applicant(status="revoked", legal_representative="Somebody Else").registered()
    assert other == {**known, "status": "revoked", "legal_representative": somebody_else}
    assert RegisteredCompany.model_validate({"status": "active", **known, "legal_representative": "x"})


def test_what_a_company_says_need_not_be_written() -> None:
    placed: Any = OURS.body("a")
    identity = said("identity_given")["identity"]
    assert identity["licence_number"] == placed["company"]["licence_number"]
    assert said("identity_given", "b")["identity"] != identity
    assert said("identity_given", identity={"company_name": "Short"})["identity"] == {
        **identity,
        "company_name": "Short",
    }
    assert said("account_given", account={"bank": "other bank"})["account"]["bank"] == "other bank"
    assert said("agreements_accepted")["signatory"] == {"name": "样例"}


def test_an_application_names_the_paper_that_was_handed_in_last() -> None:
    form = said("application_submitted", papers={"scan": "ab"}, facts={"technical_staff": 3})
    assert form["facts"] == {
        "technical_staff": 3,
        "founded_on": "2015-06-01",
        "registered_capital_fen": 100_000_000,
    }
    step = Send.model_validate(sent("application_submitted", papers=["scan"]))
    assert OURS.said(step, "a", {"scan": "ab"}) == {
        "event": "application_submitted",
        "papers": [{"kind": "scan", "document_id": "ab"}],
    }


def test_an_account_that_is_given_anew_is_another_one() -> None:
    step = Send.model_validate(sent("account_given"))
    events: Any = [OURS.said(step, "a", accounts=before) for before in range(5)]
    numbers = {event["account"]["number"] for event in events}
    assert len(numbers) == 5
    assert not any(number.endswith("0000") for number in numbers)


@pytest.mark.parametrize("blurred", [True, False])
def test_a_picture_is_one_that_markets_take(blurred: bool) -> None:
    for market in ("tencent-cloud", "rehearsal"):
        limits = load_policies()[market].documents["business_licence"]
        assert picture_findings(picture("business_licence", blurred=blurred), limits) == []


def test_a_blurred_picture_is_another_one() -> None:
    assert picture("a", blurred=True) != picture("a", blurred=False)
    assert picture("a", blurred=False) != picture("b", blurred=False)


def test_a_wrong_guess_is_never_right() -> None:
    for paid_in in [[a] for a in range(1, 100)] + [[a, b] for a in range(1, 9) for b in range(a + 1, 10)]:
        wrong = other_amounts(paid_in)
        assert sorted(wrong) != paid_in
        assert len({*wrong}) == len(paid_in)
        assert all(1 <= fen <= 99 for fen in wrong)


REGISTERED_ASLEEP = {"name": "x", "registered": {"status": "asleep"}}
GIVEN = sent("account_given", **ACCOUNT)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"company": None}, "company", "required"),
        ({"company": {"name": ""}}, "company.name", "at least 1"),
        (
            {"company": {"name": "x", "registered": {"status": "asleep"}}},
            "company.registered.status",
            "'active'",
        ),
        ({"place": {"provider_id": "p"}}, "place.provider_id", "made anew"),
        ({"place": {"company": {}}}, "place.company", "made anew"),
        (steps(sent("paid", **DEPOSIT)), "steps.0.event", "pays"),
        (steps(sent("account_given")), "steps.0.event", "is none of"),
        (
            steps(sent("account_given", **ACCOUNT, account={"number": "1"})),
            "steps.0.account.number",
            "pattern",
        ),
        (steps(sent("identity_given", identity={"hat": "red"})), "steps.0.identity.hat", "not permitted"),
        (steps(sent("withdrawn", to="template-orders")), "steps.0.to", "is none of deposit-accounts"),
        (steps(sent("application_submitted", papers=["scan"])), "steps.0.papers.0", "hands in a scan"),
        (steps({"step": "wait", "for": "cooling_down"}), "steps.0.for", "is none of"),
        (steps({"step": "wait", "for": "reviewing", **ACCOUNT}), "steps.0.for", "is none of"),
        (steps({"step": "pay", **ACCOUNT}), "steps.0.to", "nobody pays"),
        (steps({"step": "pay", "method": "shells"}), "steps.0.method", "'wechat_pay'"),
        (steps({"step": "remit", "amount_fen": 0}), "steps.0.amount_fen", "greater than"),
        (steps({"step": "hand_in"}), "steps.0.kind", "required"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_onboarding_names_its_file_and_field(
    tmp_path: Path, change: dict[str, Any], field: str, reason: str
) -> None:
    broken = refused(tmp_path, BLURRED, change)
    assert broken.field == field
    assert reason in broken.reason


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"company": {"name": "x"}}, "place.provider_id"),
        (steps({"step": "hand_in", "kind": "scan"}), "steps.0.step"),
        (steps({"step": "type_in"}), "steps.0.step"),
        (steps({"step": "pay", **DEPOSIT}), "steps.0.to"),
    ],
)
def test_nobody_applies_in_an_order(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    assert refused(tmp_path, "01-completed", change).field == field
