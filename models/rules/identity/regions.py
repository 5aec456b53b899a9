"""Where a code or a card was issued, as far as its first digits tell (GB/T 2260)."""

PROVINCES = (
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
    *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
)
"""Of the mainland. Below them no list is complete: development zones register companies under codes of
their own, and cards keep the code of a county that is gone."""

NATIONAL = "100000"
"""Companies that the national registration office itself has registered."""


def is_region(code: str) -> bool:
    """Whether a company can have been registered in this six-digit region."""
    return code.startswith(PROVINCES) or code == NATIONAL
