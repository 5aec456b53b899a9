"""A provider that never stops cannot fill up its account: Temporal takes 2,000 updates of one run."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from models.bank_accounts import AccountGiven
from tests.bank_accounts import PLATFORM_PAYS, VOID, Account, details, where
from tests.bench import Bench
from tests.workflows.test_bank_interruptions import unanswering

FEW = 150
"""Events of a history."""


async def _given_again_and_again(account: Account) -> None:
    for _ in range(FEW):
        await account.says(AccountGiven(account=details()))


async def test_accounts_given_without_end_are_refused_until_one_is_checked(bench: Bench) -> None:
    account = await Account.opened(where(bench, PLATFORM_PAYS, events_a_run=FEW), PLATFORM_PAYS)
    async with unanswering(account, "bank_check"):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await _given_again_and_again(account)
        assert "too many accounts" in str(refused.value.cause)
        view = await account.decides(VOID)
    assert view.stage == "awaiting_details"
    await account.in_another_run()
    assert (await account.verified()).data["verified"] is True
