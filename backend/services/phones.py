"""Contact addresses and phone numbers: E.164 out of what Twilio gives, with Brazil's ninth digit in one form."""

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_BRAZIL_OLD_MOBILE = re.compile(r"\+55([1-9]\d)([6-9]\d{7})")


def phone_of(address: str, wa_id: str | None = None) -> str | None:
    """The phone behind a contact address, or None when the address is not a number (a business-scoped id).

    >>> phone_of("whatsapp:+551187654321")
    '+5511987654321'
    """
    number = address.removeprefix("whatsapp:")
    if not _E164.fullmatch(number):
        if not (wa_id and wa_id.isascii() and wa_id.isdigit() and _E164.fullmatch(f"+{wa_id}")):
            return None
        number = f"+{wa_id}"
    return canonical_phone(number)


def canonical_phone(number: str) -> str:
    """Brazilian mobile numbers always with their ninth digit; landlines and other countries untouched."""
    if old := _BRAZIL_OLD_MOBILE.fullmatch(number):
        return f"+55{old[1]}9{old[2]}"
    return number


def whatsapp_address(number: str) -> str:
    """`whatsapp:+E164`, whether or not the prefix is already there."""
    return number if number.startswith("whatsapp:") else f"whatsapp:{number}"
