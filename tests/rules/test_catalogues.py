from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from models.base import Id
from models.catalogues import NOTHING, Catalogue, Entry, EntryKind
from models.periods import CHINA
from models.policies import BrokenPolicy, load
from models.policies.catalogues import HERE, load_catalogues
from tests.rules.policy_files import line_of, own

MARKETS = load_catalogues()
OURS = (HERE / "service-1688.toml").read_text("utf-8")
MINE = "catalogues/service-1688.toml"
BEGINNING = datetime(2021, 5, 10, tzinfo=CHINA)
LAST_SECOND = datetime(2021, 5, 9, 23, 59, 59, tzinfo=CHINA)
INSTANT = timedelta(microseconds=1)


def entry(**changes: Any) -> Entry:
    said = {
        "name": "tobacco",
        "kind": "content",
        "title": "Tobacco for sale",
        "title_zh": "销售烟草",
        "terms": ["香烟批发"],
        "effective_from": BEGINNING,
        "rule": "S88-POL-05",
    }
    return Entry.model_validate(said | changes)


def test_a_listing_of_the_ninth_follows_the_old_rules_and_one_of_the_tenth_the_new() -> None:
    """S88-POL-04."""
    catalogue = MARKETS["service-1688"]
    assert catalogue.in_force(LAST_SECOND) == ()
    assert catalogue.in_force(BEGINNING - INSTANT) == ()
    assert catalogue.in_force(BEGINNING) == catalogue.entries
    assert {each.announced_on for each in catalogue.entries} == {date(2021, 4, 21)}


def test_the_markets_own_midnight_counts_and_not_that_of_utc() -> None:
    """S88-POL-04, CV-1."""
    catalogue = MARKETS["service-1688"]
    assert catalogue.in_force(datetime.fromisoformat("2021-05-09T15:59:59Z")) == ()
    assert catalogue.in_force(datetime.fromisoformat("2021-05-09T16:00:00Z")) == catalogue.entries


def test_an_entry_ends_before_its_last_instant() -> None:
    ending = entry(effective_until=BEGINNING + timedelta(days=1))
    assert ending.in_force(BEGINNING + timedelta(days=1) - INSTANT)
    assert not ending.in_force(BEGINNING + timedelta(days=1))


def test_a_catalogue_has_another_version_exactly_when_something_else_is_in_force() -> None:
    day = timedelta(days=1)
    first = entry(effective_until=BEGINNING + 3 * day)
    second = entry(name="lottery", effective_from=BEGINNING + day)
    catalogue = Catalogue(entries=(first, second))
    instants = [BEGINNING + each * day for each in range(4)]
    versions = [catalogue.version(at) for at in instants]
    assert len(set(versions)) == 3
    assert versions[1] == versions[2]
    assert [catalogue.version(at + day - INSTANT) for at in instants] == versions
    assert catalogue.version(BEGINNING - INSTANT) == NOTHING == Catalogue().version(BEGINNING)
    for each in (*versions, NOTHING):
        assert TypeAdapter(Id).validate_python(each) == each


def test_other_words_are_another_version_and_another_order_is_none() -> None:
    first, second = entry(), entry(name="lottery")
    version = Catalogue(entries=(first, second)).version(BEGINNING)
    assert Catalogue(entries=(second, first)).version(BEGINNING) == version
    other = entry(terms=["香烟代购"])
    assert Catalogue(entries=(other, second)).version(BEGINNING) != version
    announced = entry(name="later", effective_from=BEGINNING + INSTANT)
    assert Catalogue(entries=(first, second, announced)).version(BEGINNING) == version


@pytest.mark.parametrize("term", ["", " ", "***", "\u200b\u0301x", "a", "Ⓐ", "（7）", "é", "\u3164"])
@pytest.mark.parametrize("field", ["terms", "similar"])
def test_a_term_that_would_be_found_everywhere_is_refused(field: str, term: str) -> None:
    with pytest.raises(ValidationError):
        entry(**{field: ["香烟批发", term]})


@pytest.mark.parametrize("term", ["烟", "ab", "7a", "か"])
def test_two_letters_are_a_term_and_so_is_one_ideograph(term: str) -> None:
    assert entry(terms=[term]).terms == (term,)


def test_an_entry_that_nothing_is_found_by_is_refused() -> None:
    with pytest.raises(ValidationError, match="terms"):
        entry(terms=[], similar=["香烟"])


@pytest.mark.parametrize("until", [BEGINNING, BEGINNING - INSTANT])
def test_an_entry_that_ends_before_it_begins_is_refused(until: datetime) -> None:
    with pytest.raises(ValidationError, match="tobacco ends before it begins"):
        entry(effective_until=until)
    assert entry(effective_until=BEGINNING + INSTANT).in_force(BEGINNING)


