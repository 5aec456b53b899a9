"""Flow 3: the account is proven, the applicant signs, and the provider starts to collect (TCM-TEN-08..16)."""

from dataclasses import replace

import pytest

from models.b2b_numbers import account_id
from models.bank_accounts import AccountGiven, OpenBankAccount
from models.bank_process import BANK_ACCOUNTS
from models.cases import SYSTEM, Event
from models.merchant_accounts import Number, Scenario, Withdrawn
from models.telling import AccountChanged
from tests.bank_accounts import END, VOID, Account, details, onboarded
from tests.bench import DAY, MINUTE, OPERATOR, Bench
from tests.corporate_numbers import APPLICANT, APPROVED, MARKET, OTHER, STARTED, Corporate, signed
from tests.merchant_forms import NAME, RESPONSIBLE
from tests.sealing import sealed_for

TOO_EARLY = ("event", "account-not-checked", "TCM-TEN-16")
PARTS_MISSING = ("event", "parts-missing", "TCM-TEN-15")
OTHERS_SIGNATURE = ("signed_by.name", "other-person", "TCM-TEN-14")


async def had_before(corporate: Corporate, company: str = NAME) -> Account:
    """An account that its provider has already, opened for an onboarding."""
    provider_id = f"isv-{corporate.onboarding}"
    name = onboarded(corporate.bench, MARKET, provider_id=provider_id, data={"company_name": company})
    body = OpenBankAccount(id=name, provider_id=provider_id, onboarding=name)
    case = await corporate.bench.start(BANK_ACCOUNTS, body, MARKET)
    await case.on_record()
    return Account(corporate.bench, case, MARKET)


# --- the account


async def test_the_account_is_proven_in_a_case_of_its_own(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "proving_account")
    account = await corporate.bank_account()
    view = await account.case.on_record()
    assert (view.provider_id, view.data["company_name"]) == (f"isv-{corporate.onboarding}", NAME)
    await account.given(holder=NAME)
    assert corporate.facts()["bank_account"]["verified"] is False
    wrong = await account.wrong()
    await account.enters(wrong)
    assert corporate.facts()["stage"] == "proving_account"
    await account.enters(await account.received())
    await corporate.reaches("awaiting_signature")
    assert corporate.ways()[-1] == ("account_changed", "proving_account", "awaiting_signature")
    assert (await account.case.on_record()).data["blocks"] == []


