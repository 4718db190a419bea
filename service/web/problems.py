"""Every error as an RFC 9457 problem document: what happened, what is safe, what to do.

The same sentences that a phone is told are what the API answers with. A defect of ours is logged
with its traceback and answered with the number it has in the log, never with the traceback.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import PathParameter

from routing.event import Refusal
from routing.language.problems import DocumentErrors
from service.desk import NoSuchCase, NothingLoaded
from service.store.pool import AWAY, DatabaseAwayError

MEDIA = "application/problem+json"
RETRY_AFTER = 2
"""Seconds after which a client may ask again while PostgreSQL is away."""
MOST_ERRORS = 100
"""Wrong members that are listed; nobody reads more."""
log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]
RowNumber = Annotated[int, PathParameter(ge=0, le=2**63 - 1)]
"""The number of a row in an address; PostgreSQL knows none beyond."""

SECRET = ("/a/", "/calendars/", "/me/")
"""What follows in the path is a signed link: whoever knows it may use it."""

SENTENCES: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at {path}. Nothing was changed. "
    "What there is stands at /schema.",
    HTTPStatus.METHOD_NOT_ALLOWED: "{method} is not possible at {path}. Nothing was changed. "
    "Possible there: {allow}.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than is read here. Nothing was taken. "
    "Send less at once.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests came from here. Nothing was changed. "
    "Wait as long as Retry-After says, then ask again.",
}
"""What litestar's own refusals are said with."""


class Problem(Exception):
    """Answer with this status and sentence; `more` are further members of the document."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


def invalid(member: str, sentence: str) -> Problem:
    """422: the request can be read, but asks for what cannot be. `member` is what is wrong."""
    detail = f"{member}: {sentence} Nothing was changed."
    return Problem(422, detail, errors=[{"member": member, "problem": sentence}])


def document(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response[bytes]:
    """The answer itself."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return Response(
        msgspec.json.encode({**body, "detail": detail, **more}),
        status_code=status,
        media_type=MEDIA,
        headers=dict(headers or {}),
    )


def shown(path: str) -> str:
    """A path as it may be logged: without a token that opens what it leads to."""
    door = next((door for door in SECRET if path.startswith(door)), None)
    return path if door is None else f"{door}***"


def _problem(_: AnyRequest, problem: Problem) -> Response[bytes]:
    return document(problem.status, problem.detail, problem.headers, **problem.more)


def _refusal(_: AnyRequest, refusal: Refusal) -> Response[bytes]:
    return document(409, str(refusal))


def _missing(_: AnyRequest, missing: NoSuchCase) -> Response[bytes]:
    return document(404, str(missing))


def _nothing_loaded(_: AnyRequest, nothing: NothingLoaded) -> Response[bytes]:
    return document(503, str(nothing), {"retry-after": str(RETRY_AFTER)})


def _document_errors(_: AnyRequest, errors: DocumentErrors) -> Response[bytes]:
    problems = errors.problems
    sentence = (
        f"The document was not taken. Nothing was changed. Correct what is wrong in it "
        f"({len(problems)}) and send it again: {'; '.join(str(p) for p in problems[:3])}"
    )
    return document(422, sentence, errors=[p.as_json() for p in problems[:MOST_ERRORS]])


def _away(request: AnyRequest, error: Exception) -> Response[bytes]:
    if isinstance(error, ValueError):  # asyncpg's refusal of a value that we should have refused
        return _unforeseen(request, error)
    log.error("database_away", path=shown(request.scope["path"]), error=type(error).__name__)
    sentence = (
        "PostgreSQL is away. What was accepted before is safe; whether this request was carried "
        "out is not certain. Please try again in a moment."
    )
    return document(503, sentence, {"retry-after": str(RETRY_AFTER)})


def _http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    status, headers = error.status_code, dict(error.headers or {})
    if isinstance(error, ValidationException):
        return _invalid_parameters(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unforeseen(request, error)
    allow = headers.get("allow", "nothing")
    path, method = request.scope["path"], request.scope["method"]
    sentence = SENTENCES.get(status)
    if sentence is None:
        return document(status, f"{error.detail}. Nothing was changed.", headers)
    return document(status, sentence.format(path=path, method=method, allow=allow), headers)


def _invalid_parameters(error: ValidationException) -> Response[bytes]:
    found: list[Any] = error.extra if isinstance(error.extra, list) else []
    errors = [_wrong(e) for e in found if isinstance(e, dict)]
    named = "; ".join(f"{e['member']}: {e['problem']}" for e in errors) or error.detail
    return document(422, f"{named}. Nothing was changed.", errors=errors)


def _wrong(error: dict[str, Any]) -> dict[str, str]:
    """One member, as it is called outside: what handlers call `data` is the body."""
    member = str(error.get("key", ""))
    if member == "data":
        return {"member": "body", "problem": "is missing"}
    return {"member": member, "problem": str(error.get("message", ""))}


def _unforeseen(request: AnyRequest, error: Exception) -> Response[bytes]:
    number = uuid.uuid4().hex[:12]
    log.error("unforeseen", number=number, path=shown(request.scope["path"]), exc_info=error)
    sentence = (
        "Something went wrong here. What was accepted before is safe. "
        f"It is in our log under {number}; please tell whoever runs Heliograph."
    )
    return document(500, sentence)


HANDLERS: dict[Any, Any] = {
    Problem: _problem,
    Refusal: _refusal,
    NoSuchCase: _missing,
    NothingLoaded: _nothing_loaded,
    DocumentErrors: _document_errors,
    HTTPException: _http,
    DatabaseAwayError: _away,
    **dict.fromkeys(AWAY, _away),
    Exception: _unforeseen,
}
"""For litestar: what is raised to what it is answered with."""
