"""A deposit account's life: what is required, what is held, what is blocked meanwhile (ALI-DEP, TCM-DEP)."""

from datetime import timedelta

import pytest

from models.interventions import Extended, Paused, Resumed
from models.rules.findings import Refused
from models.tables.admissions import HoldTaken
from tests.bench import DAY, MINUTE, OPERATOR, SECOND, Bench
from tests.workflows.depositing import (
    EACH,
    TWO,
    decided,
    figures,
    forfeit,
    funded,
    new_onboarding,
    onboarding,
    opened,
    opened_by,
    paid,
)


async def test_an_account_opens_with_what_its_categories_ask_for(bench: Bench) -> None:
    """ALI-ONB-07, ALI-DEP-03."""
    account = await opened(bench, categories=TWO)
    view = await account.on_record()
    assert view.stage == "unpaid"
    assert figures(view, "required", "held", "due", "over") == (2 * EACH, 0, 2 * EACH, 0)
    assert view.data["tariff_version"] == "1"


async def test_a_fen_less_does_not_cover(bench: Bench) -> None:
    """ALI-ONB-08: 59,999.99 of 60,000."""
    account = await funded(bench, 5_999_999, market="aliyun", categories=TWO)
    view = await account.on_record()
    assert (view.stage, view.data["due_fen"]) == ("short", 1)
    view = await paid(account, 1)
    assert (view.stage, view.data["due_fen"]) == ("held", 0)
    assert account.path() == ["opened", "paid", "partly_covered", "paid", "covered"]


async def test_one_account_of_a_provider_is_open_in_a_market(bench: Bench) -> None:
    account = await opened(bench)
    view = await account.on_record()
    with pytest.raises(HoldTaken) as taken:
        await opened(bench, provider_id=view.provider_id)
    assert taken.value.case_id == account.case_id
    assert [each.field for each in taken.value.findings] == ["provider_id"]
    await opened(bench, "aliyun", provider_id=view.provider_id)


@pytest.mark.parametrize(
    ("market", "changes", "code"),
    [
        ("aliyun", {"categories": ()}, "no-deposit-known"),
        ("aliyun", {"categories": ("games",)}, "unknown-category"),
        ("aliyun", {"onboarding": "provider-onboardings:aliyun:o-1"}, "not-yours-to-say"),
    ],
)
async def test_what_cannot_be_opened_is_told_why(
    bench: Bench, market: str, changes: dict[str, object], code: str
) -> None:
    """ALI-ONB-15. Only an onboarding says whom an account tells."""
    with pytest.raises(Refused) as refused:
        await opened(bench, market, **changes)
    assert [finding.code for finding in refused.value.findings] == [code]


# --- what is blocked, and from when on


async def test_nothing_paid_blocks_both_and_a_part_only_withdrawing(bench: Bench) -> None:
    """AMB-38, TCM-DEP-03, -04, -05: paid 3,000 of 5,000 lists, and does not withdraw."""
    account = await opened(bench, "tencent-cloud", categories=())
    assert (await account.on_record()).data["blocks"] == ["listing", "withdrawal"]
    view = await paid(account, 300_000)
    assert (view.data["due_fen"], view.data["blocks"]) == (200_000, ["withdrawal"])
    view = await paid(account, 200_000)
    assert (view.stage, view.data["blocks"]) == ("held", [])


async def test_who_was_onboarded_before_has_thirty_days_until_listing_is_blocked(bench: Bench) -> None:
    """AMB-04, ALI-ONB-14, CV-4, CV-6."""
    account = await opened(bench, "aliyun")
    view = await account.on_record()
    [task] = view.tasks
    assert (task.name, task.deadline_at) == ("top_up", view.opened_at + 30 * DAY)
    assert view.data["blocks"] == []
    await bench.advance_to(view.opened_at + 30 * DAY - MINUTE)
    assert "top_up_overdue" not in account.path()
    await bench.advance(MINUTE + SECOND)
    view = await account.stands("opened", "reminded", "reminded", "top_up_overdue")
    assert (view.stage, view.data["blocks"]) == ("unpaid", ["listing"])
    assert [task.name for task in view.tasks] == ["deposit_due"]
    view = await paid(account, 3_000_000)
    assert (view.stage, view.data["blocks"]) == ("held", [])


async def test_a_top_up_after_its_days_lifts_the_block(bench: Bench) -> None:
    account = await funded(bench, 10_000)
    await bench.advance(timedelta(seconds=31))
    view = await account.stands("top_up_overdue")
    assert (view.stage, view.data["blocks"]) == ("short", ["withdrawal"])
    view = await paid(account, 20_000)
    assert (view.stage, view.data["blocks"]) == ("held", [])


async def test_a_notice_runs_once_until_it_is_covered(bench: Bench) -> None:
    """A part does not begin it again; falling short a second time does."""
    account = await opened(bench, "aliyun")
    due = await account.due()
    await bench.advance(10 * DAY)
    view = await paid(account, 1_000_000)
    assert view.tasks[0].deadline_at == due
    await paid(account, 2_000_000)
    await decided(account, forfeit(1))
    assert await account.due() > due


async def test_operators_extend_and_pause_the_days_of_a_notice(bench: Bench) -> None:
    account = await opened(bench, "aliyun")
    due = await account.due()
    view = await account.report(Extended(reason="asked for", by=5 * DAY), actor=OPERATOR)
    assert view.tasks[0].deadline_at == due + 5 * DAY
    view = await account.report(Paused(reason="a dispute"), actor=OPERATOR)
    assert (view.tasks[0].paused, view.data["blocks"]) == (True, [])
    await bench.advance(40 * DAY)
    view = await paid(account, 1)  # money is taken in a pause, too
    assert (view.tasks[0].paused, view.data["blocks"]) == (True, [])
    view = await account.report(Resumed(reason="settled"), actor=OPERATOR)
    left = (view.tasks[0].deadline_at or due) - await bench.now()
    assert timedelta(days=34, hours=23) < left <= 35 * DAY


async def test_nothing_is_ruled_where_no_time_runs(bench: Bench) -> None:
    account = await funded(bench, EACH)
    assert "would change nothing" in await account.refuses(Paused(reason="r"), actor=OPERATOR)


# --- what the onboarding hears


async def test_an_onboarding_hears_of_every_change_and_has_no_notice(bench: Bench) -> None:
    """ALI-ONB-08. Who is not onboarded yet is blocked at once. Nobody who pays waits for the onboarding."""
    asked = new_onboarding("aliyun")
    account = await opened_by(asked, bench)
    view = await account.on_record()
    assert ([task.name for task in view.tasks], view.data["blocks"]) == (["deposit_due"], ["listing"])
    view = await paid(account, 2_999_999)  # nobody listens yet
    assert (view.stage, view.data["blocks"]) == ("short", ["listing"])
    async with onboarding(bench, asked) as told:
        await paid(account, 1)
        heard = await told.heard(3_000_000, 3_000_000)
        assert {required for _, required, _ in heard} == {3_000_000}
        view = await decided(account, forfeit(1_000_000))
        assert (view.stage, view.data["blocks"]) == ("short", [])  # now it has its days
        heard = await told.heard(3_000_000, 2_000_000)
        assert len({key for key, _, _ in heard}) == len(heard)
