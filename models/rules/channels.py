"""How buyers can pay a provider, and where what they pay is settled to (TCM-MCH-04, ALI-PAY, ALI-SET-07)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from models.rules.settlement import Route

Name = TypeVar("Name", bound=str)
OPEN = "open"
"""The stage at which a merchant number, or a settlement path, is ready."""


def channels(
    always: Sequence[str], offered: Mapping[Name, Sequence[str]], ready: Collection[str]
) -> tuple[str, ...]:
    """The ways to pay, each once, in the order of the policy.

    `always` stays, whatever is opened (ALI-PAY-03). `offered` says what each number or path brings, once it
    is `ready`: not before (ALI-PAY-01, TCM-MCH-07), and each without the others (ALI-PAY-04, -05, -07).
    """
    opened = (way for each, ways in offered.items() if each in ready for way in ways)
    return tuple(dict.fromkeys([*always, *opened]))


def open_lanes(data: Mapping[str, Any], lanes: Collection[Name]) -> tuple[Name, ...]:
    """Which of a case's stories have come to an open number or path, in the order of `lanes`."""
    return tuple(lane for lane in lanes if (data.get(lane) or {}).get("stage") == OPEN)


def settles_to(path: Name | None, route: Route, opened: Sequence[Name]) -> str | None:
    """The account that gets what was paid; None: it waits until a path is opened (ALI-SET-05).

    What is paid by the way of a `path` goes to it. What is paid as before, by none, goes to the first path
    that is open: the shop's enterprise Alipay, where it has one (ALI-SET-07, AMB-25).
    """
    if route is Route.OLD:
        return str(route)
    return path if path in opened else next(iter(opened), None)
