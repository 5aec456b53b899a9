"""Operators grant another round where that helps, and never one more to guess in: AMB-34, AMB-36."""

from models.cases import CaseView
from models.interventions import Approved
from tests.bank_accounts import GRANT, PROVIDER_REMITS, Account, details, where
from tests.bench import DAY, OPERATOR, SECOND, SECOND_OPERATOR, Bench

INSTRUCTED = ("account_given", "data_in_order", "instructed")
NOTHING_TO_DECIDE = "nothing here is decided"


def decisions(view: CaseView) -> list[tuple[str, ...]]:
    return [each.decisions for each in view.tasks[0].accepts if each.decisions]


async def told_to_remit(bench: Bench) -> Account:
    account = await Account.opened(bench, PROVIDER_REMITS)
    await account.given(*INSTRUCTED)
    return account


async def test_who_let_every_instruction_lapse_is_granted_another_and_two_agree(bench: Bench) -> None:
    account = await told_to_remit(bench)
    assert decisions(await account.lapses()) == [("grant_round", "end")]
    assert (await account.decides(GRANT)).stage == "awaiting_details"
    await account.decides(Approved(reason="so do I"), actor=SECOND_OPERATOR)
    view = await account.case.stands("approved", "instructed")
    assert (view.stage, view.data["round"]) == ("awaiting_remittance", 4)
    stages = [change.stage_after for change in account.case.changes() if change.event == "approved"]
    assert stages == ["instructing"]
    assert await (await account.told(await account.remits())).ends() == "matched"
    assert (await account.case.stands("instructed", "remitted")).data["verified"] is True


async def test_of_what_is_granted_there_is_one(bench: Bench) -> None:
    account = await told_to_remit(bench)
    await account.lapses()
    for _ in range(2):
        await account.granted("approved", "instructed")
        view = await account.lapses(1)
        assert (view.stage, view.data["why"]) == ("awaiting_details", "rounds_used_up")
    given_again = await account.given("account_given", "data_in_order", "not_issued")
    assert decisions(given_again) == [("grant_round", "end")]
    assert (await account.granted("approved", "instructed")).data["round"] == 7


async def test_no_round_of_amounts_is_granted_once_they_are_used_up(bench: Bench) -> None:
    """A blind guess succeeds at most as often as the terms say, whatever operators do."""
    account = await Account.opened(bench)
    await account.given()
    assert decisions(await account.uses_up()) == [("grant_round", "void", "end")]
    await account.granted("approved", "paid_in")
    used_up = await account.uses_up()
    assert (used_up.stage, decisions(used_up)) == ("awaiting_details", [("end",)])
    assert NOTHING_TO_DECIDE in await account.case.refuses(GRANT, actor=OPERATOR)
    again = await account.given("account_given", "data_in_order", "not_issued")
    assert (again.data["why"], decisions(again)) == ("rounds_used_up", [("end",)])
    assert NOTHING_TO_DECIDE in await account.case.refuses(GRANT, actor=OPERATOR)
    assert len(account.bank.statement(account.number)) == 4
    other = await account.given(number=details().number)
    assert (other.stage, other.tasks[0].attempts_left) == ("awaiting_amounts", 3)


async def test_after_the_last_round_nobody_rests_whoever_had_the_first(bench: Bench) -> None:
    """The form comes at once, and no operator is offered to end a rest that leads nowhere."""
    first = await Account.opened(bench)
    await first.given()
    await first.uses_up()
    second = await Account.opened(bench)
    view = await second.given("account_given", "data_in_order", "must_cool_down", number=first.number)
    assert decisions(view) == [("grant_round", "void", "end")]
    await second.granted("approved", "paid_in")
    view = await second.uses_up()
    assert (view.stage, view.data["why"]) == ("awaiting_details", "rounds_used_up")


async def test_who_rests_is_told_where_another_case_had_the_last_round(bench: Bench) -> None:
    first = await Account.opened(bench)
    await first.given()
    await first.uses_up()
    second = await Account.opened(bench)
    await second.given("account_given", "data_in_order", "must_cool_down", number=first.number)
    await second.granted("approved", "paid_in")
    view = await first.granted("approved", "not_issued")
    assert (view.stage, view.data["why"], decisions(view)) == (
        "awaiting_details",
        "rounds_used_up",
        [("end",)],
    )
    assert len(first.bank.statement(first.number)) == 4


async def test_a_market_may_let_one_operator_grant_a_round(bench: Bench) -> None:
    account = await Account.opened(where(bench, PROVIDER_REMITS, grants_need_approval=False), PROVIDER_REMITS)
    await account.given(*INSTRUCTED)
    await account.lapses()
    assert (await account.decides(GRANT)).stage == "instructing"
    assert (await account.case.stands("decided", "instructed")).stage == "awaiting_remittance"


async def test_a_market_may_let_one_operator_end_a_rest(bench: Bench) -> None:
    account = await Account.opened(where(bench, grants_need_approval=False))
    await account.given()
    await account.uses_up()
    await account.decides(GRANT)
    assert (await account.case.stands("decided", "paid_in")).stage == "awaiting_amounts"
    assert (await account.uses_up()).stage == "awaiting_details"


async def test_no_round_is_granted_to_an_account_that_nobody_gave(bench: Bench) -> None:
    account = await Account.opened(bench, PROVIDER_REMITS)
    assert NOTHING_TO_DECIDE in await account.case.refuses(GRANT, actor=OPERATOR)


async def test_a_granted_round_is_there_in_another_run_too(bench: Bench) -> None:
    account = await Account.opened(where(bench, PROVIDER_REMITS, events_a_run=30), PROVIDER_REMITS)
    await account.given(*INSTRUCTED)
    await account.lapses()
    await account.in_another_run()
    await account.granted("approved", "instructed")
    assert await (await account.told(await account.remits())).ends() == "matched"


async def test_a_rest_that_operators_ended_ends_once(bench: Bench) -> None:
    """The round after a granted one rests as any other would."""
    account = await Account.opened(where(bench, check=three_rounds(bench)))
    await account.given()
    await account.uses_up(2)
    await account.granted("approved", "paid_in")
    assert (await account.uses_up(2)).stage == "cooling_down"
    await bench.advance(DAY + SECOND)
    assert (await account.case.stands("cooling_down_overdue", "paid_in")).stage == "awaiting_amounts"


def three_rounds(bench: Bench) -> object:
    [accounts] = bench.admissions.policies["tencent-cloud"].bank_accounts
    return accounts.terms.check.model_copy(update={"rounds": 3, "attempts": 2})
