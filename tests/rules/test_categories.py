from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from models.categories import Category, CategoryKey, CategoryKind
from models.policies import BrokenPolicy
from models.policies.categories import HERE, load_categories
from models.rules.categories import category_findings, classes_of, confirmations
from tests.rules.policy_files import line_of, own

MARKETS = load_categories()
ALIYUN, TENCENT = MARKETS["aliyun"], MARKETS["tencent-cloud"]
TODAY = date(2026, 11, 22)
OURS = (HERE / "aliyun.toml").read_text("utf-8")
MINE = "categories/aliyun.toml"


def found(*chosen: str, offered: tuple[Category, ...] = ALIYUN, on: date = TODAY) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    return [(each.field, each.code) for each in category_findings(chosen, offered, on, "categories")]


def of_kind(kind: CategoryKind) -> dict[str, int]:
    """Each class, and how many children it has."""
    return {each.name: len(each.children) for each in TENCENT if each.kind is kind}


def test_there_are_eleven_markets_and_the_retail_channel() -> None:
    """ALI-DEP-02, ALI-RTL-01."""
    assert [each.name for each in ALIYUN] == [
        *("basic-software", "website-building", "security", "enterprise-application", "api", "solution"),
        *("service", "iot", "data-intelligence", "new-retail", "development-operations", "retail-channel"),
    ]
    assert not any(each.children for each in ALIYUN)


def test_the_retail_channel_names_eight_services_and_others() -> None:
    """ALI-RTL-04."""
    [channel] = [each for each in ALIYUN if each.services]
    assert channel.name == "retail-channel"
    assert len(channel.services) == 8 + 1
    assert channel.services[-1].name == "other"


def test_eight_general_classes_have_their_children() -> None:
    """TCM-CAT-01, -10..17, AMB-27."""
    assert of_kind(CategoryKind.GENERAL) == {
        "basic-software": 12,
        "service": 7,
        "security": 7,
        "artificial-intelligence": 5,
        "iot": 5,
        "paas": 6,
        "enterprise-application": 10,
        "sme-service": 5,
    }


def test_twelve_industries_have_fifty_one_children() -> None:
    """TCM-CAT-18."""
    industries = of_kind(CategoryKind.INDUSTRY)
    assert list(industries.values()) == [4, 3, 4, 5, 6, 4, 3, 5, 4, 3, 8, 2]
    assert sum(industries.values()) == 51


def test_each_general_class_says_what_a_review_judges_by() -> None:
    """TCM-CAT-02..09."""
    general = [each for each in TENCENT if each.kind is CategoryKind.GENERAL]
    assert len({each.covers for each in general} - {None}) == len(general)
    assert len({each.covers_zh for each in general} - {None}) == len(general)


def test_one_childs_name_stands_under_several_classes_and_no_key_stands_twice() -> None:
    """TCM-CAT-19."""
    names = Counter(child.name for each in TENCENT for child in each.children)
    assert names["security"] == 1
    assert {each.name for each in TENCENT} >= {"security", "enterprise-application"}
    assert names["other"] > 1
    keys = [key for each in TENCENT for key in each.keys]
    assert len(keys) == len(set(keys)) == 57 + 51


@pytest.mark.parametrize("market", MARKETS)
def test_whatever_is_offered_all_the_time_can_be_joined_today(market: str) -> None:
    always = [each for each in MARKETS[market] if each.joinable_until is None]
    keys = [key for each in always for key in each.keys]
    assert found(*keys, offered=MARKETS[market]) == []
    for key in keys:
        assert TypeAdapter(CategoryKey).validate_python(key) == key


def test_the_rehearsal_has_a_few_of_every_sort() -> None:
    rehearsal = MARKETS["rehearsal"]
    assert {each.kind for each in rehearsal} == set(CategoryKind)
    assert {bool(each.children) for each in rehearsal} == {True, False}
    assert {bool(each.confirm) for each in rehearsal} == {True, False}


def test_an_application_without_a_category_is_refused() -> None:
    """ALI-ONB-15."""
    [none] = category_findings([], ALIYUN, TODAY, "categories")
    assert (none.field, none.code, none.rule) == ("categories", "no-category-chosen", "ALI-ONB-15")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2020, 4, 13), [("categories.0", "not-joinable-yet")]),
        (date(2020, 4, 14), []),
        (date(2020, 12, 31), []),
        (date(2021, 1, 1), [("categories.0", "no-longer-joinable")]),
    ],
)
def test_the_retail_channel_is_joined_from_its_first_day_to_its_last(
    on: date, expected: list[tuple[str, str]]
) -> None:
    """ALI-RTL-01, -02, CV-7."""
    assert found("retail-channel", on=on) == expected
    assert found("service", on=on) == []


