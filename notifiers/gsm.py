"""How many SMS segments a text takes, which is what carriers count and pacing is about."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM 03.38 alphabet (or its extension table)."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def segments(text: str) -> int:
    """How many segments carry `text`.

    GSM-7: 160 septets in one, 153 in each of several; extended characters count twice. Otherwise
    UCS-2: 70 and 67 UTF-16 units.
    """
    if is_gsm7(text):
        length = sum(2 if character in _EXTENDED else 1 for character in text)
        return 1 if length <= 160 else -(-length // 153)  # noqa: PLR2004 - as above
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if length <= 70 else -(-length // 67)  # noqa: PLR2004 - as above
