"""What a form did, said on the page that follows it: carried there in a cookie, shown once."""

from __future__ import annotations

import base64
import binascii

from litestar.datastructures import Cookie
from litestar.response import Redirect

from service.settings import Settings
from service.web.pages.door import Look
from service.web.pages.html import HEADERS

NAME = "heliograph-said"
SHORT = 30
"""Seconds after which nobody waits for it any more."""
MOST = 900


def then(path: str, sentence: str, settings: Settings, *more: Cookie) -> Redirect:
    """Go on to `path`, a path of ours, and say this there."""
    text = base64.urlsafe_b64encode(sentence[:MOST].encode()).decode().rstrip("=")
    secure = settings.public_url.startswith("https:")
    note = Cookie(NAME, value=text, max_age=SHORT, httponly=True, secure=secure, samesite="strict")
    return Redirect(path, status_code=303, cookies=[note, *more], headers=HEADERS)


def read(request: Look) -> str:
    """What is to be said on this page; empty for nothing."""
    text = request.cookies.get(NAME, "")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()[:MOST]
    except (ValueError, binascii.Error):
        return ""


def forget(request: Look) -> list[Cookie]:
    """For the answer that has said it."""
    return [Cookie(NAME, value="", max_age=0)] if NAME in request.cookies else []
