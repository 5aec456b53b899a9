"""The difference between two texts: readable, whole, and in bounded work."""

import random
from collections import Counter
from collections.abc import Iterator
from difflib import Match, SequenceMatcher
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.text_differences import (
    MOST_PIECES,
    WORK_PER_CHARACTER,
    WORK_TO_BEGIN,
    Piece,
    pieces,
)

LONGEST = 20_000


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(str(each.kind), each.text) for each in pieces(before, after)]


def before_and_after(found: tuple[Piece, ...]) -> tuple[str, str]:
    return (
        "".join(each.text for each in found if each.kind != "added"),
        "".join(each.text for each in found if each.kind != "removed"),
    )


def test_words_that_changed_stand_among_those_that_did_not() -> None:
    assert told("Set up in a day. Warns you.", "Set up in an hour. Warns you.") == [
        ("kept", "Set up in "),
        ("removed", "a day"),
        ("added", "an hour"),
        ("kept", ". Warns you."),
    ]


def test_ideographs_are_words_of_their_own() -> None:
    assert told("一天内部署完成。", "两天内部署完成。") == [
        ("removed", "一"),
        ("added", "两"),
        ("kept", "天内部署完成。"),
    ]


def test_a_sentence_that_is_new_is_one_piece() -> None:
    assert told("One. Three.", "One. Two is new. Three.") == [
        ("kept", "One. "),
        ("added", "Two is new. "),
        ("kept", "Three."),
    ]
    assert told("第一段。\n第二段。\n", "第一段。\n") == [("kept", "第一段。\n"), ("removed", "第二段。\n")]


def test_a_sentence_that_has_little_in_common_is_told_as_replaced() -> None:
    """Three words of ten are enough, and two are not."""
    before = "a1 b1 c1 d1 e1 f1 g1 h1 i1 j1"
    assert told(before, "a1 b2 b1 d2 c2 f2 h2 i2 j2 k2") == [
        ("removed", before),
        ("added", "a1 b2 b1 d2 c2 f2 h2 i2 j2 k2"),
    ]
    assert told(before, "a1 b1 c1 d1 e2 f2 g2 h2 i2 j2")[0] == ("kept", "a1 b1 c1 d1 ")


def test_sentences_of_a_paragraph_are_compared_one_by_one() -> None:
    assert told("one two three.\nfour five six.\n", "one two 3.\nfour five 6.\n") == [
        ("kept", "one two "),
        ("removed", "three"),
        ("added", "3"),
        ("kept", ".\nfour five "),
        ("removed", "six"),
        ("added", "6"),
        ("kept", ".\n"),
    ]


def test_one_that_was_replaced_does_not_hide_what_was_kept_of_the_next() -> None:
    before, after = f"{'abc ' * 20}.\n", f"{'xyz ' * 20}.\n"
    assert told(f"{before}four five six.\n", f"{after}four five 6.\n") == [
        *(("removed", before), ("added", after)),
        *(("kept", "four five "), ("removed", "six"), ("added", "6"), ("kept", ".\n")),
    ]


def test_nothing_is_told_of_nothing() -> None:
    assert told("", "") == []
    assert told("", "a b") == [("added", "a b")]
    assert told("a b", "") == [("removed", "a b")]
    assert told("a b", "a b") == [("kept", "a b")]


@given(
    st.text(alphabet="ab 一二。.\n\r\u2028é😀", max_size=60),
    st.text(alphabet="ab 一二。.\n\r\u2028é😀", max_size=60),
)
def test_the_pieces_make_up_both_texts(before: str, after: str) -> None:
    """Removed stands before added, and no two of a kind stand side by side."""
    found = pieces(before, after)
    assert before_and_after(found) == (before, after)
    kinds = [str(each.kind) for each in found]
    assert ("added", "removed") not in pairwise(kinds)
    assert all(one != other for one, other in pairwise(kinds))


