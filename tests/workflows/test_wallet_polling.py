"""How often the wallet is asked while it says nothing new (TCM-WX-01)."""

from datetime import timedelta

from tests.bench import Bench
from tests.merchant_accounts import Merchant
from workflows.calls import polling

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_pauses_double_from_the_first_to_the_longest() -> None:
    policy = polling(MINUTE, HOUR)["retry_policy"]
    assert policy is not None
    pauses = (policy.initial_interval, policy.backoff_coefficient, policy.maximum_interval)
    assert pauses == (MINUTE, 2.0, HOUR)
    assert policy.maximum_attempts == 0  # for ever
    assert policy.non_retryable_error_types == ["Refused"]


async def test_the_wallet_is_asked_ever_less_often_until_once_an_hour(bench: Bench) -> None:
    """In half a day: after 1, 2, 4, 8, 16, 32 minutes, and then eleven times."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await bench.advance(HOUR * 12)
    described = await merchant.case.handle.describe()
    [asking] = described.raw_description.pending_activities
    assert asking.activity_type.name == "await_applyment"
    assert asking.attempt in range(16, 20)
