"""The simulated web: every link works, but for those that it was told of."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, delete
from sqlmodel import Session

from activities.gateways.simulated.links import KnownLink, SimulatedLinks, ToldLink
from activities.gateways.web_links import WITHIN_S, WebLinks
from models.links import Reach
from models.tables.simulated_links import SimulatedLink
from settings import Settings
from worker import links_of

URL = "https://shop.example/a"
WAITED: list[float] = []


@pytest.fixture
def links(engine: Engine) -> Iterator[SimulatedLinks]:
    """It forgets what it was told, whatever a test made of it."""
    WAITED.clear()
    yield SimulatedLinks(engine, WAITED.append)
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedLink))


def tell(links: SimulatedLinks, place: str, state: Reach = Reach.BROKEN, **more: Any) -> None:
    links.tell(ToldLink(place=place, state=state, **more))


def seen(links: SimulatedLinks, *urls: str) -> list[Reach]:
    return [links.look([url])[url].state for url in urls]


def test_a_link_that_nobody_told_of_is_reached(links: SimulatedLinks) -> None:
    assert seen(links, URL) == [Reach.REACHED]
    assert links.told() == []


@pytest.mark.parametrize("url", ["http://shop.example", "https://127.0.0.1", "https://shop.example:8443", ""])
def test_what_is_no_link_is_unsafe_as_on_the_web(links: SimulatedLinks, url: str) -> None:
    assert seen(links, url) == [Reach.UNSAFE]


@pytest.mark.parametrize("state", Reach)
def test_a_link_is_as_it_was_told(links: SimulatedLinks, state: Reach) -> None:
    tell(links, URL, state)
    assert seen(links, URL, URL, f"{URL}/b") == [state, state, Reach.REACHED]


def test_a_host_is_told_with_all_its_links(links: SimulatedLinks) -> None:
    tell(links, "Shop.example", Reach.SILENT)
    others = ["https://www.shop.example/a", "https://elsewhere.example/a"]
    assert seen(links, URL, "https://SHOP.example:443/b", *others) == [Reach.SILENT] * 2 + [Reach.REACHED] * 2


def test_a_host_may_be_written_in_any_letters(links: SimulatedLinks) -> None:
    tell(links, "例子.example")
    assert seen(links, "https://xn--fsqu00a.example/") == [Reach.BROKEN]


@pytest.mark.parametrize("host", ["a.example", "z.example"])
@pytest.mark.parametrize("last", ["host", "link"])
def test_a_link_that_is_told_by_itself_counts_before_its_host(
    links: SimulatedLinks, host: str, last: str
) -> None:
    told = {"host": (host, Reach.SILENT), "link": (f"https://{host}/a", Reach.UNSAFE)}
    for place, state in (*told.values(), told[last]):
        tell(links, place, state)
    assert seen(links, f"https://{host}/a", f"https://{host}/b") == [Reach.UNSAFE, Reach.SILENT]


def test_a_link_comes_back_after_so_many_looks(links: SimulatedLinks) -> None:
    tell(links, URL, Reach.SILENT, times=2)
    assert seen(links, URL, URL, URL) == [Reach.SILENT, Reach.SILENT, Reach.REACHED]


def test_when_a_link_is_back_its_host_counts_again(links: SimulatedLinks) -> None:
    tell(links, URL, Reach.SILENT, times=1)
    tell(links, "shop.example", Reach.BROKEN)
    assert seen(links, URL, URL) == [Reach.SILENT, Reach.BROKEN]


def test_what_is_told_last_counts(links: SimulatedLinks) -> None:
    tell(links, URL, Reach.BROKEN, times=1, slow_ms=5)
    seen(links, URL)
    tell(links, URL, Reach.UNSAFE)
    assert links.told() == [
        KnownLink(place=URL, state=Reach.UNSAFE, slow_ms=0, times_left=None, times_asked=0)
    ]
    assert seen(links, URL) == [Reach.UNSAFE]


def test_it_says_how_often_it_was_looked_at_and_what_is_left(links: SimulatedLinks) -> None:
    tell(links, URL, times=1)
    tell(links, "a.example")
    seen(links, URL, URL, "https://a.example/", "https://a.example/b")
    assert [(each.place, each.times_left, each.times_asked) for each in links.told()] == [
        ("a.example", None, 2),
        (URL, 0, 1),
    ]


def test_a_slow_site_takes_its_time_and_answers(links: SimulatedLinks) -> None:
    tell(links, URL, Reach.REACHED, slow_ms=1500)
    assert seen(links, URL) == [Reach.REACHED]
    assert WAITED == [1.5]


@pytest.mark.parametrize(
    ("slow_ms", "state"), [(9999, Reach.REACHED), (10_000, Reach.SILENT), (60_000, Reach.SILENT)]
)
def test_a_site_that_takes_too_long_is_silent(links: SimulatedLinks, slow_ms: int, state: Reach) -> None:
    tell(links, URL, Reach.REACHED, slow_ms=slow_ms)
    assert seen(links, URL) == [state]
    assert min(slow_ms / 1000, WITHIN_S) == WAITED.pop()


@pytest.mark.parametrize(
    "place", ["", "localhost", "127.0.0.1", "http://shop.example", "a b.example", "a/../b"]
)
def test_only_a_host_or_a_link_can_be_told_of(place: str) -> None:
    with pytest.raises(ValidationError):
        ToldLink(place=place, state=Reach.BROKEN)


def test_a_worker_looks_at_the_web_unless_the_world_or_the_checks_are_simulated(engine: Engine) -> None:
    assert isinstance(links_of(Settings(), engine), WebLinks)
    for settings in (
        Settings(link_checks="simulated"),
        Settings(simulator=True),
        Settings(simulator=True, link_checks="real"),
    ):
        assert isinstance(links_of(settings, engine), SimulatedLinks)
