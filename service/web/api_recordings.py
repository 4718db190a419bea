"""`/api/v1/hotline/recordings`: messages that callers left, and their sound."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from notifiers.twilio.client import NoAnswerError, NotSentError
from service import audit
from service.hotline.recordings import link
from service.store.sql import query
from service.web.asking import Aware, from_cursor, limit_of, to_cursor
from service.web.problems import Problem
from service.web.security import ACT, Asking, only
from service.wiring import Service, account_of


class RecordingView(Struct, frozen=True, kw_only=True):
    """`audio` wants the same token. `deleted_after` is when the policy's retention is over."""

    id: str
    call: str
    case: str | None
    account: str | None
    seconds: int
    recorded_at: datetime
    deleted_after: datetime
    transcript: str | None
    audio: str


class RecordingPage(Struct, frozen=True, kw_only=True):
    items: list[RecordingView]
    next: str | None


@get("/hotline/recordings", summary="Messages of callers, the newest first", opt=only(ACT))
async def list_recordings(
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> RecordingPage:
    """Until their retention is over."""
    many, after = limit_of(limit), from_cursor(cursor, tuple[Aware, str]) or (None, None)
    keep = (await service.desk.shelf()).current.hotline.retention
    async with service.pool.acquire() as conn:
        rows = await conn.fetch(query("list_recordings"), *after, many + 1)
    items = [
        RecordingView(
            id=row["id"],
            call=row["call_id"],
            case=row["case_id"],
            account=row["account"],
            seconds=row["seconds"],
            recorded_at=row["recorded_at"],
            deleted_after=row["recorded_at"] + keep,
            transcript=row["transcript"],
            audio=link(service.settings.public_url, row["id"]),
        )
        for row in rows[:many]
    ]
    last = items[-1] if len(rows) > many else None
    return RecordingPage(items=items, next=to_cursor((last.recorded_at, last.id)) if last else None)


@get("/hotline/recordings/{name:str}/audio", summary="A message's sound, as MP3", opt=only(ACT))
async def audio(
    name: FromPath[str], request: Asking, service: NamedDependency[Service]
) -> Response[bytes]:
    """Fetched from Twilio, which keeps it. Who hears a message is written down."""
    async with service.pool.acquire() as conn:
        row = await conn.fetchrow(query("recording"), name)
    if row is None or service.settings.twilio is None:
        raise Problem(404, "There is no such message, or its retention is over.")
    twilio = account_of(service.settings)
    try:
        sound = await twilio.sound(name)
    except (NotSentError, NoAnswerError):
        said = "Twilio, which keeps the message, does not answer. Please try again in a minute."
        raise Problem(502, said) from None
    finally:
        await twilio.close()
    if sound is None:
        raise Problem(404, "Twilio has no such message any more.")
    async with service.pool.acquire() as conn:
        who, now = request.auth.signature, service.clock.now()
        await audit.note(conn, now, who, "recording heard", {"recording": name})
    return Response(sound, media_type="audio/mpeg", headers={"cache-control": "no-store"})


HANDLERS = [list_recordings, audio]
