"""The official codes of China's cities, as payment interfaces ask for them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

PROVINCE = re.compile(r'^(\d\d) province="([^"]+)"')
CITY = re.compile(r'^  (\d\d00|90\d\d) county="([^"]+)"')
"""Prefectures, and the cities that no prefecture is over."""
STILL_THERE = re.compile(r"^(?:\[\d*-\])?([^\[\]]+)$")
"""A name with an end in its brackets is gone."""
NO_CITY = ("市辖区", "直辖", "县")
ENDINGS = ("自治州", "地区", "盟", "市")


def area_code(city: str) -> str | None:
    """Six digits for a city's name, with or without its ending, or for the only one that begins like that.

    None where there is none of that name, or more than one.
    """
    codes, name = _codes(), _plain(city)
    if len(name) > 1 and name not in codes:
        alike = [code for known, code in codes.items() if known.startswith(name)]
        return alike[0] if len(alike) == 1 else None
    return codes.get(name)


@cache
def _codes() -> Mapping[str, str]:
    return dict(_named())


def _named() -> Iterator[tuple[str, str]]:
    province = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        if begins := PROVINCE.match(line):
            province, name = begins.groups()
            if name.endswith("市"):
                yield _plain(name), f"{province}0000"
        elif city := CITY.match(line):
            for name in filter(None, map(STILL_THERE.match, city[2].split(","))):
                if city[1] != "0000" and not any(no in name[1] for no in NO_CITY):
                    yield _plain(name[1]), province + city[1]


def _plain(name: str) -> str:
    name = re.sub(r"\s", "", name)
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)
