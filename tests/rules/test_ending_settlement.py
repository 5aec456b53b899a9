"""A settlement account does not end while something is owed: nobody would try to recover it (AMB-26)."""

from datetime import UTC, datetime

import pytest

from models.admitting import Checked
from models.cases import CaseView
from models.policies import MarketPolicy
from models.settlement_events import DecidedToEnd
from models.settlement_process import SETTLEMENT_ACCOUNTS

NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("owed", "codes"), [({}, []), ({"arrears_fen": 0}, []), ({"arrears_fen": 1}, ["arrears-open"])]
)
def test_an_account_ends_once_nothing_is_owed(owed: dict[str, int], codes: list[str]) -> None:
    view = CaseView(
        case_id="settlement-accounts:aliyun:s",
        process="settlement-accounts",
        market="aliyun",
        id="s",
        provider_id="isv",
        stage="active",
        opened_at=NOW,
        changed_at=NOW,
        policy_version="1",
        data={**owed},
    )
    checked = Checked(view, {}, MarketPolicy(market="aliyun", title="-", title_zh="-"), NOW)
    found = SETTLEMENT_ACCOUNTS.check(DecidedToEnd(reason="they leave"), checked)
    assert [each.code for each in found] == codes
