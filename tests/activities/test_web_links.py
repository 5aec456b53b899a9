"""What looking at a link says, over real connections to a server of this machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.gateways.web_links import MOST_BYTES, NAMES_AT_ONCE, REDIRECTS, WebLinks
from models.links import LinkState, Reach
from tests.activities.web_server import (
    ANOTHERS,
    ELSEWHERE,
    HERE,
    LAPSED,
    SELF_SIGNED,
    SHOP,
    Web,
    serving_web,
)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_web(tmp_path) as web:
        yield web


def look(web: Web, url: str, **network: object) -> LinkState:
    return WebLinks(web.network(**network)).look([url])[url]


def impatient(web: Web, url: str, **network: object) -> LinkState:
    return WebLinks(web.network(**network), within_s=0.5).look([url])[url]


@pytest.mark.parametrize("status", [200, 204, 206, 300, 400, 401, 403, 406, 451])
def test_a_site_that_answers_is_reached(web: Web, status: int) -> None:
    assert look(web, web.say("/a", status)) == LinkState(state=Reach.REACHED, detail=f"answers {status}")


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_broken(web: Web, status: int) -> None:
    assert look(web, web.say("/a", status)) == LinkState(state=Reach.BROKEN, detail=f"answers {status}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_site_that_cannot_say_now_is_silent(web: Web, status: int) -> None:
    assert look(web, web.say("/a", status)) == LinkState(state=Reach.SILENT, detail=f"answers {status}")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_what_head_is_told_get_is_asked_again(web: Web, status: int) -> None:
    web.say("/a", status, method="HEAD")
    assert look(web, web.say("/a", 200, method="GET")).state is Reach.REACHED
    assert [seen.method for seen in web.seen] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [200, 429])
def test_one_question_is_enough_where_it_says_all(web: Web, status: int) -> None:
    look(web, web.say("/a", status))
    assert [seen.method for seen in web.seen] == ["HEAD"]


@pytest.mark.parametrize("path", ["/hangs-up", "/floods"])
def test_a_server_that_makes_no_sense_is_silent(web: Web, path: str) -> None:
    said = LinkState(state=Reach.SILENT, detail="the connection ended without an answer")
    assert look(web, f"https://{SHOP}{path}") == said
    assert [seen.method for seen in web.seen] == ["HEAD", "GET"]


@pytest.mark.parametrize("path", ["/hangs", "/drips"])
def test_who_does_not_answer_in_time_is_silent(web: Web, path: str) -> None:
    said = LinkState(state=Reach.SILENT, detail="no answer in time")
    assert impatient(web, f"https://{SHOP}{path}") == said


def test_a_body_without_end_is_left_alone(web: Web) -> None:
    assert look(web, f"https://{SHOP}/endless").state is Reach.REACHED
    assert web.sent >= MOST_BYTES


def test_a_server_that_is_not_there_is_silent(web: Web) -> None:
    with socket.create_server((HERE, 0)) as server:
        free = server.getsockname()[1]
    assert look(web, f"https://{SHOP}/", port=free) == LinkState(state=Reach.SILENT, detail="no connection")


def test_a_site_is_reached_by_any_of_its_addresses(web: Web) -> None:
    web.addresses[SHOP] = ["127.0.0.2", HERE]
    assert look(web, web.say("/", 200), admits=lambda _: True).state is Reach.REACHED


def test_a_name_that_nobody_has_is_broken(web: Web) -> None:
    assert look(web, "https://unknown.example/") == LinkState(
        state=Reach.BROKEN, detail="its name is unknown"
    )


@pytest.mark.parametrize("error", [socket.EAI_AGAIN, socket.EAI_FAIL])
def test_a_name_server_that_does_not_answer_is_nobodys_fault(web: Web, error: int) -> None:
    def resolve(_: str) -> list[str]:
        raise socket.gaierror(error, "later")

    assert look(web, f"https://{SHOP}/", resolve=resolve).state is Reach.SILENT


def test_a_name_server_that_hangs_does_not_hold_who_asks(web: Web) -> None:
    def resolve(_: str) -> list[str]:
        web.ending.wait()
        return [HERE]

    assert impatient(web, f"https://{SHOP}/", resolve=resolve).state is Reach.SILENT


@pytest.mark.parametrize("host", [LAPSED, SELF_SIGNED, ANOTHERS])
def test_a_certificate_that_is_not_valid_is_unsafe(web: Web, host: str) -> None:
    said = LinkState(state=Reach.UNSAFE, detail="its certificate is not valid")
    assert look(web, f"https://{host}/") == said
    assert web.connections == 1
    assert web.seen == []


def test_only_the_usual_authorities_count_unless_others_are_given(web: Web) -> None:
    web.say("/", 200)
    assert look(web, f"https://{SHOP}/").state is Reach.REACHED
    assert look(web, f"https://{SHOP}/", trust=None).state is Reach.UNSAFE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/b", "b", f"https://{ELSEWHERE}/b", f"//{ELSEWHERE}:443/b"])
def test_redirects_are_followed(web: Web, status: int, target: str) -> None:
    web.say("/b", 410)
    assert look(web, web.say("/a", status, Location=target)).detail == "answers 410"


def test_a_redirect_may_lead_to_a_long_address(web: Web) -> None:
    target = web.say("/b?state=" + "s" * 1000, 200)
    assert look(web, web.say("/a", 302, Location=target)).state is Reach.REACHED


def test_as_many_redirects_as_are_followed_lead_there(web: Web) -> None:
    for step in range(REDIRECTS):
        web.say(f"/{step}", 302, Location=f"/{step + 1}")
    web.say(f"/{REDIRECTS}", 200)
    assert look(web, f"https://{SHOP}/0").state is Reach.REACHED


def test_a_redirect_more_leads_nowhere(web: Web) -> None:
    for step in range(REDIRECTS + 1):
        web.say(f"/{step}", 302, Location=f"/{step + 1}")
    web.say(f"/{REDIRECTS + 1}", 200)
    assert look(web, f"https://{SHOP}/0").state is Reach.BROKEN


def test_a_redirect_that_leads_to_itself_leads_nowhere(web: Web) -> None:
    web.say("/b", 302, Location="/a")
    assert look(web, web.say("/a", 302, Location="/b")).detail == f"redirects more than {REDIRECTS} times"
    assert len(web.seen) == REDIRECTS + 1


def test_a_redirect_without_a_place_is_broken(web: Web) -> None:
    assert look(web, web.say("/a", 302)) == LinkState(state=Reach.BROKEN, detail="answers 302")


@pytest.mark.parametrize(
    "target", ["https://[nowhere/", "https:////[", "https://shop.example:port/", "https://a..b/"]
)
def test_a_redirect_to_what_is_no_place_is_broken(web: Web, target: str) -> None:
    said = LinkState(state=Reach.BROKEN, detail="redirects to what is no address")
    assert look(web, web.say("/a", 302, Location=target)) == said


def test_several_links_are_looked_at_together(web: Web) -> None:
    """One that does not answer takes its time beside the others."""
    urls = [f"https://{SHOP}/hangs", *(web.say(f"/{status}", status) for status in (200, 404))]
    said = WebLinks(web.network(), within_s=3).look([*urls, "http://no.example/"])
    assert [each.state for each in said.values()] == [
        *(Reach.SILENT, Reach.REACHED, Reach.BROKEN, Reach.UNSAFE),
    ]
    assert [*said] == [*urls, "http://no.example/"]


def test_names_that_nobody_answers_for_keep_nobody_elses_waiting(web: Web) -> None:
    """Not even after those who asked for them went away."""

    def resolve(host: str) -> list[str]:
        if host != SHOP:
            web.ending.wait()
        return [HERE]

    links = WebLinks(web.network(resolve=resolve), within_s=3)
    mute = [f"https://{each}.example/" for each in range(2 * NAMES_AT_ONCE)]
    assert {each.state for each in links.look(mute).values()} == {Reach.SILENT}
    url = web.say("/", 200)
    assert links.look([url])[url].state is Reach.REACHED
