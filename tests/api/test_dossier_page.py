"""The dossier as a page: what people wrote stays text, and nobody else is asked for anything."""

import pytest

from api.pages import columns, moment, money, plain
from tests.api.conftest import Quiet
from tests.api.dossiers import EVIDENCE, PROVIDER, Reading, page, put, told

HOSTILE = {
    "a script": "</style></blockquote><script>alert(1)</script>",
    "an image": '<img src=x onerror="alert(1)">',
    "an attribute": '" onmouseover="alert(1)" style="display:none',
    "a template": "{{ 7 * 7 }}{% for x in y %}",
    "an entity": "&lt;b&gt;&amp;",
}
TURNED = "invoice\u202efdp.exe \u2066x\u200f"


async def test_the_page_says_it_in_both_languages_and_in_local_time(quiet: Quiet) -> None:
    path = put(quiet, told(2, "version_submitted", PROVIDER, data={"evidence": [EVIDENCE]}))
    html = await page(quiet, path)
    text = Reading(html).text
    for shown in ("案卷 Dossier", "经过 What happened", "实施中 implementing", "提交版本 version_submitted"):
        assert shown in text
    assert "2026-03-01 18:30:00 +08:00" in text
    assert "¥1,234.56" in text
    assert EVIDENCE["name"] in text
    assert f'<span class="hash">sha256 {EVIDENCE["sha256"]}</span>' in html


async def test_the_page_asks_nobody_for_anything(quiet: Quiet) -> None:
    html = await page(quiet, put(quiet))
    tags = Reading(html).tags
    assert {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "a", "form", "object"} == set()
    assert {name for _, attributes in tags for name in attributes} <= {
        *("lang", "charset", "name", "content", "class", "colspan")
    }
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_people_wrote_stays_text(quiet: Quiet, name: str) -> None:
    said = HOSTILE[name]
    data = {"reason": said, "statement": said, "evidence": [{**EVIDENCE, "name": said}], "detail": [said]}
    path = put(quiet, told(2, "declined", PROVIDER, data={**data, "deep": {said: {said: said}}}))
    harmless = Reading(await page(quiet, put(quiet, told(2, "declined", PROVIDER, data={"reason": "x"}))))
    found = Reading(await page(quiet, path))
    assert found.text.count(said) == 7
    assert {tag for tag, _ in found.tags} == {tag for tag, _ in harmless.tags}
    assert found.open == []


async def test_marks_that_turn_text_around_are_shown_and_end_where_they_stand(quiet: Quiet) -> None:
    path = put(
        quiet,
        told(2, "declined", PROVIDER, data={"reason": TURNED, "evidence": [{**EVIDENCE, "name": TURNED}]}),
    )
    html = await page(quiet, path)
    assert html.count("<bdi>invoice⟨U+202E⟩fdp.exe ⟨U+2066⟩x⟨U+200F⟩</bdi>") == 2
    assert not set("\u202e\u2066\u200f") & set(html)


async def test_very_long_words_are_broken(quiet: Quiet) -> None:
    word = "长" * 2000 + "w" * 2000
    html = await page(quiet, put(quiet, told(2, "declined", PROVIDER, data={"statement": word})))
    assert word in html
    assert "overflow-wrap: anywhere" in html.partition("</style>")[0].partition("body {")[2].partition("}")[0]


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (123456, "¥1,234.56"),
        (-123456, "−¥1,234.56"),
        (10**15, "¥10,000,000,000,000.00"),
    ],
)
def test_money_is_written_out(fen: int, shown: str) -> None:
    assert money(fen) == shown


def test_money_of_another_country_says_so() -> None:
    assert money(-5, "USD") == "−USD 0.05"


def test_a_moment_is_local_and_says_so() -> None:
    assert moment("2020-12-27T16:00:00+00:00") == "2020-12-28 00:00:00 +08:00"


def test_letters_and_emoji_stay_as_they_are() -> None:
    assert plain("王 né 👩\u200d🔧\nwho") == "王 né 👩\u200d🔧\nwho"
    assert plain("a\u0000b\u001bc\ufeff") == "a⟨U+0000⟩b⟨U+001B⟩c⟨U+FEFF⟩"


def test_a_list_of_the_same_facts_is_a_table_without_columns_that_say_nothing() -> None:
    rows = [
        {"name": "identity", "reasons": [], "until": None},
        {"name": "deposit", "reasons": [], "until": "x"},
    ]
    assert columns(rows) == ["name", "until"]
    assert columns([*rows, {"name": "fee"}]) == []
    assert columns(["a", "b"]) == columns([]) == columns({"a": "b"}) == []


async def test_a_checklist_is_shown_as_a_table(quiet: Quiet) -> None:
    listed = [{"name": name, "state": "missing", "rule": "AMB-01"} for name in ("identity", "deposit")]
    html = await page(quiet, put(quiet, told(2, "version_submitted", PROVIDER, data={"checklist": listed})))
    assert "<th>name</th><th>rule</th><th>state</th>" in html
    assert html.count("<bdi>missing</bdi>") == 2
