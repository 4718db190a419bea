"""Addresses as they may appear in a log: enough to recognise, too little to use."""

import re

_NUMBER = re.compile(r"\+?\d{7,15}")
_WRITTEN = re.compile(r"\+\d{7,15}\b")
_SHOWN = 7


def mask(address: str) -> str:
    """Hide the middle of a number or name, the local part of an e-mail address, a URL's path.

    >>> mask("+46700000001")
    '+4670***01'
    >>> mask("anna@support.example")
    'a***@support.example'
    >>> mask("https://hooks.example/secret")
    'https://hooks.example/***'
    """
    scheme, url, rest = address.partition("://")
    if url:
        return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}/***"
    if "@" in address[1:]:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}***@{domain}"
    if len(address) <= _SHOWN:
        return "***"
    return f"{address[:5]}***{address[-2:]}"


def mask_numbers(text: str) -> str:
    """Mask every phone number inside a sentence (a provider's error message names them)."""
    return _NUMBER.sub(lambda found: mask(found[0]), text)


def mask_written(text: str) -> str:
    """Mask every number as we write it (E.164); an order's number, and whatever else, stays.

    >>> mask_written("Order 4111111111 of +46700000001")
    'Order 4111111111 of +4670***01'
    """
    return _WRITTEN.sub(lambda found: mask(found[0]), text)