def test_agents_services_are_services_and_content_is_content() -> None:
    """S88-POL-05, ALI-RECT-01."""
    kinds = {market: {each.kind for each in MARKETS[market].entries} for market in MARKETS}
    assert kinds["service-1688"] == {EntryKind.SERVICE}
    assert kinds["aliyun"] == kinds["tencent-cloud"] == kinds["alipay"] == {EntryKind.CONTENT}
    assert kinds["rehearsal"] == {*EntryKind}


def test_every_entry_of_ours_has_words_of_both_languages_and_similar_ones() -> None:
    for each in (each for catalogue in MARKETS.values() for each in catalogue.entries):
        words = "".join(each.terms)
        assert any(letter.isascii() and letter.isalpha() for letter in words), each.name
        assert not words.isascii(), each.name
        assert each.similar
        assert not {*each.terms} & {*each.similar}, each.name


def test_a_market_has_its_catalogue_and_one_without_a_market_is_nobodys(tmp_path: Path) -> None:
    own(tmp_path, "catalogues/nowhere.toml", OURS.replace('"service-1688"', '"nowhere"'))
    markets = load(tmp_path)
    assert "nowhere" not in markets
    assert markets["aliyun"].catalogue == MARKETS["aliyun"]
    now = datetime(2026, 11, 22, tzinfo=CHINA)
    announced = {*markets["rehearsal"].catalogue.entries} - {*markets["rehearsal"].catalogue.in_force(now)}
    assert [each.effective_from.astimezone(CHINA).year for each in announced] == [2099]


def test_a_file_of_ones_own_replaces_ours_and_adds_markets(tmp_path: Path) -> None:
    second = OURS.index("[[entries]]", OURS.index("[[entries]]") + 1)
    own(tmp_path, MINE, OURS[:second])
    own(tmp_path, "catalogues/bazaar.toml", OURS.replace('"service-1688"', '"bazaar"'))
    catalogues = load_catalogues(tmp_path)
    assert len(catalogues["service-1688"].entries) == 1
    assert catalogues["bazaar"] == MARKETS["service-1688"]
    assert catalogues["aliyun"] == MARKETS["aliyun"]


def test_an_entry_goes_on_with_other_words_from_where_it_ends(tmp_path: Path) -> None:
    """S88-POL-04: an amendment has its own day."""
    begins = "effective_from = 2021-05-10T00:00:00+08:00"
    second = OURS.index("[[entries]]", OURS.index("[[entries]]") + 1)
    first = OURS[OURS.index("[[entries]]") : second]
    until = "effective_until = 2022-01-01T00:00:00+08:00"
    amended = first.replace(begins, "effective_from = 2022-01-01T00:00:00+08:00")
    own(tmp_path, MINE, OURS[:second].replace(begins, f"{begins}\n{until}") + "\n" + amended)
    before, after = load_catalogues(tmp_path)["service-1688"].entries
    assert before.name == after.name
    assert before.effective_until == after.effective_from
    own(
        tmp_path,
        MINE,
        OURS[:second].replace(begins, f"{begins}\n{until.replace('00:00+', '01:00+')}") + amended,
    )
    with pytest.raises(BrokenPolicy, match=r"entries\.1\.name: is in force twice at once"):
        load_catalogues(tmp_path)


def test_a_folder_that_says_nothing_of_catalogues_changes_none(tmp_path: Path) -> None:
    assert load_catalogues(tmp_path) == MARKETS


@pytest.mark.parametrize(
    ("old", "new", "field", "at"),
    [
        pytest.param('"service-1688"', '"service-1689"', "market", "market", id="wrong name"),
        pytest.param('"fake-reviews"', '"fake reviews"', "entries.1.name", 'name = "fake', id="no name"),
        pytest.param('"发票代开"', '"*"', "entries.0.terms.2", "terms", id="no term"),
        pytest.param(
            'name = "fake-reviews"',
            'name = "invoices-for-sale"',
            "entries.1.name",
            'name = "fake',
            id="an entry twice",
        ),
        pytest.param("[[entries]]", "entries", "-", "[[entries]]", id="no TOML"),
    ],
)
def test_a_broken_file_is_told_by_name_line_and_field(
    tmp_path: Path, old: str, new: str, field: str, at: str
) -> None:
    assert old in OURS
    own(tmp_path, MINE, OURS.replace(old, new, 1))
    with pytest.raises(BrokenPolicy) as broken:
        load(tmp_path)
    told = broken.value
    assert (told.file, told.field, told.line) == (
        tmp_path / MINE,
        field,
        line_of(at, OURS),
    )
