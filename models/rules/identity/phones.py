"""Telephone numbers as people write them in China, and as they are dialled (AMP-ORD-11)."""

import re

import phonenumbers

from models.rules.findings import Finding

EXTENSION = re.compile(r"(?:[转轉]接?\s*(?:分[机機]|[内內][线線])?|分[机機]|[内內][线線])号?\s*[:：]?")
"""What the library does not read: 转801, 分机 801, 转分机：801."""
LAST_GROUP = re.compile(r"[-－–](\d{1,6})$")
"""The 801 of 0571-26883312-801."""

MOBILE = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})
"""Where a country's plan does not tell them apart, the number may be a mobile's."""


def normalised_phone(text: str) -> str | None:
    """The number in E.164, with `;ext=` where there is an extension; None where it cannot be dialled.

    Without a country code it is a Chinese one, with its area code. Short numbers such as 95716 are
    refused: they lead nowhere from abroad, and to nobody in person.
    """
    written = EXTENSION.sub(" ext. ", text.strip())
    return _dialled(written) or _dialled(LAST_GROUP.sub(r" ext. \1", written))


def phone_finding(text: str, field: str, rule: str) -> Finding | None:
    """The refusal of a number that cannot be dialled."""
    if normalised_phone(text) is not None:
        return None
    return Finding(
        field=field,
        code="no-phone-number",
        rule=rule,
        detail="this number cannot be dialled",
        next="send a number with its area code, or +country code",
    )


def mobile_finding(text: str, field: str, rule: str) -> Finding | None:
    """The refusal of a number to which no codes and notices can be sent: it has to be a mobile's."""
    if wrong := phone_finding(text, field, rule):
        return wrong
    number = phonenumbers.parse(normalised_phone(text) or "")
    if phonenumbers.number_type(number) in MOBILE and not number.extension:
        return None
    return Finding(
        field=field,
        code="no-mobile-number",
        rule=rule,
        detail="messages have to reach this number",
        next="send the number of a mobile, without an extension",
    )


def _dialled(written: str) -> str | None:
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # The library leaves full-width digits in an extension as they are.
    extension = phonenumbers.normalize_digits_only(number.extension or "")
    return f"{dialled};ext={extension}" if extension else dialled