async def test_an_account_that_was_proven_before_counts_at_once(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    account = await had_before(corporate)
    await corporate.gives_and_proves(account)
    await corporate.says(APPROVED)
    facts = await corporate.reaches("awaiting_signature")
    assert facts["bank_account"]["case_id"] == account.case.case_id
    opened = [row.data["case_id"] for row in corporate.case.changes() if row.event == "case_opened"]
    assert opened == [account.case.case_id]


async def test_an_account_of_another_company_does_not_count(bench: Bench) -> None:
    """ALI-SET-11, TCM-TEN-10: the provider was onboarded as another company before."""
    corporate = await Corporate.in_stage(bench, "reviewing")
    account = await had_before(corporate, "别家样例有限公司")
    await account.given(holder="别家样例有限公司")
    await account.enters(await account.received())
    await corporate.says(APPROVED)
    await corporate.case.stands("account_changed")
    told = corporate.facts()["bank_account"]
    assert (corporate.facts()["stage"], told["verified"], told["why"]) == (
        *("proving_account", False),
        "other_company",
    )


async def test_once_an_account_has_ended_another_one_is_opened(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "proving_account")
    first = await corporate.bank_account()
    await first.decides(END)
    await corporate.case.stands("account_changed", "case_opened", "account_changed")
    second = await corporate.bank_account(2)
    assert second.case.case_id != first.case.case_id
    await corporate.gives_and_proves(second)
    facts = await corporate.reaches("awaiting_signature")
    assert facts["bank_account"]["case_id"] == second.case.case_id


async def test_an_account_that_is_about_to_close_is_asked_once_more_and_not_shown_again(bench: Bench) -> None:
    """It says so before its end is on record: until then it is the one that the provider has."""
    corporate = await Corporate.in_stage(bench, "proving_account")
    account = await corporate.bank_account()
    await corporate.case.stands("case_opened", "account_changed")
    closing = AccountChanged(account=account.case.case_id, verified=False, account_version=0, closed=True)
    await corporate.case.report(closing, actor=SYSTEM)
    await corporate.case.stands("case_opened", "account_changed", "account_changed", "account_changed")
    assert account.case.path() == ["opened", "listener_added", "listener_added"]
    await account.decides(END)
    await corporate.proves(2)


async def test_an_account_that_another_case_ended_is_followed_by_one_of_its_own(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    account = await had_before(corporate)
    await corporate.gives_and_proves(account)
    await corporate.says(APPROVED)
    await corporate.reaches("awaiting_signature")
    await account.decides(END)
    await corporate.reaches("proving_account")
    await corporate.proves(2)
    assert corporate.facts()["bank_account"]["case_id"] != account.case.case_id


@pytest.mark.parametrize("stage", ["awaiting_signature", "ready"])
async def test_an_account_that_is_unproven_again_leads_back_to_its_proof(bench: Bench, stage: str) -> None:
    """AMB-33: and what was signed for an account that was checked is signed again for the next."""
    corporate = await Corporate.in_stage(bench, stage)
    account = await corporate.bank_account()
    await account.decides(VOID)
    facts = await corporate.reaches("proving_account")
    assert corporate.ways()[-2:] == [
        ("account_changed", stage, stage),
        ("account_unproven", stage, "proving_account"),
    ]
    assert (facts["signed"], facts["bank_account"]["why"]) == (False, "void")
    await corporate.gives_and_proves(account)
    await corporate.reaches("awaiting_signature")
    await corporate.signs()
    await corporate.says(STARTED)
    assert await corporate.case.ends() == "opened"
    assert corporate.facts()["bank_account"]["account_version"] == 2


async def test_another_account_given_is_unproven_at_once(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "ready")
    account = await corporate.bank_account()
    await account.says(AccountGiven(account=details(holder=NAME)))
    await corporate.reaches("proving_account")
    assert await corporate.codes(STARTED) == [PARTS_MISSING]


async def test_a_number_that_is_open_stays_open_whatever_its_account_does(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "ready", scenario=Scenario.BOTH)
    account = await corporate.bank_account()
    await corporate.says(STARTED)
    await account.decides(VOID)
    await corporate.case.stands("account_changed")
    facts = corporate.facts()
    assert (facts["stage"], facts["number"], facts["bank_account"]["verified"]) == (
        *("open", "tp-100200"),
        False,
    )


async def test_what_an_account_says_that_is_not_the_numbers_changes_nothing(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "awaiting_signature")
    before = corporate.facts()
    others = AccountChanged(account="bank-accounts:tencent-cloud:other", verified=False, account_version=1)
    await corporate.case.report(others, actor=SYSTEM)
    assert corporate.facts() == before


async def test_one_that_closed_before_it_could_hear_us_is_asked_for_again_after_a_day(
    bench: Bench,
) -> None:
    corporate = await Corporate.in_stage(bench, "reviewing")
    name, onboarding = account_id(corporate.case.case_id, 1), corporate.onboarding
    body = OpenBankAccount(id=name, provider_id=f"isv-{onboarding}", onboarding=onboarding)
    closed = await bench.start(BANK_ACCOUNTS, body, MARKET)
    await closed.report(END, actor=OPERATOR)
    await closed.ends()
    await corporate.says(APPROVED)
    await corporate.case.stands("registration_approved", "case_opened")
    await bench.settle(corporate.case)
    await bench.advance(DAY - MINUTE)
    assert corporate.case.path().count("case_opened") == 1
    await bench.advance(MINUTE)
    await corporate.proves(2)
    assert corporate.facts()["bank_account"]["case_id"] != closed.case_id


@pytest.mark.parametrize("end", [STARTED, Withdrawn(number=Number.B2B)], ids=["open", "given-up"])
async def test_for_a_number_that_has_ended_no_other_account_is_opened(bench: Bench, end: Event) -> None:
    corporate = await Corporate.in_stage(bench, "ready", scenario=Scenario.BOTH)
    account = await corporate.bank_account()
    await corporate.says(end)
    await account.decides(END)
    await account.case.ends()
    await corporate.case.stands("account_changed", "account_changed")
    await bench.settle(corporate.case)
    assert corporate.case.path().count("case_opened") == 1


async def test_an_account_that_cannot_be_opened_blocks_the_case_until_its_number_is_given_up(
    lone_bench: Bench,
) -> None:
    """A market that offers merchant accounts, and no bank accounts."""
    policies = lone_bench.admissions.policies
    market = policies[MARKET].model_copy(update={"bank_accounts": ()})
    admissions = replace(lone_bench.admissions, policies={**policies, MARKET: market})
    bench = replace(lone_bench, admissions=admissions)
    async with bench.working():
        corporate = await Corporate.in_stage(bench, "proving_account", scenario=Scenario.BOTH)
        view = await corporate.case.stands("registration_approved", "blocked")
        assert (view.blocked_by, corporate.facts()["stage"]) == (("Refused",), "proving_account")
        view = await corporate.says(Withdrawn(number=Number.B2B))
        await corporate.reaches("given_up")
        assert (await corporate.case.on_record(view.version)).blocked_by == ()
        await bench.clear()


# --- the signature


@pytest.mark.parametrize("stage", ["awaiting_form", "awaiting_scan", "reviewing", "proving_account"])
async def test_nobody_signs_before_the_account_was_checked(bench: Bench, stage: str) -> None:
    """TCM-TEN-16: the rules say so, and so does the case."""
    corporate = await Corporate.in_stage(bench, stage)
    for name in (APPLICANT, OTHER):
        assert await corporate.codes(signed(name)) == [TOO_EARLY]
    await corporate.case.refuses(sealed_for(corporate.case, signed()))
    assert corporate.facts()["signed"] is False


async def test_only_the_applicant_signs(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "awaiting_signature")
    for name in (OTHER, RESPONSIBLE):
        assert await corporate.codes(signed(name)) == [OTHERS_SIGNATURE]
    assert corporate.facts()["stage"] == "awaiting_signature"
    await corporate.signs(f"{APPLICANT} ")
    assert corporate.facts()["stage"] == "ready"


# --- the start


@pytest.mark.parametrize("stage", ["awaiting_form", "reviewing", "proving_account", "awaiting_signature"])
async def test_two_of_three_parts_are_not_enough(bench: Bench, stage: str) -> None:
    """TCM-TEN-15."""
    corporate = await Corporate.in_stage(bench, stage)
    assert await corporate.codes(STARTED) == [PARTS_MISSING]
    await corporate.case.refuses(STARTED)
    assert "number" not in corporate.facts()


async def test_a_number_is_started_once(bench: Bench) -> None:
    corporate = await Corporate.in_stage(bench, "open", scenario=Scenario.BOTH)
    opened_at = corporate.facts()["opened_at"]
    await corporate.case.refuses(STARTED)
    assert (corporate.facts()["opened_at"], corporate.case.path().count("collection_started")) == (
        opened_at,
        1,
    )
