"""Every error as an RFC 9457 problem document whose detail is a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from routing.event import Refusal
from service.desk import NoSuchCase
from service.store.pool import AWAY

AnyRequest = Request[Any, Any, Any]
MEDIA = "application/problem+json"
log = structlog.get_logger(__name__)


class Problem(Exception):
    """Answer with this status and sentence."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


def document(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response[bytes]:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return Response(
        msgspec.json.encode({**body, "detail": detail, **more}),
        status_code=status,
        media_type=MEDIA,
        headers=dict(headers or {}),
    )


def _problem(_: AnyRequest, problem: Problem) -> Response[bytes]:
    return document(problem.status, problem.detail, problem.headers, **problem.more)


def _refusal(_: AnyRequest, refusal: Refusal) -> Response[bytes]:
    return document(409, str(refusal))


def _missing(_: AnyRequest, missing: NoSuchCase) -> Response[bytes]:
    return document(404, str(missing))


def _away(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("database_away", path=request.url.path, error=type(error).__name__)
    sentence = "PostgreSQL is away, so nothing was taken or changed. Please try again in a moment."
    return document(503, sentence, {"retry-after": "2"})


def _http(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    extra = {"errors": error.extra} if error.extra else {}
    return document(error.status_code, error.detail, error.headers, **extra)


def _unforeseen(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("unforeseen", path=request.url.path, exc_info=error)
    return document(500, "Something went wrong here; it is in our log. Nothing was changed.")


HANDLERS: dict[Any, Any] = {
    Problem: _problem,
    Refusal: _refusal,
    NoSuchCase: _missing,
    HTTPException: _http,
    **dict.fromkeys(AWAY, _away),
    Exception: _unforeseen,
}
