"""Messages as they are kept: where they can be heard, and until when.

The sound stays at Twilio. What names it is a link of ours that wants a token; once the policy's
`retention` is over the sound and its transcript are deleted there and the row here, however often
that has to be tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from notifiers.notifier import Refused, Unclear
from notifiers.twilio.client import Twilio
from routing.hotline_call import HungUp, Recorded, Silence
from service import audit
from service.library import NothingLoaded
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.wiring import Service

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Of a call."""
EVERY = 60.0
"""Seconds between two looks for messages that were kept for long enough."""
MOST = 50
FIRST_AGAIN, LAST_AGAIN = timedelta(minutes=5), timedelta(days=1)
GONE = 20404
log = structlog.get_logger(__name__)


def recorded(base: str, form: Mapping[str, str]) -> Recorded | Silence | HungUp:
    """What the telephone tells when it has recorded, or has not."""
    if form.get("RecordingUrl"):
        seconds = form.get("RecordingDuration", "0")
        name = name_of(form)
        return Recorded(link(base, name), int(seconds) if seconds.isdigit() else 0, name)
    return HungUp() if form.get("CallStatus") in OVER else Silence()


def name_of(form: Mapping[str, str]) -> str:
    return form.get("RecordingSid") or form["RecordingUrl"].rstrip("/").rpartition("/")[2]


def link(base: str, name: str) -> str:
    """Where a message is heard, by whoever has a token that may."""
    return f"{base}/api/v1/hotline/recordings/{name}/audio"


@dataclass(slots=True)
class Recordings:
    service: Service
    twilio: Twilio

    async def run(self) -> None:
        """Look again and again; for a worker."""
        while True:
            try:
                await self.sweep()
            except NothingLoaded:
                pass
            except AWAY as error:
                log.warning("database_away", loop="recordings", error=describe(error))
            except Exception:
                log.exception("recordings_failed")
            await asyncio.sleep(EVERY)

    async def sweep(self) -> int:
        """Delete what was kept for long enough; how many are gone."""
        now = self.service.clock.now()
        keep = (await self.service.desk.shelf()).current.hotline.retention
        async with self.service.pool.acquire() as conn:
            rows = await conn.fetch(query("stale_recordings"), now - keep, now, MOST)
        return sum([await self._end(row["id"], row["transcript_id"], row["tries"]) for row in rows])

    async def _end(self, name: str, transcript: str | None, tries: int) -> bool:
        problem = await self._at_twilio(name, transcript)
        now = self.service.clock.now()
        async with self.service.pool.acquire() as conn, conn.transaction():
            if problem:
                again = min(FIRST_AGAIN * 2 ** min(tries, 10), LAST_AGAIN)
                await conn.execute(query("recording_stays"), name, now + again)
            elif await conn.fetchval(query("recording_gone"), name):
                detail = {"recording": name, "transcript": transcript}
                await audit.note(conn, now, "retention", "recording deleted", detail)
        if problem:
            log.warning("recording_not_deleted", recording=name, tries=tries + 1, said=problem)
        else:
            log.info("recording_deleted", recording=name)
        return not problem

    async def _at_twilio(self, name: str, transcript: str | None) -> str:
        """Why it may be there still; empty once it is gone, which it may have been already."""
        wanted = [self.twilio.recordings(name)]
        if transcript:
            wanted.insert(0, self.twilio.transcriptions(transcript))
        for thing in wanted:
            answer = await self.twilio.judge(thing.delete_async())
            if isinstance(answer, Unclear):
                return answer.reason
            if isinstance(answer, Refused) and answer.code != GONE:
                return answer.reason
        return ""
