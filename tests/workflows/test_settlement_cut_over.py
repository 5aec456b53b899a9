"""The last day of the old account, and who is late: ALI-SET-03..05, AMB-24."""

from datetime import timedelta

from models.rules.settlement import cut_over_at
from tests.bench import DAY, MINUTE, SECOND, Bench
from tests.settlement_accounts import (
    ALIPAY,
    AUTHORISED,
    MARKET,
    REVOKED,
    Settlement,
    before_the_last_day,
    stage_of,
    terms_of,
)


async def test_who_activates_in_time_is_never_barred(bench: Bench) -> None:
    """ALI-SET-03."""
    soon = await before_the_last_day(bench)
    settlement = await Settlement.opened(soon)
    view = await settlement.case.on_record()
    [path] = view.tasks
    assert (path.name, path.waiting_on, path.deadline_at) == ("path", "provider", cut_over_at(terms_of(soon)))
    assert (view.data["blocks"], view.data["activated_at"]) == ([], None)
    view = await settlement.opens_alipay()
    assert (view.stage, view.data["blocks"]) == ("active", [])
    await bench.advance_to(cut_over_at(terms_of(soon)) + DAY)
    view = await settlement.case.on_record()
    assert view.data["blocks"] == []
    assert "path_overdue" not in settlement.case.path()
    assert "reminded" not in settlement.case.path()


async def test_the_provider_is_reminded_and_the_last_day_goes_on_record(bench: Bench) -> None:
    """ALI-SET-04, -05: until 23:59:59 nothing is barred, from 00:00 on no orders and no payouts."""
    soon = await before_the_last_day(bench)
    settlement = await Settlement.opened(soon)
    until = cut_over_at(terms_of(soon))
    await settlement.says(ALIPAY)
    await bench.advance_to(until - 14 * DAY + SECOND)
    await settlement.case.stands("reminded")
    await bench.advance_to(until - 3 * DAY + SECOND)
    await settlement.case.stands("reminded", "reminded")
    await bench.advance_to(until - MINUTE)
    assert (await settlement.case.on_record()).data["blocks"] == []
    await bench.advance_to(until + SECOND)
    view = await settlement.case.stands("reminded", "reminded", "path_overdue")
    assert view.data["blocks"] == ["purchase", "withdrawal"]
    assert (view.stage, stage_of(view, "alipay")) == ("opening", "awaiting_account")
    assert [task.name for task in view.tasks] == ["alipay_account", "late_path"]
    [reminder, *_] = [change for change in settlement.case.changes() if change.event == "reminded"]
    assert (reminder.data["task"], reminder.data["waiting_on"]) == ("path", "provider")


async def test_who_is_late_may_activate_all_the_same(bench: Bench) -> None:
    """ALI-SET-05, AMB-24."""
    soon = await before_the_last_day(bench, days=1)
    settlement = await Settlement.opened(soon)
    await bench.advance_to(cut_over_at(terms_of(soon)) + SECOND)
    await settlement.case.stands("path_overdue")
    view = await settlement.opens_mybank()
    assert (view.stage, view.data["blocks"]) == ("active", [])
    assert settlement.case.path().count("path_overdue") == 1


async def test_the_last_day_is_nobodys_to_move(bench: Bench) -> None:
    settlement = await Settlement.opened(await before_the_last_day(bench))
    [path] = (await settlement.case.on_record()).tasks
    assert {each.event for each in path.accepts} == {
        "path_chosen",
        "cooperation_ended",
        "decided",
        "claimed",
        "noted",
    }


async def test_an_account_that_is_opened_when_the_old_one_is_gone_is_barred_at_once(bench: Bench) -> None:
    """ALI-SET-05: this market's window closed on 2021-12-30."""
    settlement = await Settlement.opened(bench)
    view = await settlement.case.on_record()
    assert view.data["blocks"] == ["purchase", "withdrawal"]
    assert view.data["old_account_until"] == "2021-12-30T16:00:00+00:00"
    assert [(task.name, task.deadline_at) for task in view.tasks] == [("late_path", None)]
    assert settlement.case.path() == ["opened"]


async def test_nothing_is_paid_out_without_the_right_to_deduct(bench: Bench) -> None:
    """ALI-SET-21, -23: revoked, and authorised again."""
    settlement = await Settlement.active(bench)
    view = await settlement.says(REVOKED)
    assert (view.stage, view.data["deduction"], view.data["blocks"]) == ("suspended", False, ["withdrawal"])
    assert [(task.name, task.waiting_on) for task in view.tasks] == [("reauthorisation", "signatory")]
    assert "does not take" in await settlement.refuses(REVOKED)
    view = await settlement.says(AUTHORISED)
    assert (view.stage, view.data["deduction"], view.data["blocks"]) == ("active", True, [])
    assert settlement.case.path()[-2:] == ["deduction_revoked", "deduction_authorised"]


async def test_the_rehearsal_market_has_it_in_seconds(bench: Bench) -> None:
    settlement = await Settlement.opened(bench, "rehearsal")
    await settlement.matched()
    await bench.advance(timedelta(seconds=7))
    await settlement.case.stands("reminded", "approval_overdue")
    assert MARKET not in (await settlement.case.on_record()).case_id
