"""A deposit account's life: what is required, what is held, what is blocked meanwhile (ALI-DEP, TCM-DEP)."""

from tests.bench import Bench
from tests.workflows.depositing import EACH, TWO, figures, funded, opened, paid


async def test_an_account_opens_with_what_its_categories_ask_for(bench: Bench) -> None:
    """ALI-ONB-07, ALI-DEP-03."""
    account = await opened(bench, categories=TWO)
    view = await account.on_record()
    assert view.stage == "unpaid"
    assert figures(view, "required", "held", "due", "over") == (2 * EACH, 0, 2 * EACH, 0)


async def test_a_fen_less_does_not_cover(bench: Bench) -> None:
    """ALI-ONB-08: 59,999.99 of 60,000, in small."""
    account = await funded(bench, 2 * EACH - 1, categories=TWO)
    view = await account.on_record()
    assert (view.stage, view.data["due_fen"]) == ("short", 1)
    view = await paid(account, 1)
    assert (view.stage, view.data["due_fen"]) == ("held", 0)
    assert account.path() == ["opened", "paid", "partly_covered", "paid", "covered"]
