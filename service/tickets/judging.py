"""What the answers of ticket systems to our requests mean, where HTTP already says it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from service.tickets.text import one_line
from service.tickets.ticketsystem import Answer, Conflict, Done, Judgement, Refused, Retry

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(hours=1)
_WAIT_AFTER = {429: timedelta(seconds=60)}
_WAIT = timedelta(seconds=30)
_PASSING = frozenset({408, 409, 423, 425, 429})


def judge(answer: Answer, system: str) -> Judgement:
    """Success, a passing failure with the wait the system asks for, a conflict, or a refusal."""
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
        return Done()
    if status == 409:  # noqa: PLR2004
        return Conflict(f"{system} says the ticket changed meanwhile; it is read again.")
    if status in _PASSING or status >= 500:  # noqa: PLR2004 - RFC 9110, section 15.6
        wait = wait_asked_for(answer.headers) or _WAIT_AFTER.get(status, _WAIT)
        return Retry(wait, f"{system} answered {status}; it is asked again.")
    return Refused(f"{system} answered {status}{_advice(status)}{_excerpt(answer.body)}")


def wait_asked_for(headers: Mapping[str, str]) -> timedelta | None:
    """Retry-After (RFC 9110, section 10.2.3) within 1 s..1 h; dates count from the answer's own."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 9:  # noqa: PLR2004 - longer waits are the longest anyway
        wait = timedelta(seconds=int(value))
    else:
        until, dated = _date(value), _date(headers.get("date", ""))
        if until is None or dated is None:
            return None
        wait = until - dated
    return min(max(wait, SHORTEST), LONGEST)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    return found if found.tzinfo else None


def _advice(status: int) -> str:
    match status:
        case 401 | 403:
            return ": our credentials or their rights are not enough; check them and replay."
        case 404 | 410:
            return ": it knows no such ticket, or hides it from us."
        case _ if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110, section 15.4
            return ": a redirect; the configured URL is not the address of its API."
        case _:
            return "."


def _excerpt(body: bytes) -> str:
    text = one_line(body[:600].decode("utf-8", "replace"), 160)
    return f" It said: {text}" if text else ""