def test_every_place_that_is_wrong_is_named_at_once() -> None:
    """TCM-CAT-19."""
    chosen = ("security/network-security", "security", "security/bank", "shoes", "security/network-security")
    assert found(*chosen, offered=TENCENT) == [
        ("categories.1", "no-child-chosen"),
        ("categories.2", "unknown-category"),
        ("categories.3", "unknown-category"),
        ("categories.4", "category-twice"),
    ]


def test_a_class_without_children_has_none_to_choose() -> None:
    assert found("service/consulting") == [("categories.0", "unknown-category")]
    assert found("service/consulting", offered=TENCENT) == []


def test_children_of_one_name_under_two_classes_are_two_categories() -> None:
    """TCM-CAT-19."""
    chosen = ("iot/other", "paas/other", "paas/big-data")
    assert found(*chosen, offered=TENCENT) == []
    assert classes_of(chosen) == ("iot", "paas")


def test_an_operator_confirms_what_the_chosen_classes_ask_for() -> None:
    """ALI-RTL-05, AMB-06."""
    assert confirmations(["service"], ALIYUN) == frozenset()
    assert confirmations(["service", "retail-channel"], ALIYUN) == {"retail-channel-criteria"}


@pytest.mark.parametrize("key", ["", "/", "security/", "/network-security", "a/b/c", "a b", "安全", "../x"])
def test_what_is_no_key_of_a_category_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(CategoryKey).validate_python(key)


def test_a_file_of_ones_own_replaces_ours_and_adds_markets(tmp_path: Path) -> None:
    own(
        tmp_path,
        MINE,
        OURS[: OURS.index("[[")] + '[[categories]]\nname = "a"\ntitle = "A"\ntitle_zh = "甲"\n',
    )
    own(tmp_path, "categories/bazaar.toml", OURS.replace('"aliyun"', '"bazaar"'))
    markets = load_categories(tmp_path)
    assert [each.name for each in markets["aliyun"]] == ["a"]
    assert markets["bazaar"] == ALIYUN
    assert markets["tencent-cloud"] == TENCENT


def test_a_folder_that_says_nothing_of_categories_changes_none(tmp_path: Path) -> None:
    assert load_categories(tmp_path) == MARKETS


@pytest.mark.parametrize(
    ("old", "new", "field", "at"),
    [
        pytest.param('market = "aliyun"', 'market = "aliyum"', "market", "market", id="wrong name"),
        pytest.param('name = "iot"', 'name = "i o t"', "categories.7.name", 'name = "iot"', id="no name"),
        pytest.param('name = "iot"', 'name = "api"', "categories.7.name", 'name = "iot"', id="a class twice"),
        pytest.param(
            "joinable_until = 2020-12-31",
            "joinable_until = 2020",
            "categories.11.joinable_until",
            "joinable_until",
            id="no day",
        ),
        pytest.param(
            "joinable_from = 2020-04-14",
            "joinable_form = 2020-04-14",
            "categories.11.joinable_form",
            "joinable_from",
            id="misspelt",
        ),
        pytest.param('title = "API"', "title = API", "-", 'title = "API"', id="no TOML"),
    ],
)
def test_a_broken_file_is_told_by_name_line_and_field(
    tmp_path: Path, old: str, new: str, field: str, at: str
) -> None:
    assert old in OURS
    own(tmp_path, MINE, OURS.replace(old, new))
    with pytest.raises(BrokenPolicy) as broken:
        load_categories(tmp_path)
    told = broken.value
    assert (told.file, told.field, told.line) == (tmp_path / MINE, field, line_of(at, OURS))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('name = "full-custody"', 'name = "other"', "has a name twice"),
        ("joinable_until = 2020-12-31", "joinable_until = 2020-04-13", "ends before it begins"),
    ],
)
def test_a_category_that_makes_no_sense_stops_the_start(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    with pytest.raises(BrokenPolicy, match=f"categories.11: .*retail-channel {reason}"):
        load_categories(own(tmp_path, MINE, OURS.replace(old, new)))
