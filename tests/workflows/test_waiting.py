"""How tests wait for what happens in a case: nothing is missed, and nothing is found twice."""

import pytest

from tests.opened import ended

HAPPENED = ("opened", "decided", "reminded", "decided", "standing_changed")


@pytest.mark.parametrize(
    ("path", "since", "version"),
    [
        pytest.param(["standing_changed"], 4, 5, id="now"),
        pytest.param(["decided"], 4, 4, id="something followed by itself"),
        pytest.param(["reminded", "decided"], 4, 4, id="it began before"),
        pytest.param(["decided"], 2, 2, id="the first that counts"),
        pytest.param(["decided"], 5, None, id="seen before"),
        pytest.param(["decided", "reminded"], 4, None, id="ended before"),
        pytest.param(["opened", "reminded"], 1, None, id="not one after the other"),
        pytest.param(["standing_changed"], 6, 5, id="still the last"),
    ],
)
def test_what_is_waited_for_is_what_comes_from_some_version_on(
    path: list[str], since: int, version: int | None
) -> None:
    assert ended(HAPPENED, path, since) == version


def test_nothing_is_found_where_nothing_happened() -> None:
    assert ended((), ["opened"], 1) is None
