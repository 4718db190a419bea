"""Who opens an address with a browser is told what went wrong on a page, with a way to go on.

Programs are told by a problem document, and so is everybody who asks the API.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response

from service.web.paper import paper
from service.web.problems import HANDLERS, MEDIA, AnyRequest

KINDS = [MEDIA, "application/json", "text/html"]
"""What an error can be told in, what programs read first: most of them take anything."""
Answer = Callable[[AnyRequest, Any], Response[bytes]]


def handlers() -> dict[Any, Any]:
    """For `Litestar(exception_handlers=...)`."""
    return {kind: _told(answer) for kind, answer in HANDLERS.items()}


def _told(answer: Answer) -> Callable[[AnyRequest, Any], Response[Any]]:
    def told(request: AnyRequest, error: Exception) -> Response[Any]:
        document = answer(request, error)
        if not _looks(request):
            return document
        said = msgspec.json.decode(document.content)
        facts = {"title": said["title"], "said": said["detail"], "good": False}
        page = paper("refused", said["status"], **facts)
        page.headers.update(document.headers)
        return page

    return told


def _looks(request: AnyRequest) -> bool:
    """Whether somebody reads the answer. What posts is a program, or one of our own pages."""
    if request.method not in {"GET", "HEAD"} or request.scope["path"].startswith("/api/"):
        return False
    return request.accept.best_match(KINDS) == "text/html"