def hostile() -> Iterator[tuple[str, str]]:
    """Pairs of which a comparison without bounds takes minutes."""
    chance = random.Random(1)
    for separator, signs in (("\n", 50), ("", 50), ("。", 1000)):
        alphabet = [chr(0x4E00 + place) for place in range(signs)]
        before, after = (separator.join(chance.choices(alphabet, k=LONGEST)) for _ in range(2))
        yield before[:LONGEST], after[:LONGEST]
    for width in (100, 400):
        before, after = (
            "\n".join(
                "一".join(chr(first + place) for place in range(width // 2)) for _ in range(LONGEST // width)
            )
            for first in (0x5000, 0x7000)
        )
        yield before, after
    yield "a\n" * 10_000, "b\na\n" * 5_000
    yield "a\nc\n" * 5_000, "b\nd\n" * 5_000


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the stretches that are compared, and the pairs of equal places that are looked at there."""
    done: Counter[str] = Counter()
    find, begin = SequenceMatcher.find_longest_match, SequenceMatcher.set_seqs

    def counted(self: Any, alo: int, ahi: int, blo: int, bhi: int) -> Match:
        done["pairs"] += sum(1 + len(self.b2j.get(each, ())) for each in self.a[alo:ahi])
        return find(self, alo, ahi, blo, bhi)

    def begun(self: Any, before: Any, after: Any) -> None:
        done["stretches"] += 1
        begin(self, before, after)

    monkeypatch.setattr(SequenceMatcher, "find_longest_match", counted)
    monkeypatch.setattr(SequenceMatcher, "set_seqs", begun)
    return done


@pytest.mark.parametrize("pair", [*hostile()], ids=lambda _: "")
def test_no_pair_of_texts_takes_more_than_it_may(done: Counter[str], pair: tuple[str, str]) -> None:
    """The first stretch is the text by its sentences."""
    found = pieces(*pair)
    begun = WORK_TO_BEGIN * (done["stretches"] - 1)
    assert 0 < begun + done["pairs"] <= WORK_PER_CHARACTER * sum(map(len, pair))
    assert len(found) <= MOST_PIECES
    assert before_and_after(found) == pair


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        ([*"把网关接到云上并在一天之内告诉您"], "。"),
        (["the ", "gate ", "warns ", "you ", "of ", "what ", "it ", "finds "], "there.\n"),
    ],
    ids=["ideographs", "words"],
)
def test_a_long_text_is_told_by_words_where_one_in_three_sentences_changed(
    words: list[str], mark: str
) -> None:
    chance = random.Random(2)
    before = [chance.choices(words, k=20) for _ in range(LONGEST // 110)]
    after = [["新 ", *each[1:]] if place % 3 == 0 else each for place, each in enumerate(before)]
    found = pieces(*("".join("".join(each) + mark for each in text) for text in (before, after)))
    assert [each.text for each in found if each.kind == "added"] == ["新 "] * len(after[::3])
    assert all(each.text in words for each in found if each.kind == "removed")


def test_a_long_text_without_sentences_is_told_by_words_where_few_changed() -> None:
    words = random.Random(3).choices([f"w{each} " for each in range(300)], k=LONGEST // 5)
    after = [f"new{place} " if place % 900 == 450 else each for place, each in enumerate(words)]
    found = pieces("".join(words), "".join(after))
    assert [each.text for each in found if each.kind == "added"] == [
        f"new{n} " for n in range(450, 4000, 900)
    ]


def test_more_pieces_than_anybody_reads_are_told_by_sentences_and_then_whole() -> None:
    before, after = (
        "".join(f"a{n} b{n} c{n} {word}{n}.\nkept {n}.\n" for n in range(count))
        for count, word in ((300, "d"), (300, "e"))
    )
    assert len(pieces(before, after)) == 300 * 3 + 1

    def lines(count: int, word: str) -> str:
        return "".join(f"a {word}{n} c {word}{n} d.\nkept {n}.\n" for n in range(count))

    by_sentences = told(lines(300, "x"), lines(300, "y"))
    assert len(by_sentences) == 300 * 3
    assert by_sentences[0] == ("removed", "a x0 c x0 d.\n")
    assert [kind for kind, _ in told(lines(400, "x"), lines(400, "y"))] == ["removed", "added"]


def test_both_ends_of_a_text_are_kept_whatever_stands_between() -> None:
    alike = "same words. " * 500
    one, other = "一" * 6000 + "。", "二" * 3000 + "。" + "二" * 3000 + "。"
    told_of = told(f"{alike}{one}{alike}", f"{alike}{other}{alike}")
    assert told_of == [("kept", alike), ("removed", one), ("added", other), ("kept", alike)]
