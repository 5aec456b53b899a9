"""How long a company has been there."""

from datetime import date

from models.periods import after


def is_established(founded_on: date, for_at_least: str, today: date) -> bool:
    """Whether a company is at least so old (ISO period such as P1Y), its anniversary included.

    Founded on 29 February, it is a year old on 28 February (TCM-ELIG-03, AMB-62).
    """
    return founded_on <= today and after(founded_on, for_at_least) <= today
