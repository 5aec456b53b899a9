"""What a market forbids, as the API shows it to each role."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import Engine

from api.app import create_app
from models.catalogues import NOTHING
from models.policies.catalogues import load_catalogues
from tests.api.caller import Api, free_port, serving
from tests.api.conftest import settings_for

PATH = "/v1/markets/rehearsal/catalogue"
OURS = load_catalogues()["rehearsal"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(quiet_engine: Engine) -> AsyncIterator[Api]:
    url = quiet_engine.url.render_as_string(hide_password=False)
    settings = settings_for(url, f"127.0.0.1:{free_port()}")
    async with serving(create_app(settings), settings, quiet_engine) as api:
        yield api


async def test_operators_read_every_word_and_what_is_announced(office: Api) -> None:
    """S88-POL-04, -05."""
    shown = (await office.get(PATH, "operator")).json()
    entries = {each["name"]: each for each in shown["entries"]}
    assert list(entries) == [each.name for each in OURS.entries]
    assert entries["fake-reviews"]["kind"] == "service"
    assert entries["fake-reviews"]["in_force"]
    assert "刷单服务" in entries["fake-reviews"]["terms"]
    assert "刷单" in entries["fake-reviews"]["similar"]
    announced = entries["ticket-agents"]
    assert not announced["in_force"]
    assert announced["announced_on"] == "2026-11-22"
    assert announced["effective_from"] == "2098-12-31T16:00:00Z"


@pytest.mark.parametrize("role", ["provider", "service"])
async def test_others_read_what_is_forbidden_and_since_when_but_no_words(office: Api, role: str) -> None:
    shown = (await office.get(PATH, role)).json()
    whole = (await office.get(PATH, "operator")).json()
    hidden = ("terms", "similar")
    for each in whole["entries"]:
        for name in hidden:
            del each[name]
    assert shown == whole
    assert {each["title_zh"] for each in shown["entries"]} == {each.title_zh for each in OURS.entries}


async def test_a_catalogue_is_named_after_what_is_in_force(office: Api) -> None:
    version = (await office.get(PATH, "operator")).json()["version"]
    assert version != NOTHING
    assert version == OURS.version(min(each.effective_from for each in OURS.entries))
