"""Numbers of nobody, made from their parts. The check characters are worked out as the standards print it."""

CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def organisation_code(body: str = "MA000000") -> str:
    """Eight characters and their check digit (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(LETTERS.index(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 11
    return body + {0: "0", 1: "X"}.get(rest, str(11 - rest))


def checked(first_17: str) -> str:
    """The unified code that begins so (GB 32100)."""
    total = sum(CODE_SIGNS.index(sign) * 3**place for place, sign in enumerate(first_17))
    return first_17 + CODE_SIGNS[(31 - total % 31) % 31]


def unified_code(prefix: str = "91", region: str = "110000", body: str = "MA000000") -> str:
    return checked(prefix + region + organisation_code(body))


def card(region: str = "110101", born: str = "19900307", sequence: str = "000") -> str:
    """A card of 18 characters (GB 11643)."""
    first = region + born + sequence
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(sign) * weight for sign, weight in zip(first, weights, strict=True)) % 11
    return first + "10X98765432"[rest]


def machine_readable(text: str) -> str:
    """The text and its check digit (ICAO 9303)."""
    return text + str(sum(LETTERS.index(sign) * (7, 3, 1)[place % 3] for place, sign in enumerate(text)) % 10)


def old_foreigner_id(country: str = "XXA", office: str = "1100", born: str = "900307") -> str:
    return machine_readable(f"{country}{office}{born}0")
