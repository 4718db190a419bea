"""Telephone numbers as people write them, to E.164."""

from __future__ import annotations

import phonenumbers


def e164(text: str) -> str:
    """`+1 (415) 555-0101` as `+14155550101`. Raises ValueError with a sentence.

    Only what is impossible is refused (a length no number of the country has): ranges open every
    month, and a number that is merely unknown may ring.
    """
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as wrong:
        raise ValueError(
            f"{text!r} is no telephone number; write it with its country, as +14155550101."
        ) from wrong
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} has the wrong length for a number of its country.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
