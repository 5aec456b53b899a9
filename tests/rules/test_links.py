"""Which links may stand in a description, and which cannot (ALI-RECT-01)."""

import pytest
from httpx import URL
from hypothesis import example, given
from hypothesis import strategies as st

from models.rules.findings import Finding
from models.rules.links import LONGEST, host_of, link_findings


def codes(url: str) -> list[str]:
    return [finding.code for finding in link_findings(url, "link")]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example", "shop.example"),
        ("HTTPS://Shop.Example:443/a/b.html?x=1&y=%20#part", "shop.example"),
        ("https://shop.example/产品/说明?名=值", "shop.example"),
        ("https://shop.example/~a/(b)/@c", "shop.example"),
        ("https://例子.example/", "xn--fsqu00a.example"),
        ("https://xn--fsqu00a.example/", "xn--fsqu00a.example"),
        ("https://天猫shop.example", "xn--shop-pw6gs54k.example"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://москва.рф", "xn--80adxhks.xn--p1ai"),
        ("https://r3---a.example", "r3---a.example"),
        ("https://1.2.3.4.a1.example", "1.2.3.4.a1.example"),
        ("https://10086.cn", "10086.cn"),
    ],
)
def test_a_public_https_link_may_stand(url: str, host: str) -> None:
    assert codes(url) == []
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://shop.example/",
            "ftp://shop.example/",
            "//shop.example/",
            "shop.example/a",
            "javascript:alert(1)",
        ),
        *("data:text/html,b", "mailto:a@shop.example", ""),
    ],
)
def test_a_link_is_https(url: str) -> None:
    assert codes(url) == ["link-not-https"]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "8.8.8.8",
            "8.8.8.8.",
            "0x7f.0.0.1",
            "0x7f000001",
            "0X7F.1",
            "0177.0.0.1",
            "2130706433",
        ),
        *(
            "127.1",
            "１２７.0.0.1",
            "127。0。0。1",
            "①②⑦.1",
            "0x",
            "[::1]",
            "[2001:4860::8888]",
            "[::ffff:127.0.0.1]",
        ),
        "a.b.127",
    ],
)
def test_a_link_names_a_site_and_no_address(host: str) -> None:
    assert codes(f"https://{host}/") == ["link-not-public"]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost",
            "shop",
            "a.localhost",
            "printer.local",
            "db.internal",
            "a.test",
            "a.invalid",
            "a.onion",
        ),
        *("1.0.0.127.in-addr.arpa", "a.home.arpa", "a.LAN", "a.corp"),
    ],
)
def test_a_link_names_a_public_site(host: str) -> None:
    assert codes(f"https://{host}/") == ["link-not-public"]


@pytest.mark.parametrize("user", ["a@", "a:b@", ":@", "@", "shop.example@", "%61@"])
def test_a_link_carries_no_credentials(user: str) -> None:
    assert codes(f"https://{user}shop.example/") == ["link-deceptive"]


@pytest.mark.parametrize(("port", "found"), [("443", []), ("80", ["link-port"]), ("8443", ["link-port"])])
def test_a_link_is_on_the_usual_port(port: str, found: list[str]) -> None:
    assert codes(f"https://shop.example:{port}/") == found


@pytest.mark.parametrize("port", ["0", "444", "442", "65535"])
def test_no_other_port_will_do(port: str) -> None:
    assert codes(f"https://shop.example:{port}/") == ["link-port"]


@pytest.mark.parametrize(
    "hidden",
    [
        *(
            "\0",
            "\t",
            "\n",
            "\r",
            " ",
            "\x7f",
            "\x85",
            "\xa0",
            "\xad",
            "\u200b",
            "\u200d",
            "\u2028",
            "\u202e",
        ),
        *("\u2066", "\u3000", "\ufeff", "\ud800", "\ue000", "\uffff", "\U000e0041", "\\"),
    ],
)
@pytest.mark.parametrize(
    "where", ["{}https://shop.example/", "https://sh{}op.example/", "https://shop.example/{}"]
)
def test_everything_in_a_link_can_be_seen(hidden: str, where: str) -> None:
    assert codes(where.format(hidden)) == ["link-malformed"]


@pytest.mark.parametrize(
    "url", ['https://shop.example/"><script>', "https://shop.example/<a", "https://shop.example/?q=>"]
)
def test_nothing_in_a_link_ends_it(url: str) -> None:
    assert codes(url) == ["link-malformed"]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            "a..example",
            ".a.example",
            "a.example.",
            "-a.example",
            "a-.example",
            "a_b.example",
            "a%2eexample",
        ),
        *(
            "a" * 64 + ".example",
            "ａ.example",
            "a。example",
            "xn--a.example",
            "xn--80ak6aa92e-.example",
            "ﬁ.example",
        ),
        *("☃.example", "\u0301a.example", "[::1", "shop.example:port", "shop.example:99999"),
        *(".".join(["a" * 60] * 5) + ".example", ".".join(["例" * 20] * 10) + ".example", "a\u0300.example"),
    ],
)
def test_a_host_is_one_that_a_site_can_have(host: str) -> None:
    assert codes(f"https://{host}/") == ["link-malformed"]


@pytest.mark.parametrize(
    "host",
    [
        *("pаypal.example", "аррӏе.example", "xn--80ak6aa92e.example", "www.аррӏе.example", "οοο.example"),
        *("aliyunα.example", "shopж.example", "ɡoogle.example", "lıve.example", "天ж.example", "ոս.example"),
        *("comノa.shop.example", "a一b.example", "q\u0307.example", "ѕ0ѕ.example"),
    ],
)
def test_a_host_cannot_be_taken_for_another(host: str) -> None:
    assert codes(f"https://{host}/") == ["link-deceptive"]


@pytest.mark.parametrize(
    "host",
    ["сору.рф", "一号店.example", "コーヒー.example", "佐々木.example", "한국shop.example", "ελλάδα.example"],
)
def test_a_host_in_a_script_of_its_own_may_stand(host: str) -> None:
    assert codes(f"https://{host}/") == []


def test_a_link_has_500_characters_at_most() -> None:
    longest = "https://shop.example/".ljust(LONGEST, "a")
    assert LONGEST == 500
    assert codes(longest) == []
    assert codes(longest + "a") == ["link-malformed"]
    assert link_findings(longest + "a", "link", longest=501) == []


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert codes("http://me:secret@pаypal.internal:8080/") == [
        *("link-not-https", "link-deceptive", "link-port", "link-not-public", "link-deceptive")
    ]


def test_a_finding_names_its_field_its_rule_and_what_to_do() -> None:
    assert link_findings("http://shop.example", "links[0].url") == [
        Finding(
            field="links[0].url",
            code="link-not-https",
            rule="ALI-RECT-01",
            detail="it does not begin with https://",
            next="give its https address",
        )
    ]


HOSTS = st.text(st.sampled_from("aé例жο1-.xn。@:[]%/?#\\ ノ一"), max_size=30) | st.text(max_size=30)


@given(HOSTS, st.text(max_size=20))
@example("ß.example", "")
@example("a.example", "//b.example/..")
def test_any_text_at_all_is_judged_and_two_readers_agree_on_what_may_stand(host: str, rest: str) -> None:
    url = f"https://{host}/{rest}"
    if not link_findings(url, "link"):
        read = URL(url)
        assert (read.scheme, read.raw_host.decode(), read.port, read.userinfo) == (
            *("https", host_of(url), None, b""),
        )


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    assert all(finding.rule == "ALI-RECT-01" for finding in link_findings(text, "link"))
