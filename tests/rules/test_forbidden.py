from datetime import datetime
from itertools import chain, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogues import Entry
from models.periods import CHINA
from models.policies.catalogues import load_catalogues
from models.rules.forbidden import Match, matches, normalised

MARKETS = load_catalogues()
SHIPPED = [each for catalogue in MARKETS.values() for each in catalogue.entries]


def entry(*terms: str, **changes: Any) -> Entry:
    said = {
        "name": terms[0] if terms[0].isascii() and " " not in terms[0] else "named",
        "kind": "content",
        "title": "Made up",
        "title_zh": "虚构",
        "terms": terms,
        "effective_from": datetime(2020, 1, 1, tzinfo=CHINA),
        "rule": "ALI-RECT-01",
    }
    return Entry.model_validate(said | changes)


def found(text: str, *terms: str) -> bool | None:
    """Whether exactly; None where nothing is found."""
    return next((match.exact for match in matches(text, [entry(*terms)])), None)


@pytest.mark.parametrize(
    "text",
    [
        "vpn",
        "VPN",
        "ＶＰＮ",
        "ⓥⓟⓝ",
        "🅥🅟🅝",
        "🆅🅿🅽",
        "🇻🇵🇳",
        "𝐯𝓹𝕟",
        "v.p.n",
        "v*p*n",
        "V-P_N",
        "V P N",
        "v\u200bp\u2060n",
        "v\u0336p\u0336n\u0336",
        "v\u00adpn",
        "ṽṕñ",
        "νрn",
        "v\u3164pn",
        "v\u0345pn",
        "(v)(p)(n)",
        "⒱⒫⒩",
        "v\np\nn",
        "用VPN服务",
        "best-vpn.example",
        "Now:VPN!",
    ],
)
def test_a_word_is_found_however_it_is_dressed(text: str) -> None:
    assert found(text, "vpn") is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vpnext",
        "revpn",
        "vpn2",
        "TV pn",
        "a TV P network",
        "MVP next",
        "rev. pn",
        "re\u200bvpn",
        "tv\u0301pn",
        "v p",
        "网页 v 品牌 p 你 n",
    ],
)
def test_letters_that_only_meet_by_chance_are_no_word(text: str) -> None:
    assert found(text, "vpn") is None


@pytest.mark.parametrize("text", ["now here", "V pn", "vp n", "now\there"])
def test_words_that_make_another_one_when_joined_are_for_a_person(text: str) -> None:
    assert found(text, "nowhere", "vpn") is False


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("We BUY  reviews!", True),
        ("buyreviews", True),
        ("buy-reviews", True),
        ("b.u.y r.e.v.i.e.w.s", True),
        ("b u y r e v i e w s", True),
        ("What you buy. Reviews follow.", False),
        ("buy\n\nreviews", False),
        ("buy re views", False),
        ("buy，reviews", False),
        ("buy our reviews", None),
        ("buyer reviews", None),
        ("busy reviews", None),
    ],
)
def test_a_phrase_stands_where_its_words_do(text: str, exact: bool | None) -> None:
    assert found(text, "buy reviews") is exact


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("本店代开专票，价优", True),
        ("代 开 专 票", True),
        ("代*开·专_票", True),
        ("代．开．专．票", True),
        ("代。开。专。票", True),
        ("代开 专票", True),
        ("㈹开专票", True),
        ("⼈代开专票", True),
        ("时代。开专票", False),
        ("时代,开专票", False),
        ("时代\n开专票", False),
        ("代开普票", None),
        ("代为开专票", None),
    ],
)
def test_ideographs_are_found_within_a_sentence_and_not_across_two(text: str, exact: bool | None) -> None:
    assert found(text, "代开专票") is exact


def test_two_letters_that_stand_alone_are_no_word_spelt_out() -> None:
    assert found("plan a b", "ab") is False
    assert found("我 刷。单 好", "刷单") is False
    assert found("a.b", "ab") is True


def test_a_term_of_both_scripts_is_found_without_regard_to_the_space_between() -> None:
    for text in ("VPN服务", "vpn 服务", "用VPN 服务", "V.P.N服务"):
        assert found(text, "vpn服务") is True
    assert found("revpn服务", "vpn服务") is None
    assert found("刷单apple", "刷单app") is None


