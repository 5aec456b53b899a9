"""Killed with -9 between a check, or a decision, and its record: a row each, and no version twice."""

from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.client import WorkflowUpdateStage

from models.listing_content import ProductContent
from models.listing_events import ProductSubmitted
from models.onboarding_process import PROVIDER_ONBOARDINGS
from tests.bank_accounts import onboarded
from tests.bench import Bench, until
from tests.faults.conftest import Mortal
from tests.faults.test_kills import PATIENCE, record_held_up, report
from tests.listings import MARKET, Bazaar, Item, facts_of

ROUNDS = 2
PERMITTED: dict[str, Any] = {
    "process": PROVIDER_ONBOARDINGS.name,
    **{"stage": "identifying", "outcome": None, "closed_at": None},
    "data": {"checklist": [{"name": "permission", "state": "accepted"}]},
}
"""An onboarding that is under way, and has got as far as the permission (TCM-ONB-02)."""


async def turned_down(item: Item, times: int) -> None:
    await until(lambda: item.case.path().count("checks_failed") == times, 90)


@pytest.mark.parametrize("killed", ["worker", "both"])
async def test_whatever_is_killed_between_a_check_and_its_record_each_round_is_turned_down_once(
    mortal: Mortal, mortal_bench: Bench, engine: Engine, killed: str
) -> None:
    provider_id = f"isv-{onboarded(mortal_bench, MARKET, **PERMITTED)}"
    item = await Item.begun(Bazaar(mortal_bench, MARKET), provider_id=provider_id)
    for number in range(1, ROUNDS + 1):
        handing_in = ProductSubmitted(content=ProductContent())
        with record_held_up(engine, item.case.case_id):
            await item.case.handle.start_update(
                "report",
                report(handing_in, f"k-{number}"),
                id=f"k-{number}",
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                rpc_timeout=PATIENCE,
            )
            mortal.kill_worker()
            if killed == "both":
                mortal.kill_server()
                mortal.server.start()
        mortal.start_worker()
        await turned_down(item, number)
    path = item.case.path()
    assert (path.count("submitted"), path.count("checks_failed")) == (ROUNDS, ROUNDS)
    view = await item.case.on_record(len(path))
    revision = facts_of(view, "revision")
    assert (revision["stage"], revision["version"], revision["round"]) == ("returned", ROUNDS, ROUNDS)
    rounds = [change.data["round"] for change in item.case.changes() if change.event == "checks_failed"]
    assert rounds == [*range(1, ROUNDS + 1)]
