"""Whose certificates we trust."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """For `verify` of every client: read once, since that takes longer than a request."""
    return httpx.create_ssl_context()
