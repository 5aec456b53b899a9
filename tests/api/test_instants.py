"""Moments in queries: what no clock in UTC can show is refused by its name."""

import pytest

from tests.api.caller import finding
from tests.api.conftest import Quiet

GATEWAY = "/v1/markets/alipay/ledger/accounts/gateway"
ASKED = [("/v1/cases", "due_before"), (GATEWAY, "from"), (GATEWAY, "until")]
BEFORE_ALL_TIME, AFTER_ALL_TIME = "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"


@pytest.mark.parametrize(("path", "field"), ASKED)
@pytest.mark.parametrize("at", [BEFORE_ALL_TIME, AFTER_ALL_TIME])
async def test_a_moment_that_cannot_be_told_in_utc_is_refused(
    quiet: Quiet, path: str, field: str, at: str
) -> None:
    found = finding(await quiet.get(path, "operator", **{field: at}))
    assert (found["field"], found["code"]) == (field, "value-error")
    assert "UTC" in found["detail"]


@pytest.mark.parametrize(("path", "field"), ASKED)
@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00Z", "0001-01-01T23:59:00+23:59", "9999-12-31T00:00:00-23:59"]
)
async def test_the_first_and_the_last_that_can_are_taken(
    quiet: Quiet, path: str, field: str, at: str
) -> None:
    answer = await quiet.get(path, "operator", **{field: at})
    assert answer.status_code == 200, answer.text
