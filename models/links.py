"""Whether a link in a product's or a shop's description works, as it was seen from outside."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from models.base import Frozen


class Reach(StrEnum):
    """What came of looking at a link."""

    REACHED = "reached"
    """It answers. Whether to us it says more than that (401, 403) is its own affair."""
    BROKEN = "broken"
    """It answers 404 or 410, its name is unknown, or it leads nowhere."""
    UNSAFE = "unsafe"
    """Its certificate is invalid, or it leads to plain http or to an address that is not public."""
    SILENT = "silent"
    """No answer in time, or one that says nothing (5xx, 429): nobody's fault, to be asked again."""


class LinkState(Frozen):
    """`detail` is ours, in few words: nothing of what the other side sent is in it but a status."""

    state: Reach
    detail: Annotated[str, StringConstraints(min_length=1, max_length=120)]
