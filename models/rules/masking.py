"""What people write may name people. It stays in histories and audits for long, so what identifies goes."""

import re
from typing import Annotated

from pydantic import AfterValidator

from models.base import Text

MASK = "•••"
E_MAIL = r"[^\s@]+@[^\s@]+\.\w+"
DATE = r"\d{4}-\d\d-\d\d(?!\d)"
NUMBER = rf"(?<![\d-])(?!{DATE})\+?\d(?:[ ./–-]{{0,2}}\d){{6,}}[Xx]?"
"""Seven digits or more, however they are grouped: phones, identity cards, bank accounts. No dates."""
IDENTIFYING = re.compile(f"{E_MAIL}|{NUMBER}")


def masked(text: str) -> str:
    """The text without e-mail addresses and long numbers."""
    return IDENTIFYING.sub(MASK, text)


Said = Annotated[Text, AfterValidator(masked)]
"""What a person says of an event, masked before anybody keeps it."""
