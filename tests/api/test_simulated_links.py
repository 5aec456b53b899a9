"""The simulated web over HTTP: told by whoever tries something how a link is."""

from typing import Any

import pytest

from activities.gateways.simulated.links import SimulatedLinks
from models.links import Reach
from tests.api.caller import refusal
from tests.api.conftest import Quiet

LINKS = "/simulator/links"


async def test_a_link_is_from_now_on_as_it_was_told(quiet: Quiet) -> None:
    url = "https://told.example/a"
    told = {"place": url, "state": "broken", "slow_ms": 0, "times": 1}
    answer = await quiet.call("POST", LINKS, None, json=told)
    assert (answer.status_code, answer.json()) == (201, told)
    web = SimulatedLinks(quiet.engine)
    assert [web.look([url])[url].state for _ in range(2)] == [Reach.BROKEN, Reach.REACHED]
    shown = {"place": url, "state": "broken", "slow_ms": 0, "times_left": 0, "times_asked": 1}
    assert shown in (await quiet.get(LINKS, None)).json()["links"]


@pytest.mark.parametrize(
    "changes",
    [
        *({"place": "http://told.example"}, {"place": "127.0.0.1"}, {"place": None}, {"state": "lost"}),
        *({"slow_ms": -1}, {"slow_ms": 60_001}, {"times": -1}, {"times": "1"}, {"more": 1}),
    ],
)
async def test_what_no_link_can_be_is_refused(quiet: Quiet, untouched: None, changes: dict[str, Any]) -> None:
    told = {"place": "refused.example", "state": "silent", **changes}
    refusal(await quiet.call("POST", LINKS, None, json=told), 422, "invalid")
    assert "refused.example" not in (await quiet.get(LINKS, None)).text
