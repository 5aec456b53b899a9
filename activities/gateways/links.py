"""The web as the reviews of products and shops need it: whether a link works."""

from typing import Protocol

from models.links import LinkState


class Links(Protocol):
    def look(self, url: str) -> LinkState:
        """What comes of following the link now (ALI-RECT-01). It may be asked again, and changes nothing.

        Every answer is one: who does not answer is `silent`, and nothing is raised.
        """
