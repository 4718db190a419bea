"""The pages behind one door, and every error of theirs as a page with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, Router
from litestar.types import ControllerRouterHandler

from service.web.pages import case, console, html, own, own_reach, own_swaps
from service.web.pages.console import frame, sign_in_page
from service.web.pages.door import NOBODY, Look, check_form, guard
from service.web.problems import HANDLERS, Problem
from service.wiring import Service

UNKNOWN = 401


def pages() -> list[ControllerRouterHandler]:
    """For `Litestar(route_handlers=...)`."""
    handlers = [
        *console.HANDLERS,
        *case.HANDLERS,
        *own.HANDLERS,
        *own_reach.HANDLERS,
        *own_swaps.HANDLERS,
    ]
    router = Router(
        "/",
        route_handlers=handlers,
        guards=[guard],
        before_request=check_form,
        exception_handlers={kind: _as_page(answer) for kind, answer in HANDLERS.items()},
    )
    return [html.static, router]


def _as_page(answer: Callable[[Look, Any], Response[bytes]]) -> Any:  # noqa: ANN401 - litestar's
    def shown(request: Look, error: Exception) -> Response[str]:
        service: Service = request.app.state.service
        request.scope.setdefault("auth", NOBODY)  # where the guard itself has refused
        if isinstance(error, Problem) and error.status == UNKNOWN:
            return sign_in_page(request, service, status=UNKNOWN)
        document = answer(request, error)
        told = msgspec.json.decode(document.content)
        facts = {"title": told["title"], "sentence": told["detail"]}
        status = document.status_code or 500
        return html.page("error.html", {**frame(request, service), **facts}, status=status)

    return shown
