"""The web as the reviews of products and shops need it: whether a link works."""

from collections.abc import Collection
from typing import Protocol

from models.links import LinkState


class Links(Protocol):
    def look(self, urls: Collection[str]) -> dict[str, LinkState]:
        """What comes of following each link now (ALI-RECT-01): at once, within the time that one may take.
        It may be asked again, and changes nothing.

        Every answer is one: who does not answer is `silent`, and nothing is raised.
        """
