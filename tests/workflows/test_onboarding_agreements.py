"""What a provider signs, one by one or together: ALI-ONB-09..11, TCM-ONB-06..08, -11."""

from datetime import timedelta
from typing import Any

import pytest

from models.agreements import AgreementRef
from models.onboardings import Signatory
from models.periods import local_date
from tests.bench import Bench
from tests.onboardings import Onboarding, waive


def signed(onboarding: Onboarding) -> list[dict[str, Any]]:
    case = onboarding.case.case()
    found: Any = case.data.get("agreements", []) if case else []
    return list(found)


@pytest.mark.parametrize(
    ("is_partner", "asked"),
    [
        pytest.param(True, {"marketplace"}, id="ALI-ONB-09"),
        pytest.param(False, {"marketplace", "partner-framework", "partner-annexes"}, id="ALI-ONB-11"),
    ],
)
async def test_a_partner_signs_one_agreement_and_others_three(
    bench: Bench, is_partner: bool, asked: set[str]
) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing", is_partner=is_partner)
    names = {name for name in onboarding.checklist() if name not in ("identity", "application", "deposit")}
    assert names == asked
    view = await onboarding.says(onboarding.signs())
    assert (view.stage, {each["name"] for each in signed(onboarding)}) == ("depositing", asked)


async def test_agreements_may_come_one_by_one_and_the_step_ends_with_the_last(bench: Bench) -> None:
    """ALI-ONB-11: only one signed, still in step 4."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    for name in ("partner-annexes", "marketplace"):
        view = await onboarding.says(onboarding.signs(name))
        assert (view.stage, onboarding.checklist()[name]) == ("signing", "accepted")
        assert onboarding.checklist()["partner-framework"] == "missing"
    view = await onboarding.says(onboarding.signs("partner-framework"))
    assert view.stage == "depositing"


async def test_each_signature_gives_the_whole_time_for_the_next(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    before = await onboarding.case.due()
    await bench.advance(timedelta(days=20))
    at = await bench.now()
    await onboarding.says(onboarding.signs("marketplace"), at=at)
    assert await onboarding.case.due() == at + timedelta(days=90) > before


async def test_what_is_accepted_tells_which_text_by_which_rules_and_from_which_day(bench: Bench) -> None:
    """TCM-ONB-08, -11."""
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "signing")
    at = await bench.now()
    await onboarding.says(onboarding.signs(), at=at)
    terms = {each.name: each for each in onboarding.terms.agreements}
    assert signed(onboarding) == [
        {
            "name": name,
            "version": terms[name].version,
            "sha256": terms[name].sha256,
            "rule_set": onboarding.terms.rule_set,
            "effective_on": local_date(at).isoformat(),
            "valid_until": None,
        }
        for name in ("product-partner", "access")
    ]


async def test_whoever_signs_stands_in_the_audit_and_nobody_can_read_it_there(bench: Bench) -> None:
    """TCM-ONB-07."""
    onboarding = await Onboarding.in_stage(bench, "tencent-cloud", "signing")
    await onboarding.says(onboarding.signs())
    [row] = [row for row in onboarding.case.changes() if row.event == "agreements_accepted"]
    assert row.data["authority_declared"] is True
    sealed: Any = row.data["signatory"]
    assert list(sealed) == ["sealed"]
    assert "Sample Signatory" not in str([each.data for each in onboarding.case.changes()])


async def test_the_text_of_another_version_is_not_what_is_accepted(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    old = onboarding.signs("marketplace").model_copy(
        update={"agreements": (AgreementRef(name="marketplace", version="0"),)}
    )
    view = await onboarding.says(old)
    assert (view.stage, signed(onboarding), onboarding.checklist()["marketplace"]) == (
        "signing",
        [],
        "missing",
    )


async def test_what_was_accepted_once_keeps_its_day(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    await onboarding.says(onboarding.signs("marketplace"))
    before = signed(onboarding)
    await bench.advance(timedelta(days=3))
    again = onboarding.signs("marketplace").model_copy(update={"signatory": Signatory(name="Somebody Else")})
    await onboarding.says(again)
    assert signed(onboarding) == before


async def test_who_need_not_join_the_partners_does_not_become_one(bench: Bench) -> None:
    """ALI-ONB-10."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    for name in ("partner-framework", "partner-annexes"):
        await onboarding.decides(waive(name))
    view = await onboarding.goes_to("closed")
    assert (view.outcome, view.data["partner"]) == ("onboarded", False)


async def test_an_agreement_that_is_waived_leaves_the_others(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    view = await onboarding.decides(waive("partner-annexes"))
    assert view.stage == "signing"
    view = await onboarding.says(onboarding.signs("marketplace", "partner-framework"))
    assert (view.stage, onboarding.checklist()["partner-annexes"]) == ("depositing", "waived")
