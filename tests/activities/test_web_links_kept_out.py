"""Where looking at a link never leads, whatever a link, a name or a redirect says."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.gateways import web_links
from activities.gateways.web_links import Network, WebLinks
from models.links import LinkState, Reach
from models.rules.public_addresses import is_public
from tests.activities.web_server import ELSEWHERE, HERE, SHOP, Web, serving_web

NOT_PUBLIC = LinkState(state=Reach.UNSAFE, detail="its name leads to an address that is not public")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_web(tmp_path) as web:
        yield web


def look(web: Web, url: str, **network: object) -> LinkState:
    return WebLinks(web.network(**network)).look([url])[url]


def test_production_admits_public_addresses_alone() -> None:
    assert Network().admits is is_public
    assert (Network().port, Network().trust) == (443, None)
    assert WebLinks()._network == Network()


def test_a_name_of_this_machine_is_never_connected_to(web: Web) -> None:
    assert look(web, f"https://{SHOP}/", admits=is_public) == NOT_PUBLIC
    assert web.connections == 0


def test_the_name_system_is_asked_for_the_whole_name_and_not_believed(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this machine's own domain there may be a host of that name."""
    asked = []

    def answer(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append((host, port))
        return [
            (2, 1, 6, "", (HERE, port)),
            (2, 2, 17, "", (HERE, port)),
            (10, 1, 6, "", ("::1", port, 0, 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert Network().resolve(SHOP) == [HERE, "::1"]
    assert WebLinks().look([f"https://{SHOP}/"]) == {f"https://{SHOP}/": NOT_PUBLIC}
    assert asked == [(f"{SHOP}.", 443)] * 2


@pytest.mark.parametrize("private", ["10.0.0.1", "169.254.169.254", "::1", "fe80::1%lo", "::ffff:127.0.0.1"])
def test_a_name_with_one_private_address_is_refused_whole(web: Web, private: str) -> None:
    for addresses in ([HERE, private], [private, HERE]):
        web.addresses[SHOP] = addresses
        assert look(web, f"https://{SHOP}/") == NOT_PUBLIC
    assert web.connections == 0


def test_a_name_is_resolved_once_and_its_address_is_the_one_that_is_connected_to(web: Web) -> None:
    """Who checks one answer and connects by another can be led anywhere."""
    answers = [[HERE], ["127.0.0.2"]]

    def resolve(host: str) -> list[str]:
        web.resolved.append(host)
        return answers.pop(0)

    web.say("/", 404)
    assert look(web, f"https://{SHOP}/", resolve=resolve).detail == "answers 404"
    assert web.resolved == [SHOP]
    assert [seen.method for seen in web.seen] == ["HEAD", "GET"]


def test_a_name_that_changes_on_the_way_is_checked_again(web: Web) -> None:
    answers = [[HERE], ["192.168.1.1"]]
    web.say("/a", 302, Location="/b")
    assert look(web, f"https://{SHOP}/a", resolve=lambda _: answers.pop(0)) == NOT_PUBLIC
    assert len(web.seen) == 1


@pytest.mark.parametrize(
    "target",
    [
        *("https://127.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/"),
        *("https://2130706433/", "https://0x7f.1/", "https://localhost/", "https://db.internal/"),
        *("http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "//127.0.0.1/"),
        *("https://shop.example:8443/", "https://user@shop.example/", f"https://{ELSEWHERE}@127.0.0.1/"),
        *("https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "gopher://shop.example:70/_"),
    ],
)
def test_a_redirect_to_where_no_link_may_lead_is_not_followed(web: Web, target: str) -> None:
    assert look(web, web.say("/a", 302, Location=target)).state is Reach.UNSAFE
    assert web.resolved == [SHOP]
    assert len(web.seen) == 1


def test_a_redirect_to_a_name_of_a_private_address_is_not_followed(web: Web) -> None:
    web.addresses["inner.example"] = ["127.0.0.2"]
    assert look(web, web.say("/a", 302, Location="https://inner.example/")) == NOT_PUBLIC
    assert web.connections == 1


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "https://127.0.0.1/", "https://shop.example:22/", "file:///etc/passwd", ""],
)
def test_what_is_no_link_is_not_even_looked_up(web: Web, url: str) -> None:
    assert look(web, url).state is Reach.UNSAFE
    assert (web.resolved, web.connections) == ([], 0)


def test_a_site_hears_its_name_and_nothing_of_ours(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    web.say("/a", 404, Set_Cookie="session=1; Path=/")
    url = f"https://{SHOP.upper()}/a?x=%20é#part"
    web.say("/a?x=%20%C3%A9", 404, Set_Cookie="session=1; Path=/")
    assert look(web, url).detail == "answers 404"
    for seen in web.seen:
        assert (seen.host, seen.name, seen.path) == (SHOP, SHOP, "/a?x=%20%C3%A9")
        assert seen.headers == {
            **{"host": SHOP, "user-agent": "link-check/1", "accept": "*/*"},
            **{"accept-encoding": "identity", "connection": "close"},
        }
    assert len(web.seen) == 2


def test_nothing_that_a_site_says_is_repeated(web: Web) -> None:
    said = look(web, web.say("/a", 302, Location="https://x.internal/<script>"))
    assert said.detail in {detail for _, detail in web_links.LEADS_ASTRAY.values()}


def test_many_look_at_once(web: Web) -> None:
    links = WebLinks(web.network())
    urls = [web.say(f"/{each}", status) for each, status in enumerate((200, 404, 503, 200))]
    said: dict[str, LinkState] = {}
    threads = [threading.Thread(target=lambda url=url: said.update(links.look([url]))) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [said[url].state for url in urls] == [Reach.REACHED, Reach.BROKEN, Reach.SILENT, Reach.REACHED]


async def test_it_looks_from_a_thread_beside_a_loop_that_runs(web: Web) -> None:
    links, url = WebLinks(web.network()), web.say("/", 200)
    assert (await asyncio.to_thread(links.look, [url]))[url].state is Reach.REACHED
