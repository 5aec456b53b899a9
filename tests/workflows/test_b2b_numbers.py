"""A corporate merchant number from its form to collection: TCM-TEN-01..20, TCM-MCH-06, AMB-32."""

import pytest

from models.interventions import Extended
from models.merchant_accounts import DecidedToReject, Number, Scenario, Withdrawn
from models.merchant_forms import B2BDetails, CompanyForm
from models.private import Sealed
from models.tables.privacy import Vault
from tests.bench import DAY, OPERATOR, SECOND, Bench
from tests.corporate_numbers import APPLICANT, APPROVED, STARTED, Corporate
from tests.merchant_forms import RESPONSIBLE, b2b_details, company_form

STAGES = [
    *("awaiting_form", "awaiting_scan", "reviewing"),
    *("proving_account", "awaiting_signature", "ready"),
]
LAPSING = [stage for stage in STAGES if stage != "reviewing"]


async def test_a_number_is_registered_and_then_activated(bench: Bench) -> None:
    corporate = await Corporate.opened(bench)
    await corporate.fills()
    assert corporate.facts()["part"] == "registration"
    await corporate.scans()
    assert corporate.facts()["application_number"] == "form-1"
    await corporate.says(APPROVED)
    facts = corporate.facts()
    assert (facts["part"], facts["registration_number"]) == ("activation", "tp-100200")
    account = await corporate.proves()
    assert corporate.facts()["bank_account"] == {
        "case_id": account.case.case_id,
        "verified": True,
        "account_version": 1,
        "why": None,
    }
    await corporate.signs()
    facts = corporate.facts()
    assert (facts["stage"], facts["signed"], "number" in facts) == ("ready", True, False)
    started_at = await bench.now()
    await corporate.says(STARTED, at=started_at)
    assert await corporate.case.ends() == "opened"
    facts = corporate.facts()
    assert (facts["stage"], facts["number"]) == ("open", "tp-100200")
    assert facts["opened_at"] == started_at.isoformat()
    assert [way for way in corporate.ways() if way[0] != "account_changed"] == [
        ("b2b_form_submitted", "awaiting_form", "awaiting_scan"),
        ("administrator_scanned", "awaiting_scan", "reviewing"),
        ("registration_approved", "reviewing", "proving_account"),
        ("case_opened", "proving_account", "proving_account"),
        ("agreement_signed", "awaiting_signature", "ready"),
        ("collection_started", "ready", "open"),
    ]


async def test_what_the_number_waits_for_says_for_whom_and_until_when(bench: Bench) -> None:
    corporate, waited_for = await Corporate.opened(bench), {}
    while (stage := corporate.facts()["stage"]) != "open":
        view = await corporate.case.on_record()
        [task] = [task for task in view.tasks if task.name != "numbers"]
        events = [each.event for each in task.accepts if each.event not in {"claimed", "extended", "paused"}]
        waited_for[stage] = (task.name, str(task.waiting_on), task.on_deadline, [*events[:2]])
        await corporate.goes_on()
    assert waited_for == {
        "awaiting_form": ("b2b_form", "provider", "given_up", ["b2b_form_submitted", "noted"]),
        "awaiting_scan": (
            *("administrator_scan", "signatory", "given_up"),
            ["administrator_scanned", "b2b_form_submitted"],
        ),
        "reviewing": (
            *("registration_review", "review", "reviewing"),
            ["registration_approved", "registration_rejected"],
        ),
        "proving_account": ("withdrawal_account", "provider", "given_up", ["account_changed", "noted"]),
        "awaiting_signature": (
            *("service_agreement", "signatory", "given_up"),
            ["agreement_signed", "noted"],
        ),
        "ready": ("collection_start", "provider", "given_up", ["collection_started", "noted"]),
    }


async def test_nobody_is_named_in_clear_in_the_case_or_its_record(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "open")
    view = await corporate.case.on_record()
    told = view.model_dump_json() + "".join(str(row.data) for row in corporate.case.changes())
    for person in (APPLICANT, RESPONSIBLE, "13900139000", "responsible@example.com", "王样品"):
        assert person not in told
    vault, case_id = Vault(bench.admissions.cipher), corporate.case.case_id
    details = Sealed.model_validate(corporate.facts()["details"])
    assert vault.open(details, case_id, B2BDetails) == b2b_details()
    company = Sealed.model_validate(view.data["company"])
    assert vault.open(company, case_id, CompanyForm) == company_form()


# --- what ends it


@pytest.mark.parametrize("stage", LAPSING)
async def test_a_number_that_is_left_alone_for_too_long_is_given_up(bench: Bench, stage: str) -> None:
    corporate = await Corporate.in_stage(bench, stage)
    [name] = [task.name for task in (await corporate.case.on_record()).tasks if task.name != "numbers"]
    await bench.advance_to(await corporate.case.due() + SECOND)
    assert await corporate.case.ends() == "lapsed"
    assert (corporate.facts()["stage"], corporate.facts()["why"]) == ("given_up", "lapsed")
    assert corporate.ways()[-1] == (f"{name}_overdue", stage, "given_up")


async def test_each_step_has_its_whole_time(bench: Bench) -> None:
    corporate = await Corporate.opened(bench)
    for _ in range(2):
        await bench.advance(80 * DAY)
        await corporate.goes_on()
    await corporate.says(APPROVED)
    await bench.advance(80 * DAY)
    proven = await corporate.proves()
    changed = [row.at for row in corporate.case.changes() if row.event == "account_changed"][-1]
    due = await corporate.case.due()
    assert (due - changed) == 90 * DAY
    assert proven.case.path()[-1] == "amounts_entered"


@pytest.mark.parametrize("stage", STAGES)
async def test_it_may_be_withdrawn_at_any_time(bench: Bench, stage: str) -> None:
    corporate = await Corporate.in_stage(bench, stage)
    await corporate.says(Withdrawn(number=Number.B2B))
    assert await corporate.case.ends() == "withdrawn"
    assert corporate.ways()[-1] == ("given_up", stage, "given_up")
    assert (corporate.facts()["why"], "number" in corporate.facts()) == ("withdrawn", False)


async def test_operators_may_reject_it(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    rejected = DecidedToReject(reason="not a company for us", number=Number.B2B)
    await corporate.case.report(rejected, actor=OPERATOR)
    assert await corporate.case.ends() == "rejected"
    assert corporate.facts()["why"] == "rejected"


async def test_an_account_that_is_proven_afterwards_opens_no_number_that_was_given_up(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "proving_account", scenario=Scenario.BOTH)
    account = await corporate.bank_account()
    await corporate.says(Withdrawn(number=Number.B2B))
    await corporate.reaches("given_up")
    await corporate.gives_and_proves(account)
    view = await corporate.case.stands("account_changed")
    assert (view.stage, corporate.facts()["stage"]) == ("opening", "given_up")


async def test_operators_give_more_time_to_one_task(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "awaiting_scan")
    due = await corporate.case.due()
    longer = Extended(reason="the administrator is abroad", task="administrator_scan", by=10 * DAY)
    await corporate.case.report(longer, actor=OPERATOR)
    assert await corporate.case.due() == due + 10 * DAY
