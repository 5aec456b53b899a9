"""Another tariff, or other categories: what is due rises, or an excess appears (ALI-DEP-09, -15, TCM-DEP)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models.rules.tariffs import Tariff
from tests.bench import OPERATOR, Bench, Opened
from tests.workflows.depositing import (
    EACH,
    ONE,
    RELEASE,
    TARIFF,
    TWO,
    decided,
    figures,
    forfeit,
    funded,
    new_onboarding,
    now_in,
    onboarding,
    opened_by,
    paid,
)
from tests.workflows.tariffs import Market, market_of


@pytest.fixture
def market(bench: Bench) -> Iterator[Market]:
    with market_of(bench) as market:
        yield market


async def account_of(market: Market, *fens: int, categories: tuple[str, ...] = ONE) -> Opened:
    return await funded(market.bench, *fens, market=market.name, categories=categories)


async def test_a_raised_tariff_makes_it_short_and_the_difference_is_due(market: Market) -> None:
    """ALI-DEP-09, ALI-ONB-14, TCM-DEP-03: with days to top it up."""
    account = await account_of(market, EACH)
    market.publishes("2", Tariff(flat_fen=EACH + 1))
    assert await market.reconciles() == [True]
    view = await account.on_record()
    assert (view.stage, view.data["tariff_version"], view.data["blocks"]) == ("short", "2", [])
    assert figures(view, "required", "held", "due") == (EACH + 1, EACH, 1)
    assert account.path()[-2:] == ["tariff_changed", "fell_short"]
    assert [task.name for task in view.tasks] == ["top_up"]
    assert await market.reconciles() == []
    assert (await paid(account, 1)).stage == "held"


async def test_a_lowered_tariff_leaves_an_excess(market: Market) -> None:
    account = await account_of(market, EACH)
    market.publishes("2", Tariff(flat_fen=EACH - 1))
    await market.reconciles()
    view = await account.on_record()
    assert (view.stage, *figures(view, "required", "over")) == ("held", EACH - 1, 1)


async def test_a_lowered_tariff_can_cover_what_was_short(market: Market) -> None:
    account = await account_of(market, 100)
    market.publishes("2", Tariff(flat_fen=100))
    await market.reconciles()
    assert (await account.on_record()).stage == "held"
    assert account.path()[-2:] == ["tariff_changed", "covered"]


async def test_an_account_in_which_nothing_is_paid_follows_the_tariff(market: Market) -> None:
    """ALI-ONB-13, ALI-DEP-08: in-flight applicants pay the new tariff."""
    account = await account_of(market)
    market.publishes("2", Tariff(flat_fen=7))
    await market.reconciles()
    view = await account.on_record()
    assert (view.stage, *figures(view, "required", "due")) == ("unpaid", 7, 7)
    market.publishes("3", Tariff(flat_fen=0))
    await market.reconciles()
    assert (await account.on_record()).stage == "held"


async def test_a_short_account_stays_short_under_a_higher_tariff_and_keeps_its_days(market: Market) -> None:
    account = await account_of(market, 100)
    due = await account.due()
    market.publishes("2", Tariff(flat_fen=EACH * 2))
    await market.reconciles()
    view = await account.on_record()
    assert (view.stage, view.data["due_fen"], view.tasks[0].deadline_at) == ("short", EACH * 2 - 100, due)


async def test_a_tariff_that_was_taken_back_and_published_again_reaches_the_account_each_time(
    market: Market,
) -> None:
    account = await account_of(market, EACH)
    for version, fen in (("2", EACH + 1), ("1b", EACH), ("2b", EACH + 1)):
        market.publishes(version, Tariff(flat_fen=fen))
        assert await market.reconciles() == [True]
    assert (await account.on_record()).data["tariff_version"] == "2b"
    older = market.policies[market.name]
    market.policies[market.name] = older.model_copy(update={"deposit_accounts": older.deposit_accounts[:2]})
    assert await market.reconciles() == [True]
    market.policies[market.name] = older
    assert await market.reconciles() == [True]
    assert (await account.on_record()).data["tariff_version"] == "2b"


async def test_a_tariff_that_begins_later_changes_nothing_yet(market: Market) -> None:
    account = await account_of(market, EACH)
    market.publishes("2", Tariff(flat_fen=1), since=datetime.now(UTC) + timedelta(days=3650))
    assert await market.reconciles() == []
    assert "the account runs by 1" in await account.refuses(TARIFF)
    assert account.path()[-1] == "covered"


async def test_a_tariff_without_an_amount_for_its_categories_changes_no_account(market: Market) -> None:
    """The account goes on as it was, and reconciliation tries again."""
    account = await account_of(market, EACH)
    market.publishes("2", Tariff(each_fen={"website-building": 1}))
    assert "no amount" in await account.refuses(TARIFF)
    assert (await account.on_record()).data["tariff_version"] == "1"


# --- categories


async def test_joining_one_more_raises_what_is_due_by_its_amount(bench: Bench) -> None:
    """ALI-DEP-15, and ALI-DEP-07: the retail channel adds its own."""
    account = await funded(bench, EACH)
    view = await decided(account, now_in(*TWO))
    assert (view.stage, *figures(view, "required", "due")) == ("short", 2 * EACH, EACH)
    assert account.path()[-2:] == ["decided", "fell_short"]
    view = await decided(account, now_in(*TWO, "retail-channel"))
    assert figures(view, "required", "due") == (110_000, 80_000)


async def test_leaving_one_of_several_leaves_an_excess(bench: Bench) -> None:
    """AMB-05."""
    account = await funded(bench, 2 * EACH, categories=TWO)
    view = await decided(account, now_in("service"))
    assert (view.stage, *figures(view, "required", "over")) == ("held", EACH, EACH)
    assert view.data["categories"] == ["service"]


async def test_leaving_covers_what_was_short(bench: Bench) -> None:
    account = await funded(bench, EACH, categories=TWO)
    assert (await decided(account, now_in("service"))).stage == "held"


async def test_categories_without_an_amount_are_not_joined(market: Market) -> None:
    """ALI-ONB-15."""
    account = await account_of(market, EACH)
    market.publishes("2", Tariff(each_fen={"service": 1}))
    assert "no amount" in await account.refuses(now_in("api"), actor=OPERATOR)


async def test_who_joins_is_measured_by_the_tariff_in_force(market: Market) -> None:
    account = await account_of(market, EACH)
    market.publishes("2", Tariff(otherwise_fen=5))
    view = await account.report(now_in(*TWO), actor=OPERATOR)
    assert (view.data["tariff_version"], *figures(view, "required", "over")) == ("2", 10, EACH - 10)
    assert await market.reconciles() == []


async def test_an_onboarding_hears_of_another_tariff(market: Market) -> None:
    """ALI-ONB-13: what covered yesterday does not cover today."""
    asked = new_onboarding(market.name)
    account = await opened_by(asked, market.bench)
    await paid(account, EACH)
    async with onboarding(market.bench, asked) as told:
        await told.heard(EACH, EACH)
        market.publishes("2", Tariff(flat_fen=EACH + 1))
        await market.reconciles()
        await told.heard(EACH + 1, EACH)


async def test_nothing_is_left_when_all_was_forfeited_and_another_tariff_comes(market: Market) -> None:
    account = await account_of(market, EACH)
    view = await decided(account, forfeit(EACH))
    assert (view.stage, account.path()[-1]) == ("unpaid", "emptied")
    market.publishes("2", Tariff(flat_fen=EACH))
    await market.reconciles()
    assert (await account.on_record()).stage == "unpaid"


async def test_what_is_small_enough_one_operator_releases_alone(market: Market) -> None:
    """ALI-DEP-13: 10,000 fen are the policy's amount here."""
    market.publishes("2", Tariff(flat_fen=10_000))
    account = await account_of(market, 10_000)
    view = await account.report(RELEASE, actor=OPERATOR)
    assert view.stage in ("releasing", "closed")
    assert await account.ends() == "released"


async def test_where_the_market_asks_for_nothing_any_more_categories_stay_as_they_are(market: Market) -> None:
    """Its policy is gone, and its accounts live on: refused, and no mistake of ours."""
    account = await account_of(market, EACH)
    policy = market.policies.pop(market.name)
    assert "no deposit now" in await account.refuses(now_in(*TWO), actor=OPERATOR)
    market.policies[market.name] = policy
    assert (await decided(account, now_in(*TWO))).stage == "short"