def test_exact_wins_over_what_is_similar_and_each_entry_is_found_once() -> None:
    reviews = entry("buy reviews", "刷好评", similar=("刷单", "paid reviews"))
    invoices = entry("代开专票", similar=("开票",))
    text = "刷单 buy. Reviews 刷好评 刷好评; 代开专票"
    assert matches(text, [invoices, reviews]) == [
        Match(entry=invoices, term="代开专票", exact=True),
        Match(entry=reviews, term="刷好评", exact=True),
    ]
    assert matches("paid reviews 刷单", [reviews]) == [Match(entry=reviews, term="刷单", exact=False)]
    assert matches("paid reviews 刷单 buy. Reviews", [reviews]) == [
        Match(entry=reviews, term="buy reviews", exact=False)
    ]
    assert matches("stationery", [reviews, invoices]) == []
    assert matches(text, []) == []


def test_an_exact_find_is_not_missed_behind_one_that_is_not() -> None:
    assert found("buy. Reviews, then buy reviews", "buy reviews") is True
    assert found("revpn vpnext TV pn vpn", "vpn") is True


def test_only_letters_and_digits_are_left() -> None:
    assert normalised(" Ｆake  *Ré-views*！ ①２Ⓒ\u200b刷。单\n") == "fakereviews12c刷单"
    assert normalised("ﬃ ß") == "ffiss"
    assert normalised("。 *\u200b\u0301") == ""


def test_what_is_normalised_is_so_already() -> None:
    """Of every character but the many ideographs and syllables that are taken as they are."""
    for letter in map(chr, chain(range(0x3400), range(0xF900, 0x20000), range(0x2F800, 0x2FA20))):
        assert normalised(normalised(letter)) == normalised(letter), f"{ord(letter):x}"


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(SHIPPED))
def test_any_text_around_a_term_that_a_clause_sets_off_hides_nothing(
    before: str, after: str, shipped: Entry
) -> None:
    text = f"{before}。\n{shipped.terms[0]}。\n{after}"
    [match] = matches(text, [shipped])
    assert match.exact


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_every_word_of_ours_is_found_as_it_stands_and_hidden(shipped: Entry) -> None:
    for term in shipped.terms:
        for text in (term, term.upper(), f"这里{term}。", "*".join(term), "\u200b".join(term)):
            assert [match.exact for match in matches(text, [shipped])] == [True], text
    for term in shipped.similar:
        assert len(matches(term, [shipped])) == 1, term


HARMLESS = [
    "印刷单价与印刷单据管理系统",
    "为您代考虑周全的现代考试系统",
    "面向现代开发票务系统的第三方代开发",
    "We detect fake reviews and fake orders before buyers see them.",
    "本隐私政策承诺：我们不会出售个人信息。",
    "反欺诈：识别虚开发票、信用卡套现与短信轰炸",
    "Buyers review products; reviewers buy nothing.",
    "烟草行业解决方案，专卖烟草局适用",
    "A casino royale of colours; lottery of ideas.",
    "不动产办证大厅排队系统，时代挂号系统",
]


@pytest.mark.parametrize(("text", "market"), [*product(HARMLESS, MARKETS)])
def test_nothing_harmless_is_refused_without_a_person(text: str, market: str) -> None:
    assert [match.term for match in matches(text, MARKETS[market].entries) if match.exact] == []


@pytest.mark.parametrize(
    "text", ["云服务器运维与监控", "A booking system for hotels and their guests.", "小程序商城模板"]
)
def test_what_everybody_sells_troubles_nobody(text: str) -> None:
    assert matches(text, SHIPPED) == []


MOST = 20_000
HOSTILE = {
    "marks": "a" + "\u0301\u0323" * MOST,
    "expanding": "\ufdfa" * MOST,
    "stars": "*" * MOST,
    "one letter": "a" * MOST,
    "nearly": "buy review " * MOST,
    "words joined": "on line. casino " * MOST,
    "spelt out": "b u y r e v i e w " * MOST,
    "ideographs": "代开" * MOST,
    "nothing": "\ud800\x00\u200b\U000e0041" * MOST,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    """The test's own limit of time stands against a search that grows with the square of the text."""
    entries = [each.model_copy(update={"name": f"{each.name}-{n}"}) for n in range(5) for each in SHIPPED][
        :200
    ]
    assert len(entries) == 200
    body = f"{text[: MOST - 20]}。网上投注。buy reviews"
    terms = {match.term for match in matches(body, entries) if match.exact}
    assert terms == {"网上投注", "buy reviews"}


def test_a_character_that_stands_for_a_sentence_is_left_as_it_is() -> None:
    """U+FDFA is eighteen letters: a text of such characters would take long to read."""
    assert normalised("\ufdfa" * 3) == "\ufdfa" * 3
    assert normalised("\u3392") == "mhz"
