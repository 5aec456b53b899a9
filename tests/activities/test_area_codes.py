"""The codes of cities, by the names that people write."""

import pytest

from activities.gateways.area_codes import area_code


@pytest.mark.parametrize(
    ("city", "code"),
    [
        *(("杭州", "330100"), ("杭州市", "330100"), (" 杭州 市", "330100")),
        *(("北京", "110000"), ("重庆市", "500000"), ("深圳", "440300")),
        *(("吉林", "220200"), ("丽水", "331100"), ("大连", "210200"), ("呼伦贝尔", "150700")),
        *(("恩施", "422800"), ("延边朝鲜族自治州", "222400"), ("仙桃", "429004"), ("锡林郭勒盟", "152500")),
    ],
)
def test_a_city_has_the_code_of_today(city: str, code: str) -> None:
    assert area_code(city) == code


@pytest.mark.parametrize(
    "city",
    [
        "",
        " ",
        "市",
        "浙江",
        "西湖区",
        "襄樊",
        "淮阴",
        "市辖区",
        "省直辖县级行政单位",
        "Hangzhou",
        "大",
        "张家",
    ],
)
def test_what_is_no_city_or_none_any_more_has_no_code(city: str) -> None:
    assert area_code(city) is None
