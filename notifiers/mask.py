"""Addresses as they may appear in a log: enough to recognise, too little to use."""


def mask(address: str) -> str:
    """Hide the middle of a phone number or the local part of an e-mail address.

    >>> mask("+46700000001")
    '+4670***01'
    >>> mask("anna@support.example")
    'a***@support.example'
    """
    if "@" in address:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}***@{domain}"
    if len(address) < 9:  # noqa: PLR2004 - seven shown characters of eight would hide nothing
        return "***" + address[-2:] if len(address) > 4 else "***"  # noqa: PLR2004 - as above
    return f"{address[:5]}***{address[-2:]}"
