"""A deposit on its way back: what is shown of it while the gateway says no."""

from activities.gateways.simulated.payments import Behaviour
from models.deposits import ReleaseRequested
from models.interventions import Resumed
from tests.bench import OPERATOR, Bench
from tests.invariants import hold
from tests.workflows.depositing import EACH, back, figures, funded, payments_of


async def test_while_a_refund_is_refused_the_record_says_what_is_back_and_what_is_not(bench: Bench) -> None:
    """Invariants 3 and 8: what is on its way is not held, whoever looks and whenever."""
    account = await funded(bench, EACH, 500)
    bench.gateway.misbehave("refund", Behaviour.REFUSED, 1)
    await account.report(ReleaseRequested())
    view = await account.stands("no_open_orders", "blocked")
    assert figures(view, "held", "returning", "returned") == (0, EACH + 500, 0)
    assert [each["back_fen"] for each in payments_of(view)] == [EACH, 500]
    assert hold(bench.engine)
    bench.gateway.misbehave("refund", Behaviour.REFUSED, 0)
    await account.report(Resumed(reason="it answers again"), actor=OPERATOR)
    assert await account.ends() == "released"
    assert back(account) == {each["payment_id"]: each["amount_fen"] for each in payments_of(view)}
